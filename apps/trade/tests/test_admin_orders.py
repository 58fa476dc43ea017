"""The staff's pages of orders: what they show, what may be changed, and by whom."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from apps.goods.models import StockMovement
from apps.trade.models import OrderInfo, Payment
from apps.trade.order_status import ReceivedBy
from apps.trade.services.orders import (
    AddressFixedError,
    order_at_cashier,
    order_change_address,
    order_close,
)
from apps.trade.services.payments import payment_confirm
from apps.trade.services.shipping import order_confirm
from utils.alipay import AlipayClient

from .shipping import ship
from .staff import ORDERS, VIEW, act, confirm, hidden, staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

CHANGE = ("change_orderinfo", *VIEW)


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client(*CHANGE)


@pytest.fixture
def order(order_of: Any) -> OrderInfo:
    return OrderInfo.objects.get(pk=order_of()["id"])


def page_of(order: OrderInfo) -> str:
    return f"{ORDERS}{order.pk}/change/"


def row_of(order: OrderInfo) -> tuple[Any, ...]:
    """Return what may have been changed of an order."""
    order.refresh_from_db()
    return (
        order.pay_status, order.closed_by, order.holds_stock, order.order_mount, order.shipped_at,
        order.trade_no, order.pay_time, order.address, order.signer_name, order.singer_mobile,
        order.post_script, order.user_id, order.order_sn, StockMovement.objects.count(),
    )  # fmt: skip


class TestList:
    def numbers(self, client: Client, query: str) -> list[str]:
        response = client.get(f"{ORDERS}?{query}")
        assert response.status_code == 200, response.headers
        return [order.order_sn for order in response.context["cl"].result_list]

    def test_says_what_matters(self, staff, order, buyer):
        html = staff.get(ORDERS).content.decode()
        for text in (order.order_sn, "小满", "24.60", "waiting for payment"):
            assert text in html
        assert "time is over" not in html
        OrderInfo.objects.update(expires_at=timezone.now())
        assert "time is over" in staff.get(ORDERS).content.decode()

    def test_search(self, staff, order, other, pears, theirs):
        paid = order
        payment_confirm(
            order_id=paid.pk, trade_no="2026T1", amount=Decimal("24.60"), paid_at=timezone.now()
        )
        theirs.post("/shopcarts/", {"goods": pears.pk, "nums": 1})
        form = {"address": "x", "signer_name": "x", "singer_mobile": "13700000000"}
        second = OrderInfo.objects.get(pk=theirs.post("/orders/", form).json()["id"])
        payment_confirm(
            order_id=paid.pk, trade_no="2026T2", amount=Decimal("24.60"), paid_at=timezone.now()
        )
        OrderInfo.objects.filter(pk=paid.pk).update(singer_mobile="13611111111")
        mine, others = [paid.order_sn], [second.order_sn]
        for word, expected in [
            (paid.order_sn, mine), (paid.order_sn[:8], others + mine), (paid.order_sn[8:], []),
            ("13611111111", mine), ("13700000000", others), ("1361111111", []),
            ("13800000001", mine), ("13800000002", others),  # the buyers' usernames
            ("2026T1", mine), ("2026T2", mine), ("2026T3", []),
            ("脐橙", mine), ("梨", others), ("脐橙 13700000000", []), ("脐橙 13611111111", mine),
            ("", others + mine), ("%", []), ("'", []),
        ]:  # fmt: skip
            assert self.numbers(staff, f"q={word}") == expected, word

    def test_search_for_a_buyers_mobile(self, staff, order, buyer):
        buyer.mobile = "13522222222"
        buyer.save()
        assert self.numbers(staff, "q=13522222222") == [order.order_sn]

    def test_filters(self, staff, order):
        all_, none = [order.order_sn], []
        today = timezone.localdate()
        yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
        for query, expected in [
            ("pay_status__exact=paying", all_), ("pay_status__exact=TRADE_SUCCESS", none),
            ("tab=to_pay", all_), ("tab=to_ship", none), ("tab=to_receive", none),
            ("tab=received", none), ("tab=refunding", none), ("tab=no", all_), ("tab=", all_),
            ("flagged=open", none), ("closed_by__exact=refund", none),
            (f"add_time__from={today}", all_), (f"add_time__until={today}", all_),
            (f"add_time__from={today}&add_time__until={today}", all_),
            (f"add_time__from={tomorrow}", none), (f"add_time__until={yesterday}", none),
            ("add_time__from=&add_time__until=", all_),
        ]:  # fmt: skip
            assert self.numbers(staff, query) == expected, query

    @pytest.mark.parametrize("nonsense", ["x", "2026-13-01", "9999-12-31", "0001-01-01"])
    def test_a_date_that_is_none(self, staff, order, nonsense):
        for name in ("from", "until"):
            response = staff.get(f"{ORDERS}?add_time__{name}={nonsense}")
            assert response.status_code in (200, 302)

    def test_days_begin_at_local_midnight(self, staff, order):
        today = timezone.localdate()
        begins = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        OrderInfo.objects.update(add_time=begins)
        assert self.numbers(staff, f"add_time__from={today}") == [order.order_sn]
        OrderInfo.objects.update(add_time=begins - timedelta(microseconds=1))
        assert self.numbers(staff, f"add_time__from={today}") == []
        OrderInfo.objects.update(add_time=begins + timedelta(days=1, microseconds=-1))
        assert self.numbers(staff, f"add_time__until={today}") == [order.order_sn]

    def test_the_date_form_keeps_other_filters(self, staff, order):
        html = staff.get(f"{ORDERS}?tab=to_ship&q=a").content.decode()
        assert '<input type="hidden" name="tab" value="to_ship">' in html
        assert '<input type="hidden" name="q" value="a">' in html

    def test_with_money_to_give_back(self, staff, order):
        for trade_no in ("T1", "T2"):
            payment_confirm(
                order_id=order.pk, trade_no=trade_no, amount=Decimal("24.60"),
                paid_at=timezone.now(),
            )  # fmt: skip
        assert self.numbers(staff, "flagged=open") == [order.order_sn]
        assert self.numbers(staff, "tab=to_ship") == [order.order_sn]
        Payment.objects.filter(flag="duplicate").update(refunded=Decimal("24.60"))
        assert self.numbers(staff, "flagged=open") == []


class TestPage:
    def test_shows_lines_money_and_links(self, staff, paid_order, goods):
        order, payment = OrderInfo.objects.get(), Payment.objects.get()
        html = staff.get(page_of(order)).content.decode()
        for text in (
            "脐橙", "12.30", "24.60", payment.trade_no, f"/admin/goods/goods/{goods.pk}/change/",
            f"/admin/trade/payment/{payment.pk}/change/",
            f"/admin/goods/stockmovement/?reference__exact={order.order_sn}",
            "pays the order", "the order is paid by it",
        ):  # fmt: skip
            assert text in html, text

    def test_its_link_leads_to_its_movements(self, admin_client, order, goods):
        order_close(order_id=order.pk, event="dismiss")
        response = admin_client.get(
            f"/admin/goods/stockmovement/?reference__exact={order.order_sn}"
        )
        (movement,) = response.context["cl"].result_list
        assert (movement.goods, movement.delta, movement.reason) == (goods, 2, "close")

    def test_where_it_goes_is_corrected(self, staff, order):
        before = row_of(order)
        page = staff.get(page_of(order))
        form = {**hidden(page), "address": "观前街 2 号", "signer_name": "阿满",
                "singer_mobile": "13900000009"}  # fmt: skip
        response = staff.post(page_of(order), form)
        assert response.status_code == 302, told(response)
        assert row_of(order) == (
            *before[:7], "观前街 2 号", "阿满", "13900000009", *before[10:]
        )  # fmt: skip
        entry = LogEntry.objects.get()
        assert "address" in entry.change_message.lower()

    def test_nothing_else_is(self, staff, order, other):
        before = row_of(order)
        form = {
            **hidden(staff.get(page_of(order))),
            "address": order.address, "signer_name": order.signer_name,
            "singer_mobile": order.singer_mobile,
            "pay_status": "TRADE_SUCCESS", "order_mount": "0.01", "user": other.pk,
            "order_sn": "x", "trade_no": "x", "holds_stock": "", "closed_by": "refund",
            "shipped_at_0": "2026-11-24", "shipped_at_1": "10:00", "post_script": "x",
            "pay_time_0": "2026-11-24", "pay_time_1": "10:00",
        }  # fmt: skip
        assert staff.post(page_of(order), form).status_code == 302
        assert row_of(order) == before

    @pytest.mark.parametrize(
        ("field", "value"), [("singer_mobile", "123"), ("address", " "), ("signer_name", "x" * 21)]
    )
    def test_nonsense_is_refused(self, staff, order, field, value):
        before = row_of(order)
        form = {**hidden(staff.get(page_of(order))), "address": "a", "signer_name": "b",
                "singer_mobile": "13900000009", field: value}  # fmt: skip
        response = staff.post(page_of(order), form)
        assert response.status_code == 200
        assert list(response.context["adminform"].form.errors) == [field]
        assert row_of(order) == before

    def test_not_once_it_has_left(self, staff, paid_order):
        order = OrderInfo.objects.get()
        form = {**hidden(staff.get(page_of(order))), "address": "观前街", "signer_name": "阿满",
                "singer_mobile": "13900000009"}  # fmt: skip
        ship(order.pk)
        before = row_of(order)
        page = staff.get(page_of(order)).content.decode()
        assert 'name="address"' not in page
        assert 'name="_save"' not in page
        staff.post(page_of(order), form)
        assert row_of(order) == before

    def test_it_leaves_while_the_form_is_being_saved(self, staff, paid_order, monkeypatch):
        """Between the page's own look at the order and its writing."""
        from apps.trade.admin import orders

        order = OrderInfo.objects.get()
        form = {**hidden(staff.get(page_of(order))), "address": "观前街", "signer_name": "阿满",
                "singer_mobile": "13900000009"}  # fmt: skip
        redirect = orders.order_change_address

        def ship_first(**kwargs: Any) -> None:
            OrderInfo.objects.update(shipped_at=timezone.now())
            redirect(**kwargs)

        monkeypatch.setattr(orders, "order_change_address", ship_first)
        response = staff.post(page_of(order), form)
        assert response.status_code == 302
        assert told(response) == [
            "error: The order is shipped or closed by now; nothing was changed."
        ]
        order.refresh_from_db()
        assert order.address != "观前街"

    def test_the_service_knows_its_fields(self, order):
        with pytest.raises(ValueError, match="order_mount"):
            order_change_address(order_id=order.pk, fields={"order_mount": "1"})
        order_close(order_id=order.pk, event="dismiss")
        with pytest.raises(AddressFixedError):
            order_change_address(order_id=order.pk, fields={"address": "x"})

    def test_offers_what_makes_sense(self, staff, order):
        def offered() -> set[str]:
            html = staff.get(page_of(order)).content.decode()
            names = ("ask_gateway", "close_unpaid", "ship_orders")
            found = {name for name in names if f'name="action" value="{name}"' in html}
            return found | ({"ship"} if f'href="{ORDERS}{order.pk}/ship/"' in html else set())

        assert offered() == {"ask_gateway", "close_unpaid"}
        payment_confirm(
            order_id=order.pk, trade_no="T1", amount=Decimal("24.60"), paid_at=timezone.now()
        )
        assert offered() == {"ask_gateway", "ship"}
        ship(order.pk)
        assert offered() == {"ask_gateway", "ship"}  # another parcel
        order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
        assert offered() == {"ask_gateway", "ship"}


