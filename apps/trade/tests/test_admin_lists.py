"""The other pages of staff: money that came, notices, carts; and what a list costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.goods.models import Goods, StockMovement
from apps.trade.models import CartLine, OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.services.carts import cart_add, hold_release
from apps.trade.services.notices import notice_keep
from apps.users.models import UserProfile

from .staff import ORDERS, PAYMENTS, REFUNDS, REQUESTS, VIEW, act, rows_make, staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

NOTICES = "/admin/trade/paymentnotice/"
CARTS = "/admin/trade/cartline/"


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client(*VIEW, "refund_payment", "change_orderinfo", "change_cartline")


def shown(client: Client, address: str) -> list[Any]:
    response = client.get(address)
    assert response.status_code == 200, response.headers
    return list(response.context["cl"].result_list)


class TestCosts:
    """Queries of a page, those for the session, the user and the permissions among them."""

    @pytest.mark.parametrize(
        ("address", "queries"),
        [
            (ORDERS, 12), (f"{ORDERS}?flagged=open", 12), (PAYMENTS, 8), (REFUNDS, 9),
            (NOTICES, 7), (CARTS, 8), (REQUESTS, 7),
        ],
    )  # fmt: skip
    def test_a_list_asks_as_much_for_fifty_rows_as_for_one(self, staff, goods, address, queries):
        counted = []
        for more in (1, 49):
            rows_make(more, goods)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                rows = shown(staff, address)
            counted.append((min(len(rows), 50), len(asked)))
        assert counted[0][0] in (1, 2)  # two payments and two refunds of an order
        assert counted == [(counted[0][0], queries), (50, queries)]

    @pytest.mark.parametrize(
        ("word", "queries"), [("its number", 15), ("13700000001", 15), ("脐橙", 16)]
    )
    def test_a_search(self, staff, goods, word, queries):
        rows_make(3, goods)
        if word == "its number":
            word = OrderInfo.objects.latest("pk").order_sn
        with CaptureQueriesContext(connection) as asked:
            assert shown(staff, f"{ORDERS}?q={word}")
        assert len(asked) == queries

    def test_an_orders_page(self, staff, goods, pears):
        rows_make(1, goods)
        order = OrderInfo.objects.get()
        counted = []
        staff.get(f"{ORDERS}{order.pk}/change/")  # content types are kept in memory
        for more in (10, 0):
            with CaptureQueriesContext(connection) as asked:
                assert staff.get(f"{ORDERS}{order.pk}/change/").status_code == 200
            counted.append(len(asked))
            for number in range(more):
                PaymentNotice.objects.create(source="notify", raw="", order=order,
                                             verdict="repeat")  # fmt: skip
                payment = Payment.objects.create(
                    order=order, trade_no=f"X{number}", amount=1, paid_at=timezone.now(),
                    state="flagged", flag="duplicate",
                )  # fmt: skip
                Refund.objects.create(
                    payment=payment, out_request_no=f"X{number}", amount=1, reason="x"
                )
        assert counted == [14, 14]


class TestPayments:
    def test_searches_whole_numbers(self, staff, goods):
        rows_make(3, goods)
        order = OrderInfo.objects.first()
        of_order = list(order.payments.all())
        assert shown(staff, f"{PAYMENTS}?q={order.order_sn}") == of_order
        assert shown(staff, f"{PAYMENTS}?q={of_order[0].trade_no}") == of_order[:1]
        assert shown(staff, f"{PAYMENTS}?q={order.order_sn[:-1]}") == []
        refunds = [payment.refunds.get() for payment in of_order]
        assert shown(staff, f"{REFUNDS}?q={order.order_sn}") == refunds
        assert shown(staff, f"{REFUNDS}?q={of_order[1].trade_no}") == refunds[1:]
        assert shown(staff, f"{REFUNDS}?q={refunds[0].out_request_no}") == refunds[:1]
        assert shown(staff, f"{REFUNDS}?q=nothing") == []

    def test_pages_are_to_be_read(self, admin_client, goods):
        rows_make(1, goods)
        for address, row in (
            (PAYMENTS, Payment.objects.first()), (REFUNDS, Refund.objects.first()),
            (NOTICES, PaymentNotice.objects.first()),
        ):  # fmt: skip
            before = str(type(row).objects.values().get(pk=row.pk))
            page = f"{address}{row.pk}/change/"
            html = admin_client.get(page).content.decode()
            assert 'name="_save"' not in html
            assert admin_client.post(page, {"amount": "1"}).status_code == 403
            assert admin_client.post(f"{address}{row.pk}/delete/", {"post": "y"}).status_code == 403
            assert admin_client.get(f"{address}add/").status_code == 403
            response = act(admin_client, address, "delete_selected", row, post="yes")
            assert response.status_code == 200 or told(response) == ["warning: No action selected."]
            assert str(type(row).objects.values().get(pk=row.pk)) == before

    def test_a_refunds_page_says_why(self, staff, goods):
        rows_make(1, goods)
        refund = Refund.objects.first()
        Refund.objects.filter(pk=refund.pk).update(state="failed", answer="40004 <b>no</b>")
        html = staff.get(f"{REFUNDS}{refund.pk}/change/").content.decode()
        assert "40004 &lt;b&gt;no&lt;/b&gt;" in html
        assert "refused by the gateway" in html


class TestNotices:
    RAW = "a=%3Cscript%3Ealert(1)%3C%2Fscript%3E&b=1+2&empty="

    def keep(self, **fields: str) -> PaymentNotice:
        params = {"out_trade_no": "S1", "trade_no": "T1", "notify_id": "N1", **fields}
        return notice_keep(params=params, raw=self.RAW, is_genuine=False)

    def test_as_it_came_and_as_it_reads(self, staff):
        notice = self.keep(trade_status="<script>")
        html = staff.get(f"{NOTICES}{notice.pk}/change/").content.decode()
        assert "<tr><th>a</th><td>&lt;script&gt;alert(1)&lt;/script&gt;</td></tr>" in html
        assert "<tr><th>b</th><td>1 2</td></tr><tr><th>empty</th><td></td></tr>" in html
        assert f'<pre class="notice-raw">{self.RAW.replace("&", "&amp;")}</pre>' in html
        assert "<script>alert" not in html
        assert "<h2>S1: refused: the signature is wrong</h2>" in html
        html = staff.get(NOTICES).content.decode()
        assert "&lt;script&gt;" in html
        assert 'T1<div class="second-line">S1</div>' in html

    def test_an_answer_of_the_gateway(self, staff):
        notice = PaymentNotice.objects.create(
            source="query", raw='{"trade_no": "T1", "odd": {"x": "<b>"}}', verdict="paid"
        )
        html = staff.get(f"{NOTICES}{notice.pk}/change/").content.decode()
        assert "<tr><th>trade_no</th><td>T1</td></tr>" in html
        assert "<h2>–: the order is paid by it</h2>" in html
        assert "&lt;b&gt;" in html

    @pytest.mark.parametrize("raw", ["", "[1]", "{", "[" * 5000, "null", "3"])
    @pytest.mark.parametrize("source", ["query", "notify"])
    def test_what_cannot_be_read_is_shown_raw(self, staff, raw, source):
        notice = PaymentNotice.objects.create(source=source, raw=raw, verdict="malformed")
        html = staff.get(f"{NOTICES}{notice.pk}/change/").content.decode()
        assert f'<pre class="notice-raw">{raw}</pre>' in html

    def test_found_by_its_numbers(self, staff):
        notice, other = self.keep(), self.keep(out_trade_no="S2", trade_no="T2", notify_id="N2")
        for word in ("S1", "T1", "N1"):
            assert shown(staff, f"{NOTICES}?q={word}") == [notice]
        assert shown(staff, f"{NOTICES}?q=S") == []
        assert shown(staff, f"{NOTICES}?verdict__exact=bad_signature") == [other, notice]
        assert shown(staff, f"{NOTICES}?source__exact=query") == []


class TestCarts:
    @pytest.fixture
    def line(self, buyer: UserProfile, goods: Goods) -> CartLine:
        return cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=3)

    def test_held_lapsed_none(self, staff, line):
        def found() -> list[str]:
            return [word for word in ("held", "lapsed", "none")
                    if shown(staff, f"{CARTS}?hold={word}")]  # fmt: skip

        assert found() == ["held"]
        assert shown(staff, CARTS) == [line]
        CartLine.objects.update(held_until=timezone.now() - timedelta(seconds=1))
        assert found() == ["lapsed"]
        CartLine.objects.update(held_until=None)
        assert found() == ["none"]

    def test_search(self, staff, line, other, pears):
        theirs = cart_add(user_id=other.pk, goods_id=pears.pk, nums=1)
        for word, expected in [
            ("13800000001", [line]), ("13800000002", [theirs]), ("梨", [theirs]), ("x", []),
        ]:  # fmt: skip
            assert shown(staff, f"{CARTS}?q={word}") == expected, word

    def test_a_hold_is_ended_once(self, staff, line, stock, goods, buyer):
        assert stock(goods) == 7
        response = act(staff, CARTS, "release_holds", line)
        assert told(response) == ["success: 1 hold was ended."]
        assert stock(goods) == 10
        line.refresh_from_db()
        assert (line.nums, line.held_until) == (3, None)
        movement = StockMovement.objects.first()
        assert (movement.delta, movement.reason) == (3, "release")
        assert movement.reference == f"cart:{buyer.pk}"
        response = act(staff, CARTS, "release_holds", line)
        assert told(response)[-1:] == ["warning: 0 holds were ended."]
        assert stock(goods) == 10
        entry = LogEntry.objects.get()
        assert (entry.object_id, entry.change_message) == (str(line.pk), "已结束保留。")

    def test_a_hold_whose_time_is_over_is_ended_too(self, staff, line, stock, goods):
        CartLine.objects.update(held_until=timezone.now())
        act(staff, CARTS, "release_holds", line)
        assert stock(goods) == 10

    def test_of_a_line_that_is_gone(self, line, other):
        assert not hold_release(user_id=other.pk, goods_id=line.goods_id)
        assert not hold_release(user_id=line.user_id, goods_id=line.goods_id + 1)

    def test_its_buyer_can_still_order_it(self, staff, line, mine, stock, goods):
        act(staff, CARTS, "release_holds", line)
        form = {"address": "x", "signer_name": "x", "singer_mobile": "13700000000"}
        assert mine.post("/orders/", form).status_code == 201
        assert stock(goods) == 7

    def test_a_cart_is_its_buyers(self, staff, line, stock, goods):
        page = f"{CARTS}{line.pk}/change/"
        html = staff.get(page).content.decode()
        assert f"<h2>{goods.name} x 3</h2>" in html
        assert 'name="_save"' not in html
        assert staff.post(page, {"nums": "1", "user": "1", "goods": "1"}).status_code == 403
        line.refresh_from_db()
        assert (line.nums, stock(goods)) == (3, 7)
        assert staff.post(f"{CARTS}{line.pk}/delete/", {"post": "yes"}).status_code == 403
        viewer = staff_client(*VIEW)
        assert told(act(viewer, CARTS, "release_holds", line)) in (
            [], ["warning: No action selected."],
        )  # fmt: skip
        assert stock(goods) == 7
        assert staff_client().get(CARTS).status_code == 403


class TestDeletingUsers:
    USERS = "/admin/users/buyer/"

    def test_who_ordered_is_deactivated_instead(self, admin_client, order_of, buyer):
        order_of()
        page = f"{self.USERS}{buyer.pk}/delete/"
        html = admin_client.get(page).content.decode()
        assert "cannot be deleted: orders, carts, payments and the history" in html
        assert 'name="action" value="deactivate"' in html
        assert 'name="post"' not in html
        response = admin_client.post(page, {"post": "yes"})
        assert response.status_code == 200
        assert UserProfile.objects.filter(pk=buyer.pk).exists()

        response = act(admin_client, self.USERS, "deactivate", buyer, reason="left")

        assert told(response) == ["success: 1 account was deactivated."]
        buyer.refresh_from_db()
        assert not buyer.is_active
        assert OrderInfo.objects.filter(user=buyer).count() == 1

    def test_nor_whoever_has_a_cart(self, admin_client, buyer, goods):
        cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=1)
        response = act(admin_client, self.USERS, "delete_selected", buyer, post="yes")
        assert response.status_code == 200
        assert "protected" in response.content.decode()
        assert UserProfile.objects.filter(pk=buyer.pk).exists()

    def test_who_never_bought_is_deleted(self, admin_client, other):
        response = admin_client.post(f"{self.USERS}{other.pk}/delete/", {"post": "yes"})
        assert response.status_code == 302
        assert not UserProfile.objects.filter(pk=other.pk).exists()
