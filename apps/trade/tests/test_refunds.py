"""Money back, from the service to the gateway's books and back: once, and never by half."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.goods.models import Goods, StockMovement
from apps.trade.models import OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.services.asking import order_ask
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.services.reconciling import payments_reconcile
from apps.trade.services.refunds import (
    RefundOverError,
    RefundTokenUsedError,
    RefundTooLargeError,
    refund_fail,
    refund_open,
    refund_send,
    refund_sync,
    refund_token_make,
    refundable,
)
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxRefund, SandboxTrade
from extra_apps.alipay_sandbox.services.notices import notices_send_due
from extra_apps.alipay_sandbox.services.refunds import trade_refund
from tests.local_gateway import LocalGateway
from utils.alipay import AlipayClient, AlipayUnreachableError, RefundQueryAnswer

from .shipping import ship

pytestmark = pytest.mark.django_db

TOTAL = Decimal("24.60")  # two oranges


@pytest.fixture
def boss(db: None) -> UserProfile:
    return UserProfile.objects.create_user("boss", is_staff=True)


@pytest.fixture
def payment(paid_order: dict[str, Any]) -> Payment:
    return Payment.objects.get()


@pytest.fixture
def refund(payment: Payment, boss: UserProfile) -> Callable[..., Refund]:
    """Open a refund and send it; return it."""

    def make(amount: str, **fields: Any) -> Refund:
        return refund_send(refund_id=opened(payment, boss, amount, **fields).pk)

    return make


def opened(payment: Payment, boss: UserProfile, amount: str, **fields: Any) -> Refund:
    request = {"reason": "少了一个", "staff_id": boss.pk, **fields}
    return refund_open(payment_id=payment.pk, amount=Decimal(amount), **request)


def moved() -> list[Decimal]:
    """Return the amounts that left the seller's account, in order."""
    return list(SandboxRefund.objects.order_by("pk").values_list("amount", flat=True))


def returned(goods: Goods) -> list[int]:
    movements = StockMovement.objects.filter(goods=goods, reason="refund").order_by("pk")
    return list(movements.values_list("delta", flat=True))


def state() -> tuple[Any, ...]:
    """Return what a refund can change: order, payment, stock."""
    order, payment, goods = OrderInfo.objects.get(), Payment.objects.get(), Goods.objects.get()
    return (
        order.pay_status, order.closed_by, order.holds_stock, payment.refunded,
        goods.goods_num, goods.sold_num, StockMovement.objects.count(),
    )  # fmt: skip


PAID = ("TRADE_SUCCESS", "", True, Decimal(0), 8, 2, 2)


class TestDone:
    def test_a_part_leaves_the_order_paid(self, refund, payment, boss):
        done = refund("4.60")
        assert (done.state, done.amount, done.tries, done.answer) == (
            "done", Decimal("4.60"), 1, "",
        )  # fmt: skip
        assert done.done_at is not None
        assert (done.staff, done.reason, done.payment) == (boss, "少了一个", payment)
        assert moved() == [Decimal("4.60")]
        assert state() == ("TRADE_SUCCESS", "", True, Decimal("4.60"), 8, 2, 2)
        payment.refresh_from_db()
        assert refundable(payment) == Decimal("20.00")

    def test_part_after_part_closes_the_order_with_the_last(self, refund, goods):
        refund("4.60")
        refund("0.01")
        assert state()[:4] == ("TRADE_SUCCESS", "", True, Decimal("4.61"))
        last = refund("19.99")
        assert last.state == "done"
        assert moved() == [Decimal("4.60"), Decimal("0.01"), Decimal("19.99")]
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)
        assert returned(goods) == [2]

    def test_all_at_once(self, refund, goods, paid_order):
        refund("24.60")
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)
        movement = StockMovement.objects.get(reason="refund")
        assert (movement.goods, movement.delta) == (goods, 2)
        assert movement.reference == paid_order["order_sn"]

    def test_what_was_shipped_does_not_come_back_to_stock(self, refund, payment, goods):
        ship(payment.order_id)
        refund("24.60")
        assert state() == ("TRADE_CLOSED", "refund", True, TOTAL, 8, 0, 2)
        assert returned(goods) == []

    def test_its_own_notice_says_nothing_new(self, refund):
        refund("4.60")
        before = state()
        notices_send_due()
        assert PaymentNotice.objects.latest("pk").verdict == "repeat"
        assert state() == before
        assert Refund.objects.count() == 1

    def test_a_done_one_is_not_asked_for_again(self, refund, gateway):
        done = refund("24.60")
        asked = len(gateway.asked)
        again = refund_send(refund_id=done.pk)
        assert (again.state, again.tries, len(gateway.asked)) == ("done", 1, asked)

    def test_money_that_paid_nothing_changes_no_order(self, payment, boss, gateway):
        """A flagged payment goes back without a word to the order that another has paid."""
        Payment.objects.filter(pk=payment.pk).update(state="flagged", flag="duplicate")
        done = refund_send(refund_id=opened(payment, boss, "24.60").pk)
        assert done.state == "done"
        assert state() == ("TRADE_SUCCESS", "", True, TOTAL, 8, 2, 2)


