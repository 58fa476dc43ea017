"""The cached catalogue of several processes: an edit of one shows on the next request of another.

Two processes of the shop answer, and this one edits, as the administration's process does. They
share a database and a Redis of the test's own, which also fails.
"""

import json
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches

from apps.goods.models import (
    Banner,
    Goods,
    GoodsCategory,
    GoodsCategoryBrand,
    GoodsImage,
    HotSearchWords,
    IndexAd,
)
from apps.goods.services.catalogue import goods_set_category, goods_set_flag, goods_set_on_sale
from apps.goods.services.stock import stock_adjust
from tests.nursery import Nursery
from tests.own_redis import OwnRedis
from tests.shop_process import ShopProcess, shop_nursery
from utils.cache import catalogue_version, responses

from .factories import make_goods

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.mariadb,
    pytest.mark.slow,
    pytest.mark.redis_program,
]


class Shop:
    """Two processes of the shop, and what all three share."""

    def __init__(self, folder: Path, redis: OwnRedis, nursery: Nursery) -> None:
        self.redis = redis
        self.processes = [ShopProcess(nursery, folder / f"shop-{number}.log") for number in (1, 2)]

    def start(self) -> None:
        self.redis.start()
        self.redis.empty()
        for process in self.processes:
            process.start()

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        self.redis.kill()

    def read(self, path: str, number: int) -> Any:
        """Return the answer of one process."""
        at = urlsplit(self.processes[number].origin)
        http = HTTPConnection(at.hostname or "", at.port, timeout=30)
        try:
            # All the same host, so that they share their answers in Redis.
            http.request("GET", path, headers={"Host": "testserver"})
            response = http.getresponse()
            body = response.read()
        finally:
            http.close()
        assert response.status == 200, body[:300]
        return json.loads(body)

    def fill(self, path: str) -> Any:
        """Let both processes keep the answer, in their memory and in Redis; return it."""
        first = self.read(path, 0)
        assert [self.read(path, number) for number in (0, 1, 1)] == [first] * 3
        return first

    def names(self, number: int) -> list[str]:
        return [card["name"] for card in self.read("/goods/", number)["results"]]


@pytest.fixture
def rows() -> dict[str, Any]:
    fruit = GoodsCategory.objects.create(name="水果", code="fruit", category_type=1, is_tab=True)
    citrus = GoodsCategory.objects.create(
        name="柑橘", code="citrus", category_type=2, parent_category=fruit
    )
    orange = make_goods(citrus, name="脐橙", goods_num=10)
    lemon = make_goods(citrus, name="柠檬", goods_num=10)
    return {
        "fruit": fruit, "citrus": citrus, "orange": orange, "lemon": lemon,
        "banner": Banner.objects.create(goods=orange, image="banners/a.webp"),
        "word": HotSearchWords.objects.create(keywords="橙"),
        "brand": GoodsCategoryBrand.objects.create(category=fruit, name="山里", image="b.webp"),
        "ad": IndexAd.objects.create(category=fruit, goods=orange),
    }  # fmt: skip


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> OwnRedis:
    return OwnRedis(tmp_path_factory.mktemp("redis"))


@pytest.fixture(scope="module")
def nursery(redis: OwnRedis, django_db_setup: None) -> Iterator[Nursery]:
    with shop_nursery(
        REDIS_URL=redis.url, CATALOGUE_CACHE_SECONDS="600", CONN_MAX_AGE="60"
    ) as found:
        yield found


@pytest.fixture
def shop(
    tmp_path: Path, redis: OwnRedis, nursery: Nursery, rows: Any, settings: Any
) -> Iterator[Shop]:
    """The processes run, and this one has their cache."""
    shop = Shop(tmp_path, redis, nursery)
    try:
        shop.start()
        shared = {
            "BACKEND": "utils.cache.redis.RedisCache", "LOCATION": shop.redis.url,
            "KEY_PREFIX": "mxshop-responses",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }  # fmt: skip
        settings.CACHES = {**settings.CACHES, "responses": shared}
        yield shop
    finally:
        catalogue_version.forget_loss()
        responses.forget_own_answers()
        shop.stop()


