"""POST /login/, /api-token-auth/ and the other requests that log in by password or code."""

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from rest_framework.test import APIClient
from zeal import zeal_ignore

from apps.users.models import UserProfile, VerifyCode

from .wire import MOBILE, NEW_PASSWORD, OTHER_MOBILE, PASSWORD, wrong

pytestmark = pytest.mark.django_db

REFUSED = (400, {"non_field_errors": ["无法使用提供的认证信息登录。"]})


def login(api, **body):
    response = api.post("/login/", body, format="json")
    return response.status_code, response.json()


def whose(token):
    response = APIClient().get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}")
    return response.status_code, response.json().get("mobile")


class TestByPassword:
    @pytest.mark.parametrize("path", ["/login/", "/api-token-auth/"])
    @pytest.mark.parametrize("username", [MOBILE, "xiaoman"])
    def test_username_or_mobile(self, api, buyer, path, username):
        UserProfile.objects.update(username="xiaoman")
        response = api.post(path, {"username": username, "password": PASSWORD})
        assert response.status_code == 200
        assert list(response.json()) == ["token"]
        assert whose(response.json()["token"]) == (200, MOBILE)
        buyer.refresh_from_db()
        assert buyer.last_login is not None

    @pytest.mark.parametrize("change", [{}, {"is_active": False}, {"password": "!"}])
    def test_refused(self, api, buyer, change):
        UserProfile.objects.update(**change)
        assert login(api, username=MOBILE, password=PASSWORD if change else "wrong") == REFUSED
        assert login(api, username=OTHER_MOBILE, password=PASSWORD) == REFUSED

    def test_a_password_keeps_its_spaces(self, api, buyer):
        assert login(api, username=MOBILE, password=f" {PASSWORD}") == REFUSED
        assert login(api, username=f" {MOBILE} ", password=PASSWORD)[0] == 200

    def test_two_accounts_of_one_text(self, api):
        """One's old username is the other's mobile: each password opens its own account."""
        UserProfile.objects.create_user(username=MOBILE, mobile=OTHER_MOBILE, password=PASSWORD)
        UserProfile.objects.create_user(username="new", mobile=MOBILE, password=NEW_PASSWORD)
        for password, mobile in [(PASSWORD, OTHER_MOBILE), (NEW_PASSWORD, MOBILE)]:
            status, body = login(api, username=MOBILE, password=password)
            assert (status, whose(body["token"])) == (200, (200, mobile))

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "username"), ({"username": MOBILE}, "password"), ({"password": "x"}, "username"),
            ({"username": [1], "password": "x"}, "username"),
            ({"username": {"a": 1}, "password": "x"}, "username"),
            ({"username": MOBILE, "password": ["x"]}, "password"),
            ({"username": MOBILE, "password": ""}, "password"),
            ({"username": MOBILE, "password": "x" * 129}, "password"),
            ({"username": "x" * 151, "password": "x"}, "username"),
            ({"username": "a\x00b", "password": "x"}, "username"),
            ({"username": MOBILE, "password": "a\x00b"}, "password"),
            ({"username": True, "password": "x"}, "username"),
        ],
    )  # fmt: skip
    def test_field_errors(self, api, buyer, body, field):
        status, answer = login(api, **body)
        assert (status, field in answer) == (400, True)

    def test_half_a_letter(self, api):
        body = r'{"username": "\ud800", "password": "x"}'
        response = api.post("/login/", body, content_type="application/json")
        assert (response.status_code, list(response.json())) == (400, ["username"])

    def test_a_stale_token_does_not_matter(self, api, buyer):
        api.credentials(HTTP_AUTHORIZATION="JWT stale")
        assert login(api, username=MOBILE, password=PASSWORD)[0] == 200

    def test_no_account_takes_as_long_as_a_wrong_password(self, monkeypatch, buyer):
        hashed = []
        from django.contrib.auth import hashers

        class Counting(hashers.MD5PasswordHasher):
            def encode(self, password, salt):
                hashed.append(password)
                return super().encode(password, salt)

        monkeypatch.setattr(hashers, "get_hashers", lambda: [Counting()])
        monkeypatch.setattr(hashers, "get_hasher", lambda algorithm="default": Counting())
        monkeypatch.setattr(hashers, "identify_hasher", lambda encoded: Counting())
        assert authenticate(None, username=MOBILE, password="wrong-1") is None
        assert authenticate(None, username="nobody", password="wrong-2") is None
        assert hashed == ["wrong-1", "wrong-2"]


