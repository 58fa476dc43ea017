"""Reading many rows without keeping them: MariaDB's client would fetch all of them at once."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

SIZE = 1000


def rows_in_pages(
    rows: QuerySet[Any], *, size: int = SIZE, newest_first: bool = False
) -> Iterator[list[Any]]:
    """Yield the rows of a queryset in lists of ``size``, by primary key, a query for each.

    ``rows`` is neither sliced nor a list of values. A row that is written meanwhile is seen or not.
    """
    rows = rows.order_by("-pk" if newest_first else "pk")
    after = "pk__lt" if newest_first else "pk__gt"
    page = list(rows[:size])
    while page:
        yield page
        page = list(rows.filter(**{after: page[-1].pk})[:size]) if len(page) == size else []
