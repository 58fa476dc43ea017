"""What goods cost: the price of every line, and the total that the buyer pays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.goods.models import Goods

from ..models import CartLine


@dataclass(frozen=True, kw_only=True)
class QuoteLine:
    """``nums`` pieces of ``goods`` at ``price`` yuan each."""

    goods: Goods
    nums: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """The price of all its pieces, in yuan."""
        return self.price * self.nums


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The lines of an order to be, and what they cost. Amounts are in yuan.

    ``total`` is what the order's buyer pays: whatever else is charged or taken off is added
    there.
    """

    lines: Sequence[QuoteLine]

    @property
    def goods_amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods_amount


def quote(lines: Iterable[CartLine], goods: Mapping[int, Goods]) -> Quote:
    """Price cart lines at today's prices; ``goods`` has the goods of all ``lines`` by id."""
    return Quote(
        lines=[
            QuoteLine(
                goods=goods[line.goods_id],
                nums=line.nums,
                price=goods[line.goods_id].shop_price,
            )
            for line in lines
        ]
    )
