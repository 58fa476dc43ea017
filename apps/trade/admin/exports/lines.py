"""A row for each line of orders. What belongs to a whole order stands in its first row alone."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from utils.spreadsheets.xlsx_stream import Sheet

from ...models import OrderGoods, OrderInfo
from .columns import Column, sheet_of
from .orders import given_back, order_pages, reason_text, status_text


class Line(NamedTuple):
    order: OrderInfo
    goods: OrderGoods
    is_first: bool


def _of_order(read: Callable[[OrderInfo], Any]) -> Callable[[Line], Any]:
    """A fact of the order, on each of its rows."""
    return lambda line: read(line.order)


def _once(read: Callable[[OrderInfo], Any]) -> Callable[[Line], Any]:
    """An amount of the order, on the first of its rows: so the column can be added up."""
    return lambda line: read(line.order) if line.is_first else None


COLUMNS = (
    Column(_("order number"), _of_order(lambda order: order.order_sn)),
    Column(_("status"), _of_order(status_text)),
    Column(_("ordered"), _of_order(lambda order: order.add_time)),
    Column(_("paid"), _of_order(lambda order: order.pay_time)),
    Column(_("shipped"), _of_order(lambda order: order.shipped_at)),
    Column(_("closed because"), _of_order(reason_text)),
    Column(_("username"), _of_order(lambda order: order.user.username)),
    Column(_("recipient"), _of_order(lambda order: order.signer_name)),
    Column(_("recipient's mobile"), _of_order(lambda order: order.singer_mobile)),
    Column(_("address"), _of_order(lambda order: order.address)),
    Column(_("buyer's note"), _of_order(lambda order: order.post_script)),
    Column(_("freight"), _once(lambda order: order.freight_amount), True),
    Column(_("total"), _once(lambda order: order.order_mount), True),
    Column(_("given back"), _once(given_back), True),
    Column(_("trade number"), _of_order(lambda order: order.trade_no)),
    Column(_("goods number"), lambda line: line.goods.goods.goods_sn),
    Column(_("goods"), lambda line: line.goods.name),
    Column(_("price"), lambda line: line.goods.price),
    Column(_("pieces"), lambda line: line.goods.goods_num, True),
    Column(_("amount"), lambda line: line.goods.amount, True),
)


def lines_sheet(orders: QuerySet[OrderInfo]) -> Sheet:
    """Return the lines of orders, the newest order first: six queries for each 1,000 orders."""
    return sheet_of(gettext("order lines"), COLUMNS, _pages(orders))


def _pages(orders: QuerySet[OrderInfo]) -> Iterator[list[Line]]:
    named = Prefetch("goods", queryset=Goods.objects.only("goods_sn"))
    lines = Prefetch("lines", queryset=OrderGoods.objects.order_by("pk").prefetch_related(named))
    for page in order_pages(orders, lines):
        yield [
            Line(order, goods, is_first=not number)
            for order in page
            for number, goods in enumerate(order.lines.all())
        ]
