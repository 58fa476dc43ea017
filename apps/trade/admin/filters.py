"""Filters beside the staff's lists."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..models import CartLine, Payment
from ..order_status import PayStatus


class DateRangeFilter(admin.FieldListFilter):
    """From one day to another, both included; days begin at local midnight.

    Not date_hierarchy: its SQL needs time zone tables, which a MariaDB server has only when
    somebody loaded them.
    """

    template = "admin/trade/date_range_filter.html"

    def __init__(
        self,
        field: Any,
        request: HttpRequest,
        params: Any,
        model: Any,
        model_admin: Any,
        field_path: str,
    ) -> None:
        self.names = (f"{field_path}__from", f"{field_path}__until")
        super().__init__(field, request, params, model, model_admin, field_path)
        self.others = [
            (name, value)
            for name, values in request.GET.lists()
            for value in values
            if name not in (*self.names, "p", "e")
        ]

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def value(self, name: str) -> str:
        # Django keeps parameters as lists: one that is there twice counts by its last.
        values: Any = self.used_parameters.get(name) or [""]
        return str(values[-1])

    def choices(self, changelist: Any) -> Any:
        first, last = (self.value(name) for name in self.names)
        yield {
            "selected": bool(first or last),
            "query_string": changelist.get_query_string(remove=self.names),
            "display": _("Any date"),
            "first": {"name": self.names[0], "value": first},
            "last": {"name": self.names[1], "value": last},
            "others": self.others,
            "quick": self._quick(changelist, first, last),
        }

    def _quick(self, changelist: Any, first: str, last: str) -> list[dict[str, Any]]:
        """Return links to the days that are asked for most."""
        today = timezone.localdate()
        offered = ((_("Today"), today), (_("7 days"), today - timedelta(days=6)))
        return [
            {
                "name": name,
                "url": changelist.get_query_string(
                    {self.names[0]: begin.isoformat()}, [self.names[1]]
                ),
                "is_chosen": not last and first == begin.isoformat(),
            }
            for name, begin in offered
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        try:
            first, last = (_day(self.value(name)) for name in self.names)
            if first:
                queryset = queryset.filter(**{f"{self.field_path}__gte": _midnight(first)})
            if last:
                end = _midnight(last + timedelta(days=1))
                queryset = queryset.filter(**{f"{self.field_path}__lt": end})
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        return queryset


class OrderFlaggedFilter(admin.SimpleListFilter):
    title = _("money to look at")
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("open", _("with money to give back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(pk__in=Payment.objects.to_give_back().values("order_id"))
        return queryset


class TradeStatusFilter(admin.SimpleListFilter):
    """Not those that are there: to find them, all notices would be read."""

    title = _("trade status")
    parameter_name = "trade_status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [choice for choice in PayStatus.choices if choice[0] != PayStatus.PAYING]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(trade_status=self.value()) if self.value() else queryset


class PaymentFlaggedFilter(admin.SimpleListFilter):
    title = _("money to look at")
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("open", _("to be given back")), ("back", _("all given back"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Payment]:
        if self.value() == "open":
            return queryset.to_give_back()
        if self.value() == "back":
            return queryset.filter(applied_to__isnull=True, refunded=F("amount"))
        return queryset


class HoldFilter(admin.SimpleListFilter):
    title = _("hold")
    parameter_name = "hold"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("held", _("held")), ("lapsed", _("time is over")), ("none", _("not held"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CartLine]) -> QuerySet[CartLine]:
        now = timezone.now()
        if self.value() == "held":
            return queryset.filter(held_until__gt=now)
        if self.value() == "lapsed":
            return queryset.filter(held_until__lte=now)
        if self.value() == "none":
            return queryset.filter(held_until__isnull=True)
        return queryset


def _day(text: str) -> date | None:
    """Return the day of an ISO date, None of an empty text; raises ValueError."""
    if not text:
        return None
    day = date.fromisoformat(text)
    if not 1900 <= day.year <= 9000:  # further out, the change of the zone leaves the calendar
        raise ValueError(text)
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
