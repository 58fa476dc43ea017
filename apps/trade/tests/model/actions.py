"""What buyers, staff and the gateway can do: each action to the shop and to the model of it.

An action asserts the answer; what it changed is compared afterwards. ``number`` counts orders,
trades, notices and the like from the newest, and around again.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.goods.models import Goods as GoodsRow
from apps.goods.services.stock import StockTooLowError, stock_adjust
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import FreightRule, OrderInfo, Payment, PaymentNotice
from apps.trade.order_status import Event, MoveRefusedError
from apps.trade.provinces import province_of
from apps.trade.services.asking import GatewaySilentError
from apps.trade.services.closing import order_close_via_gateway, orders_close_expired
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.services.reconciling import payments_reconcile
from apps.trade.services.refunds import refund_open, refund_send
from apps.trade.services.shipping import NotShippableError, orders_confirm_received
from apps.trade.tests.addresses import DESTINATION, add_address
from apps.trade.tests.shipping import ship
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.conf import sandbox_conf
from extra_apps.alipay_sandbox.messages_out import notice_form, notice_params
from extra_apps.alipay_sandbox.models import SandboxNotice, SandboxTrade
from extra_apps.alipay_sandbox.services.refunds import trade_refund
from extra_apps.alipay_sandbox.switches import Switches
from tests.clients import client_of
from tests.local_gateway import LocalGateway
from utils.alipay.patience import guard
from utils.api.errors import DomainError

from .actions_after_sale import REFUSALS, AfterSaleActions, first_pieces, lines_of
from .gateway import FINISHED, SUCCESS, Notice, Trade
from .model import Choice, Goods, Order, Refund, RefusedError, Shop, SilentError

START = datetime(2026, 11, 23, 2, tzinfo=UTC)
# Price, pieces, and whether they travel free.
SHELF = {"脐橙": ("12.30", 5, True), "酥梨": ("5.05", 3, False), "樱桃": ("88.00", 1, False)}
# Where orders go: the province, as the model calls it. "book": the buyer's only address.
PLACES = {
    "江苏": "江苏省苏州市平江路 1 号",
    "": "平江路 1 号",
    "book": "西藏自治区拉萨市北京中路 1 号",
}
BUYERS = 2
FORM = "application/x-www-form-urlencoded"
ORDERS_PAGE = "/index/#/app/home/member/order"

# Which switch of the cashier page, and what the shop must make of the notice.
FAULTS = {
    "": "",
    "underpay": "wrong_amount",
    "wrong_app": "wrong_app",
    "wrong_seller": "wrong_seller",
    "forged": "bad_signature",
}


def body_of(response: Any) -> Any:
    """Return the body, or the names of its fields where their texts are for people."""
    if response.status_code == 204:
        return None
    body = response.json()
    if response.status_code < 400 or isinstance(body.get("goods", [""])[0], dict):
        return body
    return list(body)


def faults_of(preview: Any) -> list[str]:
    """What a preview says against an order."""
    return preview["problems"] + [line["problem"] for line in preview["lines"] if line["problem"]]


class Actions(AfterSaleActions):
    def __init__(self, line: LocalGateway) -> None:
        self.line = line
        line.silent = False
        guard.reset()
        caches["default"].clear()  # throttles and forgeries are counted there
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.atomic = transaction.atomic()
        # The gateway's transactions are durable, but for those within a test's.
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.atomic.__enter__()
        self._furnish()

    def clear_away(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.clock.stop()

    def _furnish(self) -> None:
        users = UserProfile.objects
        self.buyers = [users.create_user(f"1380000000{n}") for n in range(1, BUYERS + 1)]
        self.staff = users.create_superuser("boss")
        self.clients = {user.pk: client_of(user) for user in self.buyers}
        category = make_category()
        self.goods = [
            make_goods(category, name=name, shop_price=price, stock=stock, ship_free=free).pk
            for name, (price, stock, free) in SHELF.items()
        ]
        rows = [
            Goods(name, Decimal(price), stock, ship_free=free)
            for name, (price, stock, free) in SHELF.items()
        ]
        self.addresses = {
            user: add_address(client, province="西藏自治区", city="拉萨市", district="",
                              address="北京中路 1 号")
            for user, client in self.clients.items()
        }  # fmt: skip
        self.shop = Shop(now=START, goods=dict(zip(self.goods, rows, strict=True)))
        self.shop.carts = {user.pk: {} for user in self.buyers}
        self.links: dict[int, str] = {}  # order id -> the link of its day
        self.returns: dict[int, str] = {}  # order id -> where the cashier sent its buyer

    def _order(self, number: int) -> Order:
        orders = list(self.shop.orders.values())
        return orders[-1 - number % len(orders)]

    def buy(self, buyer: int, goods: int, nums: int, how_far: int) -> None:
        """As far as the cart, the order, the cashier, the payment, or the notice of it."""
        orders = len(self.shop.orders)
        self.add_to_cart(buyer, goods, nums)
        if how_far >= 1:
            self.checkout(buyer, "right")
        if len(self.shop.orders) == orders:
            return
        if how_far == 2:
            self.open_the_cashier(0)
        if how_far >= 3:
            self.pay(0, late=False, fault="", reorder=False, is_delivered=how_far == 4)

    # -- buyers and their carts

    def add_to_cart(self, buyer: int, goods: int, nums: int, as_text: bool = False) -> None:
        user, pk = self.buyers[buyer].pk, self.goods[goods]
        body = {"goods": pk, "nums": str(nums) if as_text else nums}
        answer = self.clients[user].post("/shopcarts/", body, format="json")
        assert (answer.status_code, body_of(answer)) == self.shop.cart_add(user, pk, nums)

    def _line_of(self, buyer: int, goods: int) -> tuple[int, int]:
        """Return buyer and goods of a line: where there is any, seldom one that is none."""
        user = self.buyers[buyer].pk
        lines = sorted(self.shop.carts[user])
        is_there = lines and goods < len(self.goods) - 1
        return user, lines[goods % len(lines)] if is_there else self.goods[goods]

    def change_line(self, buyer: int, goods: int, nums: int, method: str = "patch") -> None:
        user, pk = self._line_of(buyer, goods)
        send = getattr(self.clients[user], method)
        answer = send(f"/shopcarts/{pk}/", {"nums": nums}, format="json")
        assert (answer.status_code, body_of(answer)) == self.shop.cart_change(user, pk, nums)

    def remove_line(self, buyer: int, goods: int) -> None:
        user, pk = self._line_of(buyer, goods)
        answer = self.clients[user].delete(f"/shopcarts/{pk}/")
        assert (answer.status_code, body_of(answer)) == self.shop.cart_remove(user, pk)

    def look_at_the_cart(self, buyer: int) -> None:
        user = self.buyers[buyer].pk
        answer = self.clients[user].get("/shopcarts/")
        shown = {row["goods"]["id"]: (row["nums"], row["held_until"]) for row in answer.json()}
        assert {pk: (nums, held is not None) for pk, (nums, held) in shown.items()} == {
            pk: (line.nums, line.held_until is not None and self.shop.now < line.held_until)
            for pk, line in self.shop.carts[user].items()
        }

    # -- time

    def time_passes(self, minutes: int) -> None:
        self.shop.now += timedelta(minutes=minutes)
        self.traveller.move_to(self.shop.now)

    def sweep_holds(self) -> None:
        assert holds_release_lapsed() == self.shop.holds_lapse()

    def sweep_orders(self) -> None:
        assert orders_close_expired() == self.shop.orders_expire()

    def reconcile(self) -> None:
        assert payments_reconcile() == self.shop.reconcile()

    def gateway_falls_silent_or_speaks(self, is_silent: bool) -> None:
        self.line.silent = self.shop.gateway.silent = is_silent
        guard.reset()  # as if it had rested: the model knows no process

    # -- orders

    def checkout(
        self, buyer: int, shown: str | None, what: str = "cart", goods: int = 0, nums: int = 1,
        place: str = "江苏",
    ) -> None:  # fmt: skip
        """``what``: the whole cart, "some" of its lines, or goods "now"; previewed before."""
        user = self.buyers[buyer].pk
        choice, body = self._choice(user, what, goods, nums, place)
        total = self.shop.total_of(user, choice)
        said, meant = {
            None: (None, None),
            "right": (float(total), total),
            "in floats": (float(total) + 1e-14, total),
            "0.01": (0.01, Decimal("0.01")),
            "a cent more": (f"{total + Decimal('0.01')}", total + Decimal("0.01")),
        }.get(shown, (shown, shown))
        if said is not None:
            body["order_mount"] = said
        preview = self.clients[user].post("/orders/preview/", body, format="json")
        answer = self.clients[user].post("/orders/", body, format="json")
        (status, expected), order = self.shop.checkout(user, meant, choice)
        assert answer.status_code == status
        assert preview.status_code == (400 if isinstance(meant, str) else 200)
        if order is None:
            assert body_of(answer) == expected
            assert preview.status_code == 400 or faults_of(preview.json())
            return
        made, seen = answer.json(), preview.json()
        assert made["order_mount"] == seen["order_mount"] == float(order.total)
        assert made["freight_amount"] == seen["freight_amount"] == float(order.freight)
        assert not faults_of(seen)
        order.pk = made["id"]
        self.shop.orders[order.pk] = order
        self.links[order.pk] = made["alipay_url"]

    def _choice(
        self, user: int, what: str, goods: int, nums: int, place: str
    ) -> tuple[Choice, dict[str, Any]]:
        """Return what is ordered, for the model and for the shop."""
        chosen = buy_now = None
        body: dict[str, Any] = {**DESTINATION, "address": PLACES[place]}
        if place == "book":
            body = {"address_id": self.addresses[user]}
        if what == "some":
            lines = sorted(self.shop.carts[user])
            # All but one; or one, in the cart or not.
            chosen = tuple(lines[1:]) or (self.goods[goods],)
            body["goods"] = list(chosen)
        elif what == "now":
            buy_now = (self.goods[goods], nums)
            body["buy_now"] = {"goods": self.goods[goods], "nums": str(nums)}
        province = "西藏" if place == "book" else place
        return Choice(chosen, buy_now, province, PLACES[place]), body

    def change_freight(self, goods: int, fee: str) -> None:
        """A rule for all, one for a province that is free from 20 yuan on, or none at all."""
        where = ["", "江苏", "西藏"][goods % 3]
        FreightRule.objects.filter(name=where).delete()
        if self.shop.freight.pop(where, None):
            return
        free_from = Decimal(20) if where else None
        row = FreightRule.objects.create(
            name=where, fee=Decimal(fee), free_from=free_from, is_default=not where
        )
        if where:
            row.provinces.create(province=province_of(where))
        self.shop.freight[where] = Decimal(fee), free_from

    def delete_order(self, number: int) -> None:
        order = self._order(number)
        answer = self.clients[order.buyer].delete(f"/orders/{order.pk}/")
        assert answer.status_code == self.shop.delete(order)

    def cancel_order(self, number: int) -> None:
        order = self._order(number)
        answer = self.clients[order.buyer].post(f"/orders/{order.pk}/cancel/")
        assert answer.status_code == self.shop.cancel(order)

    def confirm_receipt(self, number: int) -> None:
        order = self._order(number)
        answer = self.clients[order.buyer].post(f"/orders/{order.pk}/confirm/")
        assert answer.status_code == self.shop.confirm(order)

    def ten_days_pass_on_the_road(self) -> None:
        """As the sweep sees it; here they take no time, or every hold would lapse with them."""
        later = self.shop.now + timedelta(days=settings.ORDER_CONFIRM_DAYS)
        expected = {"received": self.shop.orders_receive(), "left": 0}
        assert orders_confirm_received(now=later) == expected

    def reach_for_anothers_order(self, number: int) -> None:
        order = self._order(number)
        others = [client for user, client in self.clients.items() if user != order.buyer]
        for client in others:
            for send in (client.get, client.delete):
                assert send(f"/orders/{order.pk}/").status_code == 404

    def look_at_the_orders(self, buyer: int) -> None:
        user = self.buyers[buyer].pk
        answer = self.clients[user].get("/orders/")
        mine = [row for row in self.shop.orders.values() if row.buyer == user]
        assert [
            (row["id"], row["pay_status"], row["status"], row["alipay_url"] is not None)
            for row in answer.json()
        ] == [
            (
                row.pk,
                self.shop.status_shown(row),
                self.shop.status_of(row),
                row.is_unpaid and self.shop.now < row.expires_at,
            )
            for row in reversed(mine)
            if not row.is_hidden
        ]

    # -- the gateway

    def open_the_cashier(self, number: int) -> None:
        order = self._order(number)
        parts = urlsplit(self.links[order.pk])
        status = Client().get(f"{parts.path}?{parts.query}").status_code
        gateway = self.shop.gateway
        if gateway.look(order.pk, self.shop.now) is None:
            if self.shop.now >= order.expires_at:
                assert status == 400
                return
            made = SandboxTrade.objects.get(out_trade_no=self._sn(order))
            gateway.trades[order.pk] = Trade(order.pk, made.trade_no, order.total, order.expires_at)
        assert status == 302

    def pay(self, number: int, late: bool, fault: str, reorder: bool, is_delivered: bool) -> None:
        order = self._order(number)
        if order.pk not in self.shop.gateway.trades:
            self.open_the_cashier(number)
        trade = self.shop.gateway.look(order.pk, self.shop.now)
        if trade is None:  # its time was over before anybody looked
            return
        switches = {
            name: "on"
            for name, is_on in {"late": late, "reorder": reorder, fault: bool(fault)}.items()
            if is_on
        }
        answer = self.line.press_pay(trade.number, drop="on", **switches)
        if not self.shop.gateway.pay(trade, late=late, fault=FAULTS[fault], reorder=reorder):
            assert answer.status_code == 409
            return
        assert answer.status_code == 302
        self.returns[trade.order_id] = answer["Location"]
        if is_delivered:
            self.deliver(number=reorder, times=1)

    def deliver(self, number: int, times: int) -> None:
        notices = self.shop.gateway.notices
        if not notices:
            return
        place = len(notices) - 1 - number % len(notices)
        row = SandboxNotice.objects.order_by("pk")[place]
        form = notice_form(
            row.params, conf=sandbox_conf(), now=timezone.now(), is_forged=row.is_forged
        )
        for _time in range(times):
            self._post_notice(form, notices[place])

    def _post_notice(self, form: dict[str, str], notice: Notice) -> None:
        order = self.shop.orders[notice.order_id]
        kept = PaymentNotice.objects.count()
        answer = Client().post("/alipay/notify/", urlencode(form), content_type=FORM)
        verdict = notice.fault or self.shop.hear(
            order, notice.trade_no, notice.status, is_paid=notice.is_paid,
            refunded=notice.refunded, refund_no=notice.refund_no,
        )  # fmt: skip
        is_refused = bool(notice.fault) or verdict == "malformed"
        # One that came before makes no row: whatever it would change is as it said already.
        if PaymentNotice.objects.count() > kept:
            assert PaymentNotice.objects.latest("pk").verdict == verdict
        assert (answer.status_code, answer.content) == (
            (400, b"failure") if is_refused else (200, b"success")
        )

    def come_back_from_the_cashier(self, number: int) -> None:
        if not self.returns:
            return
        order_id = list(self.returns)[-1 - number % len(self.returns)]
        order = self.shop.orders[order_id]
        parts = urlsplit(self.returns[order_id])
        answer = Client().get(f"{parts.path}?{parts.query}")
        assert (answer.status_code, answer["Location"]) == (302, ORDERS_PAGE)
        if self.shop.may_ask_on_return(order) and order.trade_no is None:
            with suppress(SilentError):
                self.shop.ask(order)

    def stray_money(self, number: int, of_another: bool) -> None:
        """A second trade pays the order; or one that has paid another claims to."""
        if not self.shop.gateway.trades:
            return
        trade = self._trade(number)
        other = [
            row.trade_no for row in self.shop.payments.values() if row.order.pk != trade.order_id
        ]
        stray = other[0] if of_another and other else f"9{trade.number[1:]}"
        row = SandboxTrade.objects.get(trade_no=trade.number)
        row.paid_at = timezone.now()
        conf = sandbox_conf()
        params = notice_params(
            row, conf=conf, notify_id=f"stray-{stray}", switches=Switches(), status=SUCCESS
        )
        form = notice_form(
            {**params, "trade_no": stray}, conf=conf, now=timezone.now(), is_forged=False
        )
        self._post_notice(form, Notice(order_id=trade.order_id, trade_no=stray, status=SUCCESS))

    def the_time_for_refunds_ends(self, number: int) -> None:
        paid = [row for row in self.shop.gateway.trades.values() if row.status == SUCCESS]
        if not paid:
            return
        trade = paid[-1 - number % len(paid)]
        trade.status = FINISHED
        row = SandboxTrade.objects.get(trade_no=trade.number)
        row.status = FINISHED
        row.save(update_fields=["status"])
        notify_id = f"end-{trade.number}"
        SandboxNotice.objects.create(
            trade=row, notify_id=notify_id, created_at=timezone.now(),
            params=notice_params(
                row, conf=sandbox_conf(), notify_id=notify_id, switches=Switches()
            ),
        )  # fmt: skip
        self.shop.gateway.notices.append(
            Notice(order_id=trade.order_id, trade_no=trade.number, status=FINISHED)
        )

    def refund_at_the_gateways_own_page(self, number: int, amount: str) -> None:
        paid = [row for row in self.shop.gateway.trades.values() if row.is_paid]
        if not paid:
            return
        trade = paid[-1 - number % len(paid)]
        yuan = trade.left if amount == "all" else Decimal(amount)
        path = f"/alipay-sandbox/trades/{trade.number}/refund/"
        written = SandboxNotice.objects.count()
        answer = Client().post(path, {"amount": f"{yuan:.2f}"})
        newest = SandboxNotice.objects.order_by("-pk")[0]
        is_new = SandboxNotice.objects.count() > written
        number = newest.params["out_biz_no"] if is_new else "refused"
        moved = yuan and self.shop.gateway.refund(trade.number, yuan, number)
        assert answer.status_code == (302 if moved else 409)

    def _trade(self, number: int) -> Trade:
        trades = list(self.shop.gateway.trades.values())
        return trades[-1 - number % len(trades)]

    def _sn(self, order: Order) -> str:
        return OrderInfo.objects.values_list("order_sn", flat=True).get(pk=order.pk)

    # -- staff

    def refund(self, number: int, amount: str, pieces: int, is_answer_lost: bool) -> None:
        payments = list(self.shop.payments.values())
        if not payments:
            return
        payment = payments[-1 - number % len(payments)]
        yuan = self.shop.refund_left(payment) if amount == "all" else Decimal(amount)
        if not yuan:
            return
        back = first_pieces(payment.order, pieces)
        refusal = self.shop.refund_open(payment, yuan, back)
        found = ""
        try:
            row = refund_open(
                payment_id=Payment.objects.get(trade_no=payment.trade_no).pk,
                amount=yuan, reason="", staff_id=self.staff.pk,
                lines=lines_of(payment.order.pk, back),
            )  # fmt: skip
        except DomainError as error:
            found = REFUSALS[type(error)]
        assert found == refusal
        if found:
            return
        made = Refund(payment, row.out_request_no, yuan, self.shop.now, pieces=back)
        self.shop.refunds[made.number] = made
        if is_answer_lost:
            self._refund_without_answer(made)
            return
        refund_send(refund_id=row.pk)
        self.shop.refund_send(made)

    def _refund_without_answer(self, refund: Refund) -> None:
        """The gateway gets the request; the shop does not get the answer."""
        trade_no = refund.payment.trade_no
        if self.shop.gateway.refund(trade_no, refund.amount, refund.number):
            trade_refund(
                trade_no=trade_no, amount=refund.amount, out_request_no=refund.number,
                reason="",
            )  # fmt: skip

    def adjust_stock(self, goods: int, delta: int) -> None:
        pk = self.goods[goods]
        row = self.shop.goods[pk]
        try:
            stock_adjust(goods_id=pk, delta=delta)
        except StockTooLowError:
            assert row.stock + delta < 0
        else:
            row.stock += delta

    def change_price(self, goods: int, price: str) -> None:
        row = GoodsRow.objects.get(pk=self.goods[goods])
        row.shop_price = self.shop.goods[row.pk].price = Decimal(price)
        row.save(update_fields=["shop_price"])

    def take_off_the_shelf_or_put_back(self, goods: int) -> None:
        row = GoodsRow.objects.get(pk=self.goods[goods])
        row.is_on_sale = self.shop.goods[row.pk].on_sale = not row.is_on_sale
        row.save(update_fields=["is_on_sale"])

    def ship(self, number: int) -> None:
        order = self._order(number)
        try:
            ship(order.pk)
            has_left = True
        except NotShippableError:
            has_left = False
        assert has_left == self.shop.ship(order)

    def dismiss(self, number: int) -> None:
        order = self._order(number)
        try:
            found = order_close_via_gateway(order_id=order.pk, event=Event.STAFF_CLOSE).value
        except (GatewaySilentError, MoveRefusedError) as error:
            found = type(error)
        try:
            expected: Any = self.shop.settle(order, "dismiss")
        except SilentError:
            expected = GatewaySilentError
        except RefusedError:
            expected = MoveRefusedError
        assert found == expected
