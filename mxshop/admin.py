from django.contrib import admin
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from utils.admin.read_only import ReadOnlyAdmin
from utils.db import clock

from .journal import page  # noqa: F401  (registers itself)
from .models import Heartbeat
from .sweep_words import result_in_words, sweep_name

# A page for developers. Staff see how far an import is on its own page.
admin.site.unregister(DBTaskResult)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Read by staff who may; written by the sweeps alone."""

    list_display = [
        "work", "is_on_time", "went_well", "started_at", "finished_at", "what_it_did", "runner",
    ]  # fmt: skip
    fields = ("work", "sweep", "every", "is_on_time", "went_well", "started_at", "finished_at",
              "what_it_did", "runner")  # fmt: skip
    readonly_fields = ("work", "is_on_time", "what_it_did")
    list_display_links = None
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        # One look at the database's clock for all rows.
        return (
            super()
            .get_queryset(request)
            .annotate(now=Cast(Value(clock.database_now()), DateTimeField()))
        )

    @admin.display(description=_("sweep"), ordering="sweep")
    def work(self, heartbeat: Heartbeat) -> str:
        return sweep_name(heartbeat.sweep)

    @admin.display(description=_("what it did"))
    def what_it_did(self, heartbeat: Heartbeat) -> str:
        return result_in_words(heartbeat.result)

    @admin.display(description=_("on time"), boolean=True)
    def is_on_time(self, heartbeat: Heartbeat) -> bool:
        return not heartbeat.is_late(heartbeat.now)  # type: ignore[attr-defined]
