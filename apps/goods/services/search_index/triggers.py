"""Triggers that mark goods whose words change, whatever changes them.

A signal or a hook in the code sees neither QuerySet.update() nor SQL by hand, and an index that
misses one change is wrong until somebody notices. They cost a sale nothing that it would notice:
a row whose words stay as they are is only compared.
"""

from typing import Any

from ...models import Goods, GoodsSearchMark

GOODS, MARKS = Goods._meta.db_table, GoodsSearchMark._meta.db_table
_MARK = "INSERT INTO {marks} (goods_id) VALUES ({row}.id)"

# By name: what fires each, and when a mark is due. Bytes are compared, because the collation
# takes texts for equal that a later collation may tell apart.
_TRIGGERS = {
    "goods_search_insert": ("INSERT", "NEW.is_on_sale", "NEW"),
    "goods_search_update": (
        "UPDATE",
        "NEW.is_on_sale <> OLD.is_on_sale OR NEW.is_on_sale AND (NEW.category_id <> OLD.category_id"
        " OR NEW.is_hot <> OLD.is_hot OR NEW.is_new <> OLD.is_new"
        " OR CAST(NEW.search_text AS BINARY) <> CAST(OLD.search_text AS BINARY))",
        "NEW",
    ),
    "goods_search_delete": ("DELETE", "OLD.is_on_sale", "OLD"),
}


def triggers_create(cursor: Any) -> None:
    """Make them anew. Waits for the transactions that are at the goods' table now."""
    for name, (event, condition, row) in _TRIGGERS.items():
        mark = _MARK.format(marks=MARKS, row=row)
        cursor.execute(
            f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {GOODS} FOR EACH ROW"
            f" BEGIN IF {condition} THEN {mark}; END IF; END"
        )


def triggers_drop(cursor: Any) -> None:
    for name in _TRIGGERS:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def triggers_missing(cursor: Any) -> list[str]:
    """Return which are not there."""
    return sorted(_TRIGGERS.keys() - triggers_there(cursor))


def triggers_there(cursor: Any) -> set[str]:
    """Return which are there. Raises what the database refuses."""
    cursor.execute(
        "SELECT trigger_name FROM information_schema.triggers"
        " WHERE trigger_schema = DATABASE() AND event_object_table = %s",
        [GOODS],
    )
    return _TRIGGERS.keys() & {name for (name,) in cursor.fetchall()}
