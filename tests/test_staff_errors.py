"""Staff who end up where they cannot be read a sentence in their language, and find back."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from .staff_rows import callers_make, client_of
from .test_admin_language import ALLOWED, words_shown

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

OWNER = {"the", "owner"}  # a name
BROWSER = {"accept": "text/html,application/xhtml+xml", "accept-language": "zh-CN"}


def read(response: Any, status: int) -> str:
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    page: str = response.content.decode()
    assert 'href="/admin/"' in page
    return page


def test_refused_and_missing_pages() -> None:
    clerk = client_of(callers_make()["客服"])
    for path in ("users/staffaccount/", "goods/goods/import/", "goods/goods/prices/",
                 "auth/group/1/change/", "goods/goodsimport/"):  # fmt: skip
        page = read(clerk.get(f"/admin/{path}", headers=BROWSER), 403)
        assert "您的账户不能打开此页面" in page, path
        assert words_shown(page) <= ALLOWED, path
    for path in ("nowhere/", "trade/nowhere/1/change/"):
        page = read(clerk.get(f"/admin/{path}", headers=BROWSER), 404)
        assert "页面不存在" in page, path
        assert words_shown(page) <= ALLOWED, path
    english = {**BROWSER, "accept-language": "en"}
    page = read(clerk.get("/admin/users/staffaccount/", headers=english), 403)
    assert "Not for your role" in page


def test_a_form_that_lay_open_over_a_new_log_in() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(callers_make()["superuser"])
    page = read(client.post("/admin/goods/banner/add/", {"index": 1}, headers=BROWSER), 403)
    assert "请返回并刷新页面" in page
    assert words_shown(page) <= ALLOWED | OWNER


def test_a_page_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("broken")

    client = client_of(callers_make()["superuser"])
    client.raise_request_exception = False
    monkeypatch.setattr(admin.site, "get_app_list", fail)
    page = read(client.get("/admin/", headers=BROWSER), 500)
    assert "本次提交没有保存" in page
    assert "broken" not in page
    assert words_shown(page) <= ALLOWED | OWNER


def test_programs_are_answered_as_before() -> None:
    clerk = client_of(callers_make()["客服"])
    answer = clerk.get("/admin/users/staffaccount/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (403, {"detail": "您没有执行该操作的权限。"})
    answer = clerk.get("/nowhere/", headers=BROWSER)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
