"""What the template of the start page gets."""

from typing import Any

from django.http import HttpRequest

from .chart import chart_of
from .figures import BEST_DAYS, sales_read, sellers_read
from .todo import tasks_read


def start_page_context(request: HttpRequest) -> dict[str, Any]:
    """Return the numbers for whoever asks: each only with the permission to see what it counts.

    ``?days=30`` shows the best sellers of another period. At most 16 queries.
    """
    may = request.user.has_perm
    asked = request.GET.get("days", "")
    best_days = next((days for days in BEST_DAYS if asked == str(days)), BEST_DAYS[0])
    sales = sales_read(may)
    return {
        "figures": sales.figures,
        "chart": chart_of(sales.days) if sales.days else None,
        "tasks": tasks_read(may),
        "sellers": sellers_read(may, days=best_days),
        "best_days": best_days,
        "best_days_offered": BEST_DAYS,
    }
