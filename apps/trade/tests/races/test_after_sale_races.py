"""A refund request that is asked, withdrawn, approved and refunded at once: one of them happens.

Each race stands beside its control: the same without the lock of the order.
"""

import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from threading import Event
from typing import Any

import pytest
from django.test import Client

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, Payment, Refund, RefundLine, RefundRequest
from apps.trade.services import refund_requests, refunds
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import (
    Wish,
    refund_request_approve,
    refund_request_open,
    refund_request_withdraw,
)
from apps.trade.services.refunds import refund_open, refund_send
from apps.users.models import UserProfile
from tests.audit import assert_audit_clean, broken
from tests.parallel import in_parallel, meeting, tell
from utils.api.errors import DomainError

from .cashier import pay
from .helpers import (
    Buyer,
    Shop,
    before,
    first_damage,
    order_of,
    pauses,
    shelf,
    stock_of,
    unlocked,
)

pytestmark = pytest.mark.mariadb

ALL, PART = Decimal("20.00"), Decimal("15.00")


@pytest.fixture
def goods(shop: Shop) -> Goods:
    [goods] = shelf(1000)
    return goods


@pytest.fixture
def staff_id(shop: Shop) -> int:
    return UserProfile.objects.create_user("clerk", is_staff=True).pk


@pytest.fixture
def paid(shop: Shop, goods: Goods) -> Callable[[], tuple[Buyer, OrderInfo]]:
    """An order of two pieces for 20 yuan, paid at the cashier."""

    def make() -> tuple[Buyer, OrderInfo]:
        buyer = shop.buyer()
        order = order_of(buyer, goods, nums=2)
        pay(shop, order)
        return buyer, order

    return make


def asked(order: OrderInfo, amount: Decimal | None = None) -> RefundRequest:
    wish = Wish(reason="damaged", amount=amount, description="")
    return refund_request_open(
        user_id=order.user_id, order_id=order.pk, wish=wish, files=PictureFiles()
    )


def outcome(act: Callable[[], Any]) -> str:
    """Return "done", or the name of what refused it."""
    try:
        act()
    except DomainError as error:
        return type(error).__name__
    return "done"


def together(*acts: Callable[[], Any]) -> list[str]:
    found: list[str] = in_parallel(len(acts), lambda number: outcome(acts[number]))
    return found


def approve(request: RefundRequest, staff_id: int, *, back: int = 2) -> Callable[[], Any]:
    """Approve a request with so many pieces back, and have the money moved."""
    line = request.order.lines.get()

    def act() -> None:
        refund = refund_request_approve(
            request_id=request.pk, amount=request.amount, lines={line.pk: back} if back else {},
            reply="", staff_id=staff_id,
        )  # fmt: skip
        refund_send(refund_id=refund.pk)

    return act


def withdraw(request: RefundRequest) -> Callable[[], Any]:
    return lambda: refund_request_withdraw(request_id=request.pk)


def refund(order: OrderInfo, staff_id: int, amount: Decimal, *, back: int = 0) -> Any:
    """Refund from the payment's page, with so many pieces back."""
    payment, line = order.payments.get(), order.lines.get()

    def act() -> None:
        made = refund_open(
            payment_id=payment.pk, amount=amount, reason="r", staff_id=staff_id,
            lines={line.pk: back} if back else {},
        )  # fmt: skip
        refund_send(refund_id=made.pk)

    return act


@pytest.fixture
def no_order_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the lock of orders and payments off, in all that is done here."""
    unlocked(monkeypatch, OrderInfo, Payment)


# --- Asking twice ------------------------------------------------------------------------------


def ask_over_http(buyer: Buyer, order: OrderInfo, times: int) -> Counter[int]:
    path, body = f"/orders/{order.pk}/refunds/", {"reason": "wrong"}
    answers = in_parallel(times, lambda _number: buyer.http.post(path, body))
    return Counter(answer.status for answer in answers)


def test_asked_many_times_at_once(paid: Any) -> None:
    """One request, and the others hear that it is open."""
    for _ in range(2):
        buyer, order = paid()
        assert ask_over_http(buyer, order, 6) == {201: 1, 400: 5}
        assert order.refund_requests.count() == 1
    assert_audit_clean()


def test_control_asked_twice_without_the_locks(
    paid: Any, no_order_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both see none that is open; the unique key lets one in, and the other is a 500."""
    unlocked(monkeypatch, OrderInfo, Payment, UserProfile)
    monkeypatch.setattr(refund_requests, "account_lock_open", lambda **kwargs: None)

    def play() -> Counter[int]:
        buyer, order = paid()
        with monkeypatch.context() as patch:
            before(patch, refund_requests, "refundable", meeting(2))
            return ask_over_http(buyer, order, 2)

    statuses = first_damage(play, lambda found: found[500] > 0)
    tell(f"control: asked twice without the locks: {dict(statuses)}")
    assert statuses == {201: 1, 500: 1}


