"""The server cuts a request's connection: what was not done is done again, once (ADR 22)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderInfo, ShoppingCart
from apps.trade.tests.addresses import DESTINATION
from apps.trade.tests.races.helpers import shelf, stock_of
from apps.user_operation.models import UserLeavingMessage
from bench.lab.machine import free_port
from utils.db import gate, transactions
from utils.db.transactions import TransactionLostError, retry_on_deadlock

from .audit import assert_audit_clean

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

STOCK = 100


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    yield
    connection.close()  # as the end of a request does: it may be a lost one


@pytest.fixture
def goods() -> Goods:
    [goods] = shelf(STOCK)
    return goods


def connection_cut() -> None:
    """Let the server end this thread's connection; return once it has."""
    number = connection.connection.thread_id()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"KILL CONNECTION {number}")
            left = 1
            while left:
                cursor.execute(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %s", [number]
                )
                [left] = cursor.fetchone()
    finally:
        other.close()


class Cut:
    """Cuts the connection once, before the statement of that number (from 0) is sent.

    ``sent`` are all that were asked for, those that were sent again included.
    """

    def __init__(self, number: int | None) -> None:
        self.sent: list[str] = []
        self._number = number

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        self.sent.append(sql)
        if len(self.sent) - 1 == self._number:
            connection_cut()
        return execute(sql, *args)


@contextmanager
def cut(number: int | None = None, kind: type[Cut] = Cut) -> Iterator[Cut]:
    found = kind(number)
    connection.ensure_connection()
    with connection.execute_wrapper(found):
        yield found


class Unsent(Cut):
    """In the place of a cut: what PyMySQL says of a statement when it has closed the connection."""

    def __call__(self, execute: Any, sql: str, *args: Any) -> Any:
        self.sent.append(sql)
        if len(self.sent) - 1 == self._number:
            raise InterfaceError(0, "")
        return execute(sql, *args)


def sent(pattern: str, found: Cut) -> int:
    return sum(bool(re.search(pattern, sql)) for sql in found.sent)


def checkout(client: APIClient, goods: Goods) -> Callable[[], Any]:
    """Fill the cart, and return what orders it."""
    assert client.post("/shopcarts/", {"goods": goods.pk, "nums": 1}).status_code == 201
    return lambda: client.post("/orders/", DESTINATION)


def unmended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the mechanism off: every error is the database's own."""
    default = connections["default"]
    assert default.execute_wrappers == [default._statement]
    monkeypatch.setattr(default, "execute_wrappers", [])


@pytest.mark.parametrize("kind", [Cut, Unsent])
def test_a_checkout_whose_connection_is_cut_anywhere(
    kind: type[Cut], mine: APIClient, goods: Goods, settings: Any
) -> None:
    settings.ORDER_MAX_UNPAID = STOCK
    order = checkout(mine, goods)
    with cut() as whole:
        assert order().status_code == 201
    assert len(whole.sent) > 10
    for number in range(len(whole.sent)):
        order = checkout(mine, goods)
        with cut(number, kind) as found:
            answer = order()
        assert answer.status_code == 201, (number, found.sent[number], answer.json())
        assert len(found.sent) > len(whole.sent)  # again
        assert OrderInfo.objects.filter(order_sn=answer.json()["order_sn"]).count() == 1
    assert OrderInfo.objects.count() == len(whole.sent) + 1
    assert stock_of(goods) == STOCK - OrderInfo.objects.count()
    assert_audit_clean()


def test_a_checkout_with_a_key_whose_connection_is_cut_anywhere(
    mine: APIClient, goods: Goods, settings: Any
) -> None:
    settings.ORDER_MAX_UNPAID = STOCK
    checkout(mine, goods)
    with cut() as whole:
        answer = mine.post("/orders/", DESTINATION, headers={"Idempotency-Key": "whole"})
    assert answer.status_code == 201
    for number in range(len(whole.sent)):
        checkout(mine, goods)
        with cut(number):
            answer = mine.post(
                "/orders/", DESTINATION, headers={"Idempotency-Key": f"key-{number}"}
            )
        assert answer.status_code == 201, (number, whole.sent[number], answer.json())
    assert OrderInfo.objects.count() == len(whole.sent) + 1
    assert stock_of(goods) == STOCK - OrderInfo.objects.count()
    assert_audit_clean()


