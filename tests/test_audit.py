"""Whatever the shop does, its audit is clean; whatever is corrupted, the audit names it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_goods
from apps.trade.models import (
    CartLine,
    OrderGoods,
    OrderInfo,
    Payment,
    PaymentNotice,
    Refund,
    RefundLine,
    RefundRequest,
    Shipment,
    ShoppingCart,
)
from apps.user_operation.models import UserFav
from apps.users.models import UserProfile
from tests.audit import assert_audit_clean, broken, last_asked
from tests.busy_shop import BusyShop
from tests.rollback import undone
from utils.db.audit import audit

pytestmark = pytest.mark.django_db

LEDGER = "goods_num is the sum of its movements"
NEGATIVE = "goods_num is not negative"
FAVOURITES = "fav_num is the count of favourites"
LEFT_STOCK = "pieces that left the stock are held by carts and orders"
CARTS = "what a cart took is held by it, or was ordered from it"
GAVE_BACK = "an order gave back all its pieces, or those that were returned"
SOLD = "sold_num is sold_before and the lines of paid orders"
CART_LINES = "a cart line has pieces, and a cart"
LINES = "an order has lines"
TOTAL = "an order's total is the sum of its lines and its freight"
HOLDS_STOCK = "an order holds stock until it is closed, or refunded before it was shipped"
PAID = "an order is paid if, and only if, a payment of its total is applied and kept"
ONE_PAYMENT = "at most one payment is applied to an order"
FLAG = "a payment is applied, or flagged with a reason"
REFUNDS = "what was given back of a payment is the sum of its refunds"
TOO_MUCH = "no more is given back of a payment than was paid"
TOLD = "what Alipay told of as given back is in the refunds"
VERDICT = "a stored notice has a verdict"
RECEIVED = "an order is shipped after it was paid, and received after it was shipped"
PARCELS = "an order has a parcel if, and only if, it was shipped"
CORRECTED = "a parcel is current unless another row of its order corrects it"
CLOSED_THINGS = "a closed account has no addresses, messages or favourites"
REQUESTS = "a refund request is as the refund that it led to"
ONE_REQUEST = "an order has at most one open refund request"
CLOSED_REQUESTS = "refund requests of a closed account are decided, without words and pictures"
CAME_BACK = "the pieces that came back are those of refunds that are done"
TO_COME_BACK = "no more pieces are to come back than were ordered, and of the refunded order"
CLOSED_TRADE = "a closed account has no cart, and its orders are paid or closed and name nobody"

ALL = [
    LEDGER, NEGATIVE, FAVOURITES, CLOSED_THINGS, LEFT_STOCK, CARTS, GAVE_BACK, SOLD, CART_LINES,
    LINES, TOTAL, HOLDS_STOCK, RECEIVED, PARCELS, CORRECTED, CLOSED_TRADE, PAID, ONE_PAYMENT,
    FLAG, REFUNDS, TOO_MUCH, TOLD, VERDICT, REQUESTS, ONE_REQUEST, CLOSED_REQUESTS, CAME_BACK,
    TO_COME_BACK,
]  # fmt: skip

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[BusyShop]:
    """One shop for all tests of this module: each test's own changes are rolled back."""
    with django_db_blocker.unblock(), undone():
        yield BusyShop()


@contextmanager
def without_check_constraints() -> Iterator[None]:
    """Let the database take what it refuses: as a restored dump or another program might."""
    if connection.vendor == "sqlite":
        off, on = "PRAGMA ignore_check_constraints = ON", "PRAGMA ignore_check_constraints = OFF"
    else:
        off, on = "SET check_constraint_checks = 0", "SET check_constraint_checks = 1"
    with connection.cursor() as cursor:
        cursor.execute(off)
        try:
            yield
        finally:
            cursor.execute(on)


def order(shop: BusyShop, name: str) -> Any:
    return OrderInfo.objects.filter(pk=shop.orders[name].pk)


def payments(shop: BusyShop, name: str) -> Any:
    return Payment.objects.filter(order=shop.orders[name])


