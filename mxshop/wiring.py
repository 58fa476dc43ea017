"""What one app gives to another that may not import it: only the project knows both."""

from apps.trade.services.destinations import address_book_connect
from apps.user_operation.services.addresses import address_find
from utils.journal.entries import journal_connect


def wire() -> None:
    """Connect the apps. Called once all of them are loaded; a second call changes nothing."""
    from .journal import signals, writing  # it has models

    address_book_connect(address_find)
    journal_connect(
        writer=writing.entries_write,
        eraser=writing.entries_forget,
        page="admin:mxshop_journalentry_changelist",
    )
    signals.connect()
