"""The shop's day, in which so much may be done."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def day_start() -> datetime:
    """Return the last midnight of the shop's zone."""
    now = timezone.localtime()
    return datetime.combine(now.date(), time.min, now.tzinfo)


def seconds_to_midnight() -> int:
    """Return after how many seconds the next day begins, for Retry-After: never too early."""
    tomorrow = day_start() + timedelta(days=1)
    return int((tomorrow - timezone.localtime()).total_seconds()) + 1