class TestRefused:
    @pytest.mark.parametrize("amount", ["24.61", "100.00"])
    def test_more_than_was_paid(self, payment, boss, gateway, amount):
        with pytest.raises(RefundTooLargeError) as refusal:
            opened(payment, boss, amount)
        assert refusal.value.left == TOTAL
        assert state() == PAID
        assert not Refund.objects.exists()
        assert moved() == []

    def test_more_than_is_left(self, payment, boss, refund):
        refund("4.60")
        with pytest.raises(RefundTooLargeError) as refusal:
            opened(payment, boss, "20.01")
        assert refusal.value.left == Decimal("20.00")
        assert Refund.objects.count() == 1

    def test_what_is_under_way_is_not_there_any_more(self, payment, boss):
        opened(payment, boss, "20.00")
        with pytest.raises(RefundTooLargeError) as refusal:
            opened(payment, boss, "4.61")
        assert refusal.value.left == Decimal("4.60")
        opened(payment, boss, "4.60")
        assert list(Refund.objects.values_list("amount", "state").order_by("pk")) == [
            (Decimal("20.00"), "pending"), (Decimal("4.60"), "pending"),
        ]  # fmt: skip

    def test_a_finished_order(self, payment, boss):
        assert payment_finish(order_id=payment.order_id, trade_no=payment.trade_no)
        with pytest.raises(RefundOverError):
            opened(payment, boss, "0.01")
        assert not Refund.objects.exists()
        assert moved() == []

    def test_a_flagged_payment_of_a_finished_order_can_go_back(self, payment, boss):
        payment_finish(order_id=payment.order_id, trade_no=payment.trade_no)
        payment_confirm(
            order_id=payment.order_id, trade_no="T2", amount=TOTAL, paid_at=timezone.now()
        )
        assert opened(Payment.objects.get(trade_no="T2"), boss, "24.60").state == "pending"

    def test_by_the_gateway_for_good(self, payment, boss, gateway):
        """The gateway's books say finished, ours not yet."""
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        failed = refund_send(refund_id=opened(payment, boss, "24.60").pk)
        assert failed.state == "failed"
        assert failed.answer.startswith("40004 ACQ.TRADE_HAS_FINISHED")
        assert failed.done_at is None
        assert gateway.asked[-2:] == ["alipay.trade.refund", "alipay.trade.fastpay.refund.query"]
        assert state() == PAID
        assert moved() == []

    def test_a_failed_one_is_opened_anew(self, payment, boss, refund):
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        failed = refund("24.60")
        assert refund_send(refund_id=failed.pk).tries == 1  # it stays as it is
        SandboxTrade.objects.update(status="TRADE_SUCCESS")
        anew = refund("24.60")
        assert anew.state == "done"
        assert anew.out_request_no != failed.out_request_no
        assert moved() == [TOTAL]
        failed.refresh_from_db()
        assert failed.state == "failed"

    def test_out_of_the_wrong_trade_nothing_is_given_back(self, payment, boss, goods):
        """Two trades for one order: the gateway is told which, and knows the second not."""
        payment_confirm(
            order_id=payment.order_id, trade_no="T2", amount=TOTAL, paid_at=timezone.now()
        )
        second = Payment.objects.get(trade_no="T2")
        assert second.flag == "duplicate"
        failed = refund_send(refund_id=opened(second, boss, "24.60").pk)
        assert (failed.state, moved()) == ("failed", [])
        assert failed.answer.startswith("40004 ACQ.TRADE_NOT_EXIST")


