"""Many look at the same goods at once, and somebody else holds what they look at."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from rest_framework.test import APIClient

from apps.goods import views
from apps.goods.models import Goods, GoodsViewCount
from apps.goods.services import view_counts
from tests.deadlocks import deadlocks
from tests.parallel import in_parallel
from utils.db import transactions
from utils.db.outages import is_lock_wait
from utils.db.transactions import TRIES

from .factories import make_category, make_goods

VIEWERS, VIEWS = 8, 10

mariadb = pytest.mark.mariadb
real_transactions = pytest.mark.django_db(transaction=True)


def look(goods: Goods) -> int:
    response = APIClient().get(f"/goods/{goods.pk}/")
    assert response.status_code == 200, response.content
    number: int = response.json()["click_num"]
    return number


def look_in_parallel(goods: Goods) -> list[int]:
    numbers = in_parallel(VIEWERS, lambda _viewer: [look(goods) for _ in range(VIEWS)])
    return sorted(number for told in numbers for number in told)


@pytest.fixture
def goods(transactional_db: None) -> Goods:
    return make_goods(make_category(), stock=1)


@mariadb
def test_of_views_at_once_each_is_told_another_number(goods: Goods) -> None:
    assert look_in_parallel(goods) == list(range(1, VIEWERS * VIEWS + 1))


@mariadb
def test_without_counting_in_sql_views_get_lost(
    goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_in_python(*, goods_id: int) -> int:
        counts = GoodsViewCount.objects.filter(pk=goods_id)
        number = sum(counts.values_list("click_num", flat=True)) + 1
        if not counts.update(click_num=number):
            GoodsViewCount.objects.bulk_create(
                [GoodsViewCount(pk=goods_id, click_num=number)], ignore_conflicts=True
            )
        return number

    monkeypatch.setattr(views, "goods_record_view", count_in_python)
    assert len(set(look_in_parallel(goods))) < VIEWERS * VIEWS


@contextmanager
def held_elsewhere(hold: Any) -> Iterator[None]:
    """Another connection does ``hold()`` in a transaction and keeps it open meanwhile."""
    holds, done = threading.Event(), threading.Event()

    def keep() -> None:
        try:
            with transaction.atomic():
                hold()
                holds.set()
                done.wait(timeout=60)
        finally:
            holds.set()
            connections.close_all()

    thread = threading.Thread(target=keep)
    thread.start()
    holds.wait(timeout=30)
    try:
        yield
    finally:
        done.set()
        thread.join()


@mariadb
def test_a_look_does_not_wait_for_whoever_holds_the_goods(goods: Goods) -> None:
    def change() -> None:
        Goods.objects.filter(pk=goods.pk).update(name="imported")

    with connection.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout=1")
    with held_elsewhere(change):
        assert look(goods) == 1
        # This is what the page waited for when it counted in the goods row.
        with pytest.raises(OperationalError) as waited:
            Goods.objects.filter(pk=goods.pk).update(sold_num=1)
    assert is_lock_wait(waited.value)


@mariadb
def test_a_view_that_cannot_be_written_is_written_later(goods: Goods) -> None:
    assert look(goods) == 1

    def hold_counters() -> None:
        GoodsViewCount.objects.update(click_num=1)

    with held_elsewhere(hold_counters):
        assert [look(goods) for _ in range(2)] == [2, 3]
    assert GoodsViewCount.objects.get(pk=goods.pk).click_num == 1
    assert look(make_goods(goods.category)) == 1  # of any goods
    assert GoodsViewCount.objects.get(pk=goods.pk).click_num == 3
    assert not view_counts._unwritten


def test_a_view_that_is_given_up_time_and_again_is_written_later(
    goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a cluster, where the views of another node may come first each time."""
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    assert look(goods) == 1
    with deadlocks(GoodsViewCount, TRIES) as given_up:
        assert look(goods) == 2
    assert len(given_up) == TRIES
    assert GoodsViewCount.objects.get(pk=goods.pk).click_num == 1
    assert look(goods) == 3
    assert GoodsViewCount.objects.get(pk=goods.pk).click_num == 3