class TestClosing:
    def test_unpaid(self, staff, order, gateway, stock, goods):
        assert stock(goods) == 8
        page = act(staff, ORDERS, "close_unpaid", order)
        assert order.order_sn in page.content.decode()
        assert row_of(order)[:3] == ("paying", "", True)  # asked, not done
        assert gateway.asked == []

        response = confirm(staff, ORDERS, "close_unpaid", order)

        assert response.status_code == 302
        assert told(response) == [f"success: Order {order.order_sn}: closed."]
        assert row_of(order)[:3] == ("TRADE_CLOSED", "dismiss", False)
        assert stock(goods) == 10
        assert gateway.asked == ["alipay.trade.query"]
        assert LogEntry.objects.get().object_repr == order.order_sn

    def test_at_the_cashier_the_trade_is_closed_too(self, staff, order_of, gateway):
        trade_no = gateway.open((answer := order_of())["alipay_url"])
        order = OrderInfo.objects.get(pk=answer["id"])
        order_at_cashier(order_id=order.pk)
        confirm(staff, ORDERS, "close_unpaid", order)
        assert row_of(order)[:3] == ("TRADE_CLOSED", "dismiss", False)
        assert gateway.asked[-1] == "alipay.trade.close"
        assert gateway.press_pay(trade_no).status_code == 409

    def test_a_batch_that_breaks_has_its_history(self, staff, order_of, monkeypatch):
        """As when the server's time limit ends the request: what was done is known."""
        orders = [OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(3)]
        query = AlipayClient.query

        def breaks_at_the_third(self: AlipayClient, **fields: Any) -> Any:
            if fields == {"out_trade_no": orders[2].order_sn}:
                raise RuntimeError
            return query(self, **fields)

        monkeypatch.setattr(AlipayClient, "query", breaks_at_the_third)
        with pytest.raises(RuntimeError):
            confirm(staff, ORDERS, "close_unpaid", *orders)

        closed = [row_of(order)[:2] for order in orders]
        assert closed == [("TRADE_CLOSED", "dismiss")] * 2 + [("paying", "")]
        entries = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
        assert list(entries) == [(order.order_sn, "已关闭") for order in orders[:2]]

    def test_silent_gateway(self, staff, order, gateway, stock, goods):
        before = row_of(order)
        gateway.silent = True
        response = confirm(staff, ORDERS, "close_unpaid", order)
        assert told(response) == [
            f"error: Order {order.order_sn}: Alipay did not answer; nothing was changed."
        ]
        assert row_of(order) == before
        assert stock(goods) == 8
        assert not LogEntry.objects.exists()

    def test_a_silent_gateway_is_asked_once(self, staff, order_of, gateway):
        orders = [OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(3)]
        gateway.silent = True
        response = confirm(staff, ORDERS, "close_unpaid", *orders)
        first, *rest = (order.order_sn for order in orders)
        assert told(response) == [
            f"error: Order {first}: Alipay did not answer; nothing was changed.",
            f"error: Orders {', '.join(rest)}: not asked about, because Alipay did not answer "
            "before; nothing was changed.",
        ]
        assert gateway.asked == ["alipay.trade.query"]

    def test_paid_without_our_knowing(self, staff, order_of, gateway, stock, goods):
        answer = order_of()
        gateway.press_pay(gateway.open(answer["alipay_url"]), drop="on")
        order = OrderInfo.objects.get(pk=answer["id"])
        response = confirm(staff, ORDERS, "close_unpaid", order)
        assert told(response) == [
            f"warning: Order {order.order_sn}: not closed: Alipay says that it is paid, and now "
            "it is."
        ]
        assert row_of(order)[:3] == ("TRADE_SUCCESS", "", True)
        assert stock(goods) == 8

    def test_each_is_reported(self, staff, order_of, gateway, paid_order):
        paid = OrderInfo.objects.get()
        closed, unpaid = (OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(2))
        order_close(order_id=closed.pk, event="cancel")
        before = row_of(paid)[:-1], row_of(closed)[:-1]
        response = confirm(staff, ORDERS, "close_unpaid", paid, closed, unpaid)
        assert told(response) == [
            f"error: Order {paid.order_sn}: paid, and therefore not closed; nothing was changed.",
            f"info: Order {closed.order_sn}: closed before; nothing was changed.",
            f"success: Order {unpaid.order_sn}: closed.",
        ]
        assert (row_of(paid)[:-1], row_of(closed)[:-1]) == before
        assert row_of(unpaid)[:2] == ("TRADE_CLOSED", "dismiss")

    def test_not_too_many_at_once(self, staff, order_of, gateway, monkeypatch):
        from apps.trade.admin import order_actions

        monkeypatch.setattr(order_actions, "ORDERS_AT_ONCE", 1)
        orders = [OrderInfo.objects.get(pk=order_of(1)["id"]) for _ in range(2)]
        response = act(staff, ORDERS, "close_unpaid", *orders, confirmed="yes")
        assert told(response) == ["error: At most 1 orders at once; nothing was changed."]
        assert {row_of(order)[0] for order in orders} == {"paying"}
        assert gateway.asked == []


