"""What an order costs: the price of every line, the freight, and the total that the buyer pays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.goods.models import Goods

from ..models import FreightRule
from ..provinces import Province


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
    goods_amount: Decimal
    freight_amount: Decimal

    @property
    def total(self) -> Decimal:
        return self.goods_amount + self.freight_amount


def quote(lines: Iterable[tuple[Goods, int]], destination: Province | None) -> Quote:
    """Price goods (each with how many) that are sent to ``destination`` (None: unknown).

    Prices are those that the goods have. The freight is one fee for the order, by the rule of the
    province as it is now, and none if all goods are ``ship_free``: at most one query.
    """
    priced = [QuoteLine(goods=goods, nums=nums, price=goods.shop_price) for goods, nums in lines]
    goods_amount = sum((line.amount for line in priced), Decimal(0))
    freight_amount = Decimal(0)
    if not all(line.goods.ship_free for line in priced):
        rule = FreightRule.objects.rule_for(destination)
        freight_amount = rule.fee_for(goods_amount) if rule else Decimal(0)
    return Quote(lines=priced, goods_amount=goods_amount, freight_amount=freight_amount)
