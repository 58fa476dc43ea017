"""POST /users/: the code is the proof, once, for five tries and five minutes."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone

from apps.users.models import UserProfile, VerifyCode

from .wire import MOBILE, OTHER_MOBILE, PASSWORD, wrong

pytestmark = pytest.mark.django_db


def register(api, code, mobile=MOBILE, password=PASSWORD):
    response = api.post(
        "/users/", {"username": mobile, "code": code, "password": password}, format="json"
    )
    return response.status_code, response.json()


class TestRegistering:
    def test_the_answer_logs_in(self, api, send_code):
        status, body = register(api, send_code())
        token = body.pop("token")
        assert (status, body) == (201, {"username": MOBILE, "mobile": MOBILE, "name": MOBILE})
        api.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
        assert api.get("/users/1/").json() == {
            "name": "", "birthday": None, "gender": "female", "email": "", "mobile": MOBILE,
        }  # fmt: skip

    def test_the_password_is_hashed_once(self, api, send_code):
        register(api, send_code())
        account = UserProfile.objects.get()
        assert account.check_password(PASSWORD)
        assert (account.is_staff, account.is_superuser, account.is_active) == (False, False, True)

    def test_a_stale_token_does_not_matter(self, api, send_code):
        code = send_code()
        api.credentials(HTTP_AUTHORIZATION="JWT stale")
        assert register(api, code)[0] == 201

    def test_nothing_else_is_taken_from_the_body(self, api, send_code):
        body = {"username": MOBILE, "code": send_code(), "password": PASSWORD}
        api.post("/users/", {**body, "is_staff": True, "is_superuser": True, "id": 7, "name": "x"})
        account = UserProfile.objects.get()
        assert (account.is_staff, account.is_superuser, account.name) == (False, False, "")


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("", "请输入验证码"), (None, "请输入验证码"), ("   ", "请输入验证码"),
            ("123", "验证码格式错误"), ("12345", "验证码格式错误"), ("12a4", "验证码格式错误"),
            ("１２３４", "验证码格式错误"), ([1], "验证码格式错误"), (True, "验证码格式错误"),
            ({}, "验证码格式错误"), (12.5, "验证码格式错误"), (10**40, "验证码格式错误"),
            ("0000", "验证码错误"),
        ],
    )  # fmt: skip
    def test_codes_of_the_contract(self, api, code, text):
        assert register(api, code) == (400, {"code": [text]})
        assert not UserProfile.objects.exists()

    def test_no_code_at_all(self, api):
        response = api.post("/users/", {"username": MOBILE, "password": PASSWORD})
        assert (response.status_code, response.json()) == (400, {"code": ["请输入验证码"]})

    @pytest.mark.parametrize("username", ["admin", "", [1], {}, True, None, "1" * 5000])
    def test_a_username_is_a_mobile(self, api, username):
        assert register(api, "1234", username) == (400, {"username": ["手机号码非法"]})

    @pytest.mark.parametrize("password", ["12345678", "short1", "password", MOBILE])
    def test_weak_passwords_cost_no_try(self, api, send_code, password):
        code = send_code()
        status, body = register(api, code, password=password)
        assert (status, list(body)) == (400, ["password"])
        assert VerifyCode.objects.get().tries == 0
        assert not UserProfile.objects.exists()
        assert register(api, code)[0] == 201

    def test_the_texts_about_passwords_are_chinese(self, api):
        _status, body = register(api, "1234", password="123")
        assert body["password"][0] == "密码长度太短。密码必须包含至少 8 个字符。"

    def test_an_existing_user(self, api, buyer):
        assert register(api, "1234") == (400, {"username": ["用户已经存在"]})
        assert UserProfile.objects.count() == 1


class TestACode:
    def test_is_used_once(self, api, send_code):
        code = send_code()
        assert register(api, code)[0] == 201
        UserProfile.objects.all().delete()
        assert register(api, code) == (400, {"code": ["验证码错误"]})
        assert not UserProfile.objects.exists()

    def test_burns_after_five_wrong_tries(self, api, send_code):
        code = send_code()
        for _try in range(5):
            assert register(api, wrong(code)) == (400, {"code": ["验证码错误"]})
        assert register(api, code) == (400, {"code": ["验证码过期"]})
        assert VerifyCode.objects.get().tries == 5
        assert not UserProfile.objects.exists()

    def test_may_be_right_at_the_fifth_try(self, api, send_code):
        code = send_code()
        for _try in range(4):
            register(api, wrong(code))
        assert register(api, code)[0] == 201

    def test_lives_for_five_minutes(self, api, send_code):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            code = send_code()
            clock.shift(timedelta(minutes=5))
            assert register(api, code) == (400, {"code": ["验证码过期"]})
            assert not UserProfile.objects.exists()
            clock.shift(timedelta(seconds=-1))
            assert register(api, code)[0] == 201

    def test_stays_good_beside_a_newer_one(self, api, send_code):
        older, newer = send_code(), send_code()
        while older == newer:
            newer = send_code()
        assert register(api, older)[0] == 201
        UserProfile.objects.all().delete()
        assert register(api, older) == (400, {"code": ["验证码错误"]})
        assert register(api, newer)[0] == 201

    def test_is_bound_to_its_mobile(self, api, send_code):
        code = send_code(OTHER_MOBILE)
        assert register(api, code) == (400, {"code": ["验证码错误"]})

    def test_is_bound_to_its_purpose(self, api, send_code):
        code = send_code(purpose="change_mobile")
        assert register(api, code) == (400, {"code": ["验证码格式错误"]})  # it has six digits
        assert register(api, code[:4]) == (400, {"code": ["验证码错误"]})

    def test_survives_a_registration_that_fails(self, api, send_code, monkeypatch):
        """A rival took the username between our look and our INSERT."""
        code = send_code()

        def fail(*args, **kwargs):
            raise IntegrityError

        with monkeypatch.context() as patch:
            patch.setattr(type(UserProfile.objects), "create_user", fail)
            assert register(api, code) == (400, {"username": ["用户已经存在"]})
        assert VerifyCode.objects.get().used_time is None
        assert register(api, code)[0] == 201
