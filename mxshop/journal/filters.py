"""Filters beside the journal."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.users.models import STAFF, UserProfile
from utils.journal.actors import Way

from ..models import JournalEntry

NOBODY = "none"
PRICES = ("goods.goods.shop_price", "goods.goods.market_price")
# What staff look for, and the columns that tell of it.
SUBJECTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "price": (_("prices"), {"column__in": PRICES}),
    "stock": (_("stock"), {"column": "goods.goods.goods_num"}),
    "shelf": (_("shelf"), {"column": "goods.goods.is_on_sale"}),
    "goods": (_("goods"), {"kind": "goods.goods"}),
    "order": (_("orders"), {"kind": "trade.orderinfo"}),
    "refund": (_("refunds"), {"kind__in": ("trade.refund", "trade.refundrequest")}),
    "freight": (_("freight"), {"kind": "trade.freightrule"}),
    "role": (_("roles and accounts"), {"kind__in": ("auth.group", "users.userprofile")}),
}


class SubjectFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        shown = model_admin.kinds_shown(request)
        return [(name, label) for name, (label, terms) in SUBJECTS.items() if _is_in(terms, shown)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry]
    ) -> QuerySet[JournalEntry]:
        _label, terms = SUBJECTS.get(self.value() or "", ("", {}))
        if self.value() == "price":  # prices that new goods began with are not changes of a price
            queryset = queryset.exclude(old="")
        return queryset.filter(**terms)


class StaffFilter(admin.SimpleListFilter):
    title = _("by")
    parameter_name = "staff"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        staff = UserProfile.objects.filter(STAFF).order_by("pk")
        return [*((str(one.pk), str(one)) for one in staff), (NOBODY, _("not by staff"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry]
    ) -> QuerySet[JournalEntry]:
        value = self.value()
        if value == NOBODY:
            return queryset.filter(staff__isnull=True)
        return queryset.filter(staff=int(value)) if value and value.isdecimal() else queryset


class WayFilter(admin.SimpleListFilter):
    title = _("by way of")
    parameter_name = "way"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Way.choices

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry]
    ) -> QuerySet[JournalEntry]:
        return queryset.filter(way=self.value()) if self.value() else queryset


class WeekFilter(admin.SimpleListFilter):
    title = _("week")
    parameter_name = "week"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("today", _("today")), ("this", _("this week")), ("last", _("last week"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[JournalEntry]
    ) -> QuerySet[JournalEntry]:
        now = timezone.localtime()
        today = timezone.make_aware(datetime.combine(now.date(), time()))
        monday = today - timedelta(days=now.weekday())
        if self.value() == "today":
            return queryset.filter(add_time__gte=today)
        if self.value() == "this":
            return queryset.filter(add_time__gte=monday)
        if self.value() == "last":
            before = monday - timedelta(days=7)
            return queryset.filter(add_time__gte=before, add_time__lt=monday)
        return queryset


def _is_in(terms: dict[str, Any], shown: set[str]) -> bool:
    """Say whether staff who see entries about these kinds see any of these ``terms``."""
    kinds = terms.get("kind__in") or [terms.get("kind", "goods.goods")]
    return bool(shown & set(kinds))
