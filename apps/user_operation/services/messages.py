"""What buyers write to the shop, and what the shop answers."""

from collections.abc import Collection
from typing import NamedTuple

from django.core.files import File
from django.utils import timezone

from apps.users.services.locks import account_lock_open
from utils.api.lookups import get_or_missing
from utils.db.staff_history import history_forget
from utils.db.transactions import CommitUnknownError, atomic_retry_on_deadlock

from ..models import UserLeavingMessage
from .quotas import Use, message_quota_check, message_quota_take, use_of_message


class Attachment(NamedTuple):
    """An accepted upload; utils.uploads.file_types judged its content and gave the suffix."""

    content: File
    name: str
    suffix: str


def message_leave(
    *, user_id: int, message_type: int, subject: str, message: str, attachment: Attachment | None
) -> UserLeavingMessage:
    """Keep a buyer's message and its file; return it.

    The file is written before the row, and removed again when the row cannot be written.
    Raises AccountClosedError, and a DomainError of services/quotas.py when the buyer has left too
    much, changing nothing.
    """
    added = use_of_message(attachment.content.size if attachment else None)
    # Most of those who are refused are refused here, before a file is written.
    message_quota_check(user_id=user_id, added=added)
    left = UserLeavingMessage(
        user_id=user_id, message_type=message_type, subject=subject, message=message
    )
    if attachment is not None:
        left.file_name = attachment.name
        left.file_size = added.file_bytes
        left.file.save(f"upload{attachment.suffix}", attachment.content, save=False)
    try:
        _store(left, added)
    except CommitUnknownError:
        raise  # a row may name the file
    except BaseException:  # whatever it was, no file may stay without its row
        if left.file:
            left.file.storage.delete(str(left.file.name))
        raise
    return left


@atomic_retry_on_deadlock
def _store(left: UserLeavingMessage, added: Use) -> None:
    account_lock_open(user_id=left.user_id)
    message_quota_take(user_id=left.user_id, added=added)
    left.pk = None  # a try before this one may have set it
    left.save(force_insert=True)


@atomic_retry_on_deadlock
def message_remove(*, user_id: int, message_id: int) -> None:
    """Delete a buyer's message; its file goes once that is committed (signals.py).

    Raises MissingError when the buyer has no such message.
    """
    messages = UserLeavingMessage.objects.filter(user_id=user_id)
    get_or_missing(messages, pk=message_id).delete()
    history_forget(model=UserLeavingMessage, keys=[message_id])


@atomic_retry_on_deadlock
def messages_remove(*, message_ids: Collection[int]) -> None:
    """Delete messages of any buyers, as message_remove() does; what is gone is not an error."""
    UserLeavingMessage.objects.filter(pk__in=message_ids).delete()
    history_forget(model=UserLeavingMessage, keys=message_ids)


def message_reply(*, message_id: int, reply: str) -> None:
    """Answer a message (staff); an empty ``reply`` takes the answer back."""
    UserLeavingMessage.objects.filter(pk=message_id).update(
        reply=reply, replied_at=timezone.now() if reply else None
    )
