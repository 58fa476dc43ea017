"""The cookies of the contract, as the clients' own script reads and deletes them."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from .providers import Person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database,
]

# static/js/cookie.js of the clients
GET = "name => (document.cookie.match(new RegExp('(^| )' + name + '=([^;]*)(;|$)')) || [])[2]"
DELETE = "name => { document.cookie = name + '=; expires=Thu, 01 Jan 1970 00:00:01 GMT;' }"


@pytest.mark.parametrize("nickname", ["小满", "小 满😀", "a=b&c%20"])
def test_signed_in_and_out_again(
    providers: Any, live_server: Any, browser: Browser, nickname: str
) -> None:
    providers.person = Person("7", nickname)
    context = browser.new_context(base_url=live_server.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/login/weibo/")
    assert page.url == f"{live_server.url}/index/"
    assert page.evaluate(GET, "name") == nickname
    token = page.evaluate(GET, "token")
    me = context.request.get("/users/1/", headers={"Authorization": f"JWT {token}"})
    assert me.json()["name"] == nickname
    paths = {cookie["name"]: cookie["path"] for cookie in context.cookies()}
    assert paths == {
        "social_state": "/complete/weibo/", "token": "/index", "name": "/index",
    }  # fmt: skip
    for name in ("token", "name"):
        page.evaluate(DELETE, name)
    assert page.evaluate("document.cookie") == ""
    page.reload()
    assert page.evaluate("document.cookie") == ""
