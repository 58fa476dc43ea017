"""The cached answers of the catalogue: quick, and never wrong by more than counters."""

import time
from typing import Any

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.urls import resolve
from rest_framework.test import APIClient

from apps.goods.models import Banner, Goods, GoodsCategory, HotSearchWords
from apps.goods.services.catalogue import goods_set_on_sale
from tests.services import REDIS_URL
from utils.cache import catalogue_version as versions
from utils.cache import responses as response_cache
from utils.cache.catalogue_version import catalogue_version
from utils.cache.kept_answers import ENTRY_BYTES, KeptAnswer, KeptAnswers, OwnAnswer

from .conftest import Catalogue
from .factories import make_goods

CACHED = ["/goods/", "/categorys/", "/banners/", "/hotsearchs/", "/indexgoods/"]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What a transaction does as it commits, in a test that never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def headers_of(response: Any) -> dict[str, str]:
    return {name: text for name, text in response.headers.items() if name != "X-Request-ID"}


@pytest.mark.parametrize("path", CACHED)
def test_a_second_request_asks_the_database_nothing(
    api: APIClient, catalogue: Catalogue, path: str, django_assert_num_queries: Any
) -> None:
    first = api.get(path)
    with django_assert_num_queries(0):
        second = api.get(path)
    assert second.content == first.content
    assert headers_of(second) == headers_of(first)


def test_nobody_s_session_matters(
    mine: APIClient, catalogue: Catalogue, settings: Any, django_assert_num_queries: Any
) -> None:
    """And what an answer says to some origins alone is said to them alone."""
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    first = mine.get("/goods/")
    with django_assert_num_queries(0):
        there = mine.get("/goods/", HTTP_ORIGIN="https://shop.example")
        here = mine.get("/goods/")
    assert there.content == here.content == first.content
    assert headers_of(here) == headers_of(first)
    allowed = headers_of(there).items() - headers_of(here).items()
    assert dict(allowed) == {
        "access-control-allow-origin": "https://shop.example",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "idempotency-replayed, retry-after, x-request-id",
    }


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
    version = catalogue_version()
    with transaction.atomic():
        GoodsCategory.objects.create(name="a", code="a", category_type=1)
        assert catalogue_version() == version
    assert catalogue_version() != version

    version = catalogue_version()
    with transaction.atomic():
        GoodsCategory.objects.create(name="b", code="b", category_type=1)
        transaction.set_rollback(True)
    assert catalogue_version() == version


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


def test_languages_do_not_mix(api: APIClient, catalogue: Catalogue) -> None:
    """Whoever asks first, and whether DRF or the cache answers; the refusal is not kept."""
    refusals = {
        "zh-CN": "输入一个数字。",
        "en-US,en;q=0.9": "Enter a number.",
        "fr": "输入一个数字。",
    }
    tags = {}
    for _ in range(2):
        for language, text in refusals.items():
            refusal = api.get("/goods/?pricemin=abc", HTTP_ACCEPT_LANGUAGE=language)
            assert (refusal.status_code, refusal.json()) == (400, {"pricemin": [text]})
            for path in CACHED:
                kept = api.get(path, HTTP_ACCEPT_LANGUAGE=language)
                assert kept.headers["Content-Language"] == ("en" if "en" in language else "zh-hans")
                assert kept.headers["Vary"] == "Accept, origin, Accept-Language, imooc"
                tags[path, language] = kept.headers["ETag"]
    unchanged = api.get(
        "/goods/", HTTP_ACCEPT_LANGUAGE="en", HTTP_IF_NONE_MATCH=tags["/goods/", "fr"]
    )
    assert unchanged.status_code == 304
    assert "Accept-Language" in unchanged.headers["Vary"]


def test_every_question_and_language_has_its_own_answer(
    api: APIClient, catalogue: Catalogue, django_assert_num_queries: Any
) -> None:
    api.get("/goods/?page_size=1")
    with django_assert_num_queries(4):
        api.get("/goods/?page_size=2")
    with django_assert_num_queries(4):
        api.get("/goods/?page_size=1", HTTP_ACCEPT_LANGUAGE="en")


