"""Redis behind Sentinels: the master dies, and the shop goes on with the next one."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from rest_framework.test import APIClient

from apps.goods.tests.factories import make_category, make_goods
from mxshop.health import health_read
from utils.cache.breaker import CacheUnreachableError
from utils.cache.catalogue_version import VERSION_KEY, catalogue_version
from utils.cache.configured import cache_config
from utils.cache.sentinel import SentinelAddress, sentinel_url_parse
from utils.limits.counters import breaker, counter_add

from .own_sentinels import OwnSentinels

DEADLINE = 60


def test_an_address_of_sentinels() -> None:
    url = "redis+sentinel://:p%40ss@10.0.0.1,10.0.0.2:26380,[fd00::3]:26381/mxshop/3"
    assert sentinel_url_parse(url) == SentinelAddress(
        [("10.0.0.1", 26379), ("10.0.0.2", 26380), ("fd00::3", 26381)], "mxshop", 3, "p@ss"
    )
    assert sentinel_url_parse("redis+sentinel://a/m") == SentinelAddress(
        [("a", 26379)], "m", 0, None
    )


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0", "redis+sentinel://10.0.0.1", "redis+sentinel:///mxshop",
        "redis+sentinel://a,,b/mxshop", "redis+sentinel://a:x/mxshop", "redis+sentinel://a/mxshop/x",
        "redis+sentinel://a/mxshop/0/1", "redis+sentinel://user:pw@a/mxshop",
        "redis+sentinel://a/mxshop/0?db=1",
    ],
)  # fmt: skip
def test_what_is_no_such_address(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        sentinel_url_parse(url)


@pytest.fixture
def servers(settings: Any, tmp_path: Path) -> Iterator[OwnSentinels]:
    own = OwnSentinels(tmp_path)
    try:
        own.start()
        settings.CACHES = {
            "default": cache_config("mxshop", own.url, max_entries=1),
            "responses": cache_config("mxshop-responses", own.url, max_entries=1),
        }
        yield own
    finally:
        own.stop()


@pytest.mark.slow
@pytest.mark.one_database
@pytest.mark.redis_program
@pytest.mark.django_db
def test_the_master_dies(servers: OwnSentinels, api: APIClient, settings: Any) -> None:
    """Meanwhile the shop answers; afterwards it counts, keeps and reads on the new master."""
    settings.CATALOGUE_CACHE_SECONDS = 60
    make_goods(make_category(), name="蜜桔")
    first = servers.master_port()
    assert [counter_add(key="c", seconds=600) for _ in range(2)] == [1, 2]
    version = catalogue_version()
    # In the master, and not in a Redis that happens to be at the usual port.
    kept = caches["responses"]._cache.get_client().get(caches["responses"].make_key(VERSION_KEY))
    assert version == kept.hex()
    assert [row["name"] for row in api.get("/goods/").json()["results"]] == ["蜜桔"]
    assert health_read()["cache"] == "ok"
    _replicated(first)

    servers.kill_master()
    statuses = {api.get("/goods/").status_code for _ in range(5)}
    assert statuses == {200}
    assert health_read()["cache"] == "unreachable"

    end = time.monotonic() + DEADLINE
    while health_read()["cache"] != "ok":
        assert time.monotonic() < end, "no new master"
        assert api.get("/goods/").status_code == 200
        time.sleep(0.1)
    assert servers.master_port() != first
    assert caches["default"].get("kept") == "before"
    breaker.reset()  # it waits for five seconds, whoever answers meanwhile
    assert counter_add(key="c", seconds=600) == 3
    # Nobody knows which edits were missed meanwhile.
    assert _version_now(end) != version


def _version_now(end: float) -> str:
    """It is written anew by a thread that tries twice in a second."""
    while True:
        try:
            return catalogue_version()
        except CacheUnreachableError:
            assert time.monotonic() < end
            time.sleep(0.1)


def _replicated(port: int) -> None:
    caches["default"].set("kept", "before")
    client = caches["default"]._cache.get_client(write=True)
    assert client.connection_pool.get_master_address()[1] == port
    assert client.wait(1, 5000) == 1
