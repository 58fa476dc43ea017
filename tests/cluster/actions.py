"""What the two rivals do at once, each at a node of its own."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from django.test import Client
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import OrderInfo, Payment
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.pay_links import NOTIFY_PATH
from apps.trade.services.payments import payment_confirm
from apps.trade.tests.addresses import DESTINATION
from apps.trade.tests.races.cashier import cashier_open, cashier_pay, notice_kept
from apps.trade.tests.races.helpers import Answer, Buyer, Caller
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxTrade, TradeStatus
from tests.parallel import in_parallel

from .shops import Shops

Twins = tuple[Buyer, Buyer]  # one buyer, at both shops

T = TypeVar("T")

AT_ONCE = 8  # so many buyers come at once, each at both shops

_mobiles = count(13900000000)
_tokens = count(1)


def batched(rows: Sequence[T], size: int) -> list[Sequence[T]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def crowd(shops: Shops, number: int) -> list[Twins]:
    """New buyers, each at both shops."""
    users = [UserProfile.objects.create_user(str(next(_mobiles))) for _ in range(number)]
    shops.settle()
    return [shops.twins(user) for user in users]


def carts_fill(shops: Shops, buyers: Sequence[Twins], goods: Sequence[Goods]) -> list[Answer]:
    """Each buyer adds a piece of each of the goods at both shops at once."""
    answers = []
    for each in goods:
        pairs = shops.at_both(
            [tuple(partial(buyer.add, each) for buyer in twins) for twins in buyers]
        )
        answers += [answer for pair in pairs for answer in pair]
    shops.settle()
    return answers


def carts_order_twice(shops: Shops, buyers: Sequence[Twins]) -> list[list[Answer]]:
    """Each buyer orders the cart at both shops at once, without a key."""
    pairs = shops.at_both([(one.checkout, other.checkout) for one, other in buyers])
    shops.settle()
    return pairs


def orders_pay(shops: Shops, orders: Sequence[OrderInfo]) -> None:
    """Pay at the cashier; the gateway keeps its notices."""
    shop = shops.each[0]

    def pay(order: OrderInfo) -> None:
        trade_no = cashier_open(shop, order)
        assert cashier_pay(shop, trade_no, drop=1).status == 302

    for some in batched(orders, AT_ONCE):
        in_parallel(len(some), lambda number, some=some: pay(some[number]))


def payments_make(goods: Goods, number: int) -> list[Payment]:
    """Orders that are paid, made without HTTP; the gateway has got the money."""
    payments, now = [], timezone.now()
    for _ in range(number):
        user = UserProfile.objects.create_user(str(next(_mobiles)))
        cart_add(user_id=user.pk, goods_id=goods.pk, nums=1)
        order = order_create(user_id=user.pk, destination=Destination(**DESTINATION))
        trade_no = f"paid{order.pk}"
        SandboxTrade.objects.create(
            trade_no=trade_no, out_trade_no=order.order_sn, total_amount=order.order_mount,
            status=TradeStatus.TRADE_SUCCESS, time_expire=now, created_at=now, paid_at=now,
        )  # fmt: skip
        payment_confirm(order_id=order.pk, trade_no=trade_no, amount=order.order_mount, paid_at=now)
        payments.append(order.payments.get())
    return payments


def notices_deliver_twice(shops: Shops, orders: Sequence[OrderInfo]) -> list[list[Answer]]:
    """Alipay's notice of each order comes to both shops at once."""
    bodies = [notice_kept(order) for order in orders]
    callers = [shop.anybody() for shop in shops.each]
    pairs = shops.at_both(
        [
            tuple(partial(caller.post_form, NOTIFY_PATH, body) for caller in callers)
            for body in bodies
        ]
    )
    shops.settle()
    return pairs


def clerks(shops: Shops, name: str) -> list[Caller]:
    """Two of the staff, each logged in at a shop of their own."""
    sessions = []
    for number in range(len(shops.each)):
        client = Client()
        client.force_login(UserProfile.objects.create_superuser(f"{name}{number}"))
        sessions.append(client.session.session_key or "")
    shops.settle()
    return [shop.browser(session) for shop, session in zip(shops.each, sessions, strict=True)]


def refund_twice(
    shops: Shops, staff: Sequence[Caller], payments: Sequence[Payment]
) -> list[list[Answer]]:
    """Two of the staff give all of a payment back, each from a form of their own."""

    def send(clerk: Caller, payment: Payment) -> Answer:
        form = {
            "amount": payment.amount, "reason": "r", "confirmed": "Yes",
            "token": f"{next(_tokens):016x}",
        }  # fmt: skip
        return clerk.post_form(f"/admin/trade/payment/{payment.pk}/refund/", form)

    pairs = shops.at_both(
        [tuple(partial(send, clerk, payment) for clerk in staff) for payment in payments]
    )
    shops.settle()
    return pairs


def orders_expire() -> int:
    """Let the time to pay of all unpaid orders be over; return how many."""
    return OrderInfo.objects.unpaid().update(expires_at=timezone.now() - timedelta(hours=1))