class TestAsking:
    def test_of_no_payment(self, staff, order, gateway):
        response = act(staff, ORDERS, "ask_gateway", order)
        assert told(response) == [
            f"info: Order {order.order_sn}: Alipay knows of no payment; nothing was changed."
        ]
        assert row_of(order)[0] == "paying"

    def test_of_a_lost_notice(self, staff, order_of, gateway):
        answer = order_of()
        gateway.press_pay(gateway.open(answer["alipay_url"]), drop="on")
        order = OrderInfo.objects.get(pk=answer["id"])
        response = act(staff, ORDERS, "ask_gateway", order)
        assert told(response) == [
            f"success: Order {order.order_sn}: Alipay was asked; the order is now: paid."
        ]
        assert row_of(order)[0] == "TRADE_SUCCESS"
        response = act(staff, ORDERS, "ask_gateway", order)
        assert told(response)[-1:] == [
            f"info: Order {order.order_sn}: Alipay was asked, and had no news."
        ]

    def test_silent(self, staff, order, gateway):
        before = row_of(order)
        gateway.silent = True
        response = act(staff, ORDERS, "ask_gateway", order)
        assert told(response) == [
            f"error: Order {order.order_sn}: Alipay did not answer; nothing was changed."
        ]
        assert row_of(order) == before


