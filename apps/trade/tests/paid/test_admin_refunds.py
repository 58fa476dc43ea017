"""Staff give money back: who may, how much, how often it moves, and what is told."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from apps.goods.models import StockMovement
from apps.trade.models import OrderInfo, Payment, Refund
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.tests.shipping import ship
from apps.trade.tests.staff import (
    PAYMENTS,
    REFUNDS,
    VIEW,
    act,
    confirm,
    hidden,
    staff_client,
    told,
)
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxRefund, SandboxTrade
from utils.alipay import AlipayClient, AlipayUnreachableError
from utils.alipay.patience import guard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

MAY = ("refund_payment", *VIEW)
TOTAL = Decimal("24.60")


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client(*MAY)


@pytest.fixture
def payment(paid_order: dict[str, Any]) -> Payment:
    return Payment.objects.get()


def page_of(payment: Payment) -> str:
    return f"{PAYMENTS}{payment.pk}/refund/"


def fill(client: Client, payment: Payment, **fields: Any) -> dict[str, Any]:
    """Open the form and fill it in; return what the confirmed form sends."""
    shown = client.get(page_of(payment))
    assert shown.status_code == 200
    form = {**hidden(shown), **shown.context["form"].initial, "reason": "少了一个", **fields}
    asked = client.post(page_of(payment), form)
    assert asked.context["is_asking"], asked.context["form"].errors
    assert f"<strong>{Decimal(form['amount']):.2f}</strong>" in asked.content.decode()
    return {**hidden(asked), "confirmed": "Yes"}


def give_back(client: Client, payment: Payment, **fields: Any) -> Any:
    return client.post(page_of(payment), fill(client, payment, **fields))


def moved() -> list[Decimal]:
    return list(SandboxRefund.objects.order_by("pk").values_list("amount", flat=True))


def order_row() -> tuple[Any, ...]:
    order = OrderInfo.objects.get()
    return order.pay_status, order.closed_by, order.holds_stock


def untouched() -> None:
    assert order_row() == ("TRADE_SUCCESS", "", True)
    assert not Refund.objects.exists()
    assert Payment.objects.get().refunded == 0
    assert moved() == []
    assert StockMovement.objects.count() == 2
    assert not LogEntry.objects.exists()


class TestForm:
    def test_starts_with_all_that_is_left(self, staff, payment):
        first = staff.get(page_of(payment)).context["form"]
        assert first.initial["amount"] == TOTAL
        assert first.initial["reason"] == ""
        give_back(staff, payment, amount="4.60")
        assert staff.get(page_of(payment)).context["form"].initial["amount"] == Decimal("20.00")

    def test_opens_from_the_orders_page_and_the_payments(self, staff, payment):
        for page in (f"/admin/trade/orderinfo/{payment.order_id}/change/",
                     f"{PAYMENTS}{payment.pk}/change/", PAYMENTS):  # fmt: skip
            assert f'href="{page_of(payment)}"' in staff.get(page).content.decode()

    @pytest.mark.parametrize(
        ("field", "values"),
        [("amount", ["24.61", "0", "0.00", "-1", "0.001", "NaN", "Infinity", "1e99", "", "x"]),
         ("reason", ["", "  ", "x" * 201, "a\0b"])],
    )  # fmt: skip
    def test_says_what_is_wrong(self, staff, payment, field, values):
        shown = staff.get(page_of(payment))
        for value in values:
            form = {**hidden(shown), "amount": "1", "reason": "x", field: value}
            response = staff.post(page_of(payment), form)
            assert response.status_code == 200
            assert list(response.context["form"].errors) == [field], value
            assert not response.context["is_asking"], value
        untouched()

    def test_names_what_is_left(self, staff, payment):
        form = {**hidden(staff.get(page_of(payment))), "amount": "24.61", "reason": "x"}
        response = staff.post(page_of(payment), form)
        assert "Only 24.60 yuan are left to be given back." in response.content.decode()

    def test_asks_first(self, staff, payment, gateway):
        asked = len(gateway.asked)
        fill(staff, payment)
        untouched()
        assert len(gateway.asked) == asked

    def test_may_be_changed_after_the_question(self, staff, payment):
        form = fill(staff, payment, amount="4.60")
        del form["confirmed"]
        response = staff.post(page_of(payment), {**form, "change": "Change it"})
        assert not response.context["is_asking"]
        assert 'value="4.60"' in response.content.decode()
        untouched()

    @pytest.mark.parametrize("token", ["", "x", "0" * 17, "0" * 15 + "\n", "../../etc/passwd"])
    def test_a_made_up_token(self, staff, payment, token):
        form = {"amount": "1.00", "reason": "x", "token": token, "confirmed": "Yes"}
        response = staff.post(page_of(payment), form)
        assert response.status_code == 200
        assert not response.context["form"].is_bound
        untouched()

    def test_of_no_payment(self, staff):
        assert staff.get(f"{PAYMENTS}999999/refund/").status_code == 404
        assert staff.get(f"{PAYMENTS}x/refund/").status_code in (302, 404)


class TestGivingBack:
    def test_part_and_then_the_rest(self, staff, payment, stock, sold, goods):
        response = give_back(staff, payment, amount="4.60")
        assert told(response) == ["success: 4.60 yuan were given back."]
        assert response.headers["Location"] == f"{PAYMENTS}{payment.pk}/change/"
        assert order_row() == ("TRADE_SUCCESS", "", True)
        assert (stock(goods), sold(goods)) == (8, 2)

        response = give_back(staff, payment)

        assert told(response)[-1:] == ["success: 20.00 yuan were given back."]
        assert moved() == [Decimal("4.60"), Decimal("20.00")]
        assert order_row() == ("TRADE_CLOSED", "refund", False)
        assert (stock(goods), sold(goods)) == (10, 0)
        payment.refresh_from_db()
        assert payment.refunded == TOTAL
        page = staff.get(page_of(payment)).content.decode()
        assert "Nothing is left of this payment" in page

    def test_who_did_it_and_why_is_kept(self, staff, payment):
        give_back(staff, payment, amount="4.60", reason="少了一个")
        refund, entry = Refund.objects.get(), LogEntry.objects.get()
        boss = UserProfile.objects.get(is_staff=True)
        assert (refund.staff, refund.reason, refund.amount) == (boss, "少了一个", Decimal("4.60"))
        assert entry.user == boss
        assert entry.object_id == str(payment.pk)
        assert refund.out_request_no in entry.change_message
        assert SandboxRefund.objects.get().reason == "少了一个"

    def test_shipped_goods_stay_out(self, staff, payment, stock, sold, goods):
        ship(payment.order_id)
        give_back(staff, payment)
        assert order_row() == ("TRADE_CLOSED", "refund", True)
        assert (stock(goods), sold(goods)) == (8, 0)

    def test_sent_twice_it_is_one_refund(self, staff, payment, goods, stock):
        form = fill(staff, payment)
        first, second = (staff.post(page_of(payment), form) for _ in range(2))
        assert told(first) == ["success: 24.60 yuan were given back."]
        assert told(second)[-1:] == ["success: 24.60 yuan were given back."]
        assert Refund.objects.count() == 1
        assert moved() == [TOTAL]
        assert stock(goods) == 10
        assert LogEntry.objects.count() == 1

    def test_sent_twice_a_part_is_one_refund(self, staff, payment):
        form = fill(staff, payment, amount="4.60")
        for _ in range(2):
            staff.post(page_of(payment), form)
        assert moved() == [Decimal("4.60")]

    def test_sent_again_with_another_amount(self, staff, payment):
        form = fill(staff, payment, amount="4.60")
        staff.post(page_of(payment), form)
        response = staff.post(page_of(payment), {**form, "amount": "5.00"})
        assert told(response)[-1:] == [
            "error: This form was sent before, with 4.60 yuan; nothing more was given back."
        ]
        assert moved() == [Decimal("4.60")]

    def test_two_forms_cannot_take_more_than_there_is(self, staff, payment):
        forms = [fill(staff, payment) for _ in range(2)]
        staff.post(page_of(payment), forms[0])
        response = staff.post(page_of(payment), forms[1])
        assert told(response)[-1:] == ["error: Only 0.00 yuan are left to be given back."]
        assert moved() == [TOTAL]

    def test_too_late(self, staff, payment):
        form = fill(staff, payment)
        payment_finish(order_id=payment.order_id, trade_no=payment.trade_no)
        response = staff.post(page_of(payment), form)
        assert told(response) == [
            "error: Alipay's time for refunds of this order has ended: nothing can be given back."
        ]
        assert "time for refunds of this order has ended" in (
            staff.get(page_of(payment)).content.decode()
        )
        assert not Refund.objects.exists()
        assert moved() == []


class TestInDoubt:
    def test_silent(self, staff, payment, gateway):
        gateway.silent = True
        (text,) = told(give_back(staff, payment))
        assert text.startswith("warning: It is not known yet whether Alipay has given 24.60 yuan")
        assert Refund.objects.get().state == "pending"
        assert order_row() == ("TRADE_SUCCESS", "", True)
        assert "Nothing is left of this payment" in staff.get(page_of(payment)).content.decode()

    def test_asked_again_after_a_lost_answer_it_moves_once(
        self, staff, payment, monkeypatch, stock, goods
    ):
        ask = AlipayClient._ask

        def lossy(self: AlipayClient, method: str, content: Any) -> Any:
            ask(self, method, content)
            raise AlipayUnreachableError("the answer is lost")

        monkeypatch.setattr(AlipayClient, "_ask", lossy)
        give_back(staff, payment)
        refund = Refund.objects.get()
        assert (refund.state, moved()) == ("pending", [TOTAL])
        response = act(staff, REFUNDS, "ask_again", refund)
        assert told(response)[-1].startswith("warning: It is not known yet")

        monkeypatch.setattr(AlipayClient, "_ask", ask)
        response = act(staff, REFUNDS, "ask_again", refund)

        assert told(response)[-1:] == ["success: 24.60 yuan were given back."]
        refund.refresh_from_db()
        assert (refund.state, refund.tries) == ("done", 3)
        entries = LogEntry.objects.filter(object_repr=refund.out_request_no).order_by("pk")
        assert list(entries.values_list("change_message", flat=True)) == [
            "已再次询问支付宝，退款现在的状态：处理中",
            "已再次询问支付宝，退款现在的状态：已完成",
        ]
        assert moved() == [TOTAL]
        assert order_row() == ("TRADE_CLOSED", "refund", False)
        assert stock(goods) == 10

    def test_refused_then_opened_anew(self, staff, payment):
        SandboxTrade.objects.update(status="TRADE_FINISHED")
        (text,) = told(give_back(staff, payment))
        assert text.startswith("error: Alipay refuses to give 24.60 yuan back: 40004 ACQ.TRADE_HAS")
        assert order_row() == ("TRADE_SUCCESS", "", True)
        act(staff, REFUNDS, "ask_again", Refund.objects.get())
        assert Refund.objects.get().tries == 1
        SandboxTrade.objects.update(status="TRADE_SUCCESS")
        assert told(give_back(staff, payment))[-1:] == ["success: 24.60 yuan were given back."]
        assert sorted(Refund.objects.values_list("state", flat=True)) == ["done", "failed"]
        assert moved() == [TOTAL]


class TestMoneyToLookAt:
    @pytest.fixture
    def flagged(self, payment: Payment) -> Payment:
        """Money of a trade that the gateway knows, and that no order needs."""
        Payment.objects.filter(pk=payment.pk).update(state="flagged", flag="sold_out")
        payment.refresh_from_db()
        return payment

    def test_has_a_list_of_its_own(self, staff, payment):
        payment_confirm(
            order_id=payment.order_id, trade_no="T2", amount=TOTAL, paid_at=timezone.now()
        )
        second = Payment.objects.get(trade_no="T2")

        def shown(query: str) -> list[Payment]:
            return list(staff.get(f"{PAYMENTS}?{query}").context["cl"].result_list)

        assert shown("flagged=open") == [second]
        assert shown("flagged=back") == []
        assert shown("") == [second, payment]
        Payment.objects.filter(pk=second.pk).update(refunded=Decimal("24.59"))
        assert shown("flagged=open") == [second]
        Payment.objects.filter(pk=second.pk).update(refunded=TOTAL)
        assert shown("flagged=open") == []
        assert shown("flagged=back") == [second]
        assert shown("flag__exact=duplicate") == [second]
        assert shown("state__exact=applied") == [payment]

    def test_goes_back_as_a_whole(self, staff, flagged):
        page = act(staff, PAYMENTS, "give_back_flagged", flagged)
        html = page.content.decode()
        assert "Give 24.60 yuan back to the buyers of these payments?" in html
        assert f"{flagged.trade_no} · {flagged.order} · 24.60" in html
        assert moved() == []
        response = confirm(staff, PAYMENTS, "give_back_flagged", flagged)
        assert told(response) == ["success: 24.60 yuan were given back."]
        assert moved() == [TOTAL]
        assert Refund.objects.get().reason == "The goods are sold out."
        assert order_row() == ("TRADE_SUCCESS", "", True)

    def test_what_is_left_of_it(self, staff, flagged):
        give_back(staff, flagged, amount="4.60")
        confirm(staff, PAYMENTS, "give_back_flagged", flagged)
        assert moved() == [Decimal("4.60"), Decimal("20.00")]
        response = act(staff, PAYMENTS, "give_back_flagged", flagged)
        assert told(response)[-1:] == ["warning: Nothing is left of these payments."]

    def test_sent_twice(self, staff, flagged):
        page = act(staff, PAYMENTS, "give_back_flagged", flagged)
        form = {**hidden(page), "confirmed": "yes"}
        for _ in range(2):
            response = staff.post(PAYMENTS, form)
            assert told(response)[-1:] == ["success: 24.60 yuan were given back."]
        assert moved() == [TOTAL]
        assert Refund.objects.count() == 1

    def test_no_more_than_was_confirmed(self, staff, flagged):
        """Between the question and the answer somebody else has given a part back."""
        page = act(staff, PAYMENTS, "give_back_flagged", flagged)
        form = {**hidden(page), "confirmed": "yes"}
        give_back(staff, flagged, amount="4.60")
        response = staff.post(PAYMENTS, form)
        assert told(response)[-1:] == ["error: Only 20.00 yuan are left to be given back."]
        assert moved() == [Decimal("4.60")]

    @pytest.mark.parametrize("amount", ["", "x", "NaN", "-1", "0", "Infinity"])
    def test_a_made_up_amount(self, staff, flagged, amount):
        page = act(staff, PAYMENTS, "give_back_flagged", flagged)
        form = {**hidden(page), "confirmed": "yes", f"amount_{flagged.pk}": amount}
        staff.post(PAYMENTS, form)
        assert moved() == []
        assert not Refund.objects.exists()

    def test_a_silent_gateway_is_asked_about_the_first(self, staff, payment, gateway):
        """Whoever chose 20 would wait for 20 timeouts."""
        for number in range(2):
            payment_confirm(
                order_id=payment.order_id, trade_no=f"T{number}", amount=TOTAL,
                paid_at=timezone.now(),
            )  # fmt: skip
        gateway.silent = True
        gateway.asked.clear()
        response = confirm(
            staff, PAYMENTS, "give_back_flagged", *Payment.objects.filter(state="flagged")
        )
        assert told(response)[-1].endswith("choose them again: T1")
        assert (gateway.asked, Refund.objects.count()) == (["alipay.trade.refund"], 1)
        for other in Payment.objects.filter(refunds=None):
            give_back(staff, other)
        gateway.asked.clear()
        guard.reset()  # it has rested long enough
        act(staff, REFUNDS, "ask_again", *Refund.objects.all())
        assert gateway.asked == ["alipay.trade.refund"]

    def test_what_pays_an_order_is_not_among_it(self, staff, payment):
        response = act(staff, PAYMENTS, "give_back_flagged", payment, confirmed="yes",
                       token="0" * 16, **{f"amount_{payment.pk}": "24.60"})  # fmt: skip
        assert told(response) == [
            "error: Choose flagged payments alone: what pays an order is refunded on its page."
        ]
        untouched()

    def test_the_form_knows_the_reason(self, staff, flagged):
        assert staff.get(page_of(flagged)).context["form"].initial["reason"] == (
            "The goods are sold out."
        )


class TestWhoMay:
    def test_who_may_look_may_not_move(self, payment):
        client = staff_client("change_orderinfo", "change_payment", *VIEW)
        html = client.get(PAYMENTS).content.decode()
        assert payment.trade_no in html
        for page in (PAYMENTS, f"{PAYMENTS}{payment.pk}/change/",
                     f"/admin/trade/orderinfo/{payment.order_id}/change/"):  # fmt: skip
            assert "/refund/" not in client.get(page).content.decode().replace("trade/refund/", "")
        form = {"amount": "1.00", "reason": "x", "token": "0" * 16, "confirmed": "Yes"}
        assert client.get(page_of(payment)).status_code == 403
        assert client.post(page_of(payment), form).status_code == 403
        untouched()
        response = act(client, PAYMENTS, "give_back_flagged", payment, confirmed="yes")
        assert response.status_code in (200, 302)
        assert "error" not in str(told(response))
        untouched()

    def test_who_may_not_look_may_not_move_either(self, payment):
        client = staff_client("refund_payment")
        form = {"amount": "1.00", "reason": "x", "token": "0" * 16, "confirmed": "Yes"}
        assert client.post(page_of(payment), form).status_code == 403
        untouched()

    def test_nor_ask_again(self, payment, staff, gateway):
        gateway.silent = True
        give_back(staff, payment)
        gateway.silent = False
        asked = len(gateway.asked)
        act(staff_client(*VIEW), REFUNDS, "ask_again", Refund.objects.get())
        assert Refund.objects.get().state == "pending"
        assert len(gateway.asked) == asked

    def test_strangers_log_in_first(self, payment, buyer):
        client = Client()
        for _ in range(2):
            response = client.post(page_of(payment), {"confirmed": "Yes"})
            assert (response.status_code, response.headers["Location"][:13]) == (
                302, "/admin/login/",
            )  # fmt: skip
            client.force_login(buyer)
        untouched()

    def test_forms_of_other_sites_are_refused(self, payment):
        client = Client(enforce_csrf_checks=True)
        client.force_login(UserProfile.objects.create_superuser("boss"))
        form = {"amount": "1.00", "reason": "x", "token": "0" * 16, "confirmed": "Yes"}
        assert client.post(page_of(payment), form).status_code == 403
        untouched()
