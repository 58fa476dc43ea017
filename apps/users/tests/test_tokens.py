"""Tokens: good for seven days and one password, and never an error of the server."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient
from zeal import zeal_ignore

from apps.users.models import UserProfile
from apps.users.tokens import token_make

from .wire import NEW_PASSWORD

pytestmark = pytest.mark.django_db

DEAD = {"detail": "令牌无效或已过期。"}


def sign(claims: dict[str, Any], key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key or settings.SECRET_KEY, algorithm=algorithm)


def claims_of(user: UserProfile, **changes: Any) -> dict[str, Any]:
    claims = jwt.decode(token_make(user), settings.SECRET_KEY, algorithms=["HS256"])
    return {**claims, **changes}


def segment(data: Any) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class TestAToken:
    def test_says_whose_it_is(self, buyer):
        claims = claims_of(buyer)
        assert (claims["user_id"], claims["username"]) == (buyer.pk, buyer.username)
        assert type(claims["user_id"]) is int
        assert claims["exp"] - claims["iat"] == 7 * 24 * 3600

    def test_lives_for_seven_days(self, api, buyer):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            token = token_make(buyer)
            clock.shift(timedelta(days=7, seconds=29))  # clocks may differ by 30 s
            assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}").status_code == 200
            clock.shift(timedelta(seconds=1))
            response = api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}")
        assert (response.status_code, response.json()) == (401, DEAD)
        assert response["WWW-Authenticate"] == 'JWT realm="api"'

    @pytest.mark.parametrize(("ahead", "status"), [(5, 200), (29, 200), (31, 401), (60, 401)])
    def test_of_a_machine_whose_clock_is_ahead(self, api, buyer, ahead, status):
        now = timezone.now()
        with time_machine.travel(now + timedelta(seconds=ahead), tick=False):
            token = token_make(buyer)
        with time_machine.travel(now, tick=False):
            header = f"JWT {token}"
            assert api.get("/users/1/", HTTP_AUTHORIZATION=header).status_code == status
            assert api.post("/api-token-verify/", {"token": token}).status_code == status
            assert api.post("/api-token-refresh/", {"token": token}).status_code == status

    @pytest.mark.parametrize("scheme", ["JWT", "Bearer", "jwt", "bearer", "BEARER"])
    def test_by_either_scheme(self, api, buyer, scheme):
        response = api.get("/users/1/", HTTP_AUTHORIZATION=f"{scheme} {token_make(buyer)}")
        assert (response.status_code, response.json()["mobile"]) == (200, buyer.mobile)

    def test_costs_one_query(self, api, buyer, django_assert_num_queries):
        token = token_make(buyer)
        with django_assert_num_queries(1):
            api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}")

    def test_of_before_there_were_log_ins_is_one_of_its_own(self, api, buyer):
        """A new release logs nobody out, and such a token can be ended, too."""
        new = ("sid", "epoch")
        old = sign({name: value for name, value in claims_of(buyer).items() if name not in new})
        refreshed = api.post("/api-token-refresh/", {"token": old}).json()["token"]
        for token in (old, refreshed):
            assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}").status_code == 200
        assert api.post("/logout/", HTTP_AUTHORIZATION=f"JWT {old}").status_code == 204
        for token in (old, refreshed):
            assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}").status_code == 401

    def test_is_asked_for(self, api):
        response = api.get("/users/1/")
        assert (response.status_code, response.json()) == (401, {"detail": "身份认证信息未提供。"})
        assert response["WWW-Authenticate"] == 'JWT realm="api"'

    def test_a_session_does_as_well(self, buyer):
        api = APIClient()
        api.force_login(buyer)
        assert api.get("/users/1/").json()["mobile"] == buyer.mobile


class TestRefresh:
    def test_a_new_one_for_a_good_one(self, api, buyer):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            old = token_make(buyer)
            clock.shift(timedelta(days=6))
            response = api.post("/api-token-refresh/", {"token": old})
            assert (response.status_code, list(response.json())) == (200, ["token"])
            new = response.json()["token"]
            clock.shift(timedelta(days=6))
            assert api.post("/api-token-verify/", {"token": new}).json() == {"token": new}
            response = api.post("/api-token-verify/", {"token": old})
        assert (response.status_code, response.json()) == (401, DEAD)

    @pytest.mark.parametrize("path", ["/api-token-refresh/", "/api-token-verify/"])
    def test_a_missing_token(self, api, path):
        response = api.post(path, {})
        assert (response.status_code, response.json()) == (400, {"token": ["该字段是必填项。"]})


def bad_tokens(user: UserProfile) -> dict[str, Any]:
    good = token_make(user)
    head, body, signature = good.split(".")
    return {
        "empty words": "..",
        "one word": "nonsense",
        "not base64": "a.b.c",
        "no JSON": f"{segment(b'x')}.{body}.{signature}",
        "cut": good[:-1],
        "another's body": f"{head}.{segment(b'{}')}.{signature}",
        "another key": sign(claims_of(user), key="x" * 40),
        "another algorithm": sign(claims_of(user), algorithm="HS512"),
        "no algorithm": f"{segment(json.dumps({'alg': 'none'}).encode())}.{body}.",
        "expired": sign(claims_of(user, exp=1)),
        "no end": sign({k: v for k, v in claims_of(user).items() if k != "exp"}),
        "an endless end": sign(claims_of(user, exp=10**30)),
        "an end in words": sign(claims_of(user, exp="never")),
        "another type": sign(claims_of(user, token_type="refresh")),
        "no type": sign({k: v for k, v in claims_of(user).items() if k != "token_type"}),
        "no account": sign({k: v for k, v in claims_of(user).items() if k != "user_id"}),
        "unknown account": sign(claims_of(user, user_id=user.pk + 1)),
        "account in words": sign(claims_of(user, user_id="abc")),
        "account as a text": sign(claims_of(user, user_id=str(user.pk))),
        "account true": sign(claims_of(user, user_id=True)),
        "account null": sign(claims_of(user, user_id=None)),
        "account a list": sign(claims_of(user, user_id=[user.pk])),
        "account of 31 digits": sign(claims_of(user, user_id=10**31)),
        "account 0": sign(claims_of(user, user_id=0)),
        "no password": sign({k: v for k, v in claims_of(user).items() if k != "hash_password"}),
        "an epoch in words": sign(claims_of(user, epoch="0")),
        "an epoch false": sign(claims_of(user, epoch=False)),
        "a future epoch": sign(claims_of(user, epoch=1)),
        "a log-in that is a list": sign(claims_of(user, sid=["a" * 32])),
        "a log-in with a null byte": sign(claims_of(user, sid="\0" * 32)),
        "a log-in of half a million letters": sign(claims_of(user, sid="a" * 500_000)),
        "an id that is a list": sign(
            {**{k: v for k, v in claims_of(user).items() if k != "sid"}, "jti": ["a"]}
        ),
        "deep header": f"{segment(b'[' * 6000)}.{body}.{signature}",
        "deep body": f"{head}.{segment(b'[' * 6000)}.{signature}",
        "a header that is a list": f"{segment(b'[]')}.{body}.{signature}",
        "not ASCII": "é.é.é",
    }


NAMES = list(bad_tokens(UserProfile(pk=1, username="x")))


class TestABadToken:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_401_with_a_text(self, api, buyer, name):
        token = bad_tokens(buyer)[name]
        header = f"JWT {token}".encode().decode("latin-1")
        for response in (
            api.get("/users/1/", HTTP_AUTHORIZATION=header),
            api.patch("/users/1/", {"name": "x"}, HTTP_AUTHORIZATION=header),
            api.post("/api-token-refresh/", {"token": token}),
            api.post("/api-token-verify/", {"token": token}),
        ):
            assert (response.status_code, response.json()) == (401, DEAD)
            assert response["WWW-Authenticate"] == 'JWT realm="api"'
        buyer.refresh_from_db()
        assert buyer.name == ""

    @pytest.mark.parametrize("header", ["JWT", "JWT a b", "JWT  ", "Bearer", "Bearer x"])
    def test_a_header_without_one(self, api, header):
        assert api.get("/users/1/", HTTP_AUTHORIZATION=header).status_code == 401

    @pytest.mark.parametrize("header", ["Basic eDp5", "Bearerx", "", "\xff"])
    def test_another_scheme_is_no_token(self, api, header):
        response = api.get("/users/1/", HTTP_AUTHORIZATION=header)
        assert (response.status_code, response.json()) == (401, {"detail": "身份认证信息未提供。"})

    def test_the_public_pages_do_not_look(self, api):
        for path in ("/goods/", "/categorys/", "/banners/", "/hotsearchs/", "/indexgoods/"):
            for header in ("JWT stale", "Bearer stale", "Bearer"):
                assert api.get(path, HTTP_AUTHORIZATION=header).status_code == 200

    @pytest.mark.parametrize("is_read_before", [False, True])
    @pytest.mark.parametrize(
        "end",
        [
            lambda api, header: UserProfile.objects.update(is_active=False),
            lambda api, header: UserProfile.objects.update(password="!gone"),
            lambda api, header: UserProfile.objects.update(login_epoch=1),
            lambda api, header: UserProfile.objects.all().delete(),
            lambda api, header: api.post("/logout/", HTTP_AUTHORIZATION=header),
        ],
        ids=["account closed", "password", "all log-ins", "account gone", "this log-in"],
    )
    def test_dies_whether_it_was_read_before_or_not(self, api, buyer, end, is_read_before):
        """A process reads a token once; what it opens is asked for each time."""
        header = f"JWT {token_make(buyer)}"
        if is_read_before:
            for _ in range(2):
                assert api.get("/users/1/", HTTP_AUTHORIZATION=header).status_code == 200
        end(api, header)
        for _ in range(2):
            response = api.get("/users/1/", HTTP_AUTHORIZATION=header)
            assert (response.status_code, response.json()) == (401, DEAD)

    def test_one_that_was_read_before_lends_its_neighbours_nothing(self, api, buyer):
        token = token_make(buyer)
        assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}").status_code == 200
        head, body, _signature = token.split(".")
        for other in (token[:-1], f"{token}x", f"{head}.{body}.", f"{head}.{body}.{'A' * 43}"):
            assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {other}").status_code == 401

    def test_dies_when_staff_set_a_password(self, api, buyer, admin_client):
        UserProfile.objects.update(is_staff=True)  # buyers set theirs by SMS
        token = token_make(buyer)
        with zeal_ignore():  # who asks and who is asked for are two reads of one table
            admin_client.post(f"/admin/users/staffaccount/{buyer.pk}/password/", {
                "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true",
            })  # fmt: skip
        buyer.refresh_from_db()
        assert buyer.check_password(NEW_PASSWORD)
        assert api.get("/users/1/", HTTP_AUTHORIZATION=f"JWT {token}").status_code == 401
