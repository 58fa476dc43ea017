"""The cached answers of the catalogue: quick, and never wrong by more than counters."""

from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from apps.goods.models import Banner, Goods, GoodsCategory, HotSearchWords
from apps.goods.services.catalogue import goods_set_on_sale
from tests.services import REDIS_URL
from utils.cache import responses as response_cache

from .conftest import Catalogue
from .factories import make_goods

CACHED = ["/goods/", "/categorys/", "/banners/", "/hotsearchs/", "/indexgoods/"]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What a transaction does as it commits, in a test that never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.mark.parametrize("path", CACHED)
def test_a_second_request_asks_the_database_nothing(
    api: APIClient, catalogue: Catalogue, path: str, django_assert_num_queries: Any
) -> None:
    first = api.get(path)
    with django_assert_num_queries(0):
        second = api.get(path)
    assert second.content == first.content
    assert second.headers == first.headers


def test_switched_off(
    api: APIClient, catalogue: Catalogue, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    for _ in range(2):
        with django_assert_num_queries(1):
            assert "ETag" not in api.get("/categorys/").headers


def names(api: APIClient, **headers: str) -> list[str]:
    return [goods["name"] for goods in api.get("/goods/", **headers).json()["results"]]


def test_an_edit_shows_on_the_next_request(
    api: APIClient, catalogue: Catalogue, committed: Any
) -> None:
    assert names(api) == ["果篮", "蜜桔", "脐橙", "牛肉"]
    with committed():
        catalogue.in_meat.name = "牛排"
        catalogue.in_meat.save()
    assert names(api) == ["果篮", "蜜桔", "脐橙", "牛排"]
    with committed():
        goods_set_on_sale(goods_ids=[catalogue.in_meat.pk], is_on_sale=False)
    assert names(api) == ["果篮", "蜜桔", "脐橙"]
    with committed():
        make_goods(catalogue.meat, name="羊肉")
    assert names(api) == ["果篮", "蜜桔", "脐橙", "羊肉"]


@pytest.mark.parametrize("path", CACHED)
def test_every_kind_of_change_counts(
    api: APIClient, catalogue: Catalogue, committed: Any, path: str
) -> None:
    def etag() -> str:
        return str(api.get(path).headers["ETag"])

    with committed():
        banner = Banner.objects.create(goods=catalogue.in_meat, image="b.webp")
        word = HotSearchWords.objects.create(keywords="橙")
    before = etag()
    with committed():
        catalogue.in_citrus.name += "!"
        catalogue.in_citrus.save()
        category = GoodsCategory.objects.get(pk=catalogue.orange.pk)
        category.name += "!"
        category.save()
        banner.index += 1
        banner.save()
        word.delete()
    assert etag() != before


@pytest.mark.django_db(transaction=True)
def test_a_change_counts_as_it_commits_not_before(api: APIClient) -> None:
    version = response_cache.catalogue_version()
    with transaction.atomic():
        GoodsCategory.objects.create(name="a", code="a", category_type=1)
        assert response_cache.catalogue_version() == version
    assert response_cache.catalogue_version() != version

    version = response_cache.catalogue_version()
    with transaction.atomic():
        GoodsCategory.objects.create(name="b", code="b", category_type=1)
        transaction.set_rollback(True)
    assert response_cache.catalogue_version() == version


def test_counters_may_lag_on_lists_never_on_the_detail_page(
    api: APIClient, catalogue: Catalogue
) -> None:
    def in_list() -> Any:
        body = api.get(f"/goods/?top_category={catalogue.orange.pk}").json()
        return [(goods["goods_num"], goods["click_num"]) for goods in body["results"]]

    address = f"/goods/{catalogue.in_orange.pk}/"
    assert in_list() == [(8, 0)]
    assert api.get(address).json()["click_num"] == 1
    Goods.objects.filter(pk=catalogue.in_orange.pk).update(goods_num=3)
    assert in_list() == [(8, 0)]
    detail = api.get(address).json()
    assert (detail["goods_num"], detail["click_num"]) == (3, 2)
    caches["responses"].clear()
    assert in_list() == [(3, 2)]


def test_the_detail_page_has_no_etag(api: APIClient, catalogue: Catalogue) -> None:
    assert "ETag" not in api.get(f"/goods/{catalogue.in_orange.pk}/").headers


def test_not_modified(api: APIClient, catalogue: Catalogue, committed: Any) -> None:
    etag = api.get("/goods/").headers["ETag"]
    response = api.get("/goods/", HTTP_IF_NONE_MATCH=etag)
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == "no-cache"
    with committed():
        catalogue.in_meat.delete()
    assert api.get("/goods/", HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_each_host_and_scheme_has_its_own_links(
    api: APIClient, catalogue: Catalogue, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]
    path = f"/goods/?top_category={catalogue.orange.pk}"
    for host, scheme in [("a.example", "http"), ("b.example", "http"), ("a.example", "https")]:
        for _ in range(2):
            response = api.get(path, SERVER_NAME=host, secure=scheme == "https")
            [card] = response.json()["results"]
            origin = card["goods_front_image"].removesuffix("/media/goods/orange.webp")
            assert origin == f"{scheme}://{host}"


def test_a_foreign_host_is_refused_and_poisons_nobody(api: APIClient, catalogue: Catalogue) -> None:
    for headers in (
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_HOST": "evil.example"},
    ):
        for path in [*CACHED, f"/goods/{catalogue.in_orange.pk}/", "/"]:
            response = api.get(path, **headers)
            assert response.status_code == 400
            assert b"evil" not in response.content
    api.get("/goods/", HTTP_X_FORWARDED_HOST="evil.example")
    for path in CACHED:
        assert b"evil.example" not in api.get(path).content


def test_every_parameter_and_language_has_its_own_answer(
    api: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    api.get("/goods/?page_size=1")
    with django_assert_num_queries(3):
        api.get("/goods/?page_size=2")
    with django_assert_num_queries(3):
        api.get("/goods/?page_size=2&page_size=1")
    with translation.override("en"), django_assert_num_queries(3):
        api.get("/goods/?page_size=1")


def test_errors_are_not_kept(api: APIClient, catalogue: Catalogue, committed: Any) -> None:
    assert api.get("/goods/?page=2").status_code == 404
    assert api.get("/goods/?pricemin=x").status_code == 400
    assert api.get("/categorys/999999/").status_code == 404
    for number in range(12):
        Goods.objects.bulk_create([Goods(category=catalogue.meat, goods_sn=f"B{number}")])
    # no signal told of them, so a kept 404 would still be here
    assert api.get("/goods/?page=2").status_code == 200


def test_html_and_indented_json_are_not_kept(client: Client, catalogue: Catalogue) -> None:
    html = client.get("/goods/", HTTP_ACCEPT="text/html")
    assert html.headers["Content-Type"] == "text/html; charset=utf-8"
    indented = client.get("/goods/", HTTP_ACCEPT="application/json; indent=8")
    plain = client.get("/goods/", HTTP_ACCEPT="application/json")
    assert b"\n" in indented.content
    assert b"\n" not in plain.content
    assert client.get("/goods/?format=json").json()["count"] == 4


def test_an_endless_query_is_not_kept(
    api: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    path = "/categorys/?x=" + "y" * response_cache.MAX_QUERY_LENGTH
    for _ in range(2):
        with django_assert_num_queries(1):
            assert api.get(path).status_code == 200


def redis_at(settings: Any, url: str) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "responses": {
            "BACKEND": "utils.cache.redis.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": "mxshop-test",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        },
    }


@pytest.mark.redis
def test_in_redis(
    api: APIClient, catalogue: Catalogue, settings: Any, committed: Any,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    redis_at(settings, REDIS_URL)
    caches["responses"].clear()
    first = api.get("/goods/")
    with django_assert_num_queries(0):
        assert api.get("/goods/").content == first.content
    with committed():
        catalogue.in_meat.save()
    with django_assert_num_queries(3):
        api.get("/goods/")
    caches["responses"].clear()


def test_a_dead_redis_does_not_take_the_shop_down(
    api: APIClient, catalogue: Catalogue, settings: Any, committed: Any,
    django_assert_num_queries: Any, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    redis_at(settings, "redis://127.0.0.1:1/0")
    for _ in range(3):
        with django_assert_num_queries(3):
            assert names(api) == ["果篮", "蜜桔", "脐橙", "牛肉"]
    with committed():
        catalogue.in_meat.save()
    # It is asked once and then left alone for a while.
    assert [record.name for record in caplog.records] == ["utils.cache.responses"]


def test_a_redis_that_dies_between_asking_and_keeping(
    api: APIClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    def refuse(*args: Any) -> None:
        raise response_cache.CacheUnreachableError

    monkeypatch.setattr(response_cache._cache, "set", refuse)
    with django_assert_num_queries(3):
        assert names(api) == ["果篮", "蜜桔", "脐橙", "牛肉"]
