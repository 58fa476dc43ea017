"""POST /codes/: who gets a code, how often, and what is kept of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from apps.users.models import CodeQuota, UserProfile, VerifyCode
from apps.users.services.codes import verify_codes_purge
from tests.deadlocks import deadlocks
from utils.sms import sending as sms

from .wire import MOBILE, OTHER_MOBILE

pytestmark = pytest.mark.django_db


def ask(api: Any, mobile: Any = MOBILE, **body: Any) -> tuple[int, Any]:
    response = api.post("/codes/", {"mobile": mobile, **body}, format="json")
    return response.status_code, response.json()


class TestAsking:
    def test_a_code_is_sent_and_kept_hashed(self, api, codes):
        assert ask(api) == (201, {"mobile": MOBILE})
        [(mobile, code)] = codes()
        assert mobile == MOBILE
        row = VerifyCode.objects.get()
        assert (row.mobile, row.purpose, row.tries, row.used_time) == (MOBILE, "register", 0, None)
        assert len(row.code_hash) == 64
        assert code not in row.code_hash[:4]

    @pytest.mark.django_db(transaction=True)
    def test_quotas_that_the_database_gives_up_are_made_again(self, api, codes):
        with deadlocks(CodeQuota, 2) as given_up:
            assert ask(api) == (201, {"mobile": MOBILE})
        assert (len(given_up), len(codes())) == (2, 1)

    def test_the_alias_of_the_older_clients(self, api, codes):
        response = api.post("/code/", {"mobile": MOBILE})
        assert (response.status_code, response.json()) == (201, {"mobile": MOBILE})
        assert len(codes()) == 1

    def test_a_number_is_as_good_as_a_text(self, api):
        assert ask(api, int(MOBILE)) == (201, {"mobile": MOBILE})

    def test_a_stale_token_does_not_matter(self, api):
        api.credentials(HTTP_AUTHORIZATION="JWT stale")
        assert ask(api) == (201, {"mobile": MOBILE})

    @pytest.mark.parametrize(
        "mobile",
        ["12345678901", "1391234567", "139123456789", "139-1234567", "１３９１２３４５６７８",
         "abc", "", None, [], [1], {"a": 1}, True, 10**40, "+8613912345678", "139123456\x0078"],
    )  # fmt: skip
    def test_no_mobile(self, api, codes, mobile):
        status, body = ask(api, mobile)
        assert status == 400
        if mobile == "139123456\x0078":
            assert list(body) == ["mobile"]
        else:
            assert body == {"mobile": ["手机号码非法"]}
        assert codes() == []
        assert not VerifyCode.objects.exists()
        assert not CodeQuota.objects.exists()

    def test_a_missing_mobile(self, api):
        response = api.post("/codes/", {}, format="json")
        assert (response.status_code, response.json()) == (400, {"mobile": ["该字段是必填项。"]})

    def test_an_unknown_purpose(self, api, codes):
        status, body = ask(api, purpose="pay")
        assert (status, list(body)) == (400, ["purpose"])
        assert codes() == []


class TestPurposes:
    @pytest.mark.parametrize("purpose", ["register", "change_mobile"])
    def test_no_account_may_have_it(self, api, codes, buyer, purpose):
        assert ask(api, purpose=purpose) == (400, {"mobile": ["用户已经存在"]})
        assert ask(api, OTHER_MOBILE, purpose=purpose) == (201, {"mobile": OTHER_MOBILE})
        assert [mobile for mobile, _code in codes()] == [OTHER_MOBILE]

    @pytest.mark.parametrize("purpose", ["login", "reset"])
    def test_an_account_must_have_it(self, api, codes, buyer, purpose):
        assert ask(api, OTHER_MOBILE, purpose=purpose) == (400, {"mobile": ["用户不存在"]})
        assert ask(api, purpose=purpose) == (201, {"mobile": MOBILE})
        assert [mobile for mobile, _code in codes()] == [MOBILE]

    def test_an_old_username_counts_as_taken(self, api):
        UserProfile.objects.create_user(username=MOBILE, mobile=None)
        assert ask(api) == (400, {"mobile": ["用户已经存在"]})

    @pytest.mark.parametrize("purpose", ["login", "reset"])
    @pytest.mark.parametrize(
        "change", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
    )
    def test_no_code_opens_staff_or_the_disabled(self, api, codes, buyer, purpose, change):
        UserProfile.objects.update(**change)
        assert ask(api, purpose=purpose) == (400, {"mobile": ["用户不存在"]})
        assert codes() == []


class TestLimits:
    def test_one_in_60_seconds_whatever_the_purpose(self, api, codes, buyer):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            assert ask(api, purpose="login")[0] == 201
            clock.shift(59)
            too_soon = (400, {"mobile": ["距离上一次发送未超过60s"]})
            assert ask(api, purpose="login") == too_soon
            assert ask(api, purpose="reset") == too_soon
            assert ask(api, OTHER_MOBILE)[0] == 201  # somebody else
            clock.shift(1)
            assert ask(api, purpose="reset")[0] == 201
        assert [mobile for mobile, _code in codes()] == [MOBILE, OTHER_MOBILE, MOBILE]

    def test_ten_a_day_and_six_of_them_for_one_address(self, api, codes):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for _time in range(6):
                assert ask(api)[0] == 201
                clock.shift(3600)
            assert ask(api)[0] == 429
            for _time in range(4):
                assert ask_from(api, "203.0.113.7", MOBILE)[0] == 201
                clock.shift(3600)
            response = api.post("/codes/", {"mobile": MOBILE}, REMOTE_ADDR="203.0.113.7")
            assert response.status_code == 429
            # The window began with the first: 10 of its 24 hours are over.
            assert response["Retry-After"] == str(14 * 3600)
            assert ask(api, OTHER_MOBILE)[0] == 201
            clock.shift(14 * 3600)
            assert ask(api)[0] == 201
        assert len(codes()) == 12
        assert CodeQuota.objects.get(subject=f"mobile:{MOBILE}").count == 1

    def test_an_address_has_its_limit(self, api, codes, settings):
        settings.SMS_RATES = {**settings.SMS_RATES, "address": "30/hour"}
        with time_machine.travel(timezone.now(), tick=False) as clock:
            for number in range(30):
                assert ask(api, f"139000000{number:02}")[0] == 201
                clock.shift(61)
            response = api.post("/codes/", {"mobile": "13900000099"})
            assert (response.status_code, response["Retry-After"]) == (429, str(3600 - 30 * 61))
            # Nothing was taken from the mobile either: from elsewhere it gets its code.
            assert not VerifyCode.objects.filter(mobile="13900000099").exists()
            assert ask_from(api, "203.0.113.7", "13900000099")[0] == 201
            clock.shift(3600 - 30 * 61)
            assert ask(api, "13900000098")[0] == 201
        assert len(codes()) == 32

    def test_a_forged_address_is_the_same_address(self, api):
        for number in range(2):
            response = api.post(
                "/codes/",
                {"mobile": f"1390000000{number}"},
                HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
            )
            assert response.status_code == 201
        assert CodeQuota.objects.get(subject="address:127.0.0.1").count == 2


def ask_from(api: Any, address: str, mobile: str) -> tuple[int, Any]:
    response = api.post("/codes/", {"mobile": mobile}, REMOTE_ADDR=address)
    return response.status_code, response.json()


class TestAProviderThatFails:
    @pytest.mark.parametrize(
        ("error", "answer"),
        [
            (sms.SmsRefusedError("余额不足"), (400, {"mobile": ["余额不足"]})),
            (sms.SmsUnreachableError(), (503, {"detail": "服务暂时不可用，请稍后再试。"})),
        ],
    )
    def test_the_slot_and_the_older_code_come_back(
        self, api, monkeypatch, send_code, forget_interval, error, answer
    ):
        older = send_code()
        forget_interval()
        before = list(CodeQuota.objects.order_by("id").values("subject", "count", "last_time"))

        def fail(**kwargs: Any) -> None:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr("apps.users.services.codes.sms_send_code", fail)
            assert ask(api) == answer
        assert VerifyCode.objects.count() == 1
        after = list(CodeQuota.objects.order_by("id").values("subject", "count", "last_time"))
        assert after == before
        # The user may try again at once, or use the code that did arrive.
        response = api.post(
            "/users/", {"username": MOBILE, "code": older, "password": "xiaoman-2026"}
        )
        assert response.status_code == 201

    def test_retry_after(self, api, monkeypatch):
        def fail(**kwargs: Any) -> None:
            raise sms.SmsUnreachableError

        monkeypatch.setattr("apps.users.services.codes.sms_send_code", fail)
        assert api.post("/codes/", {"mobile": MOBILE})["Retry-After"] == "5"

    def test_our_own_error_gives_the_slot_back_too(self, api, monkeypatch):
        def fail(**kwargs: Any) -> None:
            raise PermissionError("var/sms.log")

        monkeypatch.setattr("apps.users.services.codes.sms_send_code", fail)
        with pytest.raises(PermissionError):
            ask(api)
        assert not VerifyCode.objects.exists()
        assert set(CodeQuota.objects.values_list("count", "last_time")) == {(0, None)}


class TestPurge:
    def test_what_is_over_goes_and_nothing_else(self, api, codes):
        now = timezone.now()
        with time_machine.travel(now - timedelta(hours=25), tick=False):
            ask(api)
        with time_machine.travel(now - timedelta(minutes=30), tick=False):
            ask(api, OTHER_MOBILE)
        assert CodeQuota.objects.count() == 6
        assert verify_codes_purge() == 1
        assert list(VerifyCode.objects.values_list("mobile", flat=True)) == [OTHER_MOBILE]
        subjects = set(CodeQuota.objects.values_list("subject", flat=True))
        assert {subject for subject in subjects if not subject.startswith("asker:")} == {
            f"mobile:{OTHER_MOBILE}", "address:127.0.0.1", "shop:strangers",
        }  # fmt: skip
        assert len(subjects) == 4
        assert verify_codes_purge() == 0

    def test_the_command(self, capsys):
        call_command("purge_verify_codes")
        assert capsys.readouterr().out == "verification codes purged: 0\n"
