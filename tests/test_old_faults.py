"""What the old backend let through (contract.md, last section), done again to this one.

Each attack is a function that returns what it came to; a test says what it must come to
here, and another, with the old code put back in one place, what it came to there: so that
the attack is known to be one. Where the faults of the whole list are tested:

    (a) (c) (d) (f) (g) (l) (n)   here
    (b) (e)                       here one after another; at once in apps/trade/tests/races/
    (h)                           apps/users/tests/test_races.py, apps/users/tests/test_codes.py
    (i)                           apps/users/tests/test_profile.py
    (j)                           apps/user_operation/tests/test_messages.py
    (k)                           apps/goods/tests/test_response_cache.py
    (m)                           utils/tests/test_throttling.py
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import time_machine
from django.db import IntegrityError
from django.db.models import F, ProtectedError
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import Goods, GoodsCategory
from apps.goods.services.stock import stock_take
from apps.goods.tests.factories import make_category, make_goods
from apps.trade import callbacks
from apps.trade.models import CartLine, OrderGoods, OrderInfo, PaymentNotice
from apps.trade.services import carts, checkout
from apps.trade.services.closing import orders_close_expired
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.tests.addresses import DESTINATION
from apps.trade.tests.notices import notice_of, send_notice
from apps.trade.views import checkout as checkout_views
from apps.users.models import UserProfile

from .audit import assert_audit_clean, broken
from .clients import client_of
from .local_gateway import LocalGateway

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
OUT_OF_STOCK = {"nums": ["库存不足"]}


@pytest.fixture
def oranges(db: None) -> Goods:
    """Twenty at 156.00 yuan."""
    return make_goods(make_category(), name="脐橙", stock=20, shop_price="156.00")


@pytest.fixture(autouse=True)
def _nothing_but_the_fault(settings: Any, gateway: LocalGateway) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")


def fill(client: APIClient, goods: Goods, nums: int) -> Any:
    return client.post("/shopcarts/", {"goods": goods.pk, "nums": nums})


def order(client: APIClient, **fields: Any) -> Any:
    return client.post("/orders/", {**DESTINATION, **fields})


def left(goods: Goods) -> tuple[int, int]:
    """Return how many can be bought, and how many were sold."""
    goods.refresh_from_db()
    return goods.goods_num, goods.sold_num


class TestTheClientSetsThePrice:
    """(a) ``order_mount: 0.01`` on a cart of 312.00 was accepted and signed."""

    def attack(self, mine: APIClient, oranges: Goods) -> tuple[int, Any]:
        fill(mine, oranges, 2)
        answer = order(mine, order_mount="0.01")
        if answer.status_code != 201:
            return answer.status_code, answer.json()
        link = parse_qs(urlsplit(answer.json()["alipay_url"]).query)
        return answer.status_code, link["biz_content"][0]

    def test_it_is_refused(self, mine, oranges):
        status, body = self.attack(mine, oranges)
        assert (status, list(body)) == (400, ["order_mount"])
        assert not OrderInfo.objects.exists()
        assert order(mine).json()["order_mount"] == 312.0
        assert_audit_clean()

    def test_with_the_old_code(self, mine, oranges, monkeypatch):
        def believing(*, shown_total: Decimal, **arguments: Any) -> OrderInfo:
            made = checkout.order_create(**arguments)
            made.order_mount = shown_total
            made.save()
            return made

        monkeypatch.setattr(checkout_views, "order_create", believing)
        status, signed = self.attack(mine, oranges)
        assert (status, '"total_amount":"0.01"' in signed) == (201, True)
        assert "an order's total is the sum of its lines and its freight" in broken()


class TestMoreBuyersThanPieces:
    """(b) 20 buyers of 5 pieces all got 1."""

    def attack(self, category: GoodsCategory) -> tuple[Counter[int], Goods]:
        goods = make_goods(category, stock=5)
        statuses: Counter[int] = Counter()
        for number in range(20):
            client = client_of(UserProfile.objects.create_user(f"139000000{number:02}"))
            if fill(client, goods, 1).status_code == 201:
                statuses[order(client).status_code] += 1
            else:
                statuses[400] += 1
        return statuses, goods

    def test_five_get_one(self, oranges):
        statuses, goods = self.attack(oranges.category)
        assert statuses == {201: 5, 400: 15}
        assert left(goods) == (0, 0)
        assert_audit_clean()

    def test_with_the_old_code(self, oranges, monkeypatch):
        monkeypatch.setattr(carts, "stock_take", lambda **_arguments: None)
        statuses, _goods = self.attack(oranges.category)
        assert statuses == {201: 20}


class TestAddingAgainTakesAllAgain:
    """(c) Five adds of 1 took 15 pieces."""

    def attack(self, mine: APIClient, oranges: Goods) -> tuple[list[int], int]:
        totals = [fill(mine, oranges, 1).json()["nums"] for _ in range(5)]
        return totals, 20 - left(oranges)[0]

    def test_five_adds_take_five(self, mine, oranges):
        assert self.attack(mine, oranges) == ([1, 2, 3, 4, 5], 5)
        assert_audit_clean()

    def test_with_the_old_code(self, mine, oranges, monkeypatch):
        def whole_line(*, pieces: dict[int, int], reference: str, field: str) -> None:
            [(goods_id, more)] = pieces.items()
            has = CartLine.objects.filter(goods_id=goods_id).values_list("nums", flat=True)
            stock_take(pieces={goods_id: sum(has) + more}, reference=reference)

        monkeypatch.setattr(carts, "stock_take", whole_line)
        assert self.attack(mine, oranges) == ([1, 2, 3, 4, 5], 15)


class TestMoreThanThereIs:
    """(d) ``nums: 5000`` of 5 left -4995."""

    @pytest.mark.parametrize("nums", [6, 99, 5000, 2**31, 10**30])
    def test_it_is_refused(self, mine, oranges, nums):
        goods = make_goods(oranges.category, stock=5)
        answer = fill(mine, goods, nums)
        assert (answer.status_code, answer.json()) == (400, OUT_OF_STOCK)
        fill(mine, goods, 1)
        answer = mine.patch(f"/shopcarts/{goods.pk}/", {"nums": nums})
        assert (answer.status_code, answer.json()) == (400, OUT_OF_STOCK)
        assert left(goods) == (4, 0)
        assert_audit_clean()

    def test_with_the_old_code(self, mine, oranges, monkeypatch):
        """It reaches the database now, where a constraint stands behind the service."""

        def blind(*, pieces: dict[int, int], reference: str, field: str) -> None:
            for goods_id, number in pieces.items():
                Goods.objects.filter(pk=goods_id).update(goods_num=F("goods_num") - number)

        monkeypatch.setattr(carts, "stock_take", blind)
        with pytest.raises(IntegrityError, match=r"goods_num|goods_stock"):
            fill(mine, oranges, 5000)


class TestOneCartManyOrders:
    """(e) Five checkouts of one cart made five orders with the same line."""

    def attack(self, mine: APIClient, oranges: Goods) -> tuple[list[int], int]:
        fill(mine, oranges, 3)
        statuses = [order(mine).status_code for _ in range(5)]
        return statuses, OrderGoods.objects.filter(goods=oranges).count()

    def test_the_first_has_it(self, mine, oranges):
        assert self.attack(mine, oranges) == ([201, 400, 400, 400, 400], 1)
        assert order(mine).json() == {"non_field_errors": ["购物车为空"]}
        assert left(oranges) == (17, 0)
        assert_audit_clean()

    def test_with_the_old_code(self, mine, oranges, monkeypatch):
        def keeping_the_cart(**arguments: Any) -> OrderInfo:
            lines = list(CartLine.objects.all())
            made = checkout.order_create(**arguments)
            CartLine.objects.bulk_create(lines)
            return made

        monkeypatch.setattr(checkout_views, "order_create", keeping_the_cart)
        assert self.attack(mine, oranges) == ([201] * 5, 5)


class TestOrderNumbers:
    """(f) One second, one buyer, 80 orders: 5 collided on ``order_sn``, with a 500 each."""

    @pytest.fixture(autouse=True)
    def _many_orders(self, settings):
        settings.ORDER_MAX_UNPAID = 80

    def attack(self, mine: APIClient, category: GoodsCategory) -> list[str]:
        goods = make_goods(category, stock=80)
        numbers = []
        with time_machine.travel(NOW, tick=False):
            for _ in range(80):
                fill(mine, goods, 1)
                numbers.append(order(mine).json()["order_sn"])
        return numbers

    def test_80_orders_have_80_numbers(self, mine, oranges):
        numbers = self.attack(mine, oranges.category)
        assert len(set(numbers)) == 80
        assert {(number[:14], len(number)) for number in numbers} == {("20261123100000", 22)}
        assert_audit_clean()

    def test_a_collision_is_drawn_again(self, mine, oranges, monkeypatch):
        drawn = iter([7, 7, 7, 7, 8])
        monkeypatch.setattr(checkout.secrets, "randbelow", lambda _limit: next(drawn))
        with time_machine.travel(NOW, tick=False):
            for _ in range(2):
                fill(mine, oranges, 1)
                assert order(mine).status_code == 201
        assert sorted(OrderInfo.objects.values_list("order_sn", flat=True)) == [
            "2026112310000000000007", "2026112310000000000008",
        ]  # fmt: skip
        assert_audit_clean()

    def test_with_the_old_code(self, mine, buyer, oranges, monkeypatch):
        two_digits = random.Random(80)

        def old(now: datetime) -> str:
            return f"{timezone.localtime(now):%Y%m%d%H%M%S}{buyer.pk}{two_digits.randint(10, 99)}"

        monkeypatch.setattr(checkout, "order_sn_make", old)
        monkeypatch.setattr(checkout, "ORDER_SN_TRIES", 1)
        with pytest.raises(IntegrityError, match="order_sn"):
            self.attack(mine, oranges.category)


class TestNotices:
    """(g) A notice of 0.01 for 500.00, of another app, marked the order paid; each repeat
    sold the goods again; a late ``WAIT_BUYER_PAY`` took the payment back."""

    @pytest.fixture
    def bought(self, mine: APIClient, oranges: Goods) -> tuple[Any, Goods]:
        goods = make_goods(oranges.category, stock=5, shop_price="500.00")
        fill(mine, goods, 1)
        return order(mine).json(), goods

    def wrong_money(self, bought: tuple[Any, Goods], **fields: str) -> tuple[int, str, int]:
        made, goods = bought
        answer = send_notice(notice_of(made, **fields))
        return answer.status_code, self.status(made), left(goods)[1]

    def repeats(self, bought: tuple[Any, Goods]) -> tuple[list[int], int]:
        made, goods = bought
        statuses = [send_notice(notice_of(made)).status_code for _ in range(4)]
        return statuses, left(goods)[1]

    def late_waiting(self, bought: tuple[Any, Goods]) -> str:
        made, _goods = bought
        send_notice(notice_of(made))
        send_notice(notice_of(made, trade_status="WAIT_BUYER_PAY", gmt_payment=None))
        return self.status(made)

    def status(self, made: Any) -> str:
        return OrderInfo.objects.get(pk=made["id"]).pay_status

    @pytest.mark.parametrize(
        "fields",
        [
            {"total_amount": "0.01"},
            {"app_id": "2021999999999999"},
            {"total_amount": "0.01", "app_id": "2021999999999999"},
        ],
    )
    def test_wrong_money_pays_nothing(self, bought, fields):
        assert self.wrong_money(bought, **fields) == (400, "paying", 0)
        assert_audit_clean()

    def test_repeats_sell_once(self, bought):
        assert self.repeats(bought) == ([200] * 4, 1)
        assert_audit_clean()

    def test_a_late_waiting_takes_nothing_back(self, bought):
        assert self.late_waiting(bought) == "TRADE_SUCCESS"
        assert_audit_clean()

    @pytest.fixture
    def _old_code(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def believing(*, notice_id: int) -> PaymentNotice.Verdict:
            fields = dict(parse_qsl(PaymentNotice.objects.get(pk=notice_id).raw))
            for row in OrderInfo.objects.filter(order_sn=fields["out_trade_no"]):
                for line in row.lines.all():
                    goods = Goods.objects.filter(pk=line.goods_id)
                    goods.update(sold_num=F("sold_num") + line.goods_num)
                row.pay_status, row.trade_no = fields["trade_status"], fields["trade_no"]
                row.pay_time = timezone.now()
                row.save()
            return PaymentNotice.Verdict.PAID

        monkeypatch.setattr(callbacks, "notice_process", believing)

    @pytest.mark.usefixtures("_old_code")
    def test_with_the_old_code(self, bought):
        other_app = {"total_amount": "0.01", "app_id": "2021999999999999"}
        assert self.wrong_money(bought, **other_app) == (200, "TRADE_SUCCESS", 1)
        assert self.repeats(bought) == ([200] * 4, 5)
        assert self.late_waiting(bought) == "WAIT_BUYER_PAY"


class TestStockComesBack:
    """(l) Stock held by an abandoned cart or an unpaid order never came back.

    The old backend had nothing that would have brought it: what is asserted before the sweep
    is how it was there for ever.
    """

    def test_from_an_abandoned_cart(self, mine, oranges):
        with time_machine.travel(NOW, tick=False) as clock:
            fill(mine, oranges, 4)
            clock.shift(timedelta(minutes=30, seconds=-1))
            assert (holds_release_lapsed(), left(oranges)) == (0, (16, 0))
            clock.shift(1)
            assert left(oranges) == (16, 0)
            assert (holds_release_lapsed(), left(oranges)) == (1, (20, 0))
            assert (holds_release_lapsed(), left(oranges)) == (0, (20, 0))
        assert_audit_clean()

    def test_from_an_unpaid_order(self, mine, oranges):
        with time_machine.travel(NOW, tick=False) as clock:
            fill(mine, oranges, 4)
            order(mine)
            clock.shift(timedelta(minutes=30, seconds=-1))
            assert (orders_close_expired()["closed"], left(oranges)) == (0, (16, 0))
            clock.shift(1)
            assert left(oranges) == (16, 0)
            assert (orders_close_expired()["closed"], left(oranges)) == (1, (20, 0))
            assert (orders_close_expired()["closed"], left(oranges)) == (0, (20, 0))
        assert_audit_clean()


class TestHistoryStays:
    """(n) Goods deleted by staff took old order lines along; a price change rewrote history."""

    @pytest.fixture
    def detail(self, mine: APIClient, oranges: Goods) -> Callable[[], Any]:
        fill(mine, oranges, 2)
        made = order(mine).json()
        return lambda: mine.get(f"/orders/{made['id']}/").json()

    @pytest.fixture
    def boss(self, db: None) -> APIClient:
        return client_of(UserProfile.objects.create_superuser("boss"))

    def test_a_new_price_and_name_are_for_new_orders(self, oranges, detail):
        Goods.objects.filter(pk=oranges.pk).update(name="新名", shop_price="1.00")
        [line] = detail()["goods"]
        assert (detail()["order_mount"], line["price"], line["name"]) == (312.0, 156.0, "脐橙")
        # With the old code, the line had these:
        assert (line["goods"]["shop_price"], line["goods"]["name"]) == (1.0, "新名")
        assert_audit_clean()

    def test_sold_goods_are_not_deleted(self, boss, oranges, detail):
        for delete in (oranges.delete, Goods.objects.filter(pk=oranges.pk).delete):
            with pytest.raises(ProtectedError):
                delete()
        boss.post(f"/admin/goods/goods/{oranges.pk}/delete/", {"post": "yes"})
        [line] = detail()["goods"]
        assert (line["goods"]["id"], line["goods_num"]) == (oranges.pk, 2)
        assert_audit_clean()

    def test_nor_with_their_category(self, boss, oranges, detail):
        with pytest.raises(ProtectedError):
            oranges.category.delete()
        boss.post(f"/admin/goods/goodscategory/{oranges.category_id}/delete/", {"post": "yes"})
        assert len(detail()["goods"]) == 1
        assert_audit_clean()
