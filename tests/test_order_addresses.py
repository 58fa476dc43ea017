"""Orders that go to an address of the buyer's book: trade asks, user_operation answers."""

from collections.abc import Callable
from typing import Any

import pytest

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, OrderInfo
from apps.trade.tests.addresses import DESTINATION, add_address
from apps.user_operation.models import UserAddress

from .clients import send

pytestmark = pytest.mark.django_db

MISSING = "对象不存在。"


@pytest.fixture(autouse=True)
def goods(mine: Any) -> Goods:
    """Two of them are in the cart."""
    goods = make_goods(make_category(), stock=10)
    assert mine.post("/shopcarts/", {"goods": goods.pk, "nums": 2}).status_code == 201
    return goods


@pytest.fixture
def address(mine: Any) -> int:
    return add_address(mine)


@pytest.fixture
def refused(mine: Any) -> Callable[[dict[str, Any], Any], None]:
    """Assert that a checkout was refused so, that nothing changed, and that a preview says so."""

    def check(body: dict[str, Any], text: str, *, by_preview: int = 200) -> None:
        response = send(mine, "post", "/orders/", body)
        assert (response.status_code, response.json()) == (400, {"address_id": [text]})
        assert (OrderInfo.objects.count(), CartLine.objects.count()) == (0, 1)
        preview = send(mine, "post", "/orders/preview/", body)
        assert preview.status_code == by_preview
        said = preview.json()
        assert (said["problems"] if by_preview == 200 else said["address_id"]) == [text]

    return check


def test_an_order_to_an_address_of_the_book(mine, address):
    answer = send(mine, "post", "/orders/", {"address_id": str(address), "post_script": "早上送"})
    shown = {name: answer.json()[name] for name in (*DESTINATION, "post_script")}
    assert (answer.status_code, shown) == (
        201,
        {
            "address": "广东省深圳市南山区科技园 1 号", "signer_name": "小满",
            "singer_mobile": "13800000001", "post_script": "早上送",
        },
    )  # fmt: skip
    assert mine.delete(f"/address/{address}/").status_code == 204
    assert mine.get(f"/orders/{answer.json()['id']}/").json()["address"] == shown["address"]


@pytest.mark.parametrize(
    ("number", "text", "by_preview"),
    [
        (999_999, MISSING, 200),
        ("theirs", MISSING, 200),
        (0, MISSING, 200),
        (10**30, MISSING, 400),
        (-1, MISSING, 400),
        ("x", MISSING, 400),
        (True, "请填写合法的整数值。", 400),
        ([1], "请填写合法的整数值。", 400),
    ],
)
def test_what_an_address_id_may_not_be(theirs, refused, number, text, by_preview):
    number = add_address(theirs) if number == "theirs" else number
    refused({"address_id": number}, text, by_preview=by_preview)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"address": "长" * 100}, "地址有 109 个字，面单最多 100 个字，请先缩短该地址。"),
        ({"signer_name": "长" * 21}, "收货人有 21 个字，面单最多 20 个字，请先缩短该地址。"),
        ({"signer_name": " "}, "该地址没有填写收货人，请先补充。"),
        (dict.fromkeys(("province", "city", "district", "address"), ""),
         "该地址没有填写地址，请先补充。"),
        ({"signer_mobile": "123"}, "该地址的手机号码无效。"),
    ],
)  # fmt: skip
def test_an_address_that_fits_no_parcel(address, refused, change, text):
    """Some of these only staff, or another program, can have written."""
    UserAddress.objects.update(**change)
    refused({"address_id": address}, text)


def test_an_address_twice(address, refused):
    text = "address_id 和手填的地址只能二选一。"
    refused({**DESTINATION, "address_id": address}, text, by_preview=400)
    fields = {"address_id": address, "singer_mobile": "13800000001"}
    refused(fields, text, by_preview=400)