def refunds(shop: BusyShop, name: str, state: str) -> Any:
    return Refund.objects.filter(payment__order=shop.orders[name], state=state)


def moves(shop: BusyShop, reference: Any, **which: Any) -> Any:
    return StockMovement.objects.filter(goods=shop.oranges, reference=reference, **which)


def asked(shop: BusyShop, name: str) -> Any:
    return RefundRequest.objects.filter(order=shop.orders[name])


def lines(shop: BusyShop, name: str) -> Any:
    return OrderGoods.objects.filter(order=shop.orders[name], goods=shop.oranges)


def oranges(shop: BusyShop) -> Any:
    return Goods.objects.filter(pk=shop.oranges.pk)


def cart_lines(shop: BusyShop, buyer: Any) -> Any:
    return CartLine.objects.filter(user=buyer, goods=shop.oranges)


def test_a_shop_in_which_everything_happened(shop: BusyShop) -> None:
    assert_audit_clean()
    checks = audit()
    assert [check.name for check in checks] == ALL
    # None of them is true because there was nothing to ask.
    assert [check.name for check in checks if not check.counted] == []
    assert [check.note for check in checks if check.note] == ["1 under way"]


Corrupt = Callable[[BusyShop], Any]


def close_account(user: UserProfile) -> None:
    """By a statement, which erases nothing."""
    UserProfile.objects.filter(pk=user.pk).update(closed_at=timezone.now())


