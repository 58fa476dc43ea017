"""What the page of one import shows."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..models import GoodsImport, GoodsImportRow
from ..services.goods_import.categories import Categories
from ..services.goods_import.columns import BY_NAME
from ..services.goods_import.rows import Outcome, Plan
from ..services.goods_import.showing import change_texts

State = GoodsImport.State
ROWS = 100
REFRESH_SECONDS = 2
# A worker looks for tasks every second: after this, none runs.
PATIENCE = timedelta(seconds=30)

TONES = {
    State.WAITING: "waiting", State.REFUSED: "bad", State.FAULTY: "bad", State.CHECKED: "waiting",
    State.RUNNING: "waiting", State.DONE: "good", State.CANCELLED: "over",
}  # fmt: skip


def state_badge(goods_import: GoodsImport) -> SafeString:
    tone = TONES[State(goods_import.state)]
    return format_html(
        '<span class="badge badge-{}">{}</span>', tone, goods_import.get_state_display()
    )


def page_context(goods_import: GoodsImport, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template shows; ``asked`` are ``show`` (which rows) and ``p`` (the page)."""
    counts = _counts(goods_import)
    tabs = [
        {"key": key, "label": label, "count": counts[key]}
        for key, label in _tabs().items()
        if counts[key]
    ]
    keys = [tab["key"] for tab in tabs]
    show = asked.get("show") if asked.get("show") in keys else next(iter(keys), "")
    page = Paginator(_rows(goods_import, str(show)), ROWS).get_page(asked.get("p"))
    categories = Categories()
    is_open = goods_import.state in (State.FAULTY, State.CHECKED)
    has_ended = goods_import.state in (State.DONE, State.CANCELLED)
    return {
        "goods_import": goods_import,
        "badge": state_badge(goods_import),
        "refresh": REFRESH_SECONDS if goods_import.is_to_do else 0,
        "is_alone": _is_alone(goods_import),
        "tabs": tabs,
        "show": show,
        "page": page,
        "rows": [_row(row, categories) for row in page],
        "counts": counts,
        "to_import": counts[Plan.NEW] + counts[Plan.CHANGE],
        "before": _same_file(goods_import) if is_open else None,
        "may_start": goods_import.state == State.CHECKED and counts[Plan.NEW] + counts[Plan.CHANGE],
        "may_cancel": not has_ended and goods_import.state != State.REFUSED,
        "may_add_pictures": is_open,
        "has_left": has_ended and counts["left"] and goods_import.started_at,
    }


def _tabs() -> dict[str, str]:
    """Which rows can be looked at, the most urgent first."""
    return {
        Plan.FAULTY: _("Faults"),
        Outcome.CONFLICT: _("Changed meanwhile"),
        Outcome.FAILED: _("Failed"),
        "warned": _("Please look at"),
        Plan.CHANGE: _("Changes"),
        Plan.NEW: _("New goods"),
        Plan.SAME: _("Unchanged"),
    }


def _counts(goods_import: GoodsImport) -> Counter[str]:
    counts: Counter[str] = Counter()
    found = goods_import.rows.order_by().values_list("plan", "outcome").annotate(Count("pk"))
    for plan, outcome, number in found:
        counts[plan] += number
        if outcome:
            counts[outcome] += number
        if plan in (Plan.NEW, Plan.CHANGE) and outcome != Outcome.DONE:
            counts["left"] += number
    counts["warned"] = goods_import.rows.exclude(warnings=[]).count()
    return counts


def _rows(goods_import: GoodsImport, show: str) -> Any:
    rows = goods_import.rows.order_by("number")
    if show == "warned":
        return rows.exclude(warnings=[])
    if show in (Outcome.CONFLICT, Outcome.FAILED):
        return rows.filter(outcome=show)
    return rows.filter(plan=show)


def _row(row: GoodsImportRow, categories: Categories) -> dict[str, Any]:
    changes = [
        {"label": label, "old": before, "new": after, "is_new": row.plan == Plan.NEW}
        for label, before, after in (
            change_texts(name, old, new, categories) for name, old, new in row.changes
        )
    ]
    faults = [
        {"label": BY_NAME[name].label, "value": value, "text": text}
        for name, value, text in row.faults
    ]
    outcome = row.get_outcome_display() if row.outcome else ""
    return {"row": row, "changes": changes, "faults": faults, "outcome": outcome}


def _is_alone(goods_import: GoodsImport) -> bool:
    """Whether it has waited so long for a worker that there cannot be one."""
    since = goods_import.started_at or goods_import.add_time
    is_waiting = goods_import.is_to_do and goods_import.claimed_until is None
    return is_waiting and timezone.now() - since > PATIENCE


def _same_file(goods_import: GoodsImport) -> GoodsImport | None:
    """Return the latest import that has carried out the same file."""
    same = GoodsImport.objects.filter(digest=goods_import.digest, started_at__isnull=False)
    return same.exclude(pk=goods_import.pk).first()