class TestTwice:
    TOKEN = "0123456789abcdef"

    def test_the_same_token_is_the_same_refund(self, payment, refund):
        first = refund("24.60", request_token=self.TOKEN)
        second = refund("24.60", request_token=self.TOKEN)
        assert first == second
        assert second.out_request_no == f"{payment.order.order_sn}-{payment.pk}-{self.TOKEN}"
        assert (second.state, second.tries) == ("done", 1)
        assert moved() == [TOTAL]
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)

    def test_another_amount_is_another_request(self, payment, boss):
        first = opened(payment, boss, "4.60", request_token=self.TOKEN)
        with pytest.raises(RefundTokenUsedError) as refusal:
            opened(payment, boss, "4.00", request_token=self.TOKEN)
        assert refusal.value.refund == first
        assert Refund.objects.get().amount == Decimal("4.60")

    def test_a_token_belongs_to_one_payment(self, payment, boss):
        payment_confirm(
            order_id=payment.order_id, trade_no="T2", amount=TOTAL, paid_at=timezone.now()
        )
        second = Payment.objects.get(trade_no="T2")
        both = {opened(of, boss, "24.60", request_token=self.TOKEN) for of in (payment, second)}
        assert {refund.payment for refund in both} == {payment, second}

    def test_without_a_token_each_is_another(self, refund):
        refund("4.60")
        refund("4.60")
        assert moved() == [Decimal("4.60"), Decimal("4.60")]

    def test_a_token_fits_its_column(self, payment, boss):
        """However many payments there will be: 22 digits, 19 digits, 16 characters."""
        column: Any = Refund._meta.get_field("out_request_no")
        refund = opened(payment, boss, "0.01", request_token=self.TOKEN)
        widest = refund.out_request_no.replace(f"-{payment.pk}-", f"-{2**63 - 1}-")
        assert len(widest) == 59
        assert len(widest) <= column.max_length
        assert len(refund_token_make()) == 16


