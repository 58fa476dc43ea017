"""Lists of tables that grow without end."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import ForeignKey, QuerySet
from django.utils.functional import cached_property
from django.utils.text import capfirst

# Rows are counted up to here. A list shows no more of them: who looks for an older one filters,
# searches or sorts.
MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts to MOST_COUNTED and no further: on MariaDB a count reads every row it counts."""

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        if rows.query.distinct or rows.query.combinator or rows.query.is_sliced:
            return rows.count()
        return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        """How many rows the list shows."""
        return min(self._found, MOST_COUNTED)

    @property
    def has_more(self) -> bool:
        """Whether there are more rows than the list shows."""
        return self._found > MOST_COUNTED


class BoundedChangeList(ChangeList):
    """Reads related rows by queries of their own.

    With a join MariaDB starts at the other table, and sorts all of this one, to show a page of it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:  # "Orders", and not "Select orders to change"
            self.title = str(capfirst(self.opts.verbose_name_plural))

    def apply_select_related(self, qs: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.list_select_related
        if isinstance(wanted, bool):
            wanted = [str(name) for name in self.list_display if self._is_relation(name)]
        return qs.prefetch_related(*wanted)

    def get_ordering_field(self, field_name: Any) -> Any:
        """A column of related rows is ordered by their keys, which an index has in order."""
        if self._is_relation(field_name):
            return f"{field_name}_id"
        return super().get_ordering_field(field_name)

    def _is_relation(self, name: Any) -> bool:
        fields = {field.name: field for field in self.lookup_opts.concrete_fields}
        return isinstance(fields.get(name), ForeignKey)
