"""The answers to a buyer are as the OpenAPI description says, whatever the buyer sends."""

from typing import Any

import pytest
import schemathesis
from django.utils import timezone

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderInfo
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.payments import payment_confirm
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import Wish, refund_request_open
from apps.trade.tests.addresses import DESTINATION
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.favourites import favourite_add
from apps.user_operation.services.messages import message_leave
from apps.user_operation.tests.test_addresses import HOME
from apps.users.models import UserProfile

from .asked_as_described import check, is_closed, random_cases
from .clients import client_of
from .closed_wsgi import application

# As in test_schema.py: the WSGI application closes a connection that stands in a transaction.
pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.one_database,
]  # fmt: skip


@pytest.fixture
def cookies(transactional_db: None) -> dict[str, str]:
    """Those of a buyer who is logged in and has one of everything."""
    buyer = UserProfile.objects.create_user("13800000001")
    goods = make_goods(make_category(), stock=1000, pictures=1)
    favourite_add(user_id=buyer.pk, goods_id=goods.pk)
    address_add(user_id=buyer.pk, fields=HOME)
    message_leave(user_id=buyer.pk, message_type=1, subject="a", message="b", attachment=None)
    for _ in range(2):  # an order, and a cart
        cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=2)
        if not buyer.orders.exists():
            order = order_create(user_id=buyer.pk, destination=Destination(**DESTINATION))
            paid_with_a_request(order)
    token = "a" * 32
    return {"sessionid": client_of(buyer).cookies["sessionid"].value, "csrftoken": token}


@pytest.fixture
def schema(cookies: dict[str, str]) -> Any:
    schema = schemathesis.openapi.from_wsgi("/schema/?format=json", application)
    # A token that is made up would be 401 in spite of the session.
    schema.config.generation.update(with_security_parameters=False)
    return schema


def paid_with_a_request(order: OrderInfo) -> None:
    payment_confirm(order_id=order.pk, trade_no="trade", amount=order.order_mount,
                    paid_at=timezone.now())  # fmt: skip
    wish = Wish(reason="wrong", amount=None, description="")
    refund_request_open(user_id=order.user_id, order_id=order.pk, wish=wish, files=PictureFiles())


@pytest.fixture
def asked() -> set[str]:
    return set()


lazy_schema = schemathesis.pytest.from_fixture("schema")


@lazy_schema.include(is_closed).exclude(path=["/logout/", "/password/change/"]).parametrize()
@random_cases
def test_answers_to_a_buyer_are_as_described(
    case: Any, cookies: dict[str, str], asked: set[str]
) -> None:
    headers = {"X-CSRFToken": cookies["csrftoken"]}
    assert check(case, asked, cookies=cookies, headers=headers) not in {401, 403}