@pytest.mark.parametrize(
    ("path", "the_same"),
    [
        ("/goods/", ["?x=1", "?x=2&_=1732", "?page=1", "?p=01", "?page_size=12", "?page_size=no",
                     "?page_size=0", "?ordering=click_num", "?pricemin=&search=+", "?pricemin=-3",
                     "?pricemax=1e30", "?min_price=-1e1000000"]),
        ("/goods/?pricemin=20", ["?min_price=20", "?pricemin=2e1", "?pricemin=20.000&min_price=3",
                                 "?pricemin=19.9999", "?pricemin=5&pricemin=20"]),
        ("/goods/?pricemin=100000000", ["?pricemin=1e1000000", "?min_price=99999999.995"]),
        ("/goods/?pricemax=-1", ["?max_price=-1e1000000", "?pricemax=-0.001"]),
        ("/goods/?ordering=-shop_price", ["?ordering=-shop_price,nonsense",
                                          "?ordering=%20-shop_price,shop_price"]),
        ("/goods/?is_hot=true", ["?is_hot=1", "?is_hot=True&is_new="]),
        ("/goods/?page_size=100", ["?page_size=1000", "?page_size=" + "9" * 400]),
        ("/goods/?top_category=more", ["?top_category=x", "?top_category=-1"]),
        ("/categorys/", ["?x=1", "?page=2&search=x"]),
        ("/indexgoods/", ["?x=1"]),
    ],
)  # fmt: skip
def test_the_same_question_has_one_answer(
    api: APIClient, catalogue: Catalogue, path: str, the_same: list[str],
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    first = api.get(path)
    for query in the_same:
        with django_assert_num_queries(0):
            again = api.get(path.split("?")[0] + query)
        assert again.content == first.content, query


def test_links_do_not_tell_who_asked_first(api: APIClient, catalogue: Catalogue) -> None:
    query = "min_price=1&p=2&page_size=1&x=secret&search=%E6%A9%99&ordering=sold_num,secret"
    make_goods(catalogue.meat, name="橙子", shop_price=20)
    make_goods(catalogue.meat, name="橙汁", shop_price=20)
    shared = "ordering=sold_num&page_size=1&pricemin=1&search=%E6%A9%99"
    for address in (f"/goods/?{query}", f"/goods/?{shared}&page=2&x=other"):
        body = api.get(address).json()
        assert body["previous"] == f"http://testserver/goods/?{shared}"
        assert body["next"] == "http://testserver/goods/?" + shared.replace("&p", "&page=3&p", 1)


@pytest.mark.parametrize("query", ["search={}", "pricemin={}", "page_size={}&search=x", "x={}"])
def test_random_questions_have_a_bounded_number_of_places(
    api: APIClient, catalogue: Catalogue, settings: Any, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "search": "off"}
    monkeypatch.setattr(response_cache, "OTHER_PLACES", 4)
    for number in range(1, 30):
        assert api.get(f"/goods/?{query.format(number)}").status_code == 200
    assert len(caches["responses"]._cache) <= 4 + 1  # and the catalogue version


def test_an_answer_in_a_shared_place_is_no_other_answer(
    api: APIClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_cache, "OTHER_PLACES", 1)
    for _ in range(2):
        assert api.get("/goods/?search=脐橙").json()["count"] == 1
        assert api.get("/goods/?search=无").json()["count"] == 0


def test_searches_have_a_limit_of_their_own(
    api: APIClient, catalogue: Catalogue, settings: Any
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "search": "2/day"}
    assert [api.get(f"/goods/?search={word}").status_code for word in "abc"] == [200, 200, 429]
    assert api.get("/goods/?search=a").status_code == 200  # kept
    assert api.get("/goods/?ordering=shop_price").status_code == 200


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
    with django_assert_num_queries(4):
        api.get("/goods/")
    caches["responses"].clear()


def test_a_dead_redis_does_not_take_the_shop_down(
    api: APIClient, catalogue: Catalogue, settings: Any, committed: Any,
    django_assert_num_queries: Any, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    redis_at(settings, "redis://127.0.0.1:1/0")
    for _ in range(3):
        with django_assert_num_queries(4):
            assert names(api) == ["果篮", "蜜桔", "脐橙", "牛肉"]
    with committed():
        catalogue.in_meat.save()
    # A request asks once, and then a thread tries until it answers, which says so once.
    end = time.monotonic() + 60
    while not caplog.records and time.monotonic() < end:
        time.sleep(0.01)
    assert [record.name for record in caplog.records] == ["utils.cache.catalogue_version"]
    versions.forget_loss()


def test_a_redis_that_dies_between_asking_and_keeping(
    api: APIClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    def refuse(*args: Any) -> None:
        raise response_cache.CacheUnreachableError

    monkeypatch.setattr(response_cache._cache, "set", refuse)
    with django_assert_num_queries(4):
        assert names(api) == ["果篮", "蜜桔", "脐橙", "牛肉"]


def test_a_process_keeps_a_bounded_number_of_bytes(
    api: APIClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = KeptAnswers(most_bytes=50_000)
    monkeypatch.setattr(response_cache._cache, "own", own)
    orders = [f"{sign}{name}" for name in ("shop_price", "sold_num", "add_time") for sign in "- "]
    asked = [f"/goods/?ordering={one},{other}" for one in orders for other in orders]
    for address in asked:
        assert api.get(address).status_code == 200
        assert 0 < own.bytes <= 50_000
    assert 3 < own.count() < len(asked) / 2  # the last ones
    before = own.count(), own.bytes
    for number in range(20):  # what is not browsing takes none of its room
        api.get(f"/goods/?pricemin={number}")
    assert (own.count(), own.bytes) == before


def test_what_a_process_keeps_is_what_was_asked_for_last() -> None:
    def answer(name: str, size: int) -> OwnAnswer:
        triple = (b"x" * (size - ENTRY_BYTES), 200, {})
        return OwnAnswer(KeptAnswer("version", name, 0.0, triple), resolve("/goods/"))

    own = KeptAnswers(most_bytes=80_000)
    for number in range(8):
        own.keep(answer(f"{number}", 10_000))
    assert own.get("0") is not None
    own.keep(answer("8", 10_000))
    assert [own.get(f"{number}") is None for number in range(9)] == [False, True] + [False] * 7
    own.keep(answer("8", 4_000))  # in place of the one before
    assert (own.count(), own.bytes) == (8, 74_000)
    own.keep(answer("large", 10_001))  # more than its share: it would drive out others
    assert own.get("large") is None
    assert (own.count(), own.bytes) == (8, 74_000)
