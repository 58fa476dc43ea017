"""Carriers and tracking numbers out of a table: which rows can be shipped, and what is wrong.

Nothing is written here: order_ship() ships row by row, and looks again under the order's lock.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from utils.api.errors import DomainError
from utils.spreadsheets.cells import EMPTY, Cell, Table
from utils.spreadsheets.values import CellError, code_of, line_of, scientific_of

from ..carriers import Carrier, carrier_named
from ..models import OrderInfo, Shipment
from .shipping import order_check_shippable, tracking_number_check

MOST_ROWS = 2_000
ORDER, CARRIER, NUMBER = "order_sn", "carrier", "tracking_no"
LABELS = {
    ORDER: gettext_lazy("order number"),
    CARRIER: gettext_lazy("carrier"),
    NUMBER: gettext_lazy("tracking number"),
}
# Headers without case, width, spaces and signs.
HEADERS = {
    **dict.fromkeys(
        ("订单号", "订单编号", "单号", "ordersn", "ordernumber", "order", "orderno"), ORDER
    ),
    **dict.fromkeys(
        ("快递公司", "快递", "物流公司", "承运商", "快递公司名称", "carrier", "company", "shipper"),
        CARRIER,
    ),
    **dict.fromkeys(
        ("快递单号", "运单号", "物流单号", "快递编号", "运单编号", "trackingno", "trackingnumber",
         "tracking", "waybill", "number"), NUMBER,
    ),
}  # fmt: skip


class ShipFileError(DomainError):
    """The table has not the columns that are needed, or too many rows."""


class Fault(NamedTuple):
    """What is wrong with one cell."""

    column: Any
    value: str
    text: str


@dataclass
class ShipRow:
    """A row that names a parcel; ``row`` is what a spreadsheet shows beside it.

    ``is_known``: the order has this parcel already, so that there is nothing to do.
    """

    row: int
    order_sn: str = ""
    carrier: str = ""
    tracking_no: str = ""
    order: OrderInfo | None = None
    is_known: bool = False
    faults: list[Fault] = field(default_factory=list)

    @property
    def carrier_name(self) -> Any:
        return Carrier(self.carrier).label if self.carrier in Carrier.values else self.carrier

    @property
    def is_to_do(self) -> bool:
        return not self.faults and not self.is_known


def ship_rows_read(table: Table) -> list[ShipRow]:
    """Return the rows that name a carrier or a number; raises ShipFileError.

    Columns with other headers are left alone, so that the list of orders to ship can be filled in
    and sent back.
    """
    places = _places(table)
    rows = []
    for row in table.rows[1:]:
        cells = {
            name: row.cells[place] if place < len(row.cells) else EMPTY
            for name, place in places.items()
        }
        if cells[CARRIER].is_empty and cells[NUMBER].is_empty:
            continue
        read = ShipRow(row=row.number)
        read.order_sn = _value(read, ORDER, cells[ORDER], _code)
        read.carrier = _value(read, CARRIER, cells[CARRIER], _carrier)
        # A parcel of no carrier has no number.
        is_needed = read.carrier != Carrier.OTHER
        read.tracking_no = _value(read, NUMBER, cells[NUMBER], _code, is_needed=is_needed)
        rows.append(read)
    if len(rows) > MOST_ROWS:
        text = ngettext("More than %(limit)d row with a number. Split the file.",
                        "More than %(limit)d rows with a number. Split the file.",
                        MOST_ROWS)  # fmt: skip
        raise ShipFileError(text % {"limit": MOST_ROWS})
    return rows


def ship_rows_check(rows: Sequence[ShipRow]) -> None:
    """Find the orders of the rows, and add what is wrong with each. Four queries."""
    wanted = {row.order_sn for row in rows if row.order_sn}
    orders = {
        order.order_sn: order for order in OrderInfo.objects.filter(order_sn__in=wanted).for_list()
    }
    parcels = set(
        Shipment.objects.current()
        .filter(order__order_sn__in=wanted)
        .values_list("order__order_sn", "tracking_no")
    )
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        _check_number(row)
        if row.faults:
            continue
        row.order = orders.get(row.order_sn)
        if row.order is None:
            row.faults.append(Fault(LABELS[ORDER], row.order_sn, _("There is no such order.")))
            continue
        parcel = (row.order_sn, row.tracking_no)
        if (first := seen.setdefault(parcel, row.row)) != row.row:
            text = _("Row %(row)d has the same parcel.") % {"row": first}
            row.faults.append(Fault(LABELS[NUMBER], row.tracking_no, text))
        elif parcel in parcels:
            row.is_known = True
        else:
            _check_order(row)


def _places(table: Table) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(table.rows[0].cells):
        name = HEADERS.get(_folded(cell.text))
        if name is None:
            continue
        if name in places:
            text = _("The column “%(column)s” is there twice.")
            raise ShipFileError(text % {"column": cell.text.strip()[:50]})
        places[name] = place
    missing = [str(label) for name, label in LABELS.items() if name not in places]
    if missing:
        text = _("The first row must be headers; missing: %(columns)s.")
        raise ShipFileError(text % {"columns": _(", ").join(missing)})
    return places


def _folded(header: str) -> str:
    plain = unicodedata.normalize("NFKC", header).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _value(
    row: ShipRow, name: str, cell: Cell, read: Callable[[Cell], str], *, is_needed: bool = True
) -> str:
    """Return the value of a cell; what is wrong with it is added to the row's faults."""
    if cell.is_empty:
        if is_needed:
            row.faults.append(Fault(LABELS[name], "", _("It is missing.")))
        return ""
    try:
        return read(cell)
    except CellError as error:
        row.faults.append(Fault(LABELS[name], cell.text.strip()[:60], str(error)))
        return ""


def _code(cell: Cell) -> str:
    code = code_of(cell)
    # 2.0261127E+21 is what Excel makes of an order number in a CSV file.
    return scientific_of(code) or code


def _carrier(cell: Cell) -> str:
    carrier = carrier_named(line_of(cell))
    if carrier is None:
        names = _(", ").join(str(known.label) for known in Carrier)
        raise CellError(_("It is not one of: %(names)s.") % {"names": names})
    return carrier.value


def _check_number(row: ShipRow) -> None:
    if row.carrier not in Carrier.values or not (row.tracking_no or row.carrier == Carrier.OTHER):
        return
    try:
        row.tracking_no = tracking_number_check(row.carrier, row.tracking_no)
    except DomainError as error:
        row.faults.append(Fault(LABELS[NUMBER], row.tracking_no[:60], str(error)))


def _check_order(row: ShipRow) -> None:
    assert row.order is not None
    try:
        order_check_shippable(row.order)
    except DomainError as error:
        row.faults.append(Fault(LABELS[ORDER], row.order_sn, str(error)))
