import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Sum

from apps.goods.models import Goods, StockMovement
from apps.goods.services.stock import (
    OutOfStockError,
    Shortage,
    StockTooLowError,
    stock_adjust,
    stock_return,
    stock_take,
)

from .factories import make_category, make_goods

pytestmark = pytest.mark.django_db


def ledger(goods: Goods) -> list[tuple[int, str, str]]:
    rows = StockMovement.objects.filter(goods=goods).order_by("pk")
    return list(rows.values_list("delta", "reason", "reference"))


@pytest.fixture
def goods() -> Goods:
    return make_goods(make_category(), stock=5)


def test_a_change_of_stock_is_in_the_ledger(goods: Goods) -> None:
    stock_adjust(goods_id=goods.pk, delta=-5, reference="admin:1")
    stock_adjust(goods_id=goods.pk, delta=2, reference="admin:1")
    goods.refresh_from_db()
    assert goods.goods_num == 2
    assert ledger(goods) == [(5, "adjust", ""), (-5, "adjust", "admin:1"), (2, "adjust", "admin:1")]
    assert StockMovement.objects.aggregate(sum=Sum("delta"))["sum"] == 2


def test_no_change_writes_nothing(goods: Goods) -> None:
    stock_adjust(goods_id=goods.pk, delta=0)
    assert ledger(goods) == [(5, "adjust", "")]


def test_more_than_there_is_changes_nothing(goods: Goods) -> None:
    with pytest.raises(StockTooLowError, match=r"库存不足，无法减少 6 件。"):
        stock_adjust(goods_id=goods.pk, delta=-6)
    goods.refresh_from_db()
    assert goods.goods_num == 5
    assert ledger(goods) == [(5, "adjust", "")]


def test_unknown_goods(goods: Goods) -> None:
    with pytest.raises(Goods.DoesNotExist):
        stock_adjust(goods_id=goods.pk + 1, delta=1)


def test_all_is_taken_or_nothing(goods: Goods) -> None:
    more = make_goods(goods.category, name="酥梨", stock=3)
    rest = make_goods(goods.category, stock=2)
    pieces = {rest.pk: 2, more.pk: 4, goods.pk: 5}
    with pytest.raises(OutOfStockError) as refusal:
        stock_take(pieces=pieces, reference="x")
    assert refusal.value.shortages == [Shortage(more.pk, "酥梨", wanted=4, available=3)]
    assert [*Goods.objects.values_list("goods_num", flat=True)] == [5, 3, 2]
    assert StockMovement.objects.count() == 3

    stock_take(pieces={**pieces, more.pk: 3}, reference="x")
    assert [*Goods.objects.values_list("goods_num", flat=True)] == [0, 0, 0]
    assert ledger(more) == [(3, "adjust", ""), (-3, "hold", "x")]


def test_all_is_given_back_or_nothing(goods: Goods) -> None:
    with pytest.raises(Goods.DoesNotExist), transaction.atomic():
        stock_return(
            pieces={goods.pk: 1, goods.pk + 1: 1}, reason=StockMovement.Reason.CLOSE, reference="x"
        )
    goods.refresh_from_db()
    assert (goods.goods_num, ledger(goods)) == (5, [(5, "adjust", "")])


def test_goods_with_a_ledger_cannot_be_deleted(goods: Goods) -> None:
    with pytest.raises(ProtectedError):
        goods.delete()
    assert Goods.objects.get() == goods


def test_goods_that_never_had_stock_can_be_deleted() -> None:
    make_goods(make_category(), pictures=1).delete()
    assert not Goods.objects.exists()


@pytest.mark.parametrize(
    "column", ["goods_num", "sold_num", "fav_num", "shop_price", "market_price"]
)
def test_the_database_itself_refuses_a_negative(goods: Goods, column: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Goods.objects.filter(pk=goods.pk).update(**{column: -1})