class TestWhoMay:
    ACTIONS = ("close_unpaid", "ship_orders", "ask_gateway")

    @pytest.mark.parametrize("permissions", [(), ("view_payment", "change_payment")])
    def test_nothing_without_permission(self, order, gateway, permissions):
        client, before = staff_client(*permissions), row_of(order)
        for address in (ORDERS, page_of(order)):
            assert client.get(address).status_code == 403
        for action in (*self.ACTIONS, "export_csv"):
            response = act(client, ORDERS, action, order, confirmed="yes")
            assert response.status_code == 403
        assert row_of(order) == before
        assert gateway.asked == []

    def test_buyers_are_sent_away(self, order, buyer):
        client = Client()
        client.force_login(buyer)
        for address in (ORDERS, page_of(order)):
            assert client.get(address).status_code == 302

    def test_who_may_view_acts_on_nothing(self, order, gateway):
        client, before = staff_client(*VIEW), row_of(order)
        page = client.get(page_of(order)).content.decode()
        assert order.order_sn in page
        assert "脐橙" in page
        assert 'name="action"' not in page
        assert 'name="address"' not in page
        for action in self.ACTIONS:
            assert f'value="{action}"' not in client.get(ORDERS).content.decode()
            response = act(client, ORDERS, action, order, confirmed="yes")
            assert told(response) == ["warning: No action selected."]
        response = client.post(page_of(order), {**hidden(client.get(page_of(order))),
                                                "address": "x"})  # fmt: skip
        assert response.status_code == 403
        assert row_of(order) == before
        assert gateway.asked == []

    def test_money_is_not_shown_to_whom_it_is_not(self, paid_order):
        order, payment = OrderInfo.objects.get(), Payment.objects.get()
        page = staff_client("view_orderinfo").get(page_of(order)).content.decode()
        assert "脐橙" in page
        assert f"/admin/trade/payment/{payment.pk}/" not in page

    def test_nobody_adds_or_deletes(self, admin_client, order):
        assert admin_client.get(f"{ORDERS}add/").status_code == 403
        assert admin_client.post(f"{ORDERS}{order.pk}/delete/", {"post": "yes"}).status_code == 403
        response = act(admin_client, ORDERS, "delete_selected", order, post="yes")
        assert told(response) == ["warning: No action selected."]
        assert OrderInfo.objects.filter(pk=order.pk).exists()


