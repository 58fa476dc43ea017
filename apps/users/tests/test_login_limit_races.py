"""Guesses that really run at once, on MariaDB, each beside what happens without its guard."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.users.models import CodeQuota, PasswordBudget, PasswordTry, UserProfile, VerifyCode
from apps.users.services import code_quotas, passwords
from apps.users.services import codes as codes_service
from tests.parallel import in_parallel, meeting, tell

from .wire import MOBILE, PASSWORD, wrong

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

MANY = 30
STRANGERS = 20
HOME = "198.51.100.7"


@pytest.fixture(autouse=True)
def _no_other_limits(settings: Any) -> None:
    settings.THROTTLE_RATES = {
        **dict.fromkeys(settings.THROTTLE_RATES, "off"), "login_account": "60/hour",
    }  # fmt: skip


@pytest.fixture
def compared(monkeypatch: Any) -> list[str]:
    passwords_seen: list[str] = []
    check = UserProfile.check_password

    def noting(self: UserProfile, raw_password: str) -> bool:
        passwords_seen.append(raw_password)
        return check(self, raw_password)

    monkeypatch.setattr(UserProfile, "check_password", noting)
    return passwords_seen


def post(path: str, body: dict[str, Any], address: str) -> int:
    response = APIClient().post(path, body, format="json", REMOTE_ADDR=address)
    return response.status_code


def log_in(password: str, address: str, username: str = MOBILE) -> int:
    return post("/login/", {"username": username, "password": password}, address)


class TestPasswords:
    @pytest.mark.parametrize("before", ["never tried", "tried before"])
    def test_of_30_at_once_20_are_compared_and_the_owner_gets_in(self, buyer, compared, before):
        assert log_in(PASSWORD, HOME) == 200
        if before == "never tried":
            PasswordBudget.objects.all().delete()
        compared.clear()

        def one(number: int) -> int:
            if number == 0:
                return log_in(PASSWORD, HOME)
            return log_in("wrong", f"203.0.113.{number}")

        answers = in_parallel(MANY + 1, one)
        assert answers[0] == 200
        assert Counter(answers[1:]) == {400: STRANGERS, 429: MANY - STRANGERS}
        assert Counter(compared) == {"wrong": STRANGERS, PASSWORD: 1}
        assert PasswordTry.objects.count() == STRANGERS
        assert log_in(PASSWORD, HOME) == 200
        tell(f"{MANY} wrong passwords at once ({before}): {STRANGERS} compared; the owner: 200")

    def test_by_every_spelling_at_once(self, buyer, compared):
        names = [MOBILE, MOBILE[:-1] + "８", "１" + MOBILE[1:]]
        answers = in_parallel(
            MANY, lambda number: log_in("wrong", f"203.0.113.{number}", names[number % 3])
        )
        assert Counter(answers) == {400: STRANGERS, 429: MANY - STRANGERS}
        assert compared == ["wrong"] * STRANGERS

    def test_without_the_guard(self, buyer, compared, monkeypatch):
        everybody_has_read = meeting(MANY)

        def read_then_write(subject: str, pool: str) -> int | None:
            if PasswordTry.objects.filter(subject=subject).count() >= STRANGERS:
                raise passwords.PasswordTriesError(wait=1)
            everybody_has_read()
            PasswordTry.objects.create(subject=subject, pool=pool, add_time=timezone.now())
            return None

        monkeypatch.setattr(passwords, "_try_count", read_then_write)
        in_parallel(MANY, lambda number: log_in("wrong", f"203.0.113.{number}"))
        tell(f"{MANY} wrong passwords at once, guard off: {len(compared)} compared")
        assert len(compared) == MANY


class TestCodes:
    def test_tries_by_strangers_leave_the_owner_one(self, buyer, send_code):
        assert log_in(PASSWORD, HOME) == 200
        code = send_code(purpose="login")

        def one(number: int) -> int:
            body = {"username": MOBILE, "code": code if number == 0 else wrong(code)}
            return post("/login/", body, HOME if number == 0 else f"203.0.113.{number}")

        answers = in_parallel(MANY, one)
        assert (answers[0], set(answers[1:])) == (200, {400})
        row = VerifyCode.objects.get()
        assert (row.known_tries, row.asker_tries) == (1, 0)
        assert row.other_tries <= 2  # fewer where the owner came first and the code was used

    def test_several_living_codes_tried_at_once(self, buyer, send_code):
        """Each try counts on all of them, in the order of their keys: no deadlock, no extra."""
        codes = [send_code(purpose="login") for _time in range(4)]
        body = {"username": MOBILE, "code": wrong(codes[0])}
        answers = in_parallel(MANY, lambda _number: post("/login/", body, "127.0.0.1"))
        assert set(answers) == {400}
        assert list(VerifyCode.objects.values_list("asker_tries", flat=True)) == [5] * 4

    def test_tries_without_the_guard(self, buyer, send_code, monkeypatch):
        code = send_code(purpose="login")
        everybody_has_read = meeting(MANY)
        compared = []

        def read_then_write(codes: list[Any]) -> list[VerifyCode]:
            [(row, pool)] = codes
            row.refresh_from_db()
            if row.other_tries >= codes_service.TRIES[pool]:
                return []
            everybody_has_read()
            row.other_tries += 1
            row.save()
            compared.append(row)
            return [row]

        monkeypatch.setattr(codes_service, "_tries_count", read_then_write)
        body = {"username": MOBILE, "code": wrong(code)}
        in_parallel(MANY, lambda number: post("/login/", body, f"203.0.113.{number}"))
        assert len(compared) == MANY


class TestTheShopsCeiling:
    def ask(self, number: int) -> int:
        body = {"mobile": f"138000000{number:02}", "purpose": "register"}
        return post("/codes/", body, f"203.0.113.{number}")

    def test_of_30_at_once_6_are_sent(self, codes, settings, caplog):
        settings.SMS_RATES = {"address": "off", "shop": "8/hour"}
        answers = Counter(in_parallel(MANY, self.ask))
        assert answers == {201: 6, 429: MANY - 6}
        assert len(codes()) == 6
        assert CodeQuota.objects.get(subject="shop:strangers").count == 6
        lines = [r.getMessage() for r in caplog.records if r.name == code_quotas.__name__]
        assert len(lines) == 1

    def test_without_the_guard(self, codes, settings, monkeypatch):
        settings.SMS_RATES = {"address": "off", "shop": "8/hour"}
        everybody_has_read = meeting(MANY)

        def read_then_write(quota: Any, now: Any) -> None:
            if quota.subject != code_quotas.STRANGERS:
                return
            row = CodeQuota.objects.get(subject=quota.subject)
            if row.count >= quota.limit:
                raise code_quotas.SmsCeilingError(wait=1)
            everybody_has_read()
            CodeQuota.objects.filter(pk=row.pk).update(count=row.count + 1)

        monkeypatch.setattr(code_quotas, "quota_claim", read_then_write)
        in_parallel(MANY, self.ask)
        assert len(codes()) == MANY
