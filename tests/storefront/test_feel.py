"""How the front feels: back to where one was, the truth after a refusal, a retry."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from apps.goods.models import Goods
from apps.trade.models import CartLine
from apps.user_operation.models import UserFav
from apps.users.models import UserProfile
from tests.clients import client_of

from .conftest import BuyerPage, answers, wait_until

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

BUSY = {"status": 503, "json": {"detail": "数据库正忙。"}, "headers": {"Retry-After": "2"}}
CARDS = "main .grid > li:not(.skeleton)"


def at(page: Page) -> int:
    return int(page.evaluate("Math.round(scrollY)"))


def test_back_leads_to_where_one_was(open_page: BuyerPage) -> None:
    """The pages that were loaded and the place among them, as long as the list is the same."""
    page = open_page(390)
    page.goto("/index/#/goods")
    expect(page.locator(CARDS).nth(19)).to_be_visible()
    page.locator(CARDS).nth(19).scroll_into_view_if_needed()
    card = page.locator(CARDS).nth(30)
    card.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    name = card.locator(".name").inner_text()
    before, count = at(page), page.locator(CARDS).count()
    card.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert at(page) == 0
    page.go_back()
    expect(page.locator(CARDS)).to_have_count(count)
    page.wait_for_timeout(300)
    assert abs(at(page) - before) <= 2
    expect(page).to_have_title("全部商品 · 慕鲜生鲜")


def test_back_leads_to_its_place_on_a_page_that_loads_again(
    open_page: BuyerPage, buyer: UserProfile
) -> None:
    """An order is asked for anew; the page is scrolled once it is tall enough."""
    order = client_of(buyer).get("/orders/?status=received").json()[0]["id"]
    page = open_page(390, buyer)
    page.set_viewport_size({"width": 390, "height": 420})
    page.goto(f"/index/#/orders/{order}")
    line = page.locator("main a.line").last
    line.scroll_into_view_if_needed()
    before = at(page)
    assert before > 100
    name = line.locator(".name").inner_text()
    line.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(line).to_be_visible()
    wait_until(page, f"Math.abs(scrollY - {before}) <= 2")


def test_what_a_shared_link_says(open_page: BuyerPage) -> None:
    goods = Goods.objects.filter(is_on_sale=True).earliest("pk")
    page = open_page(390)
    page.goto(f"/index/#/goods/{goods.pk}")
    expect(page).to_have_title(f"{goods.name} · 慕鲜生鲜")

    def said(name: str) -> str:
        found = page.locator(f'meta[property="og:{name}"]').get_attribute("content")
        return found or ""

    assert (said("title"), said("description")) == (goods.name, goods.goods_brief)
    assert said("url") == page.url
    assert said("image").startswith("http")


def test_filters_are_in_the_address(open_page: BuyerPage) -> None:
    page = open_page(1280)
    page.goto("/index/#/goods")
    page.get_by_role("button", name="价格").click()
    page.get_by_label("最低价").fill("60")
    page.get_by_label("最高价").fill("20")  # turned round by mistake
    page.get_by_role("button", name="确定").click()
    page.wait_for_url("**/goods?ordering=shop_price&pricemin=20&pricemax=60")
    wanted = Goods.objects.filter(is_on_sale=True, shop_price__range=(20, 60))
    expect(page.get_by_text(f"共 {wanted.count()} 件商品")).to_be_visible()
    cheapest = wanted.order_by("shop_price", "pk").first()
    assert cheapest
    expect(page.locator(CARDS).first).to_contain_text(f"{cheapest.shop_price}")
    page.get_by_role("button", name="价格").click()
    page.wait_for_url("**ordering=-shop_price**")


def test_a_heart_that_is_refused_is_taken_back(open_page: BuyerPage, buyer: UserProfile) -> None:
    goods = Goods.objects.exclude(pk__in=UserFav.objects.values("goods")).earliest("pk")
    page = open_page(390, buyer)
    page.goto(f"/index/#/goods/{goods.pk}", wait_until="networkidle")
    heart = page.get_by_role("button", name="收藏")
    page.route("**/userfavs/", lambda route: route.fulfill(**BUSY))
    heart.click()
    expect(page.get_by_text("数据库正忙。")).to_be_visible()
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.unroute("**/userfavs/")
    with page.expect_response(answers("POST", "/userfavs/")):
        heart.click()
        expect(heart).to_have_attribute("aria-pressed", "true")
    assert UserFav.objects.filter(user=buyer, goods=goods).exists()


def test_a_cart_shows_what_the_shop_has(open_page: BuyerPage, buyer: UserProfile) -> None:
    """More than there is: the shop's own words, and the number that it holds."""
    goods = Goods.objects.filter(goods_num__range=(3, 98)).earliest("pk")
    Goods.objects.filter(pk=goods.pk).update(goods_num=3)
    CartLine.objects.filter(user=buyer).delete()
    page = open_page(390, buyer)
    page.goto(f"/index/#/goods/{goods.pk}")
    page.get_by_role("button", name="加入购物车").click()
    expect(page.get_by_text("已加入购物车")).to_be_visible()
    page.goto("/index/#/cart")
    number = page.get_by_role("textbox")
    expect(page.locator(".van-toast")).to_be_hidden()
    number.fill("50")
    with page.expect_response(answers("PATCH", f"/shopcarts/{goods.pk}/")) as refused:
        number.press("Enter")
    assert refused.value.status == 400
    expect(page.locator(".van-toast")).to_contain_text("库存")
    expect(number).to_have_value("1")
    number.fill("2")
    with page.expect_response(answers("PATCH", f"/shopcarts/{goods.pk}/")):
        number.press("Enter")
    expect(number).to_have_value("2")
    assert CartLine.objects.get(user=buyer).nums == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [(BUSY, "数据库正忙。 请在 2 秒后重试。"), (None, "连不上网络，请检查后重试。")],
    ids=["503", "offline"],
)  # fmt: skip
def test_a_failure_says_why_and_is_tried_again(
    open_page: BuyerPage, answer: dict[str, Any] | None, words: str
) -> None:
    page = open_page(390)

    def fail(route: Route) -> None:
        route.fulfill(**answer) if answer else route.abort()

    page.route("**/goods/?*", fail)
    page.goto("/index/#/goods")
    expect(page.get_by_role("alert")).to_contain_text(words)
    page.unroute("**/goods/?*")
    page.get_by_role("button", name="重试").click()
    expect(page.locator(CARDS)).to_have_count(20)