class TestWorkingList:
    """Tabs, what is in a row, and what people type into the search box."""

    def shown(self, client: Client, query: str = "") -> Any:
        response = client.get(f"{ORDERS}{query}")
        assert response.status_code == 200, response.headers
        return response

    def test_tabs_count_what_waits(self, staff, order, order_of):
        paid = OrderInfo.objects.get(pk=order_of()["id"])
        payment_confirm(
            order_id=paid.pk, trade_no="T1", amount=paid.order_mount, paid_at=timezone.now()
        )
        response = self.shown(staff, "?tab=to_ship")
        assert list(response.context["cl"].result_list) == [paid]
        tabs = [(tab["name"], tab.get("count"), tab["is_chosen"])
                for tab in response.context["tabs"]]  # fmt: skip
        assert tabs == [
            ("all orders", None, False), ("to be shipped", 1, True), ("to be paid", 1, False),
            ("on its way", 0, False), ("refund asked for", 0, False), ("received", None, False),
        ]  # fmt: skip

    def test_a_row_tells_what_is_needed_to_pack(self, staff, order):
        OrderInfo.objects.update(post_script="请放门口 " * 12)
        payment_confirm(
            order_id=order.pk, trade_no="T1", amount=order.order_mount, paid_at=timezone.now()
        )
        html = self.shown(staff).content.decode()
        for text in ("小满", "13800000001", "脐橙 × 2", "请放门口", "pieces: 2, kinds: 1", "…"):
            assert text in html, text
        assert "partly refunded" not in html
        Payment.objects.update(refunded=1)
        assert "partly refunded" in self.shown(staff).content.decode()

    def test_what_people_type(self, staff, order):
        OrderInfo.objects.update(singer_mobile="13916896571", signer_name="欧阳小满")
        for word, is_found in [
            ("6571", True), ("6572", False), ("13916896571", True), ("139 1689 6571", True),
            ("139-1689-6571", True), ("+86 139 1689 6571", True), ("１３９１６８９６５７１", True),
            ("欧阳", True), ("欧阳小满", True), ("小满", False), ("欧阳 139 1689 6571", True),
            ("欧阳 6572", False), (order.order_sn[:8], True), (order.order_sn[:5], False),
        ]:  # fmt: skip
            found = staff.get(ORDERS, {"q": word}).context["cl"].result_list
            assert list(found) == ([order] if is_found else []), word

    def test_days_in_one_click(self, staff, order):
        html = self.shown(staff).content.decode()
        today = timezone.localdate()
        for begin in (today, today - timedelta(days=6)):
            link = f"?add_time__from={begin}"
            assert f'href="{link}"' in html
            assert list(self.shown(staff, link).context["cl"].result_list) == [order]
