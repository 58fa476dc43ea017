"""The category tree that a process keeps by catalogue version, or reads where none is shared."""

import os
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from rest_framework.test import APIClient

from apps.goods.models import GoodsCategory, GoodsCategoryBrand, forest, index_page
from tests.services import REDIS_URL
from utils.api.compiled_serializers import MOST_KEPT

from .conftest import Catalogue
from .factories import make_category

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis]


@pytest.fixture(autouse=True)
def _shared_version(settings: Any) -> Any:
    """The version is in Redis; answers are not cached."""
    settings.CATALOGUE_CACHE_SECONDS = 0
    settings.CACHES = {
        **settings.CACHES,
        "responses": {
            "BACKEND": "utils.cache.redis.RedisCache", "LOCATION": REDIS_URL,
            "KEY_PREFIX": f"mxshop-test-{os.getpid()}",
        },
    }  # fmt: skip
    forest.category_forest.forget()
    index_page.brands.forget()
    yield
    caches["responses"].delete("catalogue-version")


def test_categories_are_read_once_for_each_version(
    api: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    def tree(queries: int) -> Any:
        with django_assert_num_queries(queries):
            return api.get("/categorys/").json()

    first = tree(1)
    assert tree(0) == first
    with django_assert_num_queries(0):
        assert api.get(f"/categorys/{catalogue.fruit.pk}/").json() == first[0]
        assert api.get(f"/categorys/{catalogue.orange.pk}/").json()["name"] == "橙子"
    with django_assert_num_queries(1):  # perhaps it is new
        assert api.get("/categorys/999999/").status_code == 404
    make_category(name="蔬菜")
    assert [category["name"] for category in tree(1)] == ["水果", "肉类", "蔬菜"]
    with transaction.atomic():
        GoodsCategory.objects.filter(pk=catalogue.meat.pk).update(name="?")
        assert tree(1)[1]["name"] == "?"  # what may be rolled back is read, and not kept
        transaction.set_rollback(True)
    assert [category["name"] for category in tree(0)] == ["水果", "肉类", "蔬菜"]


def test_a_kept_picture_has_the_host_that_was_asked(
    api: APIClient, catalogue: Catalogue, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    catalogue.citrus.image = "categories/citrus.webp"
    catalogue.citrus.save()
    hosts = [f"shop{number}.example.com" for number in range(MOST_KEPT + 2)]
    for host in hosts * 2:
        [fruit, _meat] = api.get("/categorys/", HTTP_HOST=host).json()
        assert fruit["sub_cat"][0]["image"] == f"http://{host}/media/categories/citrus.webp"
    kept = forest.category_tree(catalogue.citrus.pk)
    assert kept
    assert kept.kept_shapes
    assert len(kept.kept_shapes) == MOST_KEPT


def test_goods_get_their_categories_from_it(
    api: APIClient, mine: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    mine.post("/shopcarts/", {"goods": catalogue.in_orange.pk, "nums": 1})
    paths = ["/goods/", f"/goods/{catalogue.in_orange.pk}/", "/indexgoods/"]

    def answers() -> Any:
        cards = [api.get(path).json() for path in paths]
        cards[1].pop("click_num")
        for card in (*cards[0]["results"], *(c for tab in cards[2] for c in tab["goods"])):
            card.pop("click_num")
        return [*cards, mine.get("/shopcarts/").json()[0]["goods"]["category"]]

    kept = answers()
    with transaction.atomic():  # here they are read from the database
        assert answers() == kept
    assert answers() == kept
    api.get("/goods/")
    with django_assert_num_queries(3):
        api.get("/goods/")


def test_the_index_page_changes_no_kept_row(api: APIClient, catalogue: Catalogue) -> None:
    tree = api.get("/categorys/").content
    for host in ("testserver", "127.0.0.1"):
        body = api.get("/indexgoods/", SERVER_NAME=host).content
        assert f"http://{host}/media/".encode() in body
    assert api.get("/categorys/").content == tree
    assert not hasattr(forest.category_forest().roots[0], "index_goods")


def test_brands_are_read_once_for_each_version(
    api: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    brand = GoodsCategoryBrand.objects.create(
        category=catalogue.citrus, name="橘园", image="brands/grove.webp"
    )

    def names(queries: int) -> Any:
        with django_assert_num_queries(queries):
            tabs = api.get("/indexgoods/").json()
        return [row["name"] for row in tabs[0]["brands"]]

    before = names(6)
    assert before[-1] == "橘园"
    assert names(4) == before
    brand.name = "橙园"
    brand.save()
    assert names(6) == [*before[:-1], "橙园"]
    assert api.get("/indexgoods/", HTTP_HOST="127.0.0.1").json()[0]["brands"][-1]["image"] == (
        "http://127.0.0.1/media/brands/grove.webp"
    )


def test_more_categories_than_are_kept(
    api: APIClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(forest.category_forest, "most", 3)
    first = api.get("/categorys/").json()
    for _ in range(2):
        with django_assert_num_queries(1):
            assert api.get("/categorys/").json() == first
