"""Staff decide refund requests, and choose the pieces that come back into stock."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.trade.models import OrderGoods, OrderInfo, Payment, Refund, RefundRequest
from apps.trade.services.payments import payment_finish
from apps.trade.services.refund_requests import refund_request_withdraw
from apps.trade.services.refunds import refund_open
from apps.trade.tests.shipping import ship
from apps.trade.tests.staff import PAYMENTS, REQUESTS, VIEW, hidden, rows_make, staff_client, told
from extra_apps.alipay_sandbox.models import SandboxRefund
from tests.audit import assert_audit_clean
from tests.sample_files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DECIDE = ("decide_refundrequest", *VIEW)
MAY = ("refund_payment", *DECIDE)


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client(*MAY)


@pytest.fixture
def request_(mine: Any, paid_order: dict[str, Any]) -> RefundRequest:
    """10 of 24.60 yuan, with a picture."""
    form = {
        "reason": "damaged", "amount": "10.00", "description": "<b>压坏了</b>",
        "pictures": SimpleUploadedFile("a.png", picture()),
    }  # fmt: skip
    assert mine.post(f"/orders/{paid_order['id']}/refunds/", form).status_code == 201
    return RefundRequest.objects.get()


def page_of(row: RefundRequest) -> str:
    return f"{REQUESTS}{row.pk}/decide/"


def pieces(nums: int) -> dict[str, int]:
    return {f"line_{OrderGoods.objects.get().pk}": nums}


def fill(client: Client, row: RefundRequest, **fields: Any) -> dict[str, Any]:
    """Fill the form in; return what the confirmed form sends."""
    asked = client.post(page_of(row), {"amount": "10.00", "reply": "", **fields})
    assert asked.context["is_asking"], asked.context["approve"].errors
    return {**hidden(asked), "confirmed": "Yes"}


def state() -> tuple[Any, ...]:
    row = RefundRequest.objects.get()
    return row.state, row.approved_amount, row.reply


UNTOUCHED = ("requested", None, "")


def test_the_page_shows_what_it_takes_to_decide(staff, request_):
    page = staff.get(page_of(request_))
    html = page.content.decode()
    file = request_.pictures.get().file
    for text in ("&lt;b&gt;压坏了&lt;/b&gt;", f'<img src="{file.url}"', "24.60", "脐橙"):
        assert text in html
    assert page.context["approve"].initial["amount"] == Decimal("10.00")
    assert f'src="{file.url}"' in staff.get(f"{REQUESTS}{request_.pk}/change/").content.decode()
    for address in (REQUESTS, f"{REQUESTS}{request_.pk}/change/"):
        assert f'href="{page_of(request_)}"' in staff.get(address).content.decode()
    assert staff.get(f"{REQUESTS}999999/decide/").status_code == 404


def test_approved_in_part_with_a_piece(staff, request_, stock, goods):
    form = fill(staff, request_, amount="8.00", reply="请寄回", **pieces(1))
    assert state() == UNTOUCHED
    first, second = (staff.post(page_of(request_), form) for _ in range(2))  # a double click
    assert told(first) == ["success: 8.00 yuan were given back."]
    assert told(second)[-1:] == ["success: 8.00 yuan were given back."]
    assert first.headers["Location"] == f"{REQUESTS}{request_.pk}/change/"
    assert state() == ("done", Decimal("8.00"), "请寄回")
    assert SandboxRefund.objects.get().amount == Decimal("8.00")
    assert stock(goods) == 9
    refund = Refund.objects.get()
    entries = LogEntry.objects.order_by("pk")
    assert [entry.change_message for entry in entries] == [
        f"已同意：退款 {refund.out_request_no}，8.00 元。 退回库存：脐橙 × 1。"
    ] * 2
    assert [entry.get_edited_object() for entry in entries] == [request_, refund.payment]
    assert "脐橙 × 1" in staff.get(f"{REQUESTS}{request_.pk}/change/").content.decode()
    assert_audit_clean()


def test_rejected_with_a_reply(staff, request_):
    assert (
        "Tell the buyer why."
        in staff.post(page_of(request_), {"reject": "1", "reject-reply": " "}).content.decode()
    )
    assert state() == UNTOUCHED
    form = {"reject": "1", "reject-reply": "已过保质期"}
    for _ in range(2):
        response = staff.post(page_of(request_), form)
        assert told(response)[-1:] == ["success: Rejected; the buyer reads your reply."]
    assert state() == ("rejected", None, "已过保质期")
    assert [entry.change_message for entry in LogEntry.objects.all()] == ["已拒绝。"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "10.01"), ("amount", "0"), ("amount", "NaN"), ("amount", ""), ("amount", "1e99"),
     ("reply", "x" * 501), ("reply", "a\0b"), ("line", "3"), ("line", "-1"), ("line", "x")],
)  # fmt: skip
def test_says_what_is_wrong(staff, request_, field, value):
    name = next(iter(pieces(1))) if field == "line" else field
    response = staff.post(page_of(request_), {"amount": "1.00", "reply": "", name: value})
    assert list(response.context["approve"].errors) == [name]
    assert not response.context["is_asking"]
    assert state() == UNTOUCHED


def test_may_be_changed_after_the_question(staff, request_):
    form = fill(staff, request_, **pieces(1))
    del form["confirmed"]
    response = staff.post(page_of(request_), {**form, "change": "Change it"})
    assert not response.context["is_asking"]
    assert state() == UNTOUCHED


def test_overtaken(staff, request_):
    """What was shown is not so any more when the answer comes."""
    payment = Payment.objects.get()
    form = fill(staff, request_)
    refund_open(payment_id=payment.pk, amount=Decimal("20.00"), reason="r",
                staff_id=payment.order.user_id)  # fmt: skip
    response = staff.post(page_of(request_), form)
    assert told(response) == ["error: Only 4.60 yuan are left to be given back."]
    assert state() == UNTOUCHED
    assert staff.get(page_of(request_)).context["approve"].initial["amount"] == Decimal("4.60")
    refund_request_withdraw(request_id=request_.pk)
    for late in (form, {"reject": "1", "reject-reply": "no"}):
        response = staff.post(page_of(request_), late)
        assert told(response)[-1:] == [
            "error: The refund request is decided already (withdrawn by the buyer)."
        ]
    assert "This request is decided" in staff.get(page_of(request_)).content.decode()
    assert state()[0] == "withdrawn"
    assert not LogEntry.objects.exists()


def test_when_alipays_time_is_over_it_can_only_be_rejected(staff, request_):
    payment = Payment.objects.get()
    payment_finish(order_id=payment.order_id, trade_no=payment.trade_no)
    form = {"amount": "10.00", "reply": "", "confirmed": "Yes"}
    assert told(staff.post(page_of(request_), form))[0].startswith("error: Alipay's time")
    html = staff.get(page_of(request_)).content.decode()
    assert ('name="amount"' in html, 'name="reject"' in html) == (False, True)
    staff.post(page_of(request_), {"reject": "1", "reject-reply": "no"})
    assert state()[0] == "rejected"


def test_who_may(request_):
    for permissions in (VIEW, ("refund_payment", *VIEW)):
        client = staff_client(*permissions)
        for response in (client.get(page_of(request_)), client.post(page_of(request_), {})):
            assert response.status_code == 403
        assert page_of(request_) not in client.get(REQUESTS).content.decode()
    client = staff_client(*DECIDE)  # without money
    assert 'name="amount"' not in client.get(page_of(request_)).content.decode()
    form = {"amount": "10.00", "reply": "", "confirmed": "Yes"}
    assert client.post(page_of(request_), form).status_code == 200
    assert state() == UNTOUCHED
    client.post(page_of(request_), {"reject": "1", "reject-reply": "no"})
    assert state()[0] == "rejected"


def test_the_list_has_what_is_to_be_decided_first(staff, goods):
    rows_make(3, goods)
    first, second, third = RefundRequest.objects.order_by("pk")
    RefundRequest.objects.filter(pk__in=[second.pk, third.pk]).update(state="withdrawn")

    def listed(query: str = "") -> list[RefundRequest]:
        return list(staff.get(f"{REQUESTS}{query}").context["cl"].result_list)

    assert listed() == [first, third, second]
    assert listed("?state__exact=withdrawn") == [third, second]
    assert listed("?reason__exact=damaged") == []
    for word in (second.order.order_sn, second.order.singer_mobile, second.order.user.mobile):
        assert listed(f"?q={word}") == [second]
    assert listed("?q=nothing") == []
    assert listed("?add_time__from=2020-01-01&add_time__until=2020-01-02") == []


def test_a_refund_without_a_request_has_the_same_choice(staff, paid_order, stock, goods):
    ship(paid_order["id"])
    payment = Payment.objects.get()
    page = f"{PAYMENTS}{payment.pk}/refund/"
    shown = staff.get(page)
    line = next(iter(pieces(2)))
    form = {**hidden(shown), "amount": "24.60", "reason": "破损", line: "2"}
    asked = staff.post(page, form)
    assert "脐橙 × 2" in asked.content.decode()
    staff.post(page, {**hidden(asked), "confirmed": "Yes"})
    assert (stock(goods), OrderInfo.objects.get().pay_status) == (10, "TRADE_CLOSED")
    again = staff.post(page, {**hidden(asked), "confirmed": "Yes", line: "1"})
    assert told(again)[-1].startswith("error: This form was sent before, with 24.60 yuan")
    assert stock(goods) == 10
    assert "退回库存：脐橙 × 2" in LogEntry.objects.get().change_message
    assert_audit_clean()


def test_the_refund_page_tells_of_an_open_request(staff, request_):
    page = staff.get(f"{PAYMENTS}{Payment.objects.get().pk}/refund/").content.decode()
    assert f'href="{REQUESTS}{request_.pk}/change/"' in page
