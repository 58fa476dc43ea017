"""Every request with a password: how often one is compared, and who is let in meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework.test import APIClient

from apps.users.backends import UsernameOrMobileBackend
from apps.users.models import KnownAddress, PasswordBudget, PasswordTry, UserProfile
from apps.users.services.known_addresses import address_remember
from apps.users.services.passwords import password_tries_purge
from apps.users.tokens import token_make
from utils.limits import counters

from .wire import MOBILE, NEW_PASSWORD, OTHER_MOBILE, PASSWORD

pytestmark = pytest.mark.django_db

HOME = "198.51.100.7"
REFUSED = {"detail": "登录失败次数过多，请在 60 分钟后重试。"}

STRANGERS = 20  # wrong passwords an hour by all addresses that the account does not know
KNOWN = 8  # by each that it knows
ALL = 60


@pytest.fixture
def compared(monkeypatch: Any) -> list[str]:
    """Every password that is compared with that of an account."""
    passwords: list[str] = []
    check = UserProfile.check_password

    def noting(self: UserProfile, raw_password: str) -> bool:
        passwords.append(raw_password)
        return check(self, raw_password)

    monkeypatch.setattr(UserProfile, "check_password", noting)
    return passwords


@pytest.fixture
def boss(db: None) -> UserProfile:
    """Somebody whom every page lets in."""
    return UserProfile.objects.create_superuser("boss", mobile=MOBILE, password=PASSWORD)


def stranger(number: int) -> str:
    return f"203.0.{number // 250}.{number % 250 + 1}"


def api_login(password: str, address: str, username: str = MOBILE, path: str = "/login/") -> Any:
    body = {"username": username, "password": password}
    return APIClient().post(path, body, format="json", REMOTE_ADDR=address)


def old_client_login(password: str, address: str, username: str = MOBILE) -> Any:
    return api_login(password, address, username, "/api-token-auth/")


def page_login(path: str) -> Any:
    def post(password: str, address: str, username: str = MOBILE) -> Any:
        body = {"username": username, "password": password, "next": "/healthz/"}
        return Client().post(path, body, REMOTE_ADDR=address)

    return post


def old_password(password: str, address: str, username: str = MOBILE) -> Any:
    """Somebody at a session that was left open, who wants the password."""
    client = Client()
    client.force_login(UserProfile.objects.get(mobile=username))
    body = {"old_password": password, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    return client.post("/admin/password_change/", body, REMOTE_ADDR=address)


def change_password(password: str, address: str, username: str = MOBILE) -> Any:
    """Somebody with a stolen token, who wants the password."""
    client = APIClient(REMOTE_ADDR=address)
    token = token_make(UserProfile.objects.get(mobile=username))
    client.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
    return client.post("/password/change/", {"old_password": password, "password": NEW_PASSWORD})


# Every request that compares a password: how to send one. tests/test_password_pages.py finds them.
LOG_INS = {
    "/login/": api_login,
    "/api-token-auth/": old_client_login,
    "/admin/login/": page_login("/admin/login/"),
    "/api-auth/login/": page_login("/api-auth/login/"),
    "/admin/password_change/": old_password,
    "/password/change/": change_password,
}


def is_open(response: Any) -> bool:
    return response.status_code == 302 or "token" in response.content.decode()[:10]


@pytest.mark.parametrize("path", LOG_INS)
class TestEveryLogIn:
    def test_strangers_and_the_owner(self, boss, compared, path):
        post = LOG_INS[path]
        assert is_open(api_login(PASSWORD, HOME))
        compared.clear()
        with time_machine.travel(timezone.now(), tick=False):
            for number in range(STRANGERS):
                response = post("wrong", stranger(number))
                assert response.status_code in (200, 400)
                assert not is_open(response)
            assert compared == ["wrong"] * STRANGERS
            for password in ("wrong", PASSWORD):
                response = post(password, stranger(99))
                assert (response.status_code, response["Retry-After"]) == (429, "3600")
                assert REFUSED["detail"] in response.content.decode()
            assert compared == ["wrong"] * STRANGERS
            # The owner, at an address where the owner logged in before:
            assert is_open(post(PASSWORD, HOME))

    def test_one_address_for_all_log_ins(self, boss, settings, path):
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login": "3/min"}
        for number, other in enumerate(list(LOG_INS.values())[:3]):
            assert other("wrong", HOME).status_code in (200, 400), number
        response = LOG_INS[path](PASSWORD, HOME)
        assert response.status_code == 429
        assert 1 <= int(response["Retry-After"]) <= 60
        assert is_open(LOG_INS[path](PASSWORD, stranger(1)))

    def test_a_dead_cache(self, boss, monkeypatch, path):
        """Nobody counts addresses: where the account was opened before, it opens; 8 tries."""
        assert is_open(api_login(PASSWORD, HOME))
        monkeypatch.setattr(counters, "caches", {"default": Dead()})
        post = LOG_INS[path]
        response = post(PASSWORD, stranger(1))
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert "服务暂时不可用，请稍后再试。" in response.content.decode()
        for _try in range(KNOWN):
            assert not is_open(post("wrong", HOME))
        assert post(PASSWORD, HOME).status_code == 429
        PasswordTry.objects.all().delete()
        assert is_open(post(PASSWORD, HOME))


class Dead:
    """A cache whose server is gone."""

    def add(self, *args: Any) -> None:
        raise RedisConnectionError("gone")


class TestTheBudget:
    @pytest.mark.slow
    def test_sixty_in_any_sixty_minutes(self, boss, compared):
        """From as many addresses as there are, those the account knows included."""
        start = timezone.now().replace(minute=0, second=0, microsecond=0)
        homes = [f"198.51.100.{number}" for number in range(8)]
        with time_machine.travel(start, tick=False) as clock:
            for home in homes:
                assert is_open(api_login(PASSWORD, home))
            assert KnownAddress.objects.count() == 5
            compared.clear()
            clock.shift(timedelta(minutes=59))  # the worst moment for windows of full hours
            for _round in range(2):
                for number in range(100):
                    api_login("wrong", homes[number // 2 % 8] if number % 2 else stranger(number))
                    clock.shift(timedelta(seconds=1))
            assert len(compared) == ALL
            assert PasswordTry.objects.count() == ALL
            # 61 minutes after the first of them some are free again: a rolling hour.
            clock.shift(timedelta(minutes=57))
            compared.clear()
            for number in range(100):
                api_login("wrong", stranger(number))
            assert 0 < len(compared) <= STRANGERS
            window = PasswordTry.objects.filter(add_time__gt=timezone.now() - timedelta(hours=1))
            assert window.count() <= ALL

    @pytest.mark.slow
    def test_sixty_however_many_addresses_become_known(self, boss, compared):
        """Each has eight tries, and the five that are known are others all the time."""
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        for number in range(7):
            address = f"198.51.100.{number}"
            KnownAddress.objects.all().delete()
            address_remember(account=boss, address=address)
            for _try in range(KNOWN):
                api_login("wrong", address)
        assert compared == ["wrong"] * ALL

    def test_a_home_that_is_full_of_strangers(self, boss):
        """One of the addresses that the account knows is everybody's: the others have theirs."""
        cafe = "192.0.2.1"
        assert is_open(api_login(PASSWORD, HOME))
        assert is_open(api_login(PASSWORD, cafe))
        for _try in range(KNOWN):
            assert api_login("wrong", cafe).status_code == 400
        assert api_login("wrong", cafe).status_code == 429
        assert is_open(api_login(PASSWORD, HOME))

    def test_a_right_password_costs_nothing(self, buyer):
        for _time in range(STRANGERS + KNOWN):
            assert is_open(api_login(PASSWORD, HOME))
        assert not PasswordTry.objects.exists()

    def test_by_the_account_and_not_by_its_name(self, buyer, compared):
        UserProfile.objects.update(username="xiaoman")
        for number in range(STRANGERS):
            name = ["xiaoman", MOBILE][number % 2]
            assert api_login("wrong", stranger(number), name).status_code == 400
        assert api_login("wrong", HOME, "xiaoman").status_code == 429
        assert api_login("wrong", HOME, MOBILE).status_code == 429
        assert len(compared) == STRANGERS

    @pytest.mark.mariadb
    def test_by_the_account_and_not_by_its_spelling(self, buyer, compared):
        """MariaDB finds all of these; each was counted for itself."""
        UserProfile.objects.update(username="xiaoman")
        names = [
            MOBILE, MOBILE[:-1] + "８", "１" + MOBILE[1:],
            "xiaoman", "XIAOMAN", "Xiaomán", "ｘiaoman",
        ]  # fmt: skip
        for name in names:
            assert is_open(api_login(PASSWORD, HOME, name)), name
        compared.clear()
        answers = [
            api_login("wrong", stranger(number), names[number % len(names)]).status_code
            for number in range(4 * STRANGERS)
        ]
        assert answers == [400] * STRANGERS + [429] * 3 * STRANGERS
        assert compared == ["wrong"] * STRANGERS

    def test_names_that_no_account_has_are_refused_alike(self, buyer):
        """Whoever guesses does not learn from the answers which names exist."""
        spellings = [" Nobody", "nobody ", "NOBODY", "ｎｏｂｏｄｙ", "nóbody"]
        for name in (MOBILE, None):
            with time_machine.travel(timezone.now(), tick=False):
                answers = [
                    api_login("wrong", stranger(number), name or spellings[number % 5])
                    for number in range(STRANGERS + 5)
                ]
                assert [answer.status_code for answer in answers] == ([400] * STRANGERS + [429] * 5)
                assert [answer.json() for answer in answers[-5:]] == [REFUSED] * 5
        assert api_login("wrong", HOME, "somebody-else").status_code == 400

    def test_unknown_names_fill_no_table(self, monkeypatch):
        monkeypatch.setattr("apps.users.services.passwords.UNKNOWN_NAMES", 2)
        for number in range(3 * STRANGERS):
            api_login("wrong", stranger(number), f"nobody-{number}")
        assert PasswordBudget.objects.count() == 2
        assert PasswordTry.objects.count() <= 2 * STRANGERS

    def test_what_the_address_may_not_costs_the_account_nothing(self, buyer, settings):
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login": "3/min"}
        with time_machine.travel(timezone.now().replace(second=1), tick=False):
            answers = [api_login("wrong", stranger(1)).status_code for _try in range(75)]
        assert answers == [400] * 3 + [429] * 72
        assert PasswordTry.objects.count() == 3

    def test_the_disabled_count_as_wrong(self, buyer):
        UserProfile.objects.update(is_active=False)
        for number in range(STRANGERS):
            assert api_login(PASSWORD, stranger(number)).status_code == 400
        assert api_login(PASSWORD, stranger(99)).status_code == 429
        assert not KnownAddress.objects.exists()

    def test_a_smaller_or_no_limit(self, buyer, settings):
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login_account": "3/min"}
        assert [api_login("wrong", stranger(n)).status_code for n in range(3)] == [400, 429, 429]
        settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login_account": "off"}
        assert [api_login("wrong", stranger(n)).status_code for n in range(3)] == [400] * 3

    def test_what_is_over_is_purged(self, buyer):
        with time_machine.travel(timezone.now() - timedelta(minutes=61), tick=False):
            api_login("wrong", HOME)
        api_login("wrong", HOME)
        assert (password_tries_purge(), PasswordTry.objects.count()) == (1, 1)
        assert PasswordBudget.objects.count() == 1


