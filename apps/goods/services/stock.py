"""Every change of stock: one conditional UPDATE and its ledger row, in one transaction."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ..models import Goods, StockMovement


class StockTooLowError(Exception):
    """An adjustment would take more pieces than there are; nothing was changed."""

    def __init__(self, *, goods_id: int, delta: int) -> None:
        self.goods_id = goods_id
        self.delta = delta
        super().__init__(_("Stock is too low to take %(pieces)d away.") % {"pieces": -delta})


@transaction.atomic
def stock_adjust(*, goods_id: int, delta: int, reference: str = "") -> None:
    """Add ``delta`` pieces (negative: take them away) because staff said so.

    Takes a difference, not a new total, so that a form opened before a sale does not undo
    the sale. Raises StockTooLowError, changing nothing, when fewer than ``-delta`` are left;
    Goods.DoesNotExist when there are no such goods.
    """
    if delta == 0:
        return
    taken = Goods.objects.filter(pk=goods_id, goods_num__gte=max(0, -delta)).update(
        goods_num=F("goods_num") + delta
    )
    if not taken:
        Goods.objects.only("pk").get(pk=goods_id)
        raise StockTooLowError(goods_id=goods_id, delta=delta)
    StockMovement.objects.create(
        goods_id=goods_id, delta=delta, reason=StockMovement.Reason.ADJUST, reference=reference
    )
