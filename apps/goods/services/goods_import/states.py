"""The values of goods as rows of an import keep them, and what they are in the database."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ...models import Goods, GoodsImage
from .columns import BY_NAME

# Columns that are fields of the goods row.
FIELDS = tuple(
    name for name, column in BY_NAME.items()
    if column.parse is not None and name not in ("stock_change", "images")
)  # fmt: skip
_TEXTS = {"name", "goods_brief", "goods_desc", "goods_sn"}
# Stands before the name of a picture that comes in a zip.
ZIPPED = "zip:"

State = dict[str, Any]


def states_read(goods_ids: Collection[int], *, with_pictures: bool) -> dict[int, State]:
    """Return the values of goods by their ids, ``stock`` among them: one query, or two."""
    rows = Goods.objects.filter(pk__in=goods_ids).order_by()
    states = {
        pk: state_of(dict(zip(FIELDS, values, strict=True)), stock=stock)
        for pk, stock, *values in rows.values_list("pk", "goods_num", *FIELDS)
    }
    if with_pictures:
        for state in states.values():
            state["images"] = []
        pictures = GoodsImage.objects.filter(goods__in=goods_ids).order_by("pk")
        for pk, image in pictures.values_list("goods", "image"):
            if pk in states:
                states[pk]["images"].append(image)
    return states


def state_of(values: Mapping[str, Any], *, stock: int) -> State:
    """Return the values of a goods row as JSON keeps them."""
    state: State = {"stock": stock}
    for name, value in values.items():
        if isinstance(value, Decimal):
            value = f"{value:.2f}"
        elif isinstance(value, datetime):
            value = value.astimezone(UTC).replace(microsecond=0).isoformat()
        elif name == "goods_front_image":
            value = str(value or "")
        state[name] = value
    return state


def model_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a goods row takes, from values as JSON keeps them."""
    row: dict[str, Any] = {}
    for name, value in values.items():
        if name == "category":
            row["category_id"] = value
        elif name in ("shop_price", "market_price"):
            row[name] = Decimal(value)
        elif name == "add_time":
            row[name] = datetime.fromisoformat(value)
        else:
            row[name] = value
    return row


def is_same(name: str, old: Any, new: Any) -> bool:
    """Whether a file says what the goods have: line breaks and space around it aside."""
    if name not in _TEXTS:
        return bool(old == new)
    return bool(old.replace("\r\n", "\n").replace("\r", "\n").strip() == new)
