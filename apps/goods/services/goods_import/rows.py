"""The rows of an import as files: its result, and what is left to do."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ...models import GoodsImport, GoodsImportRow
from .categories import Categories
from .columns import BY_NAME
from .headers import NOTE
from .showing import cell_text, change_texts

Plan, Outcome = GoodsImportRow.Plan, GoodsImportRow.Outcome


def rows_left(goods_import: GoodsImport) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows of what was to be imported and was not: a file to import again."""
    columns = goods_import.columns
    categories = Categories()
    left = goods_import.rows.filter(plan__in=(Plan.NEW, Plan.CHANGE)).exclude(outcome=Outcome.DONE)
    rows = []
    for row in left.order_by("number").iterator(chunk_size=500):
        cells = {"goods_sn": row.goods_sn}
        cells |= {name: cell_text(name, new, categories) for name, _old, new in row.changes}
        # What the goods have already stays out: it is not this file's to change back.
        rows.append([cells.get(name, "") for name in columns])
    return [str(BY_NAME[name].label) for name in columns], rows


def result_header(goods_import: GoodsImport) -> list[str]:
    """Notes, which an import does not read: the stock of this file must not be moved again."""
    labels = [str(BY_NAME[name].label) for name in goods_import.columns]
    return [NOTE[0] + text for text in (_("row"), _("outcome"), _("changes and reasons"), *labels)]


def result_rows(goods_import: GoodsImport) -> Iterator[list[Any]]:
    """Yield every row of an import: its number, what became of it, its changes, its cells."""
    categories = Categories()
    for row in goods_import.rows.order_by("number").iterator(chunk_size=500):
        changes = (change_texts(name, old, new, categories) for name, old, new in row.changes)
        texts = [f"{label}: {old} → {new}" for label, old, new in changes]
        texts += [f"{BY_NAME[name].label}: {value}: {text}" for name, value, text in row.faults]
        outcome = row.get_outcome_display() if row.outcome else row.get_plan_display()
        yield [
            row.number, str(outcome), "; ".join([row.reason, *texts] if row.reason else texts),
            *(row.cells.get(name, "") for name in goods_import.columns),
        ]  # fmt: skip