class TestSilent:
    def test_nobody_knows_then_it_is_done(self, payment, refund, gateway, time_machine):
        gateway.silent = True
        pending = refund("24.60")
        assert (pending.state, pending.tries, pending.answer) == (
            "pending", 1, "ConnectionError",
        )  # fmt: skip
        assert state() == PAID
        gateway.silent = False
        assert payments_reconcile()["refunds"] == 0  # asked a moment ago
        time_machine.move_to(timezone.now() + timedelta(seconds=61), tick=True)
        assert payments_reconcile()["refunds"] == 1
        pending.refresh_from_db()
        assert (pending.state, pending.tries, pending.answer) == ("done", 2, "")
        assert moved() == [TOTAL]
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)

    def test_the_answer_was_lost_after_the_money_had_moved(self, refund, gateway, monkeypatch):
        lose_answers(monkeypatch, gateway, count=1)
        pending = refund("24.60")
        assert (pending.state, moved()) == ("pending", [TOTAL])
        assert state() == PAID
        again = refund_send(refund_id=pending.pk)
        assert again.state == "done"
        assert moved() == [TOTAL]
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)

    def test_the_notice_comes_instead_of_the_answer(self, refund, gateway, monkeypatch):
        lose_answers(monkeypatch, gateway, count=1)
        pending = refund("4.60")
        notices_send_due()
        pending.refresh_from_db()
        assert pending.state == "done"
        assert PaymentNotice.objects.latest("pk").verdict == "refund"
        assert state() == ("TRADE_SUCCESS", "", True, Decimal("4.60"), 8, 2, 2)
        asked = len(gateway.asked)
        refund_send(refund_id=pending.pk)
        assert len(gateway.asked) == asked

    def test_under_way_at_the_gateway_is_not_done(self, payment, boss, gateway, monkeypatch):
        """Accepted, no money moved yet, and the refund's own state is not known."""
        monkeypatch.setattr(
            AlipayClient,
            "refund",
            lambda self, **wanted: type("Answer", (), {"fund_changed": False}),
        )
        pending = refund_send(refund_id=opened(payment, boss, "4.60").pk)
        assert (pending.state, pending.answer) == ("pending", "the refund is under way")
        assert state() == PAID

    def test_a_refusal_without_certainty_stays_pending(self, payment, boss, gateway, monkeypatch):
        """Refused, and silent when asked what became of it: it may have been done before."""
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        refund_query = "alipay.trade.fastpay.refund.query"
        lose_answers(monkeypatch, gateway, count=1, method=refund_query)
        pending = refund_send(refund_id=opened(payment, boss, "4.60").pk)
        assert pending.state == "pending"
        assert gateway.asked[-1] == refund_query

    @pytest.mark.parametrize(
        ("status", "state"),
        [("REFUND_PROCESSING", "pending"), ("REFUND_FAIL", "failed"), ("REFUND_SUCCESS", "done")],
    )
    def test_a_refusal_while_the_first_try_is_under_way(
        self, payment, boss, gateway, monkeypatch, status, state
    ):
        """A repeat may be refused because of the first try: what became of that decides."""
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        monkeypatch.setattr(
            AlipayClient,
            "refund_query",
            lambda self, **wanted: RefundQueryAnswer(
                out_trade_no=wanted["out_trade_no"], trade_no=wanted["trade_no"],
                out_request_no=wanted["out_request_no"], refund_status=status,
                refund_amount=Decimal("4.60"),
            ),
        )  # fmt: skip
        assert refund_send(refund_id=opened(payment, boss, "4.60").pk).state == state

    def test_failing_comes_too_late_for_what_is_done(self, refund):
        done = refund("4.60")
        assert not refund_fail(refund_id=done.pk, answer="x")
        done.refresh_from_db()
        assert (done.state, done.answer) == ("done", "")

    def test_reconciling_waits_for_a_silent_gateway_three_times(
        self, payment, boss, gateway, time_machine
    ):
        pending = [opened(payment, boss, "1.00") for _ in range(5)]
        time_machine.move_to(timezone.now() + timedelta(seconds=61), tick=False)
        gateway.silent = True
        asked = {"notices": 0, "asked": 0, "refunds": 0}
        assert payments_reconcile() == {**asked, "silent": 5}
        assert [Refund.objects.get(pk=row.pk).tries for row in pending] == [1, 1, 1, 0, 0]
        gateway.silent = False
        assert payments_reconcile() == {**asked, "refunds": 2, "silent": 0}