def test_an_add_to_the_cart_whose_connection_is_cut_anywhere(mine: APIClient, goods: Goods) -> None:
    checkout(mine, goods)  # the buyer has a cart
    with cut() as whole:
        checkout(mine, goods)
    for number in range(len(whole.sent)):
        CartLine.objects.all().delete()
        Goods.objects.update(goods_num=STOCK)
        with cut(number):
            checkout(mine, goods)
        assert CartLine.objects.get().nums == 1
        assert stock_of(goods) == STOCK - 1


@pytest.mark.parametrize("path", ["/shopcarts/", "/orders/counts/", "/users/1/", "/goods/"])
def test_reads(mine: APIClient, goods: Goods, path: str) -> None:
    checkout(mine, goods)()
    checkout(mine, goods)
    cache.clear()
    with cut() as whole:
        expected = mine.get(path)
    assert whole.sent
    for number in range(len(whole.sent)):
        cache.clear()
        with cut(number):
            answer = mine.get(path)
        assert (answer.status_code, answer.json()) == (200, expected.json())


def test_a_read_that_finds_no_other_node(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = str(free_port())
    monkeypatch.setattr(gate, "PATIENCE_SECONDS", 0.0)

    def cut_for_good(execute: Any, sql: str, *args: Any) -> Any:
        address = connections["default"].settings_dict
        if address["PORT"] != nobody:
            connection_cut()
            monkeypatch.setitem(address, "PORT", nobody)
        return execute(sql, *args)

    with cut(), connection.execute_wrapper(cut_for_good):
        assert mine.get("/shopcarts/").status_code == 503
    monkeypatch.undo()
    assert mine.get("/shopcarts/").status_code == 200


@pytest.mark.parametrize("number", [0, 5])
def test_without_the_mechanism(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The first statement is a read, the sixth is in the transaction."""
    order = checkout(mine, goods)
    unmended(monkeypatch)
    with cut(number):
        assert order().status_code == 503
    connection.close()  # as the end of a request does
    assert OrderInfo.objects.count() == 0
    assert (CartLine.objects.count(), stock_of(goods)) == (1, STOCK - 1)


def test_cut_before_commit(mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch) -> None:
    """COMMIT is sent and not answered: nobody knows here that it was not done."""
    _commit = BaseDatabaseWrapper._commit
    commits: list[None] = []

    def cut_and_commit(self: Any) -> None:
        commits.append(None)
        connection_cut()
        _commit(self)

    order = checkout(mine, goods)
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", cut_and_commit)
    with cut() as found:
        answer = order()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert (len(commits), sent("INSERT INTO `trade_orderinfo`", found)) == (1, 1)
    monkeypatch.undo()
    assert OrderInfo.objects.count() == 0
    assert order().status_code == 201


def test_cut_after_commit_before_its_answer(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    _commit = BaseDatabaseWrapper._commit

    def commit_and_lose_the_answer(self: Any) -> None:
        _commit(self)
        connection_cut()
        with self.wrap_database_errors:
            self.connection.query("SELECT 1")

    order = checkout(mine, goods)
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_and_lose_the_answer)
    with cut() as found:
        assert order().status_code == 503
    assert sent("INSERT INTO `trade_orderinfo`", found) == 1
    monkeypatch.undo()
    assert OrderInfo.objects.count() == 1
    assert_audit_clean()


def test_a_key_whose_answer_may_have_been_committed(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMMIT was done and not answered: the same key gives the order that was made."""
    _commit = BaseDatabaseWrapper._commit

    def commit_and_lose_the_answer(self: Any) -> None:
        _commit(self)
        if not OrderInfo.objects.exists():
            return
        connection_cut()
        with self.wrap_database_errors:
            self.connection.query("SELECT 1")

    assert mine.post("/shopcarts/", {"goods": goods.pk, "nums": 1}).status_code == 201
    key = {"Idempotency-Key": "0b6e7a52-once"}
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_and_lose_the_answer)
    assert mine.post("/orders/", DESTINATION, headers=key).status_code == 503
    monkeypatch.undo()
    answer = mine.post("/orders/", DESTINATION, headers=key)
    assert (answer.status_code, answer["Idempotency-Replayed"]) == (201, "true")
    assert answer.json()["order_sn"] == OrderInfo.objects.get().order_sn
    assert_audit_clean()


def test_a_file_whose_row_may_have_been_committed(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _commit = BaseDatabaseWrapper._commit

    def commit_and_lose_the_answer(self: Any) -> None:
        _commit(self)
        if not UserLeavingMessage.objects.exists():
            return
        connection_cut()
        with self.wrap_database_errors:
            self.connection.query("SELECT 1")

    file = ContentFile(b"a note for the shop\n", "note.txt")
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_and_lose_the_answer)
    answer = mine.post("/messages/", {"subject": "s", "message": "m", "file": file})
    assert answer.status_code == 503
    monkeypatch.undo()
    with UserLeavingMessage.objects.get().file.open() as kept:
        assert kept.read() == b"a note for the shop\n"
    assert_audit_clean()


def test_cut_after_the_answer_to_commit(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is made, and its buyer is told: what follows is asked on a new connection."""
    _commit = BaseDatabaseWrapper._commit

    def commit_and_be_cut(self: Any) -> None:
        _commit(self)
        connection_cut()

    order = checkout(mine, goods)
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit_and_be_cut)
    assert order().status_code == 201
    monkeypatch.undo()
    assert OrderInfo.objects.count() == 1
    assert CartLine.objects.count() == 0


def test_a_view_is_not_counted_again(goods: Goods) -> None:
    """One statement, which commits by itself: the page comes without it."""
    client = APIClient()
    assert client.get(f"/goods/{goods.pk}/").json()["click_num"] == 1
    with cut() as whole:
        assert client.get(f"/goods/{goods.pk}/").json()["click_num"] == 2
    [write] = [number for number, sql in enumerate(whole.sent) if "INSERT INTO" in sql]
    with cut(write) as found:
        assert client.get(f"/goods/{goods.pk}/").json()["click_num"] == 2
    assert sent("INSERT INTO", found) == 1
    assert client.get(f"/goods/{goods.pk}/").json()["click_num"] == 3


def test_a_write_of_its_own_is_not_sent_again(mine: APIClient, goods: Goods) -> None:
    """The row of a buyer's first cart."""
    add = {"goods": goods.pk, "nums": 1}
    with cut() as whole:
        mine.post("/shopcarts/", add)
    [write] = [n for n, sql in enumerate(whole.sent) if "INSERT INTO `trade_shoppingcart`" in sql]
    ShoppingCart.objects.all().delete()
    CartLine.objects.all().delete()
    with cut(write) as found:
        assert mine.post("/shopcarts/", add).status_code == 503
    assert sent("INSERT INTO `trade_shoppingcart`", found) == 1
    connection.close()  # as the end of a request does
    assert CartLine.objects.count() == 0
    assert mine.post("/shopcarts/", add).status_code == 201


def test_what_has_committed_before_is_not_done_again() -> None:
    calls: list[None] = []

    @retry_on_deadlock
    def two_transactions() -> None:
        calls.append(None)
        Group.objects.create(name="one")
        with transaction.atomic():
            Group.objects.create(name="other")
        with transaction.atomic(), cut(0):
            Group.objects.create(name="third")

    Group.objects.all().delete()
    with pytest.raises(TransactionLostError):
        two_transactions()
    assert len(calls) == 1
    assert set(Group.objects.values_list("name", flat=True)) == {"one", "other"}


def test_outside_of_requests_a_read_fails(goods: Goods) -> None:
    with cut(0), pytest.raises(OperationalError):
        Goods.objects.count()
    connection.close()  # as the end of a request does
    assert Goods.objects.count() == 1
