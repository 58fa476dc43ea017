"""A new password for whoever is logged in and knows the old one."""

from typing import Any

import pytest
from rest_framework.test import APIClient
from zeal import zeal_ignore

from apps.users.models import UserProfile
from apps.users.services.password_change import OldPasswordWrongError, account_change_password
from apps.users.tokens import token_make

from .wire import MOBILE, NEW_PASSWORD, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _many_requests_of_one_account() -> Any:
    with zeal_ignore():
        yield


PATH = "/password/change/"
BODY = {"old_password": PASSWORD, "password": NEW_PASSWORD}
WRONG = (400, {"old_password": ["原密码错误。"]})


def test_a_new_one_and_a_new_token(buyer, buyer_api):
    older = token_make(buyer)
    session = APIClient()
    session.force_login(buyer)
    response = buyer_api.post(PATH, BODY)
    assert (response.status_code, list(response.json())) == (200, ["token"])
    new = {"HTTP_AUTHORIZATION": f"JWT {response.json()['token']}"}
    assert APIClient().get("/users/1/", **new).json()["mobile"] == MOBILE
    assert buyer_api.get("/users/1/").status_code == 401
    assert APIClient().post("/api-token-refresh/", {"token": older}).status_code == 401
    assert session.get("/users/1/").status_code == 401
    for password, status in ((PASSWORD, 400), (NEW_PASSWORD, 200)):
        login = APIClient().post("/login/", {"username": MOBILE, "password": password})
        assert login.status_code == status


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"old_password": "not-this-one"}, WRONG[1]),
        ({"old_password": PASSWORD + " "}, WRONG[1]),
        ({"old_password": "not-this-one", "password": "1"}, WRONG[1]),
        ({"password": "qwertyuiop"}, {"password": ["这个密码太常见了。"]}),
        ({"password": MOBILE}, {"password": ["密码跟 用户名 太相似了。", "密码只包含数字。"]}),
        ({"old_password": ""}, {"old_password": ["该字段不能为空。"]}),
        ({"password": None}, {"password": ["该字段不能为 null。"]}),
    ],
)
def test_what_is_refused_changes_nothing(buyer, buyer_api, body, answer):
    response = buyer_api.post(PATH, {**BODY, **body}, format="json")
    assert (response.status_code, response.json()) == (400, answer)
    assert buyer_api.get("/users/1/").status_code == 200
    buyer.refresh_from_db()
    assert buyer.check_password(PASSWORD)


def test_an_account_without_a_password_has_none_to_change(buyer, buyer_api):
    """Signed in with a provider: the password comes by a code (/password/reset/)."""
    buyer.set_unusable_password()
    buyer.save()
    buyer_api.credentials(HTTP_AUTHORIZATION=f"JWT {token_make(buyer)}")
    response = buyer_api.post(PATH, BODY)
    assert (response.status_code, response.json()) == WRONG


def test_nobody_has_none(api):
    assert api.post(PATH, BODY).status_code == 401


def test_of_two_changes_with_one_old_password_one_counts(buyer):
    one, two = (UserProfile.objects.get(pk=buyer.pk) for _ in range(2))
    account_change_password(account=one, password=NEW_PASSWORD, address="203.0.113.1")
    with pytest.raises(OldPasswordWrongError):
        account_change_password(account=two, password="yet-another-2028", address="203.0.113.1")
    buyer.refresh_from_db()
    assert buyer.check_password(NEW_PASSWORD)