CORRUPTIONS: dict[str, tuple[set[str], Corrupt]] = {
    "a closed account with a cart and favourites": (
        {CLOSED_THINGS, CLOSED_TRADE}, lambda shop: close_account(shop.held),
    ),
    "a closed account with a named recipient": (
        {CLOSED_TRADE}, lambda shop: close_account(shop.orders["finished"].user),
    ),
    "a closed account with an unpaid order": (
        {CLOSED_TRADE},
        lambda shop: (
            close_account(shop.orders["open"].user),
            order(shop, "open").update(address="", signer_name="", singer_mobile=""),
        ),
    ),
    "stock without a movement": (
        {LEDGER}, lambda shop: oranges(shop).update(goods_num=F("goods_num") + 1),
    ),
    "stock of goods that have no ledger": (
        {LEDGER},
        lambda shop: make_goods(shop.oranges.category, goods_num=3),
    ),
    "a lost movement": (
        {LEDGER}, lambda shop: moves(shop, "stocktaking")._raw_delete("default"),
    ),
    "more favourites than are counted": (
        {FAVOURITES},
        lambda shop: UserFav.objects.bulk_create([UserFav(user=shop.held, goods=shop.pears)]),
    ),
    "a favourite that went uncounted": (
        {FAVOURITES}, lambda shop: UserFav.objects.all()._raw_delete("default"),
    ),
    "a hold that lapsed and gave nothing back": (
        {LEFT_STOCK, CARTS}, lambda shop: cart_lines(shop, shop.held).update(held_until=None),
    ),
    "a hold that took nothing": (
        {LEFT_STOCK, CARTS},
        lambda shop: cart_lines(shop, shop.lapsed).update(held_until=timezone.now()),
    ),
    "a line that vanished with what it held": (
        {LEFT_STOCK, CARTS}, lambda shop: cart_lines(shop, shop.held)._raw_delete("default"),
    ),
    "a movement in another buyer's name": (
        {CARTS},
        lambda shop: moves(shop, f"cart:{shop.held.pk}", reason="release").update(
            reference=f"cart:{shop.lapsed.pk}"
        ),
    ),
    "a movement of no cart": (
        {CARTS},
        lambda shop: moves(shop, f"cart:{shop.held.pk}", reason="release").update(
            reference="cart:nobody"
        ),
    ),
    "an order in another buyer's name": (
        {CARTS}, lambda shop: order(shop, "paid").update(user=shop.held),
    ),
    "pieces given back twice": (
        {LEDGER, LEFT_STOCK, GAVE_BACK},
        lambda shop: StockMovement.objects.create(
            goods=shop.oranges, delta=2, reason="close",
            reference=shop.orders["closed"].order_sn,
        ),
    ),
    "pieces given back for another order": (
        {GAVE_BACK},
        lambda shop: moves(shop, shop.orders["closed"].order_sn).update(
            reference=shop.orders["open"].order_sn
        ),
    ),
    "pieces given back for no order": (
        {GAVE_BACK},
        lambda shop: moves(shop, shop.orders["closed"].order_sn).update(reference="nobody"),
    ),
    "a sale counted twice": ({SOLD}, lambda shop: oranges(shop).update(sold_num=F("sold_num") + 2)),
    "a past that changed": ({SOLD}, lambda shop: oranges(shop).update(sold_before=6)),
    "a cart line of nothing": (
        {CART_LINES}, lambda shop: cart_lines(shop, shop.lapsed).update(nums=0),
    ),
    "cart lines without a cart": (
        {CART_LINES},
        lambda shop: ShoppingCart.objects.filter(pk=shop.lapsed.pk)._raw_delete("default"),
    ),
    "an order of nothing": (
        {LINES},
        lambda shop: OrderInfo.objects.create(
            user=shop.held, order_sn="1", order_mount=0, expires_at=timezone.now()
        ),
    ),
    "a total a cent too high": (
        {TOTAL}, lambda shop: order(shop, "open").update(order_mount=F("order_mount") + CENT),
    ),
    "freight that the total does not contain": (
        {TOTAL}, lambda shop: order(shop, "open").update(freight_amount=F("freight_amount") + CENT),
    ),
    "a price that changed afterwards": (
        {TOTAL},
        lambda shop: OrderGoods.objects.filter(
            order=shop.orders["paid"], goods=shop.oranges
        ).update(price=F("price") + CENT),
    ),
    "a closed order that holds stock": (
        {HOLDS_STOCK, LEFT_STOCK, GAVE_BACK},
        lambda shop: order(shop, "closed").update(holds_stock=True),
    ),
    "an open order without its pieces": (
        {HOLDS_STOCK, LEFT_STOCK, GAVE_BACK},
        lambda shop: order(shop, "open").update(holds_stock=False),
    ),
    "refunded, never shipped, its pieces away": (
        {HOLDS_STOCK, PARCELS},
        lambda shop: order(shop, "refunded_shipped").update(shipped_at=None),
    ),
    "received before it was shipped": (
        {RECEIVED},
        lambda shop: order(shop, "received").update(received_at=F("shipped_at") - timedelta(1)),
    ),
    "received, and nobody knows how": (
        {RECEIVED}, lambda shop: order(shop, "received").update(received_by=""),
    ),
    "received, and never shipped": (
        {RECEIVED, PARCELS}, lambda shop: order(shop, "received").update(shipped_at=None),
    ),
    "shipped, and never paid": (
        {RECEIVED, PARCELS}, lambda shop: order(shop, "open").update(shipped_at=timezone.now()),
    ),
    "a parcel of an order that is not shipped": (
        {PARCELS},
        lambda shop: Shipment.objects.create(order=shop.orders["paid"], carrier="other"),
    ),
    "a parcel that vanished": (
        {PARCELS},
        lambda shop: Shipment.objects.filter(order=shop.orders["finished"]).delete(),
    ),
    "corrected by no other row": (
        {CORRECTED},
        lambda shop: Shipment.objects.filter(
            pk=Shipment.objects.filter(order=shop.orders["shipped"]).latest("pk").pk
        ).update(is_current=False),
    ),
    "corrected, and current": (
        {CORRECTED},
        lambda shop: Shipment.objects.filter(is_current=False).update(is_current=True),
    ),
    "a correction of another order": (
        {CORRECTED},
        lambda shop: Shipment.objects.filter(corrects__isnull=False).update(
            order=shop.orders["shipped"]
        ),
    ),
    "paid without a payment": (
        {PAID, SOLD},
        lambda shop: order(shop, "open").update(
            pay_status="TRADE_SUCCESS", pay_time=timezone.now()
        ),
    ),
    "paid a cent too little": (
        {PAID}, lambda shop: payments(shop, "shipped").update(amount=F("amount") - CENT),
    ),
    "paid by another trade than it says": (
        {PAID}, lambda shop: order(shop, "finished").update(trade_no="other"),
    ),
    "paid by no trade": ({PAID}, lambda shop: order(shop, "finished").update(trade_no=None)),
    "paid at another time than it says": (
        {PAID}, lambda shop: order(shop, "paid_late").update(pay_time=timezone.now()),
    ),
    "paid, and an order that waits for money": (
        {PAID, SOLD}, lambda shop: order(shop, "paid").update(pay_status="paying"),
    ),
    "a payment that slipped away": (
        {PAID}, lambda shop: payments(shop, "paid").update(state="flagged", flag="duplicate"),
    ),
    "money applied to a closed order": (
        {PAID}, lambda shop: payments(shop, "sold_out").update(state="applied", flag=""),
    ),
    "an unpaid order with a trade": (
        {PAID}, lambda shop: order(shop, "at_cashier").update(trade_no="other"),
    ),
    "refunded, and closed for another reason": (
        {PAID}, lambda shop: order(shop, "refunded").update(closed_by="expire"),
    ),
    "closed as refunded, and never paid": (
        {PAID}, lambda shop: order(shop, "closed").update(closed_by="refund"),
    ),
    "closed as refunded, and a cent is kept": (
        {PAID, REFUNDS},
        lambda shop: payments(shop, "refunded").update(refunded=F("amount") - CENT),
    ),
    "refunded in full, and still sold": (
        {PAID, REFUNDS}, lambda shop: payments(shop, "paid").update(refunded=F("amount")),
    ),
    "flagged, and nobody knows why": (
        {FLAG}, lambda shop: payments(shop, "sold_out").update(flag=""),
    ),
    "applied, and flagged": ({FLAG}, lambda shop: payments(shop, "paid").update(flag="sold_out")),
    "a refund that no payment knows of": (
        {REFUNDS}, lambda shop: refunds(shop, "refunded_in_part", "done").update(amount=CENT),
    ),
    "a refund that never was": (
        {REFUNDS}, lambda shop: payments(shop, "finished").update(refunded=CENT),
    ),
    "a refund that only Alipay knows of": (
        {TOLD}, lambda shop: payments(shop, "finished").update(gateway_refunded_total=CENT),
    ),
    "refunds of more than was paid, one under way": (
        {TOO_MUCH},
        # 24.95 were paid, 0.30 went back already.
        lambda shop: refunds(shop, "refunded_in_part", "pending").update(amount=Decimal("24.66")),
    ),
    "more given back than was paid": (
        {PAID, REFUNDS, TOO_MUCH},
        lambda shop: payments(shop, "refunded").update(refunded=F("amount") + CENT),
    ),
    "a request that is done, and its refund is not": (
        {REQUESTS}, lambda shop: asked(shop, "approved").update(state="done"),
    ),
    "a rejected request with a refund": (
        {REQUESTS},
        lambda shop: asked(shop, "asked").filter(state="done").update(state="rejected"),
    ),
    "another amount than was approved": (
        {REQUESTS}, lambda shop: asked(shop, "approved").update(approved_amount=CENT),
    ),
    "a request with the refund of another order": (
        {REQUESTS}, lambda shop: asked(shop, "approved").update(order=shop.orders["paid"]),
    ),
    "a closed account whose request is open": (
        {CLOSED_REQUESTS, CLOSED_TRADE},
        lambda shop: close_account(shop.orders["asked"].user),
    ),
    "a piece that came back with no refund": (
        {CAME_BACK, LEFT_STOCK, GAVE_BACK},
        lambda shop: lines(shop, "shipped").update(returned_num=1),
    ),
    "a piece that a refund brought, and nobody counted": (
        {CAME_BACK, LEFT_STOCK, GAVE_BACK},
        lambda shop: lines(shop, "asked").update(returned_num=0),
    ),
    "more to come back than was ordered": (
        {TO_COME_BACK},
        lambda shop: RefundLine.objects.filter(refund__state="pending").update(nums=3),
    ),
    "pieces of another order": (
        {TO_COME_BACK},
        lambda shop: RefundLine.objects.filter(refund__state="pending").update(
            line=lines(shop, "paid").get().pk
        ),
    ),
    "a notice nobody processed": (
        {VERDICT},
        lambda shop: PaymentNotice.objects.update(add_time=timezone.now() - timedelta(minutes=11)),
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corruption_is_named(shop: BusyShop, what: str) -> None:
    names, corrupt = CORRUPTIONS[what]
    assert_audit_clean()
    with without_check_constraints():
        corrupt(shop)
        assert broken().keys() == names
        # What the tests ask of a shop that was clean finds what the audit finds.
        assert not last_asked().finds_nothing()


def test_less_than_nothing_in_stock(shop: BusyShop) -> None:
    assert_audit_clean()
    with without_check_constraints():
        left = oranges(shop).get().goods_num
        oranges(shop).update(goods_num=-1)
        StockMovement.objects.create(goods=shop.oranges, delta=-left - 1, reason="adjust")
        assert broken() == {NEGATIVE: [f"goods {shop.oranges.pk}: -1"]}
        with pytest.raises(AssertionError, match=NEGATIVE):
            assert_audit_clean()


def test_every_invariant_was_corrupted_but_some() -> None:
    # goods_num below zero has a test of its own; the others no database lets anybody break.
    assert set(ALL) - {NEGATIVE, ONE_PAYMENT, ONE_REQUEST} == set().union(
        *(names for names, _corrupt in CORRUPTIONS.values())
    )


@pytest.mark.parametrize(
    "corrupt",
    [
        lambda shop: oranges(shop).update(goods_num=-1),
        lambda shop: cart_lines(shop, shop.lapsed).update(nums=0),
        lambda shop: order(shop, "closed").update(holds_stock=True),
        lambda shop: order(shop, "open").update(holds_stock=False),
        lambda shop: payments(shop, "sold_out").update(flag=""),
        lambda shop: payments(shop, "refunded").update(refunded=F("amount") + CENT),
        lambda shop: payments(shop, "paid_twice").update(state="applied", flag=""),
        lambda shop: asked(shop, "asked").update(state="approved"),
        lambda shop: asked(shop, "approved").update(refund=None),
        lambda shop: lines(shop, "asked").update(returned_num=3),
    ],
)
def test_the_database_refuses(shop: BusyShop, corrupt: Corrupt) -> None:
    with pytest.raises(IntegrityError):
        corrupt(shop)


def test_a_breach_says_what_was_seen(shop: BusyShop) -> None:
    order(shop, "paid").update(order_mount=Decimal("24.90"))
    sn = shop.orders["paid"].order_sn
    assert broken() == {
        TOTAL: [f"order {sn}: 24.90, lines and freight 24.95"],
        PAID: [f"order {sn}: TRADE_SUCCESS, total 24.90, payment 24.95, given back 0.00"],
    }


def run(*arguments: str) -> tuple[int, list[str]]:
    """Run the command; return its exit code and the lines it printed."""
    out = StringIO()
    code = 0
    try:
        call_command("audit_shop", *arguments, stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    return code, out.getvalue().splitlines()


def test_command_clean(shop: BusyShop) -> None:
    code, lines = run("--no-files")
    assert code == 0
    assert lines[0] == f"{LEDGER}: 2 counted, ok"
    assert f"{VERDICT}: 1 counted, ok (1 under way)" in lines
    assert len(lines) == len(ALL)


def test_command_with_breaches(shop: BusyShop) -> None:
    Goods.objects.update(fav_num=9)
    code, lines = run("--no-files")
    assert code == 1
    at = lines.index(f"{FAVOURITES}: 2 counted, 2 BROKEN")
    assert lines[at + 1 : at + 3] == [
        f"  goods {shop.oranges.pk}: fav_num 9, favourites 1",
        f"  goods {shop.pears.pk}: fav_num 9, favourites 0",
    ]
    code, lines = run("--no-files", "--limit", "1")
    assert code == 1
    assert lines[at + 1 : at + 3] == [
        f"  goods {shop.oranges.pk}: fav_num 9, favourites 1",
        "  … and 1 more",
    ]
