"""Throttles: counted in one step, behind exactly NUM_PROXIES proxies, closed when blind."""

from typing import Any

import pytest
import time_machine
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIRequestFactory

from tests.parallel import in_parallel
from tests.services import REDIS_URL
from utils.cache.breaker import CacheUnreachableError
from utils.limits import counters
from utils.limits.client_address import client_address
from utils.limits.rates import Rate, parse_rate

pytestmark = pytest.mark.django_db

PAGE = "/goods/0/"  # no such goods, and no answer that the response cache keeps
NOON = 1_800_000_000  # a full minute, in seconds


@pytest.fixture
def rates(settings: Any) -> Any:
    def change(**changes: str) -> None:
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, **changes}

    return change


@pytest.fixture
def proxies(settings: Any) -> Any:
    def change(count: int) -> None:
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": count}

    return change


class TestRates:
    def test_as_written(self):
        assert parse_rate("30/min") == Rate(30, 60)
        assert parse_rate("1/sec") == Rate(1, 1)
        assert parse_rate("60/hour") == Rate(60, 3600)
        assert parse_rate("5/day") == Rate(5, 86400)
        assert parse_rate("off") is None

    @pytest.mark.parametrize("text", ["", "30", "30/m", "0/min", "-1/min", "x/min", "1/2/min"])
    def test_nonsense(self, text):
        with pytest.raises(ValueError, match="not a rate"):
            parse_rate(text)

    def test_a_home_page_opens_thirty_times_a_minute(self, api):
        pages = ["/goods/", "/categorys/", "/banners/", "/hotsearchs/", "/indexgoods/",
                 "/goods/?is_new=1", "/goods/?is_hot=1", "/categorys/?x=1"]  # fmt: skip
        with time_machine.travel(NOON, tick=False):
            statuses = {api.get(page).status_code for _time in range(30) for page in pages}
        assert statuses == {200}


class TestGeneral:
    def test_anonymous_by_address(self, api, rates):
        rates(anon="3/min")
        with time_machine.travel(NOON + 20, tick=False) as clock:
            assert [api.get(PAGE).status_code for _time in range(4)] == [404, 404, 404, 429]
            response = api.get(PAGE)
            assert response["Retry-After"] == "40"
            assert response.json() == {"detail": "请求已被限流。 预计 40 秒后可用。"}
            assert api.get(PAGE, REMOTE_ADDR="203.0.113.7").status_code == 404
            clock.shift(40)
            assert api.get(PAGE).status_code == 404

    def test_kept_answers_are_free(self, api, rates):
        rates(anon="1/min")
        with time_machine.travel(NOON, tick=False):
            assert [api.get("/goods/").status_code for _time in range(3)] == [200] * 3
            assert api.get(PAGE).status_code == 429

    def test_an_account_by_itself(self, api, rates, django_user_model):
        rates(user="2/min", anon="2/min")
        users = [django_user_model.objects.create_user(username=f"u{n}") for n in range(2)]
        with time_machine.travel(NOON, tick=False):
            for user in users:
                api.force_authenticate(user)
                statuses = [api.get("/users/1/").status_code for _time in range(3)]
                assert statuses == [200, 200, 429]

    def test_off(self, api, rates):
        rates(anon="off")
        assert api.get(PAGE).status_code == 404


class TestScoped:
    @pytest.mark.parametrize(
        ("path", "scope"),
        [("/codes/", "code"), ("/code/", "code"), ("/login/", "login"), ("/users/", "register"),
         ("/api-token-auth/", "login"), ("/password/reset/", "reset")],
    )  # fmt: skip
    def test_by_address(self, api, rates, path, scope):
        rates(**{scope: "2/min"})
        with time_machine.travel(NOON, tick=False):
            statuses = [api.post(path, {}).status_code for _time in range(3)]
            assert statuses == [400, 400, 429]
            assert api.post(path, {})["Retry-After"] == "60"
            assert api.post(path, {}, REMOTE_ADDR="203.0.113.7").status_code == 400

    def test_reading_a_profile_is_no_registration(self, api, rates, admin_user):
        rates(register="1/min")
        api.force_authenticate(admin_user)
        assert [api.get("/users/1/").status_code for _time in range(3)] == [200] * 3

    def test_what_one_throttle_refused_is_not_counted_by_the_next(self, api, rates):
        """DRF asks all of them, even when one has refused already."""
        rates(anon="2/min", login="3/min")
        with time_machine.travel(NOON, tick=False):
            assert [api.post("/login/", {}).status_code for _time in range(6)] == [400] * 2 + [
                429
            ] * 4
            rates(anon="off")
            assert [api.post("/login/", {}).status_code for _time in range(2)] == [400, 429]

    @pytest.mark.parametrize("body", [b"[1]", b'{"username": [1]}', b"{", b'"x"', b"null"])
    def test_a_login_of_no_account(self, api, body):
        assert api.post("/login/", body, content_type="application/json").status_code == 400


