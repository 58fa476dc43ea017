"""A change of goods is found at once, and the index is right after the next sweep."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from rest_framework.test import APIClient

from apps.goods.audit import checks
from apps.goods.models import Goods, GoodsSearchIndex, GoodsSearchMark, StockMovement
from apps.goods.services.catalogue import goods_set_on_sale
from apps.goods.services.search_index import catching_up
from apps.goods.services.search_index.building import search_index_build
from apps.goods.services.search_index.catching_up import search_index_sweep
from apps.goods.services.search_index.triggers import triggers_create, triggers_drop
from apps.goods.services.stock import stock_adjust
from tests.parallel import in_parallel
from utils.db.row_updates import rows_update

from ..factories import make_category, make_goods
from .looking import by_index, by_like

pytestmark = [pytest.mark.mroonga, pytest.mark.slow, pytest.mark.one_database]

INVARIANT = "the search index has the words of the goods on sale"


def breaches() -> list[str]:
    [found] = [check.breaches for check in checks() if check.name == INVARIANT]
    return found


def marked() -> list[int]:
    return list(GoodsSearchMark.objects.order_by("pk").values_list("goods_id", flat=True))


@pytest.fixture
def apple(mroonga: None) -> Goods:
    goods = make_goods(make_category(), name="苹果", stock=9)
    search_index_sweep()
    return goods


def _deleted_and_made(goods: Goods) -> None:
    stock_adjust(goods_id=goods.pk, delta=-9)
    StockMovement.objects.all().delete()
    Goods.objects.get(pk=goods.pk).delete()
    make_goods(goods.category, name="梨子")


def _by_hand(goods: Goods) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE goods_goods SET search_text = '梨子' WHERE id = %s", [goods.pk])


def _renamed(goods: Goods) -> None:
    goods.name = "梨子"
    goods.save()


WAYS: dict[str, Callable[[Goods], Any]] = {
    "save": _renamed,
    "delete and create": _deleted_and_made,
    "QuerySet.update": lambda goods: Goods.objects.update(search_text="梨子"),
    "rows_update": lambda goods: rows_update(Goods, {goods.pk: {"search_text": "梨子"}}),
    "SQL by hand": _by_hand,
    "bulk_create": lambda goods: (
        goods_set_on_sale(goods_ids=[goods.pk], is_on_sale=False),
        Goods.objects.bulk_create([Goods(category=goods.category, goods_sn="new", name="梨子")]),
    ),
    "bulk_update": lambda goods: (
        setattr(goods, "search_text", "梨子"), Goods.objects.bulk_update([goods], ["search_text"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_whatever_writes_it_is_found(apple: Goods, api: APIClient, settings, way: str) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 30
    assert by_index("苹果") == {apple.pk}
    WAYS[way](apple)

    for swept in (False, True):
        if swept:
            assert search_index_sweep()["indexed"] > 0
            assert marked() == []
        assert by_index("苹果") == set()
        assert by_index("梨子") == by_like("梨子") != set()
        assert breaches() == []


def test_an_edit_shows_in_the_next_answer(apple: Goods, api: APIClient, settings) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 30
    assert api.get("/goods/?search=梨").json()["count"] == 0
    _renamed(apple)
    assert [g["id"] for g in api.get("/goods/?search=梨").json()["results"]] == [apple.pk]


def test_what_changes_no_words_leaves_no_mark(apple: Goods) -> None:
    stock_adjust(goods_id=apple.pk, delta=3)
    apple.shop_price = 5
    apple.save()
    Goods.objects.update(sold_num=8)
    make_goods(apple.category, name="off the shelf", is_on_sale=False)
    assert marked() == []


def test_what_lists_are_filtered_by(apple: Goods, api: APIClient) -> None:
    """Counted by the index, also where the goods found are many."""
    other = make_category()

    def counts() -> list[int]:
        filters = f"top_category={apple.category_id}", f"top_category={other.pk}", "is_hot=1"
        return [api.get(f"/goods/?search=苹果&{part}").json()["count"] for part in filters]

    assert counts() == [1, 0, 0]
    Goods.objects.update(category=other, is_hot=True)
    assert (counts(), marked()) == ([0, 1, 1], [apple.pk])
    search_index_sweep()
    assert (counts(), breaches()) == ([0, 1, 1], [])


def test_a_change_that_was_rolled_back(apple: Goods) -> None:
    with transaction.atomic():
        _renamed(apple)
        assert by_index("梨子") == {apple.pk}  # as this transaction sees it
        transaction.set_rollback(True)
    assert marked() == []
    assert by_index("梨子") == set()
    assert by_index("苹果") == {apple.pk}


def test_renamed_while_the_index_is_written(apple: Goods, monkeypatch: pytest.MonkeyPatch) -> None:
    """What commits after the sweep has read the goods stays marked: the last change wins."""
    write = catching_up.rows_replace

    def later(cursor: Any, keys: Any, rows: Sequence[tuple[int, str]]) -> None:
        monkeypatch.setattr(catching_up, "rows_replace", write)
        in_parallel(1, lambda number: Goods.objects.filter(pk=apple.pk).update(search_text="桃子"))
        write(cursor, keys, rows)

    monkeypatch.setattr(catching_up, "rows_replace", later)
    monkeypatch.setattr(catching_up, "BATCH", 1)
    Goods.objects.filter(pk=apple.pk).update(search_text="梨子")
    deadline = _Once()
    catching_up.marks_write(deadline)

    assert marked() == [apple.pk]
    assert by_index("桃子") == {apple.pk}
    assert by_index("梨子") == set()
    search_index_sweep()
    assert (marked(), breaches()) == ([], [])
    assert by_index("桃子") == {apple.pk}


class _Once:
    """A deadline after one batch."""

    def __init__(self) -> None:
        self._asked = 0

    @property
    def is_over(self) -> bool:
        self._asked += 1
        return self._asked > 1


@pytest.mark.parametrize("guarded", [True, False])
def test_two_writers_and_two_sweeps(apple: Goods, guarded: bool) -> None:
    """Without the triggers, the guard, the index goes wrong, and the audit says so."""
    pear = make_goods(apple.category, name="梨子")
    search_index_sweep()
    if not guarded:
        with connection.cursor() as cursor:
            triggers_drop(cursor)

    def rename(number: int) -> None:
        for turn in range(15):
            goods = (apple, pear)[(turn + number) % 2]
            with transaction.atomic():
                Goods.objects.filter(pk=goods.pk).update(search_text=f"w{number} t{turn}")

    def write(number: int) -> None:
        rename(number) if number < 2 else [sweep_unless_busy() for _ in range(10)]

    def sweep_unless_busy() -> None:
        if guarded:
            search_index_sweep()

    in_parallel(4, write)
    if guarded:
        search_index_sweep()
        assert breaches() == []
        for goods in Goods.objects.all():
            assert goods.pk in (by_index(goods.search_text) or set())
    else:
        with connection.cursor() as cursor:
            triggers_create(cursor)
        assert breaches() == [f"goods {apple.pk}", f"goods {pear.pk}"]
        GoodsSearchIndex.objects.update(compared_at="2020-01-01T00:00:00Z")
        assert search_index_sweep() == {"indexed": 2, "mended": 2}
        assert breaches() == []


def test_a_sweep_that_breaks_off(apple: Goods, monkeypatch: pytest.MonkeyPatch) -> None:
    _renamed(apple)

    def breaks(cursor: Any, keys: Any, rows: Any) -> None:
        cursor.execute(f"DELETE FROM goods_search_words WHERE goods_id = {apple.pk}")
        raise DatabaseError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr(catching_up, "rows_replace", breaks)
        with pytest.raises(DatabaseError):
            search_index_sweep()
    assert by_index("梨子") == {apple.pk}
    assert by_index("苹果") == set()
    assert breaches() == []
    assert search_index_sweep() == {"indexed": 1, "mended": 0}
    assert by_index("梨子") == {apple.pk}


def test_one_sweep_at_a_time(apple: Goods) -> None:
    _renamed(apple)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(CONCAT('search:', MD5(DATABASE())), 0)")
            held.set()
            done.wait(30)
            cursor.execute("SELECT RELEASE_ALL_LOCKS()")
            cursor.fetchall()
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    held.wait(30)
    assert search_index_sweep() == {"indexed": 0, "mended": 0}
    done.set()
    other.join()
    assert search_index_sweep() == {"indexed": 1, "mended": 0}


def test_the_shop_goes_on_while_the_index_is_built(apple: Goods) -> None:
    pear = make_goods(apple.category, name="梨子")

    def sell_and_edit(indexed: int) -> None:
        if indexed > 2:
            return  # the goods that this adds
        Goods.objects.filter(pk=apple.pk).update(search_text="桃子")
        pear.delete()
        make_goods(apple.category, name="香蕉")
        assert by_index("桃子") == {apple.pk}  # by the index before

    assert search_index_build(progress=sell_and_edit) == 3
    assert (marked(), breaches()) == ([], [])
    assert by_index("桃子") == {apple.pk}
    assert by_index("梨子") == set()
    assert by_index("香蕉") == by_like("香蕉") != set()
