"""The demo's logins over the wire: let in where DEBUG is on, and nowhere else."""

import pytest

from demo.logins import BUYERS, create_demo_logins, demo_passwords

pytestmark = pytest.mark.django_db

REFUSED = (400, {"non_field_errors": ["无法使用提供的认证信息登录。"]})


def test_the_demos_logins_end_with_debug(api, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    create_demo_logins()
    [buyer, *_others] = BUYERS
    body = {"username": buyer.username, "password": demo_passwords()[buyer.username]}
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "demo.logins.DemoLoginBackend",
    ]
    response = api.post("/login/", body)
    assert (response.status_code, response.json()) == REFUSED
    settings.DEBUG = True
    response = api.post("/login/", body)
    assert response.status_code == 200
    api.credentials(HTTP_AUTHORIZATION=f"JWT {response.json()['token']}")
    assert api.get("/users/1/").json()["mobile"] == buyer.username


def test_the_demos_passwords_have_the_limits_of_every_log_in(api, settings, tmp_path):
    settings.VAR_DIR, settings.DEBUG = tmp_path, True
    settings.AUTHENTICATION_BACKENDS = ["demo.logins.DemoLoginBackend"]
    create_demo_logins()
    name = BUYERS[0].username
    right = {"username": name, "password": demo_passwords()[name]}
    assert api.post("/login/", right).status_code == 200
    for number in range(20):
        wrong = {"username": name, "password": "wrong"}
        assert api.post("/login/", wrong, REMOTE_ADDR=f"203.0.113.{number}").status_code == 400
    assert api.post("/login/", right, REMOTE_ADDR="203.0.113.99").status_code == 429
    assert api.post("/login/", right).status_code == 200
