"""The server is killed in the middle of checkouts, again and again: no order is half there."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.goods.models import Goods
from apps.trade.models import CartLine, OrderGoods, OrderInfo
from apps.trade.services.lapsed_holds import holds_release_lapsed
from apps.trade.tests.races.helpers import Answer, Buyer, Shop, ordered, shelf, stock_of

from .audit import assert_audit_clean
from .nursery import Nursery
from .parallel import in_parallel, tell
from .shop_process import ShopProcess, shop_nursery

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

BUYERS, CARTS = 8, 12  # each buyer fills and orders so many carts
KILLS = 10
STOCK = 5000
SEED = 20


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with shop_nursery() as found:
        yield found


@pytest.fixture
def server(nursery: Nursery, tmp_path: Path) -> Iterator[ShopProcess]:
    process = ShopProcess(nursery, tmp_path / "server.log")
    yield process
    process.kill()


class Crashes:
    """Kills the server some milliseconds after certain checkouts have begun."""

    def __init__(self, server: ShopProcess) -> None:
        self._server = server
        self._chance = random.Random(SEED)
        self._fatal = set(self._chance.sample(range(BUYERS, (CARTS - 1) * BUYERS), KILLS))
        self._begun = 0
        self._lock = threading.Lock()
        self._due: SimpleQueue[int] = SimpleQueue()

    def checkout_begins(self) -> None:
        with self._lock:
            self._begun += 1
            if self._begun in self._fatal:
                self._due.put(self._begun)

    def happen(self) -> None:
        for _ in range(KILLS):
            self._due.get(timeout=120)
            self._server.crash(self._chance)


class Patient:
    """A buyer who orders one cart after the other, and asks again when no answer comes."""

    def __init__(self, buyer: Buyer, server: ShopProcess, crashes: Crashes, seed: int) -> None:
        self.buyer = buyer
        self.counts: Counter[str] = Counter()
        self._server = server
        self._crashes = crashes
        self._chance = random.Random(seed)

    def order_carts(self, goods: list[Goods]) -> list[int | None]:
        """Return the id of each order; None where the answer to a checkout was lost."""
        return [self._order_cart(number, goods) for number in range(CARTS)]

    def _order_cart(self, number: int, goods: list[Goods]) -> int | None:
        for each in self._chance.sample(goods, 2):
            added, _silences = self._until_answered(lambda each=each: self.buyer.add(each, 2))
            assert added.status == 201, added
        if number % 2:
            # Taken back by the sweep: the checkout has to take them again.
            lines = CartLine.objects.filter(user=self.buyer.user)
            lines.update(held_until=timezone.now() - timedelta(hours=1))
            self.counts["lapsed"] += holds_release_lapsed()
        self._crashes.checkout_begins()
        # What the order belongs to is written in it.
        answer, silences = self._until_answered(
            lambda: self.buyer.checkout(post_script=str(number))
        )
        self.counts["silences"] += silences
        if answer.status == 201:
            self.counts["answered"] += 1
            return int(answer.body["id"])
        assert silences, answer
        assert (answer.status, list(answer.body)) == (400, ["non_field_errors"]), answer
        self.counts["made without an answer"] += 1
        return None

    def _until_answered(self, ask: Callable[[], Answer]) -> tuple[Answer, int]:
        silences = 0
        while True:
            assert self._server.is_up.wait(timeout=120)
            try:
                return ask(), silences
            except (OSError, HTTPException):
                silences += 1


def connected() -> set[int]:
    """The numbers of all connections to this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM information_schema.processlist WHERE db = DATABASE()")
        return {number for (number,) in cursor.fetchall()}


def wait_for_rollbacks(known: set[int]) -> None:
    """The database ends what a killed process had begun when it sees its connection closed.

    ``known`` are connections of others: a browser test may have left one behind.
    """
    end = time.monotonic() + 60
    while left := connected() - known:
        assert time.monotonic() < end, f"still connected: {left}"
        time.sleep(0.02)


def test_killed_in_the_middle_of_checkouts(
    server: ShopProcess, nursery: Nursery, tmp_path: Path
) -> None:
    known = connected()
    server.start()
    goods = shelf(*[STOCK] * 4)
    shop, crashes = Shop(server.origin), Crashes(server)
    patients = [
        Patient(buyer, server, crashes, seed) for seed, buyer in enumerate(shop.buyers(BUYERS))
    ]

    def act(number: int) -> Any:
        return crashes.happen() if number == BUYERS else patients[number].order_carts(goods)

    *answers, _crashed = in_parallel(BUYERS + 1, act)
    server.kill()
    wait_for_rollbacks(known)
    counts = sum((patient.counts for patient in patients), Counter[str]())
    tell(f"{server.kills - 1} kills during {BUYERS * CARTS} checkouts: {dict(counts)}")
    assert server.kills == KILLS + 1
    assert counts["silences"] > 0
    assert counts["answered"] + counts["made without an answer"] == BUYERS * CARTS

    assert CartLine.objects.count() == 0
    for patient, order_ids in zip(patients, answers, strict=True):
        orders = OrderInfo.objects.filter(user=patient.buyer.user).order_by("pk")
        # One order of each cart, and it is the one that was answered.
        assert [order.post_script for order in orders] == [str(n) for n in range(CARTS)]
        assert all(
            answered in (None, order.pk) for answered, order in zip(order_ids, orders, strict=True)
        )
    assert OrderGoods.objects.count() == 2 * BUYERS * CARTS
    assert [stock_of(each) + ordered(each) for each in goods] == [STOCK] * 4
    assert_audit_clean()

    server.start()
    audit = nursery.manage("audit_shop", log=tmp_path / "audit.log")
    assert audit.wait() == 0, audit.said()
