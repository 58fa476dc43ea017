from typing import Any

from django.contrib import admin
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from utils.admin.base import ShopModelAdmin
from utils.db import clock

from .models import Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ShopModelAdmin):
    """Read by staff who may; written by the sweeps alone."""

    list_display = [
        "sweep", "is_on_time", "went_well", "started_at", "finished_at", "said", "runner",
    ]  # fmt: skip
    list_display_links = None
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        # One look at the database's clock for all rows.
        return (
            super()
            .get_queryset(request)
            .annotate(now=Cast(Value(clock.database_now()), DateTimeField()))
        )

    @admin.display(description=_("on time"), boolean=True)
    def is_on_time(self, heartbeat: Heartbeat) -> bool:
        return not heartbeat.is_late(heartbeat.now)  # type: ignore[attr-defined]
