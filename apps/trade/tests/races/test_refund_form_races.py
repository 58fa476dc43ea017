"""The staff's refund form, sent several times at once: one refund."""

from decimal import Decimal

import pytest
from django.test import Client

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, Payment, Refund
from apps.trade.services import refunds
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxRefund
from tests.audit import assert_audit_clean
from tests.parallel import in_parallel, meeting, tell

from .cashier import pay
from .helpers import Caller, Shop, before, crowd, order_of, shelf, unlocked

PART = Decimal("5.00")


@pytest.fixture
def goods(shop: Shop) -> Goods:
    [goods] = shelf(10)
    return goods


@pytest.fixture
def payment(shop: Shop, goods: Goods) -> Payment:
    """20 yuan, paid at the cashier."""
    order = order_of(shop.buyer(), goods, nums=2)
    pay(shop, order)
    return order.payments.get()


@pytest.fixture
def staff(shop: Shop) -> Caller:
    client = Client()
    client.force_login(UserProfile.objects.create_superuser("boss"))
    return shop.browser(client.session.session_key or "")


def send(staff: Caller, payment: Payment, token: str) -> int:
    form = {"amount": PART, "reason": "r", "token": token, "confirmed": "Yes"}
    return staff.post_form(f"/admin/trade/payment/{payment.pk}/refund/", form).status


def test_one_form_sent_by_many_clicks(staff: Caller, payment: Payment) -> None:
    clicks = crowd(6, on_sqlite=3)
    token = "0123456789abcdef"
    answers = in_parallel(clicks, lambda _number: send(staff, payment, token))
    assert answers == [302] * clicks
    refund = Refund.objects.get()
    assert (refund.state, refund.amount) == ("done", PART)
    assert SandboxRefund.objects.get().amount == PART
    payment.refresh_from_db()
    assert payment.refunded == PART
    assert_audit_clean()


@pytest.mark.mariadb
def test_control_forms_without_a_shared_token(staff: Caller, payment: Payment) -> None:
    """As many refunds as clicks: the token is what makes them one."""
    in_parallel(3, lambda number: send(staff, payment, f"{number:016x}"))
    payment.refresh_from_db()
    tell(f"control: no shared token: of one wish for {PART} yuan {payment.refunded} were given")
    assert payment.refunded == 3 * PART


@pytest.mark.mariadb
def test_control_one_form_without_the_locks(
    staff: Caller, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look before either writes; the unique number still lets only one in."""
    unlocked(monkeypatch, OrderInfo, Payment)
    before(monkeypatch, refunds, "refundable", meeting(2))
    answers = in_parallel(2, lambda _number: send(staff, payment, "0123456789abcdef"))
    tell(f"control: no locks: answers {sorted(answers)}")
    assert sorted(answers) == [302, 500]
    assert Refund.objects.count() == 1