class TestByCode:
    def test_once(self, api, buyer, send_code):
        code = send_code(purpose="login")
        status, body = login(api, username=MOBILE, code=code)
        assert (status, list(body)) == (200, ["token"])
        assert whose(body["token"]) == (200, MOBILE)
        assert login(api, username=MOBILE, code=code) == (400, {"code": ["验证码错误"]})

    def test_five_tries(self, api, buyer, send_code):
        code = send_code(purpose="login")
        for _try in range(5):
            assert login(api, username=MOBILE, code=wrong(code)) == (400, {"code": ["验证码错误"]})
        assert login(api, username=MOBILE, code=code) == (400, {"code": ["验证码过期"]})

    def test_another_purposes_code(self, api, buyer, send_code):
        code = send_code(purpose="reset")
        assert login(api, username=MOBILE, code=code) == (400, {"code": ["验证码错误"]})
        assert VerifyCode.objects.get().tries == 0

    @pytest.mark.parametrize(
        "change", [{"is_staff": True}, {"is_superuser": True}, {"is_active": False}]
    )
    def test_not_staff_not_the_disabled(self, api, buyer, send_code, change):
        code = send_code(purpose="login")
        UserProfile.objects.update(**change)
        assert login(api, username=MOBILE, code=code) == REFUSED

    def test_no_such_account(self, api):
        assert login(api, username=MOBILE, code="123456") == REFUSED
        assert login(api, username="nobody", code="123456") == REFUSED

    @pytest.mark.parametrize("code", ["1234", "12345", "1234567", "12345a", "１２３４５６"])
    def test_malformed(self, api, buyer, code):
        answer = (400, {"code": ["验证码格式错误"]})
        assert login(api, username=MOBILE, code=code) == answer
        body = {"mobile": MOBILE, "code": code, "password": NEW_PASSWORD}
        response = api.post("/password/reset/", body)
        assert (response.status_code, response.json()) == answer


class TestReset:
    def reset(self, api, code, password=NEW_PASSWORD, mobile=MOBILE):
        response = api.post(
            "/password/reset/", {"mobile": mobile, "code": code, "password": password}
        )
        return response.status_code, response.json()

    def test_the_older_tokens_die(self, api, buyer, buyer_api, send_code):
        old = login(api, username=MOBILE, password=PASSWORD)[1]["token"]
        buyer_api.force_login(buyer)
        assert self.reset(api, send_code(purpose="reset")) == (200, {"mobile": MOBILE})
        assert login(api, username=MOBILE, password=PASSWORD) == REFUSED
        assert whose(old)[0] == 401
        for path in ("/api-token-refresh/", "/api-token-verify/"):
            assert api.post(path, {"token": old}).status_code == 401
        buyer_api.credentials()
        with zeal_ignore():  # Django reads a session twice to end it
            assert buyer_api.get("/users/1/").status_code == 401  # nor does the session live on
        new = login(api, username=MOBILE, password=NEW_PASSWORD)[1]["token"]
        assert whose(new) == (200, MOBILE)

    def test_refused(self, api, buyer, send_code):
        code = send_code(purpose="reset")
        assert self.reset(api, wrong(code)) == (400, {"code": ["验证码错误"]})
        assert self.reset(api, "") == (400, {"code": ["请输入验证码"]})
        assert list(self.reset(api, code, "12345678")[1]) == ["password"]
        assert self.reset(api, code, mobile=OTHER_MOBILE) == (400, {"mobile": ["用户不存在"]})
        buyer.refresh_from_db()
        assert buyer.check_password(PASSWORD)
        assert self.reset(api, code) == (200, {"mobile": MOBILE})
        assert self.reset(api, code) == (400, {"code": ["验证码错误"]})

    def test_not_staff(self, api, buyer, send_code):
        code = send_code(purpose="reset")
        UserProfile.objects.update(is_staff=True)
        assert self.reset(api, code) == (400, {"mobile": ["用户不存在"]})


class TestOtherLogIns:
    def test_createsuperuser(self, api, monkeypatch):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        call_command("createsuperuser", "--noinput", "--username=boss", "--email=boss@example.com")
        boss = UserProfile.objects.get()
        assert (boss.is_superuser, boss.mobile, boss.check_password(PASSWORD)) == (True, None, True)
        assert login(api, username="boss", password=PASSWORD)[0] == 200

    def test_the_administration_by_mobile(self, client, buyer):
        UserProfile.objects.update(is_staff=True, is_superuser=True, username="boss")
        response = client.post("/admin/login/?next=/admin/", {"username": MOBILE,
                                                              "password": PASSWORD})  # fmt: skip
        assert (response.status_code, response["Location"]) == (302, "/admin/")
