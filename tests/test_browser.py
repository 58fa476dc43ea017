"""Pages as a browser shows them, with every request it makes on the way."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderInfo
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from extra_apps.alipay_sandbox.services.notices import notices_send_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: Any, browser: Browser) -> Page:
    """A page that may ask the shop alone; ``page.failures`` is what went wrong on it."""
    context = browser.new_context(base_url=live_server.url, locale="zh-CN")
    page = context.new_page()
    page.failures = []  # type: ignore[attr-defined]

    def on_response(response: Any) -> None:
        if response.status >= 400:
            page.failures.append(f"{response.status} {response.url}")  # type: ignore[attr-defined]

    def on_request(request: Any) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            page.failures.append(f"outside: {request.url}")  # type: ignore[attr-defined]

    page.on("response", on_response)
    page.on("request", on_request)
    page.on("pageerror", lambda error: page.failures.append(str(error)))  # type: ignore[attr-defined]
    return page


def shown_pictures(page: Page, selector: str = "img") -> list[bool]:
    return page.eval_on_selector_all(selector, "all => all.map(img => img.naturalWidth > 0)")  # type: ignore[no-any-return]


def test_the_documentation_shows_itself_and_tries_a_request(page: Page) -> None:
    make_goods(make_category(), name="脐橙")
    page.goto("/docs/")
    operation = page.locator("#operations-catalogue-goods_list")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert "在售商品" in operation.inner_text()
    assert "脐橙" in operation.locator(".live-responses-table").inner_text()
    assert page.failures == []  # type: ignore[attr-defined]


def test_the_start_page_leads_on(page: Page) -> None:
    page.goto("/index/")
    assert page.get_by_role("link").count() == 6
    for link in page.get_by_role("link").all():
        response = page.request.get(link.get_attribute("href") or "")
        assert response.status == 200
    assert page.failures == []  # type: ignore[attr-defined]


def test_staff_look_at_the_goods_and_open_the_editor(page: Page) -> None:
    call_command("load_demo", verbosity=0)
    UserProfile.objects.create_superuser("boss", password="only-for-this-test")
    page.goto("/admin/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "only-for-this-test")
    page.click("[type=submit]")
    page.goto("/admin/goods/goods/")
    assert page.locator("#result_list tbody tr").count() == 50
    page.goto("/admin/goods/goods/?q=赣南脐橙")
    page.wait_for_load_state("networkidle")
    assert shown_pictures(page, ".field-front img") == [True]
    page.locator("#result_list a", has_text="赣南脐橙").click()
    page.locator(".ck-editor__editable").first.wait_for()
    page.fill("#id_stock_change", "5")
    page.select_option("#id_stock_cause", "delivery")
    page.locator("[name=_save]").click()
    page.locator(".messagelist .success").wait_for()
    # The editor writes the description in its own way; nobody changed it.
    assert LogEntry.objects.get().change_message == "库存 +5（到货）"
    assert page.failures == []  # type: ignore[attr-defined]


def test_a_built_shop_calls_the_api_from_its_page(
    page: Page, settings: Any, tmp_path: Path
) -> None:
    """What the Vue shops do: a page at /index/, files under it, JSON from the same host."""
    call_command("load_demo", verbosity=0)
    (tmp_path / "static").mkdir()
    (tmp_path / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><div id=app></div><script src=static/app.js></script>"
    )
    (tmp_path / "static" / "app.js").write_text("""
        fetch('/indexgoods/', {headers: {imooc: '1', Authorization: 'JWT stale'}})
          .then(answer => answer.json())
          .then(sections => {
            document.getElementById('app').innerHTML = sections.map(section =>
              `<h2>${section.name}</h2><img src="${section.ad_goods.goods_front_image}">` +
              section.goods.map(goods => `<img src="${goods.goods_front_image}">`).join('')
            ).join('')
          })
    """)
    settings.FRONTEND_DIR = tmp_path
    page.goto("/index/")
    page.wait_for_load_state("networkidle")
    assert page.locator("h2").all_inner_texts() == ["新鲜水果", "海鲜水产", "精选肉类", "蔬菜豆菇"]
    assert shown_pictures(page) == [True] * (4 * 13)
    assert page.failures == []  # type: ignore[attr-defined]


# --- Paying --------------------------------------------------------------------------------------


@pytest.fixture
def local_gateway(live_server: Any, settings: Any) -> None:
    """The gateway beside the shop, on the same server, over real sockets."""
    settings.SITE_URL = live_server.url
    settings.ALIPAY_GATEWAY_URL = f"{live_server.url}/alipay-sandbox/gateway.do"


SHOP = """<!doctype html><meta charset=utf-8><title>shop</title><main></main><script>
  // What the Vue shops do after the cart: order, then go where alipay_url leads.
  const headers = {'Content-Type': 'application/json', imooc: '1',
                   Authorization: 'JWT ' + localStorage.token}
  const call = (method, path, body) => fetch(path, {method, headers, body: JSON.stringify(body)})
    .then(answer => answer.json())
  async function buy(goods, nums) {
    await call('POST', '/shopcarts/', {goods, nums})
    const cart = await call('GET', '/shopcarts/')
    const total = cart.reduce((sum, line) => sum + line.nums * line.goods.shop_price, 0)
    const order = await call('POST', '/orders/', {
      address: '平江路 1 号', signer_name: '小满', singer_mobile: '13800000001',
      post_script: '', order_mount: total})
    location.href = order.alipay_url
  }
  call('GET', '/orders/').then(orders => {
    document.querySelector('main').innerText =
      Array.isArray(orders) ? orders.map(o => `${o.order_mount} ${o.pay_status}`).join() : ''
  })
