"""Every plan of the list (models/list_pages.py) finds what a plain query finds, in its order."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import Goods, GoodsCategory, Listing, Page, Place, page_keys
from apps.goods.models.list_pages import Bounds, count_all, count_up_to

from .factories import make_category

pytestmark = pytest.mark.django_db

GOODS = 240
ORDERS = (
    ("id",), ("shop_price", "id"), ("-shop_price", "id"), ("sold_num", "id"), ("-sold_num", "id"),
    ("add_time", "id"), ("-add_time", "id"), ("-sold_num", "shop_price", "id"),
)  # fmt: skip
# Each lets another plan find most of the pages.
PLANS = {
    "sort first": Bounds(sorted_first=10_000),
    "walk": Bounds(sorted_first=0, walked=10_000),
    "merge": Bounds(sorted_first=0, walked=60, cells=10_000, sorted_last=0),
    "sort last": Bounds(sorted_first=0, walked=60, cells=0, sorted_last=10_000),
    "walk to the end": Bounds(sorted_first=0, walked=60, cells=0, sorted_last=0),
    "walk in steps": Bounds(sorted_first=0, walked=8, step=8),
}


class Places:
    """What is known of one list."""

    def __init__(self) -> None:
        self.places: list[Place] = []

    def known(self) -> list[Place]:
        return self.places

    def keep(self, places: Sequence[Place]) -> None:
        self.places = list(places)


@pytest.fixture
def branches() -> list[GoodsCategory]:
    """Two branches of three levels and an empty one, with goods in ties and in no order."""
    chance = random.Random(1)
    roots = [make_category() for _ in range(3)]
    leaves = [make_category(make_category(root)) for root in roots[:2] for _ in range(2)]
    moments = [timezone.now() - timezone.timedelta(days=days) for days in range(5)]
    Goods.objects.bulk_create(
        Goods(
            category=chance.choice([*roots[:2], *leaves]), goods_sn=f"P{number}", name="x",
            shop_price=Decimal(chance.randint(1, 9)), sold_num=chance.choice([0, 0, 0, 1, 5]),
            add_time=chance.choice(moments), is_hot=chance.random() < 0.3,
            is_new=chance.random() < 0.3, is_on_sale=chance.random() < 0.9,
        )
        for number in range(GOODS)
    )  # fmt: skip
    return [*roots, *leaves]


def listings(branches: list[GoodsCategory], chance: random.Random) -> Listing:
    lowest, highest = sorted(Decimal(chance.randint(1, 9)) for _ in range(2))
    subtree = tuple(
        GoodsCategory.objects.subtree(chance.choice(branches).pk).values_list("pk", flat=True)
    )
    return Listing(
        categories=chance.choice([None, subtree, subtree, ()]),
        is_hot=chance.choice([None, None, True, False]),
        is_new=chance.choice([None, None, True, False]),
        lowest=chance.choice([None, lowest]),
        highest=chance.choice([None, highest]),
    )


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_finds_what_a_plain_query_finds(branches: list[GoodsCategory], plan: str) -> None:
    chance = random.Random(plan)
    lists: dict[Any, Places] = {}
    for _round in range(120):
        listing, order = listings(branches, chance), chance.choice(ORDERS)
        plain = list(Goods.objects.listed(listing).order_by(*order).values_list("pk", flat=True))
        count = count_all(listing, using="default")
        assert (count, len(plain)) == (len(plain), count), listing
        assert count_up_to(listing, 7, using="default") == min(count, 7), listing
        limit = chance.choice([1, 3, 12, 100])
        offset = limit * chance.randrange(0, count // limit + 2)
        page = Page(listing, order, offset=offset, limit=limit)
        found = page_keys(
            page, count=count, using="default", bounds=PLANS[plan],
            places=lambda page: lists.setdefault(page[:2] + page[4:], Places()),
        )  # fmt: skip
        assert found == plain[offset : offset + limit], (page, plan)


@pytest.mark.mariadb
@pytest.mark.parametrize("order", ORDERS[:-1])
def test_places_that_are_known_are_gone_to_at_once(
    branches: list[GoodsCategory], order: tuple[str, ...]
) -> None:
    plain = list(Goods.objects.on_sale().order_by(*order).values_list("pk", flat=True))
    lists: dict[bool, Places] = {False: Places(), True: Places()}
    steps = {}
    for offset in (60, 70, 64, 52, len(plain) - 40, len(plain) - 30):
        page = Page(Listing(), order, offset=offset, limit=5)
        with CaptureQueriesContext(connection) as queries:
            found = page_keys(
                page, count=len(plain), using="default", bounds=PLANS["walk in steps"],
                places=lambda page: lists[page.is_backward],
            )  # fmt: skip
        assert found == plain[offset : offset + 5]
        steps[offset] = len(queries) - 1
    # A step for each eight goods, from the nearest place before; the last two from the end.
    assert list(steps.values()) == [7, 1, 0, 0, 4, 0]


def test_the_conditions_of_a_listing_are_those_of_the_rows(branches: list[GoodsCategory]) -> None:
    """The plain query itself, against rows that are looked at one by one."""
    chance = random.Random(2)
    everything = list(Goods.objects.order_by("pk"))
    for _round in range(60):
        listing = listings(branches, chance)
        wanted = [goods.pk for goods in everything if fits(goods, listing)]
        assert list(Goods.objects.listed(listing).values_list("pk", flat=True)) == wanted


def fits(goods: Goods, listing: Listing) -> bool:
    return (
        goods.is_on_sale
        and (listing.categories is None or goods.category_id in listing.categories)
        and listing.is_hot in (None, goods.is_hot)
        and listing.is_new in (None, goods.is_new)
        and (listing.lowest is None or goods.shop_price >= listing.lowest)
        and (listing.highest is None or goods.shop_price <= listing.highest)
    )


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", lambda goods: goods.pk),
        ("ordering=-sold_num", lambda goods: (-goods.sold_num, goods.pk)),
        ("ordering=shop_price", lambda goods: (goods.shop_price, goods.pk)),
        ("ordering=-shop_price", lambda goods: (-goods.shop_price, goods.pk)),
        ("ordering=-sold_num,shop_price", lambda g: (-g.sold_num, g.shop_price, g.pk)),
    ],
)
def test_all_pages_together_are_the_list(
    api: APIClient, branches: list[GoodsCategory], query: str, order: Any
) -> None:
    """More goods than are sorted whole: the pages are found by their keys first."""
    on_sale = Goods.objects.filter(is_on_sale=True)
    wanted = [goods.pk for goods in sorted(on_sale, key=order)]
    pages = -(-len(wanted) // 12)
    seen: list[int] = []
    for number in range(1, pages + 1):
        body = api.get(f"/goods/?{query}&page={number}").json()
        assert body["count"] == len(wanted)
        assert (body["next"] is None) == (number == pages)
        seen += [goods["id"] for goods in body["results"]]
    assert seen == wanted
    assert api.get(f"/goods/?{query}&page=last").json() == body
    assert api.get(f"/goods/?{query}&page={pages + 1}").status_code == 404


def test_the_same_queries_for_any_page_of_many(
    api: APIClient, branches: list[GoodsCategory], django_assert_num_queries: Any
) -> None:
    for page in ("1", "9", "last"):
        # count, keys, goods with their categories, pictures
        with django_assert_num_queries(4):
            api.get(f"/goods/?page={page}&ordering=-sold_num")


def test_goods_that_leave_the_shelf_while_a_page_is_read(
    api: APIClient, branches: list[GoodsCategory], settings: Any
) -> None:
    """The page is shorter; it does not show them, and does not fail."""
    settings.CATALOGUE_CACHE_SECONDS = 0
    page = [goods["id"] for goods in api.get("/goods/").json()["results"]]

    def after_the_keys(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "goods_sn" in sql:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE goods_goods SET is_on_sale = 0 WHERE id = %s", [page[3]])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(after_the_keys):
        shown = [goods["id"] for goods in api.get("/goods/").json()["results"]]
    assert shown == [*page[:3], *page[4:]]
