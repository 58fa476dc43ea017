"""What buyers write to the shop, and what the shop answers."""

from typing import NamedTuple

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from ..models import UserLeavingMessage


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
    """
    left = UserLeavingMessage(
        user_id=user_id, message_type=message_type, subject=subject, message=message
    )
    if attachment is not None:
        left.file_name = attachment.name
        left.file.save(f"upload{attachment.suffix}", attachment.content, save=False)
    try:
        left.save()
    except BaseException:  # whatever it was, no file may stay without its row
        if left.file:
            left.file.storage.delete(str(left.file.name))
        raise
    return left


@transaction.atomic
def message_remove(*, user_id: int, message_id: int) -> None:
    """Delete a buyer's message; its file goes once that is committed (signals.py).

    Raises UserLeavingMessage.DoesNotExist when the buyer has no such message.
    """
    UserLeavingMessage.objects.get(pk=message_id, user_id=user_id).delete()


def message_reply(*, message_id: int, reply: str) -> None:
    """Answer a message (staff); an empty ``reply`` takes the answer back."""
    UserLeavingMessage.objects.filter(pk=message_id).update(
        reply=reply, replied_at=timezone.now() if reply else None
    )
