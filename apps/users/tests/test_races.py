"""Codes under parallel requests, on MariaDB, each beside what happens without its guard."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.users.models import CodeQuota, UserProfile, VerifyCode
from apps.users.services import accounts, code_quotas
from apps.users.services import codes as codes_service
from tests.parallel import in_parallel, meeting, tell

from .wire import MOBILE, OTHER_MOBILE, PASSWORD, wrong

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

MANY = 20


@pytest.fixture(autouse=True)
def _no_throttles(settings: Any) -> None:
    """The guards of the codes alone, as behind 20 addresses."""
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")


def post(path: str, body: dict[str, Any], **extra: Any) -> tuple[int, str]:
    response = APIClient().post(path, body, format="json", **extra)
    return response.status_code, response.content.decode()


def ask(mobile: str, purpose: str = "register") -> tuple[int, str]:
    return post("/codes/", {"mobile": mobile, "purpose": purpose})


TOO_SOON = (400, '{"mobile":["距离上一次发送未超过60s"]}')
WRONG = (400, '{"code":["验证码错误"]}')
EXPIRED = (400, '{"code":["验证码过期"]}')


class TestOneSmsIn60Seconds:
    @pytest.mark.parametrize("before", ["never asked", "asked an hour ago"])
    def test_of_20_at_once(self, codes, before):
        if before != "never asked":
            ask(MOBILE)
            CodeQuota.objects.update(last_time=timezone.now() - timedelta(hours=1))
        sent_before = len(codes())
        answers = Counter(in_parallel(MANY, lambda _number: ask(MOBILE)))
        assert answers == {(201, f'{{"mobile":"{MOBILE}"}}'): 1, TOO_SOON: MANY - 1}
        assert len(codes()) - sent_before == 1
        assert VerifyCode.objects.count() == len(codes())
        tell(f"{MANY} requests at once ({before}): {len(codes()) - sent_before} SMS")

    def test_without_the_guard(self, codes, monkeypatch):
        everybody_has_read = meeting(MANY)

        def read_then_write(quota: Any, now: Any) -> None:
            if not quota.subject.startswith("mobile:"):
                return
            row = CodeQuota.objects.get(subject=quota.subject)
            if row.last_time is not None and row.last_time > now - quota.interval:
                raise code_quotas.CodeTooSoonError
            everybody_has_read()
            row.count += 1
            row.last_time = now
            row.save()

        monkeypatch.setattr(code_quotas, "quota_claim", read_then_write)
        in_parallel(MANY, lambda _number: ask(MOBILE))
        tell(f"{MANY} requests at once, guard off: {len(codes())} SMS")
        assert len(codes()) == MANY


class TestThirtyAnHourFromOneAddress:
    def test_the_last_five_of_20_at_once(self, codes, settings):
        settings.SMS_RATES = {**settings.SMS_RATES, "address": "30/hour"}
        ask("13800000099")
        CodeQuota.objects.filter(subject="address:127.0.0.1").update(count=25)
        answers = in_parallel(MANY, lambda number: ask(f"138000000{number:02}"))
        assert Counter(status for status, _body in answers) == {201: 5, 429: 15}
        assert len(codes()) == 6
        assert CodeQuota.objects.get(subject="address:127.0.0.1").count == 30
        # Who was refused lost nothing.
        refused = CodeQuota.objects.filter(last_time=None, count=0, subject__startswith="mobile:")
        assert refused.count() == 15


class TestFiveTries:
    def guess(self, code: str) -> tuple[int, str]:
        return post("/users/", {"username": MOBILE, "code": code, "password": PASSWORD})

    def test_of_20_at_once(self, send_code):
        code = send_code()
        answers = in_parallel(MANY, lambda _number: self.guess(wrong(code)))
        assert Counter(answers) == {WRONG: 5, EXPIRED: MANY - 5}
        assert VerifyCode.objects.get().tries == 5
        assert self.guess(code) == EXPIRED
        assert not UserProfile.objects.exists()
        tell(f"{MANY} wrong codes at once: 5 compared; the right one afterwards: refused")

    def test_without_the_guard(self, send_code, monkeypatch):
        code = send_code()
        everybody_has_read = meeting(MANY)
        compared = []

        def read_then_write(*, mobile: str, purpose: str, code: str, address: str) -> VerifyCode:
            newest = VerifyCode.objects.filter(mobile=mobile, purpose=purpose).latest("id")
            if newest.tries >= 5:
                raise codes_service.CodeExpiredError
            everybody_has_read()
            newest.tries += 1
            newest.save()
            compared.append(code)
            raise codes_service.CodeWrongError

        monkeypatch.setattr(accounts, "verify_code_try", read_then_write)
        in_parallel(MANY, lambda _number: self.guess(wrong(code)))
        tries = VerifyCode.objects.get().tries
        tell(f"{MANY} wrong codes at once, guard off: {len(compared)} compared, {tries} counted")
        assert (len(compared), tries) == (MANY, 1)

    def test_guesses_by_ten_threads(self, send_code):
        """Fault (h) of the contract: the old backend gave way after 4,668 tries."""
        code = send_code()
        guesses = [f"{number:04}" for number in range(10_000) if number != int(code)][:100]
        shares = [guesses[number::10] for number in range(10)]
        answers = Counter(
            answer
            for share in in_parallel(10, lambda number: [self.guess(g) for g in shares[number]])
            for answer in share
        )
        assert answers == {WRONG: 5, EXPIRED: 95}
        assert self.guess(code) == EXPIRED
        assert not UserProfile.objects.exists()
        tell("brute force, 100 guesses by 10 threads: 5 compared, 95 refused unseen")


class TestOneUse:
    @pytest.fixture
    def code(self, buyer, send_code):
        return send_code(purpose="login")

    def log_in(self, code: str) -> int:
        return post("/login/", {"username": MOBILE, "code": code})[0]

    def test_of_20_at_once(self, code):
        answers = Counter(in_parallel(MANY, lambda _number: self.log_in(code)))
        assert answers == {200: 1, 400: MANY - 1}
        tell(f"{MANY} log-ins with one code at once: 1 token")

    def test_without_the_guard(self, code, monkeypatch):
        everybody_has_read = meeting(5)  # no more than TRIES get as far as this

        def read_then_write(verify_code: VerifyCode) -> None:
            row = VerifyCode.objects.get(pk=verify_code.pk)
            if row.used_time is not None:
                raise codes_service.CodeWrongError
            everybody_has_read()
            row.used_time = timezone.now()
            row.save()

        monkeypatch.setattr(accounts, "verify_code_use", read_then_write)
        answers = Counter(in_parallel(MANY, lambda _number: self.log_in(code)))
        tell(f"{MANY} log-ins with one code at once, guard off: {answers[200]} tokens")
        assert answers == {200: 5, 400: MANY - 5}

    def test_registering_20_times_at_once(self, send_code):
        code = send_code()
        body = {"username": MOBILE, "code": code, "password": PASSWORD}
        answers = Counter(in_parallel(MANY, lambda _number: post("/users/", body)[0]))
        assert answers == {201: 1, 400: MANY - 1}
        assert UserProfile.objects.count() == 1

    def test_one_new_mobile_for_two_accounts(self, send_code):
        """Both know the code; one account gets the mobile, the other keeps its own."""
        code = send_code(OTHER_MOBILE, "change_mobile")
        users = [
            UserProfile.objects.create_user(username=f"u{n}", mobile=f"1380000000{n}")
            for n in range(2)
        ]

        def change(number: int) -> int:
            api = APIClient()
            api.force_authenticate(UserProfile.objects.get(pk=users[number].pk))
            body = {"mobile": OTHER_MOBILE, "code": code}
            return api.patch("/users/1/", body, format="json").status_code

        assert sorted(in_parallel(2, change)) == [200, 400]
        mobiles = sorted(UserProfile.objects.values_list("mobile", flat=True))
        assert mobiles in (["13800000000", OTHER_MOBILE], ["13800000001", OTHER_MOBILE])