class TestMadeAtAlipay:
    def test_a_part(self, payment, gateway):
        at_alipay(payment, "4.60", number="out-of-nowhere")
        notice = PaymentNotice.objects.latest("pk")
        assert (notice.verdict, notice.order) == ("refund", payment.order)
        learnt = Refund.objects.get()
        assert (learnt.state, learnt.amount, learnt.staff) == ("done", Decimal("4.60"), None)
        assert learnt.out_request_no == "out-of-nowhere"
        assert state() == ("TRADE_SUCCESS", "", True, Decimal("4.60"), 8, 2, 2)

    def test_all_of_it_closes_the_order(self, payment, gateway, goods):
        at_alipay(payment, "24.60", number="out-of-nowhere")
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)
        assert returned(goods) == [2]

    def test_after_a_part_of_ours_the_rest(self, payment, refund):
        refund("4.60")
        at_alipay(payment, "20.00", number="out-of-nowhere")
        amounts = dict(Refund.objects.values_list("out_request_no", "amount"))
        assert amounts["out-of-nowhere"] == Decimal("20.00")
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)

    def test_all_of_it_and_no_notice_comes(self, payment, gateway):
        """Asking about the order, as staff can, tells."""
        trade_refund(
            trade_no=payment.trade_no, amount=TOTAL, out_request_no="out-of-nowhere", reason=""
        )
        for _ in range(2):
            assert order_ask(order_id=payment.order_id)
            assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)
        assert Refund.objects.get().staff is None

    def test_in_place_of_ours_which_is_refused_then(self, payment, boss, gateway, goods):
        """The gateway is silent, and somebody gives the money back on Alipay's site."""
        ours = opened(payment, boss, "24.60")
        at_alipay(payment, "24.60", number="out-of-nowhere")
        assert state() == PAID  # it could be ours that was done
        assert refund_send(refund_id=ours.pk).state == "failed"
        assert moved() == [TOTAL]
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)
        assert returned(goods) == [2]
        assert Refund.objects.get(state="done").staff is None

    @pytest.mark.parametrize("notice_first", [True, False])
    def test_beside_ours_which_is_done_then(
        self, payment, boss, gateway, monkeypatch, notice_first
    ):
        ours = opened(payment, boss, "5.00")
        at_alipay(payment, "5.00", number="out-of-nowhere")
        assert state() == PAID
        if notice_first:
            lose_answers(monkeypatch, gateway, count=1)
        refund_send(refund_id=ours.pk)
        notices_send_due()
        ours.refresh_from_db()
        assert ours.state == "done"
        assert moved() == [Decimal("5.00")] * 2
        assert state()[3] == Decimal("10.00")
        assert (
            list(Refund.objects.values_list("amount", "state")) == [(Decimal("5.00"), "done")] * 2
        )

    def test_one_that_was_refused_and_done_all_the_same(self, payment, boss, goods):
        """By the notice of the next refund, and by its own, which comes late."""
        ours = opened(payment, boss, "4.60")
        refund_fail(refund_id=ours.pk, answer="x")
        learnt = {"payment_id": payment.pk, "done_at": timezone.now()}
        assert refund_sync(**learnt, out_request_no="next", refunded=TOTAL)
        assert not refund_sync(
            **learnt, out_request_no=ours.out_request_no, refunded=Decimal("4.60")
        )
        assert state() == ("TRADE_CLOSED", "refund", False, TOTAL, 10, 0, 3)

    def test_one_that_was_refused_is_done_by_its_notice(self, payment, boss):
        ours = opened(payment, boss, "4.60")
        refund_fail(refund_id=ours.pk, answer="x")
        opened(payment, boss, "5.00")  # which is under way, and not what is told of
        assert refund_sync(
            payment_id=payment.pk, done_at=timezone.now(),
            out_request_no=ours.out_request_no, refunded=Decimal("4.60"),
        )  # fmt: skip
        ours.refresh_from_db()
        assert (ours.state, state()[3]) == ("done", Decimal("4.60"))

    def test_an_older_notice_takes_nothing_back(self, payment, boss):
        ours = opened(payment, boss, "24.60")
        learnt = {"payment_id": payment.pk, "done_at": timezone.now()}
        for number, told in (("r2", "24.60"), ("r1", "4.60")):
            assert not refund_sync(**learnt, out_request_no=number, refunded=Decimal(told))
        refund_fail(refund_id=ours.pk, answer="x")
        assert state()[3] == TOTAL

    def test_two_without_a_number(self, payment):
        learnt = {"payment_id": payment.pk, "done_at": timezone.now(), "out_request_no": ""}
        told = [refund_sync(**learnt, refunded=Decimal(fee)) for fee in ("1.00", "1.00", "3.00")]
        assert told == [True, False, True]
        assert [row.amount for row in Refund.objects.order_by("pk")] == [1, 2]

    def test_it_counts_as_taken(self, payment, boss):
        at_alipay(payment, "20.00", number="out-of-nowhere")
        with pytest.raises(RefundTooLargeError) as refusal:
            opened(payment, boss, "4.61")
        assert refusal.value.left == Decimal("4.60")


def at_alipay(payment: Payment, amount: str, *, number: str) -> None:
    """Refund on Alipay's own site, and have the notice delivered."""
    trade_refund(
        trade_no=payment.trade_no, amount=Decimal(amount), out_request_no=number, reason=""
    )
    notices_send_due()


def lose_answers(
    monkeypatch: pytest.MonkeyPatch, gateway: LocalGateway, *, count: int,
    method: str = "alipay.trade.refund",
) -> None:  # fmt: skip
    """Let the gateway do what it is asked, and lose its next answers to ``method``."""
    ask = AlipayClient._ask
    left = [count]

    def lossy(self: AlipayClient, called: str, content: Any) -> Any:
        said = ask(self, called, content)
        if called == method and left[0]:
            left[0] -= 1
            raise AlipayUnreachableError("the answer is lost")
        return said

    monkeypatch.setattr(AlipayClient, "_ask", lossy)