class TestKnownAddresses:
    def test_a_code_makes_one_and_a_reset_leaves_one(self, buyer, api, send_code):
        assert is_open(api_login(PASSWORD, HOME))
        assert is_open(api_login(PASSWORD, "192.0.2.1"))
        code = send_code(purpose="login")
        assert api.post("/login/", {"username": MOBILE, "code": code}).status_code == 200
        assert KnownAddress.objects.count() == 3
        body = {"mobile": MOBILE, "code": send_code(purpose="reset"), "password": NEW_PASSWORD}
        assert api.post("/password/reset/", body).status_code == 200
        assert KnownAddress.objects.count() == 1
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        assert api_login(NEW_PASSWORD, HOME).status_code == 429
        assert is_open(api_login(NEW_PASSWORD, "127.0.0.1"))

    def test_registration_makes_one(self, api, send_code):
        body = {"username": MOBILE, "code": send_code(), "password": PASSWORD}
        assert api.post("/users/", body).status_code == 201
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        assert is_open(api_login(PASSWORD, "127.0.0.1"))

    def test_whoever_runs_the_shop_may_add_one(self, boss, capsys):
        """For staff at a new address, to whom no code is sent."""
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        assert api_login(PASSWORD, HOME).status_code == 429
        call_command("know_address", "boss", HOME)
        assert capsys.readouterr().out == f"boss may log in from {HOME}.\n"
        assert is_open(api_login(PASSWORD, HOME))
        for wrong_arguments in (["nobody", HOME], ["boss", "here"]):
            with pytest.raises(CommandError):
                call_command("know_address", *wrong_arguments)

    def test_they_age(self, buyer):
        with time_machine.travel(timezone.now() - timedelta(days=91), tick=False):
            assert is_open(api_login(PASSWORD, HOME))
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        assert api_login(PASSWORD, HOME).status_code == 429

    @pytest.mark.parametrize("address", ["", "0.0.0.0", "::"])
    def test_no_address_is_nobodys(self, buyer, address):
        assert is_open(api_login(PASSWORD, address))
        assert not KnownAddress.objects.exists()

    def test_nobody_reads_them(self, buyer):
        other = UserProfile.objects.create_user("other", mobile=OTHER_MOBILE, password=PASSWORD)
        for account in (buyer, other):
            assert is_open(api_login(PASSWORD, HOME, account.username))
        hashes = set(KnownAddress.objects.values_list("address_hash", flat=True))
        assert {len(address_hash) for address_hash in hashes} == {64}
        assert len(hashes) == 2


class TestOtherWaysIn:
    def test_django_asked_asynchronously(self, buyer, compared, monkeypatch):
        """Django's backend compares by itself then."""
        tried: list[str] = []

        def note(self: Any, request: Any, username: str, password: str) -> None:
            tried.append(username)

        monkeypatch.setattr(UsernameOrMobileBackend, "authenticate", note)
        asyncio.run(UsernameOrMobileBackend().aauthenticate(None, MOBILE, PASSWORD))
        assert (tried, compared) == ([MOBILE], [])

    def test_a_backend_without_the_guard_does_not_start(self, settings):
        assert [error.id for error in run_checks() if error.id == "users.E001"] == []
        settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
        [error] = [error for error in run_checks() if error.id == "users.E001"]
        assert (
            error.msg
            == "django.contrib.auth.backends.ModelBackend compares passwords without a limit."
        )

    def test_who_reads_no_html_gets_json(self, boss):
        for number in range(STRANGERS):
            api_login("wrong", stranger(number))
        response = Client().post(
            "/admin/login/", {"username": MOBILE, "password": "x"}, headers={"accept": "text/json"}
        )
        assert (response.status_code, list(response.json())) == (429, ["detail"])
