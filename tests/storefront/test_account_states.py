"""Accounts beside the straight way: refused codes, closing, too many log-ins, providers."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.users.models import UserProfile, VerifyCode
from apps.users.tokens import token_make
from extra_apps.social_jwt.tests.providers import NAMES, Person, Providers
from tests.http_server import Answer, http_server

from .conftest import BuyerPage, answers

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

Code = Callable[[str], str]
WAITED = timedelta(hours=1)  # longer than a code is good


def ask_for_code(page: Page) -> None:
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("验证码已发送")).to_be_visible()


def code_field(page: Page) -> Any:
    return page.get_by_label("验证码", exact=True)


def close(page: Page, code: str) -> None:
    code_field(page).fill(code)
    page.get_by_role("button", name="永久注销").click()
    page.get_by_role("dialog").get_by_role("button", name="确认").click()


@pytest.fixture
def buyer(buyer: UserProfile) -> UserProfile:
    """The demo's buyers, with the mobiles that they have under DEBUG."""
    for user in UserProfile.objects.filter(username__startswith="138000000"):
        UserProfile.objects.filter(pk=user.pk).update(mobile=user.username)
    buyer.refresh_from_db()
    return buyer


def test_closing_an_account(
    open_page: BuyerPage, buyer: UserProfile, sms_code: Code, picture: Any
) -> None:
    """Refused with a wrong code, and while orders are open; else nothing is left of the person."""
    page = open_page(390, buyer)
    page.goto("/index/#/close-account")
    ask_for_code(page)
    close(page, "000000")
    expect(page.locator(".van-field__error-message")).to_have_text("验证码错误")
    picture(page, "state-close-wrong-code-390")
    close(page, sms_code(buyer.username))
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("订单")
    picture(page, "state-close-open-orders-390")
    buyer.refresh_from_db()
    assert buyer.is_active

    free = UserProfile.objects.create_user("13911112222", mobile="13911112222", name="阿青")
    page = open_page(1280, free)
    page.goto("/index/#/close-account")
    ask_for_code(page)
    close(page, sms_code("13911112222"))
    page.wait_for_url("**/index/#/")
    expect(page.get_by_role("link", name="登录")).to_be_visible()
    picture(page, "state-closed-1280")
    free.refresh_from_db()
    assert (free.is_active, free.mobile, free.name) == (False, None, "")

    nameless = UserProfile.objects.create_user("weibo-1", name="没有手机号")
    page = open_page(390, nameless)
    page.goto("/index/#/close-account")
    expect(page.get_by_role("link", name="注销需要短信验证码")).to_be_visible()


def test_a_new_mobile(
    open_page: BuyerPage, buyer: UserProfile, sms_code: Code, picture: Any
) -> None:
    page = open_page(390, buyer)
    page.goto("/index/#/profile")
    mobile = page.get_by_label("手机号")
    expect(mobile).to_have_value(buyer.username)
    mobile.fill("13800000002")
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_text("用户已经存在")).to_be_visible()
    picture(page, "state-mobile-taken-390")

    mobile.fill("13911113333")
    ask_for_code(page)
    code_field(page).fill("000000")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("验证码错误")).to_be_visible()
    code = sms_code("13911113333")
    sent = VerifyCode.objects.filter(mobile="13911113333")
    sent.update(add_time=sent.get().add_time - WAITED)
    code_field(page).fill(code)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("验证码过期")).to_be_visible()
    picture(page, "state-mobile-code-expired-390")

    mobile.fill("13911114444")  # another number has its own pause
    ask_for_code(page)
    code_field(page).fill(sms_code("13911114444"))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("资料已保存")).to_be_visible()
    buyer.refresh_from_db()
    assert buyer.mobile == "13911114444"


def test_too_many_log_ins(open_page: BuyerPage, picture: Any) -> None:
    """The API names the time to wait; the page says it once."""
    UserProfile.objects.create_user("13911115555", password="ripe-Plums-42", mobile="13911115555")
    page = open_page(390)
    page.goto("/index/#/login")
    page.get_by_label("账号").fill("13911115555")
    page.get_by_label("密码", exact=True).fill("wrong")
    for _ in range(30):
        with page.expect_response(answers("POST", "/login/")) as answer:
            page.get_by_role("button", name="登录", exact=True).click()
        if answer.value.status == 429:
            break
    alert = page.get_by_role("alert")
    expect(alert).to_have_text(re.compile(r"^登录失败次数过多，请在 \d+ 分钟后重试。$"))
    picture(page, "state-locked-out-390")


@pytest.fixture
def providers(settings: Any) -> Iterator[Providers]:
    for name in NAMES:
        setattr(settings, f"SOCIAL_AUTH_{name.upper()}_KEY", f"{name}-key")
        setattr(settings, f"SOCIAL_AUTH_{name.upper()}_SECRET", f"{name}-secret")
    providers = Providers(Person("1404376560", "小满的微博"))
    with http_server(providers) as origin:
        settings.SOCIAL_AUTH_ORIGIN = origin
        yield providers


def test_providers(open_page: BuyerPage, providers: Providers, picture: Any) -> None:
    """Refused, forged or down: the log-in page says why. Else on to where one was going."""
    page = open_page(390)

    def try_weibo() -> None:
        page.goto("about:blank")
        page.goto("/index/#/login?next=/favourites")
        page.get_by_role("link", name="微博").click()

    providers.refuses = True
    try_weibo()
    page.wait_for_url("**/index/#/login?next=/favourites")
    expect(page.get_by_role("alert")).to_have_text("您已取消登录。")
    picture(page, "state-social-refused-390")

    page.goto("/complete/weibo/?code=c&state=forged")
    page.wait_for_url("**/index/#/login**")
    expect(page.get_by_role("alert")).to_have_text("登录已失效，请重新登录。")

    providers.refuses = False
    providers.faults["/api.weibo.com/oauth2/access_token"] = Answer(500, "<html>", "text/html")
    try_weibo()
    page.wait_for_url("**/index/#/login?next=/favourites")
    expect(page.get_by_role("alert")).to_contain_text("请稍后")
    picture(page, "state-social-down-390")

    providers.faults.clear()
    try_weibo()
    page.wait_for_url("**/index/#/favourites")
    expect(page.get_by_text("还没有收藏的商品")).to_be_visible()
    page.goto("/index/#/me")
    expect(page.get_by_text("小满的微博")).to_be_visible()
    picture(page, "state-social-in-390")


def test_what_was_written_is_there_after_logging_in_again(
    open_page: BuyerPage, origin: str, sms_code: Code, picture: Any
) -> None:
    user = UserProfile.objects.create_user("13911116666", mobile="13911116666")
    page = open_page(390)
    page.goto("/index/#/")
    page.evaluate(f"localStorage.setItem('mxshop-token', '{token_make(user)}')")
    page.reload()
    page.goto("/index/#/addresses/new")
    page.get_by_label("收货人").fill("阿青")
    page.get_by_label("详细地址").fill("平江路 1 号")
    user.login_epoch += 1  # logged out everywhere, on another device
    user.save(update_fields=["login_epoch"])
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/login?next=/addresses/new")
    page.get_by_role("button", name="短信登录").click()
    page.get_by_label("手机号").fill("13911116666")
    ask_for_code(page)
    code_field(page).fill(sms_code("13911116666"))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/addresses/new")
    expect(page.get_by_label("收货人")).to_have_value("阿青")
    expect(page.get_by_label("详细地址")).to_have_value("平江路 1 号")
