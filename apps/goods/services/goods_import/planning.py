"""What one row of a file would do to its goods."""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from utils.spreadsheets.values import CellError, text_of

from ...models import GoodsImportRow
from ..stock import MOST_PIECES
from .categories import Categories
from .columns import BY_NAME, REQUIRED
from .numbering import Numbered, cell_at
from .pictures import Pictures
from .states import ZIPPED, State, is_same

Plan = GoodsImportRow.Plan

# A price that moves by more is shown as a likely slip.
WIDE = Decimal("0.3")
MAX_SHOWN = 200
_TAG = re.compile(r"<\s*([a-zA-Z][a-zA-Z0-9]*)")


class RowFinders:
    """Finds what the cells of one row refer to: pictures also among those of its goods."""

    def __init__(self, categories: Categories, pictures: Pictures, state: State | None) -> None:
        self._categories, self._pictures = categories, pictures
        own = [*(state or {}).get("images", ()), (state or {}).get("goods_front_image", "")]
        self._own: dict[str, str] = {name: name for name in own if name}
        self._own |= {PurePosixPath(name).name: name for name in self._own}

    def category(self, text: str) -> int:
        return self._categories.find(text)

    def picture(self, name: str) -> str:
        try:
            return ZIPPED + self._pictures.find(name)
        except CellError:
            if name in self._own:
                return self._own[name]
            raise


def row_plan(
    numbered: Numbered, *, places: Mapping[str, int], finders: RowFinders, state: State | None
) -> GoodsImportRow:
    """Return the row of an import, not saved: its faults, or its changes.

    ``state`` are the values of its goods, None for new ones.
    """
    row = GoodsImportRow(
        number=numbered.row.number,
        goods_sn=numbered.number[:100] or cell_at(numbered.row, places["goods_sn"]).text[:100],
        goods_id=numbered.goods_id,
        plan=Plan.FAULTY,
    )
    values: dict[str, Any] = {}
    for name, place in places.items():
        cell = cell_at(numbered.row, place)
        row.cells[name] = cell.text.strip()
        if name == "goods_sn":
            if numbered.fault:
                _fault(row, name, cell.text, numbered.fault)
            continue
        if cell.is_empty:
            continue
        parse = BY_NAME[name].parse
        assert parse is not None
        try:
            values[name] = parse(cell, finders)
        except CellError as error:
            _fault(row, name, cell.text, str(error))
        else:
            if name == "goods_desc":
                _warn_of_cleaning(row, text_of(cell), values[name])
    if numbered.goods_id is None and not numbered.fault:
        for name in REQUIRED[1:]:
            if name not in places or not row.cells.get(name):
                _fault(row, name, "", _("New goods need it."))
    _check_stock(row, values, state)
    order = [*places, *REQUIRED]
    row.faults.sort(key=lambda fault: order.index(fault[0]))
    if not row.faults:
        _plan(row, values, state)
    return row


def _plan(row: GoodsImportRow, values: dict[str, Any], state: State | None) -> None:
    change = values.pop("stock_change", 0)
    if state is None:
        row.plan = Plan.NEW
        values.setdefault("market_price", values["shop_price"])
        row.changes = [[name, None, value] for name, value in values.items()]
    else:
        row.changes = [
            [name, state[name], value]
            for name, value in values.items()
            if not is_same(name, state[name], value)
        ]
        row.plan = Plan.CHANGE if row.changes or change else Plan.SAME
    if change:
        row.changes.append(["stock_change", state["stock"] if state else 0, change])
    _warn_of_prices(row, values, state)


def _check_stock(row: GoodsImportRow, values: dict[str, Any], state: State | None) -> None:
    change, stock = values.get("stock_change", 0), state["stock"] if state else 0
    if change < 0 and stock + change < 0:
        text = _("Only %(pieces)d are left.") % {"pieces": stock}
        _fault(row, "stock_change", str(change), text)
    elif stock + change > MOST_PIECES:
        text = _("Stock is at most %(pieces)d pieces.") % {"pieces": MOST_PIECES}
        _fault(row, "stock_change", str(change), text)


def _warn_of_prices(row: GoodsImportRow, values: dict[str, Any], state: State | None) -> None:
    after = {**(state or {}), **values}
    changed = {name for name, _old, _new in row.changes}
    price, market = Decimal(after["shop_price"]), Decimal(after["market_price"])
    if "shop_price" in changed:
        before = Decimal(state["shop_price"]) if state else Decimal(0)
        if not price:
            row.warnings.append(_("The shop price is 0: the goods cost nothing."))
        elif before and abs(price - before) > WIDE * before:
            percent = round((price - before) / before * 100)
            row.warnings.append(
                _("The shop price moves by %(percent)+d %%.") % {"percent": percent}
            )
    if changed & {"shop_price", "market_price"} and 0 < market < price:
        row.warnings.append(_("The market price is below the shop price."))


def _warn_of_cleaning(row: GoodsImportRow, text: str, cleaned: str) -> None:
    gone = {tag.lower() for tag in _TAG.findall(text)} - {t.lower() for t in _TAG.findall(cleaned)}
    if gone:
        row.warnings.append(
            _("These are not kept in descriptions: %(tags)s.")
            % {"tags": ", ".join(f"<{tag}>" for tag in sorted(gone)[:10])}
        )


def _fault(row: GoodsImportRow, name: str, value: str, text: str) -> None:
    row.faults.append([name, value.strip()[:MAX_SHOWN], text])