# --- Withdrawn while staff approve -------------------------------------------------------------


def test_withdrawn_and_approved_at_once(paid: Any, staff_id: int) -> None:
    """Either the buyer was first, and no money moves; or staff were, and all of it does."""
    fates: Counter[str] = Counter()
    for number in range(4):
        _buyer, order = paid()
        request = asked(order)
        acts = [withdraw(request), approve(request, staff_id)]
        found = together(*(acts if number % 2 else acts[::-1]))
        assert Counter(found) == {"done": 1, "RequestDecidedError": 1}
        request.refresh_from_db()
        order.refresh_from_db()
        expected = {"withdrawn": (0, "TRADE_SUCCESS"), "done": (1, "TRADE_CLOSED")}
        refunds_made = Refund.objects.filter(payment__order=order).count()
        assert (refunds_made, order.pay_status) == expected[request.state]
        fates[request.state] += 1
    assert_audit_clean()
    tell(f"withdrawn and approved at once: {dict(fates)}")


def test_control_withdrawn_and_approved_without_the_lock(
    paid: Any, staff_id: int, no_order_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Withdrawn, and the money went back all the same."""

    def play() -> dict[str, Any]:
        _buyer, order = paid()
        request = asked(order)
        with monkeypatch.context() as patch:
            meet_after(patch, refund_requests, "_request_lock", meeting(2))
            found = together(withdraw(request), approve(request, staff_id))
        request.refresh_from_db()
        return {"answers": found, "state": request.state, "breaches": broken()}

    found = first_damage(play, lambda found: found["answers"] == ["done", "done"])
    tell(f"control: withdrawn and approved without the lock: {found}")


# --- Approved twice ----------------------------------------------------------------------------


def test_approved_by_two_clicks(shop: Shop, paid: Any, goods: Goods) -> None:
    """The page's form, sent several times: one refund, and its pieces are back once."""
    client = Client()
    client.force_login(UserProfile.objects.create_superuser("boss"))
    staff = shop.browser(client.session.session_key or "")
    _buyer, order = paid()
    request, line, had = asked(order, PART), order.lines.get(), stock_of(goods)
    form = {"amount": PART, "reply": "", f"line_{line.pk}": 1, "confirmed": "Yes"}
    path = f"/admin/trade/refundrequest/{request.pk}/decide/"
    answers = in_parallel(5, lambda _number: staff.post_form(path, form).status)
    assert answers == [302] * 5
    assert Refund.objects.get().amount == PART
    assert (stock_of(goods), RefundLine.objects.get().nums) == (had + 1, 1)
    assert_audit_clean()


def test_approved_by_two_of_the_staff(paid: Any, staff_id: int, goods: Goods) -> None:
    colleague = UserProfile.objects.create_user("colleague", is_staff=True).pk
    for _ in range(2):
        _buyer, order = paid()
        request, had = asked(order, PART), stock_of(goods)
        found = together(approve(request, staff_id, back=1), approve(request, colleague, back=1))
        assert Counter(found) == {"done": 1, "RequestDecidedError": 1}
        assert stock_of(goods) == had + 1
    assert_audit_clean()


def test_control_approved_twice_without_the_lock(
    paid: Any, staff_id: int, no_order_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5 of 20 yuan are asked for, and 10 go back."""
    colleague = UserProfile.objects.create_user("colleague", is_staff=True).pk

    def play() -> tuple[list[str], Decimal]:
        _buyer, order = paid()
        request = asked(order, Decimal("5.00"))
        with monkeypatch.context() as patch:
            meet_after(patch, refund_requests, "_request_lock", meeting(2))
            found = together(
                approve(request, staff_id, back=0), approve(request, colleague, back=0)
            )
        made = Refund.objects.filter(payment__order=order).values_list("amount", flat=True)
        return found, sum(made, Decimal(0))

    found, promised = first_damage(play, lambda seen: seen[1] > 5)
    tell(f"control: approved twice without the lock: {found}, {promised} of 5 yuan go back")
    assert promised == 10


# --- Approved while staff refund on the payment's page -----------------------------------------


def test_approved_and_refunded_at_once(paid: Any, staff_id: int, goods: Goods) -> None:
    """20 yuan: a request for 15 and a refund of 15, each with both pieces."""
    fates: Counter[str] = Counter()
    for number in range(4):
        _buyer, order = paid()
        request, had = asked(order, PART), stock_of(goods)
        acts = [approve(request, staff_id), refund(order, staff_id, PART, back=2)]
        found = together(*(acts if number % 2 else acts[::-1]))
        assert Counter(found) == {"done": 1, "RefundTooLargeError": 1}
        assert order.payments.get().refunded == PART
        assert stock_of(goods) == had + 2
        request.refresh_from_db()
        fates[request.state] += 1
    assert set(fates) <= {"done", "requested"}
    assert_audit_clean()
    tell(f"approved and refunded at once: {dict(fates)}")


def test_two_refunds_want_the_same_pieces(paid: Any, staff_id: int, goods: Goods) -> None:
    for _ in range(2):
        _buyer, order = paid()
        had = stock_of(goods)
        acts = [refund(order, staff_id, Decimal("1.00"), back=2) for _ in range(2)]
        assert Counter(together(*acts)) == {"done": 1, "ReturnTooLargeError": 1}
        assert stock_of(goods) == had + 2
    assert_audit_clean()


def test_control_the_same_pieces_without_the_lock(
    paid: Any, staff_id: int, goods: Goods, no_order_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four of two pieces are promised to the stock; a constraint stops them on their way."""

    def play() -> int:
        _buyer, order = paid()
        line = order.lines.get()
        payment = order.payments.get()

        def act() -> None:
            refund_open(payment_id=payment.pk, amount=Decimal(1), reason="r",
                        staff_id=staff_id, lines={line.pk: 2})  # fmt: skip

        with monkeypatch.context() as patch:
            meet_after(patch, refunds, "returns_check", meeting(2))
            together(act, act)
        return sum(RefundLine.objects.filter(line=line).values_list("nums", flat=True))

    promised = first_damage(play, lambda nums: nums > 2)
    tell(f"control: without the lock: {promised} of 2 pieces are to come back")
    assert promised == 4


# --- Asked while staff refund ------------------------------------------------------------------


def test_asked_and_refunded_in_full_at_once(paid: Any, staff_id: int) -> None:
    """The request is refused, or was first, and then is done by the refund."""
    fates: Counter[str] = Counter()
    for pause in pauses(1, 6, 0.05):
        _buyer, order = paid()
        give_back = refund(order, staff_id, ALL)
        together(
            lambda order=order: asked(order),
            lambda act=give_back, pause=pause: (time.sleep(pause), act()),
        )
        order.refresh_from_db()
        assert order.pay_status == "TRADE_CLOSED"
        states = list(order.refund_requests.values_list("state", flat=True))
        assert states in ([], ["done"])
        fates["".join(states) or "refused"] += 1
    assert_audit_clean()
    tell(f"asked and refunded at once: {dict(fates)}")


def test_control_asked_and_refunded_without_the_lock(
    paid: Any, staff_id: int, no_order_lock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is left open for an order of which nothing is left."""
    checked = refund_requests._amount_check

    def play() -> tuple[str, list[str]]:
        _buyer, order = paid()
        give_back = refund(order, staff_id, ALL)
        looks, looked, given_back = count(1), Event(), Event()

        def check(*args: Any) -> Decimal:
            amount = checked(*args)
            if next(looks) == 2:  # behind the lock, if there were one
                looked.set()
                given_back.wait(10)
            return amount

        def rival() -> None:
            looked.wait(10)
            give_back()
            given_back.set()

        with monkeypatch.context() as patch:
            patch.setattr(refund_requests, "_amount_check", check)
            together(lambda: asked(order), rival)
        order.refresh_from_db()
        return order.pay_status, list(order.refund_requests.values_list("state", flat=True))

    status, states = first_damage(play, lambda found: found[1] == ["requested"])
    tell(f"control: asked and refunded without the lock: order {status}, requests {states}")
    assert status == "TRADE_CLOSED"


def meet_after(patch: pytest.MonkeyPatch, module: Any, name: str, wait: Callable[[], None]) -> None:
    """Have ``wait`` called after every call of a module's function: both have read by then."""
    function = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        wait()
        return result

    patch.setattr(module, name, call)