</script>"""


@pytest.fixture
def shop(
    page: Page, live_server: Any, local_gateway: None, settings: Any, tmp_path: Path
) -> tuple[Page, Goods]:
    """The page of a small shop, with a buyer logged in, and ten oranges at 12.30 yuan."""
    settings.FRONTEND_DIR = tmp_path
    (tmp_path / "index.html").write_text(SHOP)
    goods = make_goods(make_category(), name="脐橙", stock=10, shop_price="12.30")
    buyer = UserProfile.objects.create_user("13800000001")
    page.goto("/index/")
    page.evaluate("token => { localStorage.token = token }", token_make(buyer))
    page.wait_for_load_state("networkidle")
    page.failures.clear()  # type: ignore[attr-defined]  (nobody was logged in yet)
    page.reload()
    return page, goods


def keep_picture(page: Page, name: str) -> None:
    """Save a picture of the page where SCREENSHOTS says, for people to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_buyer_pays_at_the_cashier(shop: tuple[Page, Goods]) -> None:
    page, goods = shop
    page.evaluate("goods => buy(goods, 2)", goods.pk)
    page.wait_for_url("**/alipay-sandbox/cashier/**")
    page.get_by_text("24.60").first.wait_for()
    keep_picture(page, "cashier")
    page.get_by_role("button", name="确认付款").click()
    page.wait_for_url("**/index/#/app/home/member/order")
    page.get_by_text("24.6 TRADE_SUCCESS").wait_for()
    keep_picture(page, "paid")
    notices_send_due()  # Alipay's notice comes after the buyer, and changes nothing
    goods.refresh_from_db()
    assert (goods.goods_num, goods.sold_num) == (8, 2)
    order = OrderInfo.objects.get()
    assert (order.pay_status, order.order_mount) == ("TRADE_SUCCESS", Decimal("24.60"))
    assert sorted(order.notices.values_list("source", "verdict")) == [
        ("notify", "repeat"), ("query", "paid"),
    ]  # fmt: skip
    assert page.failures == []  # type: ignore[attr-defined]


def test_a_buyer_thinks_better_of_it(shop: tuple[Page, Goods]) -> None:
    page, goods = shop
    page.evaluate("goods => buy(goods, 2)", goods.pk)
    page.wait_for_url("**/alipay-sandbox/cashier/**")
    page.get_by_role("button", name="取消").click()
    page.wait_for_url("**/index/")
    page.get_by_text("24.6 paying").wait_for()
    keep_picture(page, "cancelled")
    goods.refresh_from_db()
    assert (goods.goods_num, goods.sold_num) == (8, 0)
    assert page.failures == []  # type: ignore[attr-defined]