class TestTheClientsAddress:
    def address(self, remote: str = "10.0.0.1", **headers: str) -> str:
        return client_address(APIRequestFactory().get("/", REMOTE_ADDR=remote, **headers))

    def test_without_a_proxy_the_header_is_ignored(self, proxies):
        """Fault (m) of the contract."""
        proxies(0)
        assert self.address(HTTP_X_FORWARDED_FOR="203.0.113.7") == "10.0.0.1"

    def test_behind_one(self, proxies):
        proxies(1)
        assert self.address(HTTP_X_FORWARDED_FOR="203.0.113.7") == "203.0.113.7"
        forged = "1.1.1.1, 2.2.2.2, 203.0.113.7"
        assert self.address(HTTP_X_FORWARDED_FOR=forged) == "203.0.113.7"
        assert self.address() == "10.0.0.1"

    def test_behind_two(self, proxies):
        proxies(2)
        forged = "1.1.1.1, 203.0.113.7, 10.0.0.2"
        assert self.address(HTTP_X_FORWARDED_FOR=forged) == "203.0.113.7"

    def test_ipv6_is_one_client_a_64(self, proxies):
        proxies(0)
        assert self.address("2001:db8::1") == self.address("2001:db8::ffff:1") == "2001:db8::/64"
        assert self.address("::ffff:203.0.113.7") == "203.0.113.7"

    @pytest.mark.parametrize("header", ["", "x" * 5000, "a b", "\x00", "203.0.113.7:80", "é"])
    def test_nonsense_of_a_proxy(self, proxies, header):
        proxies(1)
        assert self.address(HTTP_X_FORWARDED_FOR=header) == "unknown"

    def test_a_forged_header_dodges_no_throttle(self, api, rates, proxies):
        proxies(0)
        rates(login="2/min")
        with time_machine.travel(NOON, tick=False):
            statuses = [
                api.post("/login/", {}, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").status_code
                for number in range(4)
            ]
        assert statuses == [400, 400, 429, 429]


class Dead:
    """A cache whose server is gone."""

    def __init__(self) -> None:
        self.asked = 0

    def add(self, *args: Any) -> None:
        self.asked += 1
        raise RedisConnectionError("gone")


class TestADeadCache:
    @pytest.fixture
    def dead(self, monkeypatch: Any) -> Dead:
        dead = Dead()
        monkeypatch.setattr(counters, "caches", {"default": dead})
        return dead

    def test_the_shop_stays_open(self, api, dead):
        assert [api.get(PAGE).status_code for _time in range(3)] == [404] * 3
        assert dead.asked == 1  # and is not asked again for a while

    def test_requests_that_guess_a_secret_are_refused(self, api, dead, admin_user):
        for path in (
            "/codes/", "/login/", "/api-token-auth/", "/users/", "/password/reset/",
        ):  # fmt: skip
            response = api.post(path, {"username": "admin", "password": "password"})
            assert response.status_code == 503
            assert response.json() == {"detail": "服务暂时不可用，请稍后再试。"}
            assert response["Retry-After"] == "5"
        api.force_authenticate(admin_user)
        assert api.get("/users/1/").status_code == 200


@pytest.mark.redis
class TestOnRedis:
    @pytest.fixture
    def redis_cache(self, monkeypatch: Any) -> RedisCache:
        cache = RedisCache(REDIS_URL, {"KEY_PREFIX": "accounts-tests"})
        monkeypatch.setattr(counters, "caches", {"default": cache})
        cache.delete_many(["one", "many"])
        return cache

    def test_a_counter_that_ends(self, redis_cache):
        counts = [counters.counter_add(key="one", seconds=60) for _time in range(3)]
        assert counts == [1, 2, 3]
        client = redis_cache._cache.get_client()
        assert 0 < client.ttl(redis_cache.make_key("one")) <= 60

    def test_in_one_round_trip(self, redis_cache):
        client = redis_cache._cache.get_client()
        counters.counter_add(key="one", seconds=60)
        connection = client.connection_pool.get_connection()
        client.connection_pool.release(connection)
        sent = []
        send = type(connection).send_packed_command
        try:
            type(connection).send_packed_command = lambda self, *a, **k: (
                sent.append(a), send(self, *a, **k)
            )[1]  # fmt: skip
            counters.counter_add(key="one", seconds=60)
        finally:
            type(connection).send_packed_command = send
        assert len(sent) == 1

    def test_20_at_once_get_20_numbers(self, redis_cache):
        numbers = in_parallel(20, lambda _n: counters.counter_add(key="many", seconds=60))
        assert sorted(numbers) == list(range(1, 21))

    def test_a_server_that_is_gone(self, monkeypatch):
        cache = RedisCache("redis://127.0.0.1:1/0", {})
        monkeypatch.setattr(counters, "caches", {"default": cache})
        with pytest.raises(CacheUnreachableError):
            counters.counter_add(key="one", seconds=60)