def test_a_refusal_stands_at_its_field(open_page: BuyerPage) -> None:
    page = open_page(390)
    page.goto("/index/#/login?next=/orders")
    page.get_by_label("账号").fill("13800000001")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "/login" in page.url


def test_a_token_that_ran_out_leads_to_the_log_in_page_and_back(
    open_page: BuyerPage, buyer: UserProfile
) -> None:
    page = open_page(390, buyer)
    page.goto("/index/#/addresses", wait_until="networkidle")
    UserProfile.objects.filter(pk=buyer.pk).update(is_active=False)
    page.locator("main li").first.locator("a").click()
    page.wait_for_url("**/login?next=/addresses/*")


def test_a_page_that_cannot_be_loaded_says_so(open_page: BuyerPage) -> None:
    page = open_page(390)
    page.goto("/index/#/", wait_until="networkidle")
    page.context.set_offline(True)
    page.get_by_role("link", name="分类", exact=True).click()
    expect(page.get_by_text("连不上网络")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="分类", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("分类")


def test_with_the_keyboard_alone(open_page: BuyerPage, buyer: UserProfile) -> None:
    page = open_page(1280, buyer)
    page.goto(f"/index/#/goods/{Goods.objects.earliest('pk').pk}", wait_until="networkidle")
    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="立即购买").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("确认订单")
    # A screen reader goes on at the new page.
    assert page.evaluate("document.activeElement.id") == "main"
