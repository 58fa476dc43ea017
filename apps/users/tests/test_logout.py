"""Log-out: what was ended opens nothing from the next request on, and nothing revives it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient
from zeal import zeal_ignore

from apps.users import tokens
from apps.users.models import RevokedLogin, UserProfile
from apps.users.services.logins import revoked_logins_purge
from apps.users.services.password_change import account_change_password
from apps.users.tokens import token_make

from .wire import NEW_PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _many_requests_of_one_account() -> Any:
    with zeal_ignore():
        yield


DEAD = (401, {"detail": "令牌无效或已过期。"})


def client_with(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"JWT {token}")
    return client


def refresh(token: str) -> str:
    response = APIClient().post("/api-token-refresh/", {"token": token})
    assert response.status_code == 200
    return str(response.json()["token"])


def is_good(token: str) -> bool:
    """Whether every page lets in; asserts that it is every one or none."""
    answers = {
        client_with(token).get("/users/1/").status_code,
        client_with(token).get("/orders/").status_code,
        APIClient().post("/api-token-verify/", {"token": token}).status_code,
        APIClient().post("/api-token-refresh/", {"token": token}).status_code,
    }
    assert answers in ({200}, {401})
    return answers == {200}


def session_of(user: UserProfile) -> APIClient:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_this_token_is_over(buyer):
    mine, elsewhere = token_make(buyer), token_make(buyer)
    session = session_of(buyer)
    response = client_with(mine).post("/logout/")
    assert (response.status_code, response.content) == (204, b"")
    assert (is_good(mine), is_good(elsewhere)) == (False, True)
    again = client_with(mine).post("/logout/")
    assert (again.status_code, again.json()) == DEAD
    assert again["WWW-Authenticate"] == 'JWT realm="api"'
    assert session.get("/users/1/").status_code == 200


@pytest.mark.parametrize("frozen_for", [0, 1])
def test_within_the_same_second(buyer, frozen_for):
    """No time is compared: a token is as old as its log-in, not as its second."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        before = token_make(buyer)
        client_with(before).post("/logout/", {"everywhere": True})
        clock.shift(timedelta(seconds=frozen_for))
        buyer.refresh_from_db()
        after = token_make(buyer)
        assert (is_good(before), is_good(after)) == (False, True)


def test_what_was_refreshed_from_it_is_over_too(buyer):
    first = token_make(buyer)
    second = refresh(first)
    third = refresh(second)
    assert client_with(second).post("/logout/").status_code == 204
    assert [is_good(token) for token in (first, second, third)] == [False] * 3
    assert RevokedLogin.objects.count() == 1


@pytest.mark.parametrize("everywhere", [True, "true", 1])
def test_everywhere(buyer, other, everywhere):
    mine, refreshed = token_make(buyer), refresh(token_make(buyer))
    sessions = [session_of(buyer), session_of(buyer)]
    somebody_elses = token_make(other)
    response = client_with(mine).post("/logout/", {"everywhere": everywhere})
    assert response.status_code == 204
    assert not is_good(mine)
    assert not is_good(refreshed)
    for session in sessions:
        assert session.get("/users/1/").status_code == 401
    assert is_good(somebody_elses)
    buyer.refresh_from_db()
    assert is_good(token_make(buyer))
    assert session_of(buyer).get("/users/1/").status_code == 200


@pytest.fixture
def other(db: None) -> UserProfile:
    return UserProfile.objects.create_user(username="18600001111", mobile="18600001111")


def test_by_a_session(buyer):
    """The browsable API: that session is over, tokens and other sessions are not."""
    session, elsewhere, token = session_of(buyer), session_of(buyer), token_make(buyer)
    assert session.post("/logout/").status_code == 403  # a session needs the CSRF token
    session.cookies["csrftoken"] = "c" * 32
    assert session.post("/logout/", HTTP_X_CSRFTOKEN="c" * 32).status_code == 204
    assert session.get("/users/1/").status_code == 401
    assert elsewhere.get("/users/1/").status_code == 200
    assert is_good(token)


def test_by_a_token_beside_a_session_of_somebody_else(buyer, other):
    """Staff who try the shop in the browser of the administration stay logged in there."""
    client = session_of(other)
    response = client.post("/logout/", HTTP_AUTHORIZATION=f"JWT {token_make(buyer)}")
    assert response.status_code == 204
    assert client.get("/users/1/").json()["mobile"] == other.mobile


@pytest.mark.parametrize("body", [{"everywhere": "perhaps"}, {"everywhere": None}, [1], "x"])
def test_nonsense_ends_nothing(buyer, body):
    token = token_make(buyer)
    response = client_with(token).post("/logout/", body, format="json")
    assert response.status_code == 400
    assert is_good(token)


def test_nobody_cannot_log_out(api):
    response = api.post("/logout/")
    assert (response.status_code, response.json()) == (401, {"detail": "身份认证信息未提供。"})


# --- A refresh that is under way -------------------------------------------------------------


def log_out(user: UserProfile, token: str) -> None:
    assert client_with(token).post("/logout/").status_code == 204


def log_out_everywhere(user: UserProfile, token: str) -> None:
    assert client_with(token).post("/logout/", {"everywhere": True}).status_code == 204


def change_password(user: UserProfile, token: str) -> None:
    account_change_password(
        account=UserProfile.objects.get(), password=NEW_PASSWORD, address="203.0.113.1"
    )


ENDS = [log_out, log_out_everywhere, change_password]


def raced(
    monkeypatch: Any, buyer: UserProfile, end: Any, make: Callable[..., str]
) -> tuple[str, str]:
    """Refresh a token; between its check and the new one, somebody ends the log-in."""
    old = token_make(buyer)

    def after_the_end(user: UserProfile, **options: Any) -> str:
        monkeypatch.setattr(tokens, "token_make", token_make)
        end(buyer, old)
        return make(user, **options)

    monkeypatch.setattr(tokens, "token_make", after_the_end)
    return old, refresh(old)


@pytest.mark.parametrize("end", ENDS)
def test_a_refresh_does_not_survive_the_end(monkeypatch, buyer, end):
    old, new = raced(monkeypatch, buyer, end, token_make)
    assert (is_good(old), is_good(new)) == (False, False)


@pytest.mark.parametrize("end", ENDS)
def test_control_a_refresh_that_begins_a_log_in_of_its_own(monkeypatch, buyer, end):
    """Without ``sid`` and with the account as it is now, the new token outlives the log-out."""

    def make(user: UserProfile, **options: Any) -> str:
        return token_make(UserProfile.objects.get(pk=user.pk))

    old, new = raced(monkeypatch, buyer, end, make)
    assert (is_good(old), is_good(new)) == (False, True)


# --- Rows that are over ----------------------------------------------------------------------


def test_a_log_out_is_remembered_until_no_token_of_it_can_live(buyer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = token_make(buyer)
        clock.shift(timedelta(days=6))
        log_out(buyer, first)
        lifetime: Any = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
        # The youngest token of the log-in may be one that was refreshed at this very moment.
        clock.shift(lifetime + timedelta(seconds=settings.SIMPLE_JWT["LEEWAY"]))
        assert revoked_logins_purge() == 0
        clock.shift(timedelta(days=1))
        assert revoked_logins_purge() == 1
    assert not RevokedLogin.objects.exists()
