"""status, actions and close_reason: out of payment, delivery and refunds, everywhere the same."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.buyer_status import OrderFacts, Tab, buyer_view
from apps.trade.models import OrderInfo
from apps.trade.order_status import Delivery, PayStatus

from .kinds import KINDS, PRICE, Maker

# Every combination, and what it shows; "*" stands for all values. The same table is in
# docs/order_lifecycle.md.
TABLE = """
pay_status closed_by time    delivery request left | status     close_reason actions
unpaid     -         running *        *       *    | to_pay     -            pay cancel
unpaid     -         over    *        *       *    | closed     expired      delete
closed     cancel    *       *        *       *    | closed     cancelled    delete
closed     expire    *       *        *       *    | closed     expired      delete
closed     dismiss   *       *        *       *    | closed     staff        delete
closed     refund    *       *        *       *    | refunded   refunded     delete
success    -         *       waiting  none    some | to_ship    -            request_refund
success    -         *       waiting  none    none | to_ship    -
success    -         *       waiting  open    *    | to_ship    -
success    -         *       shipped  none    some | to_receive -            confirm request_refund
success    -         *       shipped  none    none | to_receive -            confirm
success    -         *       shipped  open    *    | to_receive -            confirm
success    -         *       received none    some | received   -            request_refund delete
success    -         *       received none    none | received   -            delete
success    -         *       received open    *    | received   -            delete
finished   -         *       waiting  *       *    | to_ship    -            delete
finished   -         *       shipped  *       *    | to_receive -            confirm delete
finished   -         *       received *       *    | received   -            delete
"""
PAY_STATUSES = {
    "unpaid": ("paying", "WAIT_BUYER_PAY"),
    "closed": ("TRADE_CLOSED",),
    "success": ("TRADE_SUCCESS",),
    "finished": ("TRADE_FINISHED",),
}
CLOSED_BY = {"closed": ("cancel", "expire", "dismiss", "refund")}


def combinations() -> Any:
    for name, statuses in PAY_STATUSES.items():
        yield from product(
            [name], statuses, CLOSED_BY.get(name, ("-",)), ["running", "over"], Delivery.values,
            ["none", "open"], ["none", "some"],
        )  # fmt: skip


def test_every_combination() -> None:
    rows = [line.split("|") for line in TABLE.strip().splitlines()[1:]]
    table = [(left.split(), right.split()) for left, right in rows]
    seen = 0
    for name, pay_status, closed_by, time, delivery, request, left in combinations():
        facts = [name, closed_by, time, delivery, request, left]
        [expected] = [
            shown
            for when, shown in table
            if all(said in ("*", fact) for said, fact in zip(when, facts, strict=True))
        ]
        view = buyer_view(
            OrderFacts(
                pay_status=PayStatus(pay_status), delivery=Delivery(delivery),
                closed_by=closed_by.strip("-"), is_expired=time == "over",
                has_open_request=request == "open",
                left=Decimal(0) if left == "none" else Decimal("0.01"),
            )
        )  # fmt: skip
        shown = [view.status, view.close_reason or "-", *view.actions]
        assert shown == expected, (pay_status, *facts)
        seen += 1
    assert seen == 8 * 24


@pytest.fixture
def orders(db: None, buyer: Any, settings: Any) -> dict[tuple[str, ...], OrderInfo]:
    settings.ORDER_MAX_UNPAID = settings.CART_MAX_NUMS = settings.HOLD_MAX_PIECES = 1000
    goods = make_goods(make_category(), stock=100, shop_price=PRICE)
    maker = Maker(buyer, goods)
    return {steps: maker.make(*steps) for steps in KINDS}


def test_a_list_of_every_kind_and_its_tabs(
    mine, gateway, orders, django_assert_num_queries
) -> None:
    """What the database finds for a tab is what the function says of each order."""
    # Session, user; orders, lines, refunds, shipments.
    with django_assert_num_queries(2 + 4):
        listed = {row["id"]: row for row in mine.get("/orders/").json()}
    shown = {
        steps: (row["status"], " ".join(row["actions"]), row["close_reason"])
        for steps, order in orders.items()
        for row in [listed[order.pk]]
    }
    assert shown == KINDS
    for steps, order in orders.items():
        row = listed[order.pk]
        assert (row["alipay_url"] is not None) == ("pay" in row["actions"])
        detail = mine.get(f"/orders/{order.pk}/").json()
        for name in ("status", "actions", "close_reason", "refunded_amount", "shipments"):
            assert detail[name] == row[name], (steps, name)
    asked = [order.pk for steps, order in orders.items() if "asked" in steps]
    in_tab = {
        tab.value: [pk for pk, row in listed.items() if row["status"] == tab] for tab in Tab
    } | {"refunding": sorted(asked, reverse=True)}
    for tab, expected in in_tab.items():
        assert expected, tab
        bare = mine.get(f"/orders/?status={tab}").json()
        assert [row["id"] for row in bare] == expected, tab
        page = mine.get(f"/orders/?status={tab}&page=1&page_size=100").json()
        assert page["count"] == len(expected)
        # A link is signed for each reader where no cache keeps it, with the time in it.
        for row in (*bare, *page["results"]):
            row.pop("alipay_url")
        assert page["results"] == bare
    with django_assert_num_queries(2 + 1):
        counts = mine.get("/orders/counts/").json()
    assert counts == {
        tab: len(in_tab[tab]) for tab in ("to_pay", "to_ship", "to_receive", "refunding")
    }


def test_what_is_offered_is_accepted_and_nothing_else(mine, gateway, orders) -> None:
    def send(action: str, order: OrderInfo) -> int:
        path = f"/orders/{order.pk}/"
        answer = mine.delete(path) if action == "delete" else mine.post(f"{path}{action}/")
        if answer.status_code == 400:
            assert list(answer.json()) == ["detail"]
        return answer.status_code

    # What is done already is not an error, and changes nothing.
    quiet = {
        ("cancel", "closed"), ("confirm", "received"),
    }  # fmt: skip
    tried = 0
    for (steps, order), action in product(orders.items(), ("cancel", "confirm", "delete")):
        status, offered, _reason = KINDS[steps]
        before = OrderInfo.objects.values().get(pk=order.pk)
        with transaction.atomic():
            answer = send(action, order)
            after = OrderInfo.objects.values().get(pk=order.pk)
            transaction.set_rollback(True)
        case = (steps, action)
        # Not offered, for there is another word for it; but the published clients say delete.
        is_unpaid_deleted = (action, status) == ("delete", "to_pay")
        if action in offered.split() or is_unpaid_deleted:
            assert (case, answer) == (case, 204 if action == "delete" else 200)
            assert before != after, case
            assert OrderInfo.objects.get(pk=order.pk).version == before["version"]
        elif (action, status) in quiet:
            assert (case, answer) == (case, 200)
            ignored = {"version": 0, "closed_by": 0, "pay_status": 0, "holds_stock": 0}
            ignored |= {"asked_at": 0, "claimed_until": 0}
            assert {**before, **ignored} == {**after, **ignored}, case
        else:
            assert (case, answer) == (case, 400)
            assert {**before, "version": 0} == {**after, "version": 0}, case
        tried += 1
    assert tried == 3 * len(KINDS)


@pytest.mark.parametrize("tab", ["paid", "TO_PAY", "0", "to_pay,to_ship", "\x00"])
def test_a_tab_that_does_not_exist(mine, tab) -> None:
    for page in ("", "&page=1"):
        answer = mine.get(f"/orders/?status={tab}{page}")
        assert (answer.status_code, list(answer.json())) == (400, ["status"])


def test_an_empty_tab_is_none(mine, order_of) -> None:
    order = order_of(1)
    for query in ("status=", "status=&page=1"):
        body = mine.get(f"/orders/?{query}").json()
        rows = body if isinstance(body, list) else body["results"]
        assert [row["id"] for row in rows] == [order["id"]]


@pytest.mark.parametrize("count", [1, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("query", ["", "page=1&page_size=50", "status=to_ship", "status=refunding"])
def test_queries_of_the_list(buyer, mine, settings, count, query, django_assert_num_queries):
    settings.ORDER_MAX_UNPAID = settings.CART_MAX_NUMS = settings.HOLD_MAX_PIECES = 1000
    maker = Maker(buyer, make_goods(make_category(), stock=100, shop_price=PRICE))
    for _ in range(count):
        maker.make("paid", "rejected", "asked")
    # Session and user; orders, lines, refunds; and how many there are, for a page.
    with django_assert_num_queries(2 + 3 + ("page" in query)):
        body = mine.get(f"/orders/?{query}").json()
    assert len(body if isinstance(body, list) else body["results"]) == count


def test_hidden_orders_are_in_no_tab(mine, orders) -> None:
    OrderInfo.objects.update(is_hidden=True)
    assert [mine.get(f"/orders/?status={tab}").json() for tab in Tab.values] == [[]] * len(Tab)
    assert set(mine.get("/orders/counts/").json().values()) == {0}


def test_counts_are_the_callers(theirs, api, orders) -> None:
    assert set(theirs.get("/orders/counts/").json().values()) == {0}
    assert api.get("/orders/counts/").status_code == 401
