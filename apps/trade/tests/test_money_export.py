"""Payments and refunds by day: what the books are kept from."""

import csv
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from apps.trade.models import Payment, Refund

from .staff import rows_make, staff_client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PAGE = "/admin/trade/payment/export/"
SPAN = {"first": "2026-11-01", "last": "2026-11-02"}


@pytest.fixture
def money(goods: Any) -> None:
    """Four payments about two local midnights, two of them with refunds."""
    rows_make(2, goods)
    moments = [
        datetime.fromisoformat(f"{moment}+08:00")
        for moment in ("2026-10-31 23:59:59", "2026-11-01 00:00:00", "2026-11-02 23:59:59",
                       "2026-11-03 00:00:00")
    ]  # fmt: skip
    payments = list(Payment.objects.order_by("pk"))
    for payment, moment in zip(payments, moments, strict=True):
        Payment.objects.filter(pk=payment.pk).update(paid_at=moment)
    # Of a payment of October, given back in November; another is under way, and moved nothing.
    done = Refund.objects.filter(payment=payments[0])
    done.update(state="done", done_at=moments[2], amount="0.10")


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"), newline="")))


def test_each_day_and_their_sum(money: None) -> None:
    client = staff_client("view_payment", "view_refund")
    page = client.get(PAGE, SPAN)
    assert [(day.name, str(day.paid), str(day.refunded)) for day in page.context["days"]] == [
        ("2026-11-01", "12.30", "0.00"), ("2026-11-02", "12.30", "0.10"),
    ]  # fmt: skip
    days = rows_of(client.post(PAGE, {**SPAN, "file": "days"}))
    assert days[1:] == [
        ["2026-11-01", "1", "12.30", "0", "0.00", "12.30"],
        ["2026-11-02", "1", "12.30", "1", "0.10", "12.20"],
        ["sum", "2", "24.60", "1", "0.10", "24.50"],
    ]
    payments = rows_of(client.post(PAGE, {**SPAN, "file": "payments"}))
    assert [(row[0], row[5]) for row in payments[1:]] == [
        ("2026-11-01", "12.30"), ("2026-11-02", "12.30"), ("sum", "24.60"),
    ]  # fmt: skip
    refunds = rows_of(client.post(PAGE, {**SPAN, "file": "refunds"}))
    assert [(row[0], row[4], row[6]) for row in refunds[1:]] == [
        ("2026-11-02", "2026-10-31", "0.10"), ("sum", "", "0.10"),
    ]  # fmt: skip


def test_one_workbook(money: None) -> None:
    client = staff_client("view_payment", "view_refund")
    response: Any = client.post(PAGE, {**SPAN, "file": "xlsx"})
    book = openpyxl.load_workbook(BytesIO(response.getvalue()))
    assert book.sheetnames == ["by day", "payments", "refunds"]
    last = [cell.value for cell in list(book["by day"])[-1]]
    assert last == ["sum", 2, 24.6, 1, 0.1, 24.5]


@pytest.mark.parametrize(
    "span", [{"first": "2026-11-02", "last": "2026-11-01"}, {"first": "x", "last": ""}]
)
def test_no_span(goods: Any, span: dict[str, str]) -> None:
    client = staff_client("view_payment", "view_refund")
    for response in (client.get(PAGE, span), client.post(PAGE, {**span, "file": "days"})):
        assert response.status_code == 200
        assert b"errorlist" in response.content


def test_who_may(goods: Any) -> None:
    assert staff_client("view_payment").get(PAGE).status_code == 403
