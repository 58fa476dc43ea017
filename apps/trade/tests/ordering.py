"""What a buyer's client does on the way to an order, and all that it may change."""

from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from apps.goods.models import Goods, StockMovement
from apps.trade.models import CartLine, HoldWindow, OrderGoods, OrderInfo
from apps.trade.services.lapsed_holds import holds_release_lapsed
from tests.clients import send

from .addresses import DESTINATION

WRITTEN = (CartLine, OrderInfo, OrderGoods, StockMovement, HoldWindow)


def fill(client: Any, *lines: tuple[Goods, int]) -> None:
    """Put goods into the cart of the client's buyer."""
    for goods, nums in lines:
        response = client.post("/shopcarts/", {"goods": goods.pk, "nums": nums})
        assert response.status_code == 201, response.json()


def order(client: Any, **fields: Any) -> Any:
    return send(client, "post", "/orders/", {**DESTINATION, **fields})


def buy(client: Any, goods: Goods, nums: Any = 1, **fields: Any) -> Any:
    return order(client, buy_now={"goods": goods.pk, "nums": nums}, **fields)


def lapse() -> None:
    """Release every hold, as if an hour had passed."""
    holds_release_lapsed(now=timezone.now() + timedelta(hours=1))


def state(*more: type[Model]) -> list[Any]:
    """Return every row that a checkout can write; ``more`` are models whose rows count, too.

    A buyer's first checkout makes the row that is locked (ShoppingCart), also when it is refused.
    """
    models: Any = (*WRITTEN, *more)
    return [list(model.objects.order_by("pk").values()) for model in models] + [
        list(Goods.objects.order_by("pk").values("goods_num", "sold_num"))
    ]
