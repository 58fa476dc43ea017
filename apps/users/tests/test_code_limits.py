"""Codes that strangers ask for and guess at: how many, and what the owner can do meanwhile."""

import logging
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from apps.users.models import CodeQuota, UserProfile, VerifyCode

from .wire import MOBILE, PASSWORD, wrong

pytestmark = pytest.mark.django_db

HOME = "198.51.100.7"
CEILING = {"detail": "当前短信发送量过大，请稍后再试。"}


@pytest.fixture(autouse=True)
def _no_throttles(settings: Any) -> None:
    """The limits of the codes alone, as behind any number of addresses."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def stranger(number: int) -> str:
    return f"203.0.113.{number}"


def post(path: str, body: dict[str, str], address: str) -> tuple[int, Any]:
    response = APIClient().post(path, body, format="json", REMOTE_ADDR=address)
    return response.status_code, response.json()


def ask(address: str, mobile: str = MOBILE, purpose: str = "login") -> int:
    return post("/codes/", {"mobile": mobile, "purpose": purpose}, address)[0]


def log_in(code: str, address: str) -> tuple[int, Any]:
    return post("/login/", {"username": MOBILE, "code": code}, address)


WRONG = (400, {"code": ["验证码错误"]})
EXPIRED = (400, {"code": ["验证码过期"]})


@pytest.fixture
def owner(buyer: UserProfile) -> UserProfile:
    """Somebody who logged in at HOME."""
    assert post("/login/", {"username": MOBILE, "password": PASSWORD}, HOME)[0] == 200
    return buyer


class TestAFlood:
    """Strangers ask for codes to the owner's mobile for a day, and try each of them."""

    def test_the_owner_gets_a_code_and_logs_in(self, owner, codes, clock):
        statuses = []
        for minute in range(20):
            statuses.append(ask(stranger(minute)))
            for number in range(30, 40):
                assert log_in("000000", stranger(number)) in (WRONG, EXPIRED)
            clock.shift(61)
        assert statuses == [201] * 10 + [429] * 10
        # A moment after a stranger's, and strangers try it at once:
        assert ask(HOME) == 201
        [*_others, (_mobile, code)] = codes()
        for number in range(10):
            assert log_in(wrong(code), stranger(number)) in (WRONG, EXPIRED)
        # A stranger's newer code would not end it either.
        clock.shift(61)
        CodeQuota.objects.filter(subject=f"mobile:{MOBILE}").update(count=0)
        assert ask(stranger(77)) == 201
        assert log_in(code, HOME)[0] == 200

    def test_the_owner_may_use_a_code_that_a_stranger_asked_for(self, owner, codes, clock):
        assert ask(stranger(1)) == 201
        [(_mobile, code)] = codes()
        for _try in range(7):
            log_in(wrong(code), stranger(1))
        assert log_in(code, stranger(1)) == EXPIRED
        assert log_in(code, HOME)[0] == 200

    def test_one_stranger_does_not_use_up_what_a_new_buyer_may_get(self, codes, clock):
        statuses = []
        for _minute in range(12):
            statuses.append(ask(stranger(1), purpose="register"))
            clock.shift(61)
        assert statuses == [201] * 6 + [429] * 6
        assert ask(HOME, purpose="register") == 201
        [*_others, (_mobile, code)] = codes()
        for _try in range(10):
            body = {"username": MOBILE, "code": wrong(code), "password": PASSWORD}
            assert post("/users/", body, stranger(1)) in (WRONG, EXPIRED)
        body = {"username": MOBILE, "code": code, "password": PASSWORD}
        assert post("/users/", body, HOME)[0] == 201

    def test_a_client_waits_its_60_seconds_known_or_not(self, buyer, clock):
        assert ask(HOME) == 201
        assert post("/login/", {"username": MOBILE, "password": PASSWORD}, HOME)[0] == 200
        assert post("/codes/", {"mobile": MOBILE, "purpose": "reset"}, HOME) == (
            400, {"mobile": ["距离上一次发送未超过60s"]},
        )  # fmt: skip
        clock.shift(60)
        assert ask(HOME) == 201


