"""How much a buyer may leave with the shop: messages, files and bytes, in a day and altogether.

The limits are settings (MESSAGES_PER_DAY and those beside it). The day's figures are kept in
MessageUsage, so that a deleted message stays counted; those altogether are counted from the
messages, so that every deletion, the admin's and an account's too, makes room at once.
"""

from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.limits.days import seconds_to_midnight

from ..models import MessageUsage, UserLeavingMessage

MIB = 2**20


class DailyQuotaError(DomainError):
    """The day's share is used up: 429, and Retry-After tells when the next day begins."""

    status = 429


class MessagesPerDayError(DailyQuotaError):
    message = _("At most %(limit)d messages a day; please come back tomorrow.")


class FilesPerDayError(DailyQuotaError):
    message = _("At most %(limit)d files a day; please come back tomorrow.")


class BytesPerDayError(DailyQuotaError):
    message = _("At most %(limit)d MB of files a day; please come back tomorrow.")


class TooManyMessagesError(DomainError):
    field = "non_field_errors"
    message = _("At most %(limit)d messages are kept; please delete some.")


class TooManyFilesError(DomainError):
    field = "file"
    message = _("At most %(limit)d files are kept; please delete messages that have one.")


class TooManyBytesError(DomainError):
    field = "file"
    message = _("At most %(limit)d MB of files are kept; please delete messages that have one.")


class Use(NamedTuple):
    """What is there, or what is added."""

    messages: int = 0
    files: int = 0
    file_bytes: int = 0


def use_of_message(file_size: int | None) -> Use:
    """Return what one message uses; ``file_size`` in bytes, None without a file."""
    return Use(1, 0, 0) if file_size is None else Use(1, 1, file_size)


def message_quota_check(*, user_id: int, added: Use) -> None:
    """Raise a DomainError when ``added`` does not fit: a look without a lock, before any work.

    Makes the row that message_quota_take() locks, outside of its transaction: of two that insert
    it and then update it, each would wait for the other.
    """
    usage = MessageUsage.objects.filter(pk=user_id).first()
    if usage is None:
        MessageUsage.objects.bulk_create([MessageUsage(pk=user_id)], ignore_conflicts=True)
    _refuse(user_id, _used_today(usage), added)


def message_quota_take(*, user_id: int, added: Use) -> None:
    """Count ``added`` among what the buyer left today; raises a DomainError when it does not fit.

    Of parallel requests one comes after the other, from here to the end of the caller's
    transaction, in which the message must be written too. message_quota_check() went before.
    """
    usage = _lock_usage(user_id)
    today = _used_today(usage)
    _refuse(user_id, today, added)
    MessageUsage.objects.filter(pk=user_id).update(
        day=timezone.localdate(),
        messages=today.messages + added.messages,
        files=today.files + added.files,
        file_bytes=today.file_bytes + added.file_bytes,
    )


def _lock_usage(user_id: int) -> MessageUsage:
    """Be alone with the buyer's row until the transaction ends: moved, not only selected."""
    MessageUsage.objects.filter(pk=user_id).update(version=F("version") + 1)
    return MessageUsage.objects.get(pk=user_id)


def _used_today(usage: MessageUsage | None) -> Use:
    if usage is None or usage.day != timezone.localdate():
        return Use()
    return Use(usage.messages, usage.files, usage.file_bytes)


def _used_altogether(user_id: int) -> Use:
    counted: dict[str, Any] = UserLeavingMessage.objects.filter(user_id=user_id).aggregate(
        messages=Count("pk"), files=Count("pk", filter=~Q(file="")), file_bytes=Sum("file_size")
    )
    return Use(counted["messages"], counted["files"], counted["file_bytes"] or 0)


def _refuse(user_id: int, today: Use, added: Use) -> None:
    """Raise the error of the first limit that the buyer would be beyond."""
    wait = seconds_to_midnight()
    _hold(MessagesPerDayError, today.messages + added.messages, settings.MESSAGES_PER_DAY, wait)
    kept = _used_altogether(user_id)
    _hold(TooManyMessagesError, kept.messages + added.messages, settings.MESSAGES_MAX)
    if added.files:
        _hold(FilesPerDayError, today.files + added.files, settings.MESSAGE_FILES_PER_DAY, wait)
        _hold(TooManyFilesError, kept.files + added.files, settings.MESSAGE_FILES_MAX)
        per_day, altogether = settings.MESSAGE_MB_PER_DAY, settings.MESSAGE_MB_MAX
        _hold(BytesPerDayError, today.file_bytes + added.file_bytes, per_day, wait, unit=MIB)
        _hold(TooManyBytesError, kept.file_bytes + added.file_bytes, altogether, unit=MIB)


def _hold(
    error: type[DomainError], used: int, limit: int, wait: int | None = None, *, unit: int = 1
) -> None:
    if used > limit * unit:
        raise error(error.message % {"limit": limit}, wait=wait)
