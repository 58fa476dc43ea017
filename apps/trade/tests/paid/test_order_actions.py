"""What a buyer does to an order: cancel, confirm receipt, delete."""

from typing import Any

import pytest
from django.utils import timezone

from apps.trade.models import OrderInfo
from apps.trade.services.payments import payment_finish
from apps.trade.tests.shipping import ship
from tests.audit import assert_audit_clean

pytestmark = pytest.mark.django_db

ON_ITS_WAY = {"detail": "订单不在待收货状态，不能确认收货。"}
PAID = {"detail": "订单已付款，不能取消。"}
STAYS = {"detail": "订单已付款，确认收货之前不能删除。"}


def row_of(order: dict[str, Any]) -> tuple[Any, ...]:
    row = OrderInfo.objects.get(pk=order["id"])
    return row.pay_status, row.closed_by, row.is_hidden, row.received_by, row.cancel_reason


# --- Cancelling ---------------------------------------------------------------------------------


def test_cancelled_and_still_listed(mine, order_of, gateway, goods, stock) -> None:
    order = order_of(3)
    path = f"/orders/{order['id']}/"
    answer = mine.post(f"{path}cancel/", {"reason": "拍错了"}, format="json")
    assert answer.status_code == 200
    assert answer.json() == mine.get(path).json()
    shown = answer.json()
    assert (shown["status"], shown["close_reason"], shown["actions"], shown["alipay_url"]) == (
        "closed", "cancelled", ["delete"], None
    )  # fmt: skip
    assert "cancel_reason" not in shown
    assert (row_of(order), stock(goods)) == (
        ("TRADE_CLOSED", "cancel", False, "", "拍错了"), 8
    )  # fmt: skip
    # Again: as it is, and the first reason stays.
    gateway.asked.clear()
    again = mine.post(f"{path}cancel/", {"reason": "another"}, format="json")
    assert (again.status_code, again.json()) == (200, shown)
    assert (row_of(order)[4], stock(goods), gateway.asked) == ("拍错了", 8, [])
    assert mine.get("/orders/").json()[0]["id"] == order["id"]
    assert_audit_clean()


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}, {"reason": " \n"}])
def test_no_reason_is_needed(mine, order_of, gateway, body) -> None:
    order = order_of(1)
    answer = mine.post(f"/orders/{order['id']}/cancel/", body, format="json")
    assert (answer.status_code, row_of(order)[4]) == (200, "")


@pytest.mark.parametrize("reason", ["x" * 201, ["x"], {"a": 1}, "a\x00b"])
def test_a_reason_that_is_none(mine, order_of, gateway, reason) -> None:
    order = order_of(1)
    answer = mine.post(f"/orders/{order['id']}/cancel/", {"reason": reason}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["reason"])
    assert (row_of(order)[0], gateway.asked) == ("paying", [])


def test_what_is_paid_is_not_cancelled(mine, order_of, paid_order, gateway, stock, goods) -> None:
    lost = order_of(1)
    gateway.pay(lost["alipay_url"], drop=True)  # its notice is lost; the gateway knows better
    for order in (paid_order, lost, lost):
        answer = mine.post(f"/orders/{order['id']}/cancel/")
        assert (answer.status_code, answer.json()) == (400, PAID)
        assert row_of(order) == ("TRADE_SUCCESS", "", False, "", "")
    assert stock(goods) == 7


def test_a_silent_gateway(mine, order_of, gateway) -> None:
    order = order_of(1)
    gateway.silent = True
    answer = mine.post(f"/orders/{order['id']}/cancel/", {"reason": "x"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert row_of(order) == ("paying", "", False, "", "")


def test_time_was_over_before(mine, order_of, gateway) -> None:
    order = order_of(1)
    OrderInfo.objects.update(expires_at=timezone.now())
    answer = mine.post(f"/orders/{order['id']}/cancel/")
    assert (answer.status_code, answer.json()["close_reason"]) == (200, "expired")


# --- Receiving ----------------------------------------------------------------------------------


def test_received(mine, paid_order) -> None:
    path = f"/orders/{paid_order['id']}/"
    before = mine.get(path).json()
    answer = mine.post(f"{path}confirm/")
    assert (answer.status_code, answer.json()) == (400, ON_ITS_WAY)
    assert mine.get(path).json() == before
    ship(paid_order["id"])
    answer = mine.post(f"{path}confirm/")
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["status"], shown["actions"]) == ("received", ["request_refund", "delete"])
    assert shown["received_at"] is not None
    assert shown == mine.get(path).json()
    assert row_of(paid_order) == ("TRADE_SUCCESS", "", False, "buyer", "")
    # Again, and after another parcel: received when it was.
    ship(paid_order["id"])
    again = mine.post(f"{path}confirm/")
    assert (again.status_code, again.json()["received_at"]) == (200, shown["received_at"])
    assert again.json()["status"] == "received"
    assert_audit_clean()


def test_unpaid_or_closed_orders_are_not_received(mine, order_of, gateway) -> None:
    order = order_of(1)
    for _state in ("unpaid", "closed"):
        answer = mine.post(f"/orders/{order['id']}/confirm/")
        assert (answer.status_code, answer.json()) == (400, ON_ITS_WAY)
        mine.post(f"/orders/{order['id']}/cancel/")


# --- Deleting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("finished", [False, True])
def test_deleting_by_delivery(mine, paid_order, finished) -> None:
    path = f"/orders/{paid_order['id']}/"
    for step in ("paid", "shipped"):
        if step == "shipped":
            ship(paid_order["id"])
        answer = mine.delete(path)
        assert (answer.status_code, answer.json()) == (400, STAYS)
    if finished:
        trade_no = OrderInfo.objects.get().trade_no
        payment_finish(order_id=paid_order["id"], trade_no=trade_no)
    else:
        mine.post(f"{path}confirm/")
    assert mine.delete(path).status_code == 204
    assert row_of(paid_order)[2] is True
    for method, address in (
        ("get", path), ("delete", path), ("post", f"{path}cancel/"), ("post", f"{path}confirm/"),
    ):  # fmt: skip
        assert getattr(mine, method)(address).status_code == 404


def test_others_do_nothing_to_it(theirs, api, paid_order) -> None:
    ship(paid_order["id"])
    for action in ("cancel", "confirm"):
        assert theirs.post(f"/orders/{paid_order['id']}/{action}/").status_code == 404
        assert api.post(f"/orders/{paid_order['id']}/{action}/").status_code == 401
    assert row_of(paid_order) == ("TRADE_SUCCESS", "", False, "", "")


@pytest.mark.parametrize(
    "path", ["/orders/0/cancel/", "/orders/abc/confirm/", f"/orders/{9**30}/confirm/"]
)
def test_orders_that_do_not_exist(mine, path) -> None:
    assert mine.post(path).status_code == 404


@pytest.mark.parametrize("action", ["cancel", "confirm"])
def test_only_posted(mine, paid_order, action) -> None:
    assert mine.get(f"/orders/{paid_order['id']}/{action}/").status_code == 405