class TestHowOftenACodeIsCompared:
    def test_by_who_tries(self, owner, codes, clock):
        assert ask(stranger(1)) == 201
        [(_mobile, code)] = codes()
        bad = wrong(code)
        assert [log_in(bad, stranger(1)) for _try in range(6)] == [WRONG] * 5 + [EXPIRED]
        assert [log_in(bad, stranger(n)) for n in range(2, 6)] == [WRONG] * 2 + [EXPIRED] * 2
        assert [log_in(bad, HOME) for _try in range(6)] == [WRONG] * 5 + [EXPIRED]
        row = VerifyCode.objects.get()
        assert (row.asker_tries, row.other_tries, row.known_tries, row.tries) == (5, 2, 5, 12)

    def test_all_that_a_day_allows_without_the_owner(self, owner, codes, clock):
        """docs/accounts.md: 90 comparisons, of codes of which there are a million."""
        for number in range(12):
            ask(stranger(number))
            ask(HOME)
            for guess in range(10):
                log_in(f"{number:03}{guess:03}", stranger(number))
                log_in(f"{number:03}{guess:03}", stranger(100 + guess))
            clock.shift(301)
        assert len(codes()) == 16  # ten for strangers, six for the one at HOME
        tries = VerifyCode.objects.values_list("asker_tries", "other_tries", "known_tries")
        assert sum(map(sum, tries)) == 10 * 7 + 6 * 2

    def test_codes_that_live_together_count_each(self, owner, codes, clock):
        for _minute in range(3):
            assert ask(HOME) == 201
            clock.shift(61)
        assert log_in("000000", HOME) == WRONG
        assert set(VerifyCode.objects.values_list("known_tries", flat=True)) == {1}
        for _mobile, code in codes():
            assert log_in(code, HOME)[0] == 200
        assert log_in(codes()[-1][1], HOME) == WRONG

    def test_digits(self, owner, codes, clock):
        for purpose, mobile, digits in [
            ("register", "13700000001", 4), ("login", MOBILE, 6), ("reset", MOBILE, 6),
            ("change_mobile", "13700000002", 6),
        ]:  # fmt: skip
            clock.shift(61)
            assert ask(HOME, mobile, purpose) == 201
            assert (codes()[-1][0], len(codes()[-1][1])) == (mobile, digits)


class TestTheShopsCeiling:
    @pytest.fixture(autouse=True)
    def _low(self, settings: Any) -> None:
        settings.SMS_RATES = {"address": "off", "shop": "8/hour"}

    def test_strangers_are_refused_and_owners_are_not(self, owner, codes, clock, caplog):
        caplog.set_level(logging.ERROR)
        for number in range(6):
            assert ask(stranger(number), f"1370000000{number}", "register") == 201
        clock.shift(600)
        for number in range(3):
            body = {"mobile": f"1380000000{number}", "purpose": "register"}
            response = APIClient().post("/codes/", body, REMOTE_ADDR=stranger(number))
            assert (response.status_code, response.json()) == (429, CEILING)
            assert response["Retry-After"] == "3000"
        assert len(codes()) == 6
        # Nothing was taken from those who were refused.
        refused = CodeQuota.objects.filter(subject__startswith="mobile:1380000000")
        assert set(refused.values_list("count", "last_time")) == {(0, None)}
        assert ask(HOME) == 201
        lines = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
        assert lines == [
            "SMS ceiling reached: 6 codes in 1:00:00 for strangers; more are refused until the"
            " window ends (SMS_PER_SHOP)"
        ]
        # The next hour, and its own line.
        clock.shift(3001)
        for number in range(7):
            ask(stranger(number), f"1360000000{number}", "register")
        assert len(codes()) == 6 + 1 + 6
        assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 2

    def test_owners_have_a_ceiling_too(self, owner, codes, clock):
        statuses = []
        for _minute in range(3):
            statuses.append(ask(HOME))
            clock.shift(61)
        assert statuses == [201, 201, 429]

    def test_staff_see_it(self, admin_client, clock):
        def page() -> str:
            return admin_client.get("/admin/users/verifycode/").content.decode()

        assert "0 / 6 条" in page()
        assert "在此之前不再发送" not in page()
        for number in range(7):
            ask(stranger(number), f"1370000000{number}", "register")
        assert "6 / 6 条，计数截至" in page()
        assert "在此之前不再发送" in page()

    def test_off(self, settings, clock):
        settings.SMS_RATES = {"address": "off", "shop": "off"}
        for number in range(9):
            assert ask(stranger(number), f"1370000000{number}", "register") == 201
