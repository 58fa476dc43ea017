"""What an import did, in the history of each of its goods."""

from collections.abc import Iterable

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext as _

from utils.text.language import in_shop_language

from ...models import Goods, GoodsImport, GoodsImportRow
from .categories import Categories
from .columns import BY_NAME
from .showing import value_text


def history_write(goods_import: GoodsImport, rows: Iterable[GoodsImportRow]) -> None:
    """Write an entry for each row: who imported, and each value before and after.

    Nothing of an import whose staff account is gone: an entry needs one.
    """
    if goods_import.staff_id is None:
        return
    kind = ContentType.objects.get_for_model(Goods)
    rows = list(rows)
    categories = None
    if any(name == "category" for row in rows for name, _old, _new in row.changes):
        categories = Categories()
    with in_shop_language():
        entries = [
            LogEntry(
                user_id=goods_import.staff_id, content_type=kind, object_id=str(row.goods_id),
                object_repr=(row.cells.get("name") or row.goods_sn)[:200],
                action_flag=ADDITION if row.plan == GoodsImportRow.Plan.NEW else CHANGE,
                change_message=_told(goods_import, row, categories),
            )
            for row in rows
        ]  # fmt: skip
    LogEntry.objects.bulk_create(entries)


def _told(goods_import: GoodsImport, row: GoodsImportRow, categories: Categories | None) -> str:
    changes = []
    for name, old, new in row.changes:
        after = value_text(name, new, categories)
        if row.plan == GoodsImportRow.Plan.CHANGE and name != "stock_change":
            after = f"{value_text(name, old, categories)} → {after}"
        changes.append(f"{BY_NAME[name].label} {after}")
    return _("Import %(number)d, row %(row)d: %(changes)s") % {
        "number": goods_import.pk, "row": row.number, "changes": "; ".join(changes),
    }  # fmt: skip
