"""Rows by the shop's day, without the time zone tables that a MariaDB server may lack."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone


def day_begins(day: date) -> datetime:
    """Return the midnight with which a day of the shop begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def days_back(count: int) -> list[date]:
    """Return the last ``count`` days of the shop, the oldest first; today is the last."""
    today = timezone.localdate()
    return [today - timedelta(days=number) for number in reversed(range(count))]


def rows_by_day(
    rows: QuerySet[Any], moment: str, *, days: list[date], **sums: Any
) -> dict[date, dict[str, Any]]:
    """Return the aggregates ``sums`` of each of ``days`` on which there are rows. One query.

    ``moment`` is the field that tells a row's day. The days follow each other. In a zone with
    summer time there is one query for each offset from UTC.
    """
    found: dict[date, dict[str, Any]] = {}
    for offset, first, end in _spans(days):
        of_span = rows.filter(**{f"{moment}__gte": first, f"{moment}__lt": end})
        # The offset is added: CONVERT_TZ() is NULL for every name on a server without the tables.
        local = ExpressionWrapper(F(moment) + Value(offset), output_field=DateTimeField())
        by_day = of_span.order_by().annotate(day_of_row=TruncDate(local, tzinfo=UTC))
        for row in by_day.values("day_of_row").annotate(**sums):
            day = row.pop("day_of_row")
            # An hour that summer time moves to the other day: counted where the clock says.
            known = found.setdefault(day, {})
            for name, value in row.items():
                known[name] = (known.get(name) or 0) + (value or 0)
    return found


def _spans(days: list[date]) -> Iterator[tuple[timedelta, datetime, datetime]]:
    """Yield each run of days with one offset from UTC: the offset, its begin and its end."""
    begun: tuple[timedelta, datetime] | None = None
    for day in days:
        midnight = day_begins(day)
        offset = midnight.utcoffset() or timedelta(0)
        if begun is not None and begun[0] != offset:
            yield begun[0], begun[1], midnight.astimezone(UTC)
            begun = None
        begun = begun or (offset, midnight.astimezone(UTC))
    if begun is not None:
        end = day_begins(days[-1] + timedelta(days=1))
        yield begun[0], begun[1], end.astimezone(UTC)
