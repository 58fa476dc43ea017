"""The races for money and stock, with the rivals at the two nodes of a cluster."""

from decimal import Decimal

import pytest

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.tests.races.helpers import first_damage, ordered, shelf, stock_of
from bench.lab.galera import Cluster, Node
from extra_apps.alipay_sandbox.models import SandboxTrade
from tests.audit import assert_audit_clean, broken
from tests.other_database import default_database
from tests.parallel import tell

from .actions import (
    AT_ONCE,
    Twins,
    batched,
    carts_fill,
    carts_order_twice,
    clerks,
    crowd,
    notices_deliver_twice,
    orders_expire,
    orders_pay,
    payments_make,
    refund_twice,
)
from .shops import Shops

pytestmark = [pytest.mark.galera, pytest.mark.mariadb, pytest.mark.redis_program]

PIECES = 1000  # of goods that do not run out
ROUNDS = 2
RUSH, HOT = 16, 20  # so many want each of the goods of which there are so few pieces


def orders_of(buyers: list[Twins]) -> list[OrderInfo]:
    return list(OrderInfo.objects.filter(user__in=[one.user for one, _other in buyers]))


def refunded(payments: list[Payment]) -> list[Decimal]:
    """What the gateway gave back of each."""
    trades = SandboxTrade.objects.filter(trade_no__in=[each.trade_no for each in payments])
    found = dict(trades.values_list("trade_no", "refunded_amount"))
    return [found[each.trade_no] for each in payments]


def assert_clean_at_each(shops: Shops) -> None:
    for database in shops.databases:
        with default_database(database):
            assert_audit_clean()


def twin_carts(shops: Shops) -> list[OrderInfo]:
    """Carts that are filled and ordered at both shops at once: one order of all that was added."""
    goods = shelf(PIECES, PIECES)
    orders = []
    for _round in range(ROUNDS):
        buyers = crowd(shops, AT_ONCE)
        assert {answer.status for answer in carts_fill(shops, buyers, goods)} == {201}
        pairs = carts_order_twice(shops, buyers)
        assert [sorted(a.status for a in pair) for pair in pairs] == [[201, 400]] * AT_ONCE
        orders += orders_of(buyers)
    assert len(orders) == ROUNDS * AT_ONCE
    assert [ordered(each) for each in goods] == [2 * len(orders)] * 2
    assert [stock_of(each) for each in goods] == [PIECES - 2 * len(orders)] * 2
    assert CartLine.objects.count() == 0
    return orders


def twin_notices(shops: Shops, orders: list[OrderInfo]) -> list[Payment]:
    """Notices that come to both shops at once: each order is paid once."""
    orders_pay(shops, orders)
    pairs = []
    for some in batched(orders, AT_ONCE):
        pairs += notices_deliver_twice(shops, some)
    assert {(answer.status, answer.body) for pair in pairs for answer in pair} == {(200, "success")}
    payments = list(Payment.objects.order_by("pk"))
    assert sorted(payment.order_id for payment in payments) == sorted(each.pk for each in orders)
    assert {payment.state for payment in payments} == {Payment.State.APPLIED}
    assert PaymentNotice.objects.count() == len(orders)
    return payments


def twin_refunds(shops: Shops, payments: list[Payment]) -> None:
    """Refunds by two of the staff at once: the money goes back once."""
    staff = clerks(shops, "clerk")
    # Few at once: in a crowd at one node, few meet their rival at the other.
    for some in batched(payments, 2):
        pairs = refund_twice(shops, staff, some)
        assert {answer.status for pair in pairs for answer in pair} <= {200, 302}
    assert Refund.objects.count() == len(payments)
    assert set(Refund.objects.values_list("state", flat=True)) == {Refund.State.DONE}
    assert refunded(payments) == [payment.amount for payment in payments]


def hot_goods(shops: Shops) -> list[Goods]:
    """Many buyers, at both shops, want goods of which there are few."""
    goods = shelf(HOT, HOT)
    buyers = crowd(shops, RUSH)
    carts_fill(shops, buyers, goods)
    carts_order_twice(shops, buyers)
    return goods


def twin_sweeps(shops: Shops) -> None:
    """Sweeps at both nodes: each order is closed once, and gives its pieces back once."""
    unpaid = orders_expire()
    shops.settle()
    shops.sweeps_at_once()
    shops.settle()
    assert OrderInfo.objects.filter(closed_by="expire", holds_stock=False).count() == unpaid > 0
    assert OrderInfo.objects.unpaid().count() == 0


def test_two_writers(guarded: Shops, cluster: Cluster) -> None:
    orders = twin_carts(guarded)
    payments = twin_notices(guarded, orders)
    twin_refunds(guarded, payments)
    goods = hot_goods(guarded)
    assert [stock_of(each) + ordered(each) for each in goods] == [HOT, HOT]
    assert_clean_at_each(guarded)
    twin_sweeps(guarded)
    assert [stock_of(each) for each in goods] == [HOT, HOT]
    assert_clean_at_each(guarded)
    tell(
        f"two writers: {dict(sorted(guarded.statuses.items()))} answered; conflicts"
        f" {[conflicts(node) for node in cluster.nodes]}"
    )
    assert guarded.failures == []
    # Else nothing met, and nothing was shown.
    assert sum(conflicts(node) for node in cluster.nodes) > 0


def conflicts(node: Node) -> int:
    """How many transactions a node gave up because of one that came from the other."""
    names = ("wsrep_local_cert_failures", "wsrep_local_bf_aborts")
    return sum(int(node.status(name)) for name in names)


def test_control_locks_that_only_one_node_knows(unguarded: Shops) -> None:
    """Locked by SELECT ... FOR UPDATE: one cart is ordered twice, one payment given back twice."""
    goods = shelf(PIECES, PIECES)

    def order() -> list[OrderInfo]:
        buyers = crowd(unguarded, AT_ONCE)
        carts_fill(unguarded, buyers, goods)
        carts_order_twice(unguarded, buyers)
        return orders_of(buyers)

    orders = first_damage(order, lambda found: len(found) > AT_ONCE)
    staff = clerks(unguarded, "clerk")

    def give_back() -> list[Payment]:
        payments = payments_make(goods[0], 1)
        unguarded.settle()
        refund_twice(unguarded, staff, payments)
        return payments

    payments = first_damage(give_back, lambda found: refunds_of(found) > len(found))
    tell(
        f"control: {len(orders)} orders of {AT_ONCE} carts; {refunds_of(payments)} refunds of"
        f" the whole of {len(payments)} payments; breaches {sorted(broken())}"
    )
    assert broken()


def refunds_of(payments: list[Payment]) -> int:
    return Refund.objects.filter(payment__in=payments).count()
