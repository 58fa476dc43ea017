"""The index finds what LIKE finds: on a corpus of all kinds of characters."""

import random

import pytest
from django.db import connection
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.search import mroonga as by_mroonga
from apps.goods.services.search_index.building import search_index_build
from apps.goods.services.search_index.catching_up import search_index_sweep

from ..factories import make_category, make_goods
from .corpus import TEXTS, texts, words
from .looking import by_index, by_like

pytestmark = [pytest.mark.mroonga, pytest.mark.slow, pytest.mark.one_database]


def stocked(names: list[str]) -> None:
    category = make_category()
    Goods.objects.bulk_create(
        Goods(category=category, goods_sn=f"S{number}", name="", goods_brief=text)
        for number, text in enumerate(names)
    )
    search_index_sweep()


def different(asked: list[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int, int]]:
    """Return what the two ways answer with other goods, and with how many each."""
    wrong = []
    for some in asked:
        like, index = by_like(*some), by_index(*some)
        if like != index:
            wrong.append((some, len(like), -1 if index is None else len(index)))
    return wrong


def test_words_and_pairs_of_words(mroonga: None) -> None:
    corpus = texts(300, seed=1)
    stocked(corpus)
    asked = words(corpus, 600, seed=2)
    assert different([(word,) for word in asked]) == []

    chance = random.Random(3)
    pairs = []
    for _ in range(100):
        text = chance.choice(corpus)
        starts = [chance.randrange(len(text)) for _ in range(chance.choice((2, 5)))]
        pairs.append(tuple(text[start : start + 3] for start in starts))
    assert different(pairs) == []
    assert all(by_index(*pair) for pair in pairs)


def test_another_collation(mroonga: None) -> None:
    """One that takes all emoji for the same, and ß for s."""
    try:
        _search_text_by("utf8mb4_general_ci")
        search_index_build()
        stocked(TEXTS)
        asked = random.Random(5).sample(words(TEXTS, 600, seed=4), 200)
        assert different([(word,) for word in asked]) == []
        assert by_index("😀") == by_index("𠮷") != set()
    finally:
        _search_text_by("utf8mb4_unicode_ci")


def _search_text_by(collation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE goods_goods MODIFY search_text LONGTEXT COLLATE {collation} NOT NULL"
        )


@pytest.mark.parametrize("most_keys", [10_000, 3])
def test_lists_with_filters_orders_and_pages(
    mroonga: None, api: APIClient, settings, monkeypatch: pytest.MonkeyPatch, most_keys: int
) -> None:
    """Also where the goods found are too many to be named."""
    monkeypatch.setattr(by_mroonga, "MAX_KEYS", most_keys)
    categories = [make_category(), make_category()]
    for number in range(24):
        make_goods(
            categories[number % 2],
            name=f"{'有机' if number % 3 else '特级'}苹果 {number}",
            shop_price=number % 5, is_hot=number % 4 == 0, is_on_sale=number != 7,
        )  # fmt: skip
    search_index_sweep()
    Goods.objects.filter(name="有机苹果 8").update(search_text="香蕉")  # not in the index yet
    make_goods(categories[0], name="有机苹果 新")
    answers = {}
    for way in ("like", "mroonga"):
        settings.GOODS_SEARCH = way
        answers[way] = [
            api.get(f"/goods/?search={search}&{rest}").json()
            for search in ("有机", "苹果 1", "有机,2", "香蕉", "nothing")
            for rest in (
                "", f"top_category={categories[1].pk}&is_new=0", "is_hot=0",
                "page=2&page_size=5", "page=last&page_size=4", "ordering=-shop_price",
                f"top_category={categories[0].pk}", "is_hot=1&pricemin=2",
                f"top_category={categories[1].pk}&ordering=shop_price&pricemax=3&page_size=2",
            )
        ]  # fmt: skip
    assert answers["mroonga"] == answers["like"]
    assert [answers["like"][number]["count"] for number in (0, 9, 18, 27, 36)] == [15, 12, 4, 1, 0]