def changed(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


EDITS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "name of goods": ("/goods/", lambda rows: changed(rows["orange"], name="血橙")),
    "price of goods": ("/goods/", lambda rows: changed(rows["orange"], shop_price=7)),
    "new goods": ("/goods/", lambda rows: make_goods(rows["citrus"], name="柚子")),
    "a flag": ("/goods/", lambda rows: goods_set_flag(
        goods_ids=[rows["orange"].pk], flag="is_hot", value=True)),
    "a picture of goods": ("/goods/", lambda rows: GoodsImage.objects.create(
        goods=rows["orange"], image="goods/new.webp")),
    "name of a category in its goods": ("/goods/", lambda rows: changed(rows["citrus"], name="桔")),
    "another category": ("/goods/", lambda rows: goods_set_category(
        goods_ids=[rows["lemon"].pk], category=rows["fruit"])),
    "name of a category": ("/categorys/", lambda rows: changed(rows["fruit"], name="鲜果")),
    "new category": ("/categorys/", lambda rows: GoodsCategory.objects.create(
        name="浆果", code="berries", category_type=2, parent_category=rows["fruit"])),
    "banner": ("/banners/", lambda rows: changed(rows["banner"], index=3)),
    "hot word": ("/hotsearchs/", lambda rows: changed(rows["word"], keywords="柠檬")),
    "deleted hot word": ("/hotsearchs/", lambda rows: rows["word"].delete()),
    "brand": ("/indexgoods/", lambda rows: changed(rows["brand"], name="海边")),
    "ad": ("/indexgoods/", lambda rows: changed(rows["ad"], goods=rows["lemon"])),
    "off the shelf": ("/goods/", lambda rows: goods_set_on_sale(
        goods_ids=[rows["lemon"].pk], is_on_sale=False)),
    "tab": ("/indexgoods/", lambda rows: changed(rows["fruit"], is_tab=False)),
}  # fmt: skip


def test_every_edit_shows_on_the_next_request_of_another_process(
    shop: Shop, rows: dict[str, Any]
) -> None:
    for what, (path, edit) in EDITS.items():
        before = shop.fill(path)
        edit(rows)
        after = [shop.read(path, number) for number in (1, 0)]
        assert after[0] == after[1] != before, what
    check_goods_page(shop, rows)
    check_control(shop, rows)


def check_goods_page(shop: Shop, rows: dict[str, Any]) -> None:
    """It is never cached, but for its categories; the version does not follow its stock."""
    page = f"/goods/{rows['orange'].pk}/"

    def shown(number: int) -> tuple[str, int]:
        goods = shop.read(page, number)
        return goods["category"]["name"], goods["goods_num"]

    assert [shown(0), shown(1)] == [("桔", 10)] * 2
    changed(rows["citrus"], name="柑橘")
    stock_adjust(goods_id=rows["orange"].pk, delta=-6)
    assert [shown(1), shown(0)] == [("柑橘", 4)] * 2


def check_control(shop: Shop, rows: dict[str, Any]) -> None:
    """Without a new version an edit does not show: both processes do keep their answers."""
    before = shop.fill("/goods/")
    Goods.objects.filter(pk=rows["orange"].pk).update(name="?")  # no signal, no service
    assert [shop.read("/goods/", number) for number in (0, 1)] == [before] * 2
    caches["responses"].delete(catalogue_version.VERSION_KEY)
    assert [shop.names(number)[0] for number in (1, 0)] == ["?", "?"]


def test_a_redis_that_fails(shop: Shop, rows: dict[str, Any]) -> None:
    def edited(name: str) -> None:
        changed(rows["orange"], name=name)

    def shown() -> list[str]:
        return [shop.names(number)[0] for number in (1, 0)]

    shop.fill("/goods/")
    # It dies, and comes back with what it held.
    shop.redis.kill()
    edited("while it is down")
    assert shop.names(0)[0] == "while it is down"  # the other process notices nothing
    shop.redis.start()
    assert shown() == ["while it is down"] * 2
    wait_for_version()
    shop.fill("/goods/")
    edited("after it came back")
    assert shown() == ["after it came back"] * 2

    # It closes every connection.
    shop.fill("/goods/")
    shop.redis.drop_connections()
    edited("on closed connections")
    assert shown() == ["on closed connections"] * 2
    wait_for_version()

    # It takes connections, and does not answer.
    shop.fill("/goods/")
    shop.redis.freeze()
    edited("while it is frozen")
    began = time.monotonic()
    assert shown() == ["while it is frozen"] * 2
    assert time.monotonic() - began < 20
    shop.redis.thaw()
    wait_for_version()
    edited("after the thaw")
    assert shown() == ["after the thaw"] * 2


def wait_for_version() -> None:
    """Wait until this process has reached Redis again."""
    end = time.monotonic() + 60
    while catalogue_version.shared_catalogue_version() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
