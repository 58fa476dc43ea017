"""What shops really hold: long names, no pictures, many categories, nothing at all, no server."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from apps.goods.models import Goods, GoodsCategory, GoodsImage
from apps.trade.models import OrderInfo, RefundRequest
from apps.trade.services.carts import cart_add
from apps.user_operation.models import UserAddress
from apps.users.models import UserProfile

from .conftest import BuyerPage
from .test_pages import MINE, OPEN

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

LONG = "云南高山有机种植树上自然成熟当日采摘冷链直达" * 4
BUSY = {"status": 503, "json": {"detail": "数据库正忙。"}, "headers": {"Retry-After": "2"}}
# Pages that ask the server for nothing before something is pressed or written.
ASKS_NOTHING = {
    "missing", "login", "register", "reset", "search", "address-new", "password",
    "cart-of-nobody", "me-of-nobody", "gone",
}  # fmt: skip


def over_the_edge(page: Page, width: int) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth")) - width


@pytest.mark.long_browser
@pytest.mark.parametrize("width", [320, 1280])
def test_long_and_bare(open_page: BuyerPage, buyer: UserProfile, picture: Any, width: int) -> None:
    """Goods with a name of 100 characters and no picture that loads; twenty categories."""
    goods = Goods.objects.get(name__startswith="赣南脐橙")
    GoodsImage.objects.filter(goods=goods).delete()
    Goods.objects.filter(pk=goods.pk).update(
        name=LONG[:100], goods_brief="W" * 200, goods_front_image="", goods_num=3
    )
    other = Goods.objects.exclude(pk=goods.pk).earliest("pk")
    Goods.objects.filter(pk=other.pk).update(goods_front_image="goods/images/gone.jpg")
    for number in range(16):
        GoodsCategory.objects.create(
            name=f"名字很长的分类{number}", category_type=1, is_tab=True, code=f"long{number}"
        )
    UserAddress.objects.filter(user=buyer).update(
        signer_name="N" * 100, address="路" * 60, province="新疆维吾尔自治区"
    )
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=2)
    cart_add(user_id=buyer.pk, goods_id=other.pk, nums=1)
    page = open_page(width, buyer)
    faults = []
    for name, path in {
        "goods": f"/goods/{goods.pk}", "list": "/goods?search=云南高山有机", "home": "/",
        "categories": "/categories", "cart": "/cart", "addresses": "/addresses",
        "checkout": f"/checkout?goods={goods.pk},{other.pk}",
    }.items():  # fmt: skip
        page.goto("about:blank")
        page.goto(f"/index/#{path}", wait_until="networkidle")
        picture(page, f"long-{name}-{width}")
        if over_the_edge(page, width) > 0:
            faults.append(name)
    assert faults == []
    page.goto("/index/#/categories", wait_until="networkidle")
    last = page.get_by_role("button", name="名字很长的分类15", exact=True)
    last.click()
    expect(last).to_have_attribute("aria-pressed", "true")


@pytest.mark.long_browser
def test_nothing_yet(open_page: BuyerPage, origin: str, picture: Any) -> None:
    newcomer = UserProfile.objects.create_user("13911117777", mobile="13911117777")
    page = open_page(390, newcomer)
    for path, words in {
        "/cart": "购物车是空的", "/orders": "还没有订单", "/orders?tab=refunding": "还没有订单",
        "/favourites": "还没有收藏的商品", "/addresses": "还没有收货地址",
        "/messages": "还没有留言", "/refunds": "没有退款记录", "/goods?search=zzzz": "没有符合条件",
        "/checkout": "购物车为空",
    }.items():  # fmt: skip
        page.goto("about:blank")
        page.goto(f"/index/#{path}")
        expect(page.locator("main").get_by_text(words).first).to_be_visible()
        picture(page, f"empty-{path.strip('/').split('?')[0]}-390")


@pytest.mark.long_browser
@pytest.mark.parametrize("is_busy", [True, False], ids=["503", "offline"])
def test_every_page_says_that_it_failed_and_tries_again(
    open_page: BuyerPage, buyer: UserProfile, picture: Any, is_busy: bool
) -> None:
    numbers = {
        "goods": Goods.objects.get(name__startswith="赣南脐橙").pk,
        "branch": GoodsCategory.objects.get(name="新鲜水果").pk,
        "order": OrderInfo.objects.filter(user=buyer).latest("pk").pk,
        "refund": RefundRequest.objects.filter(order__user=buyer).latest("pk").pk,
    }
    page = open_page(390, buyer)
    is_down = False

    def answer(route: Route) -> None:
        if not is_down or route.request.resource_type != "fetch":
            route.continue_()
        elif is_busy:
            route.fulfill(**BUSY)  # type: ignore[arg-type]
        else:
            route.abort()

    page.route("**/*", answer)
    faults = []
    for name, path in {
        **OPEN,
        **MINE,
        "order": "/orders/{order}",
        "refund": "/refunds/{refund}",
    }.items():
        if name in ASKS_NOTHING:
            continue
        is_down = True
        page.goto("about:blank")
        page.goto(f"/index/#{path.format(**numbers)}")
        alert = page.get_by_role("alert").first
        try:
            expect(alert).to_contain_text("数据库正忙" if is_busy else "连不上网络")
            if is_busy and name in ("home", "orders", "me"):
                picture(page, f"down-{name}-390")
            is_down = False
            while page.get_by_role("alert").count():
                page.get_by_role("button", name="重试").first.click()
                page.wait_for_load_state("networkidle")
        except AssertionError:
            faults.append(name)
    assert faults == []
