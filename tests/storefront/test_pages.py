"""Every page on three widths: nothing hangs over the edge, and a screen reader can use it.

The pages of one visitor are opened one after the other in one document, as a buyer goes from
page to page: the shop and axe are read once, not forty times.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from apps.goods.models import Goods, GoodsCategory
from apps.trade.models import RefundRequest
from apps.user_operation.models import UserAddress
from apps.users.models import UserProfile
from mxshop.storefront.places import Places
from tests.clients import client_of

from .conftest import BuyerPage
from .going import BETWEEN, WATCH_REQUESTS, go_to

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.slow, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

AXE = "node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}
# Adds up what moved without the user's doing (Cumulative Layout Shift).
WATCH_SHIFTS = """
    window.since = 0
    window.shifted = 0
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            const isOfThisPage = entry.startTime >= window.since
            if (isOfThisPage && !entry.hadRecentInput) window.shifted += entry.value
        }
    }).observe({type: 'layout-shift', buffered: true})
"""
NARROWEST = 320
MOST_SHIFTED = 0.1  # what Core Web Vitals call good

OPEN = {
    "home": "/", "categories": "/categories", "list": "/goods",
    "branch": "/goods?top_category={branch}",
    "nothing": "/goods?search=zzzz", "search": "/search", "goods": "/goods/{goods}",
    "gone": "/goods/99999", "missing": BETWEEN, "login": "/login", "register": "/register",
    "reset": "/reset", "cart-of-nobody": "/cart", "me-of-nobody": "/me",
}  # fmt: skip
MINE = {
    "cart": "/cart", "checkout": "/checkout?buy={goods}&nums=2", "orders": "/orders", "me": "/me",
    "orders-refunding": "/orders?tab=refunding", "favourites": "/favourites",
    "addresses": "/addresses", "address-new": "/addresses/new", "messages": "/messages",
    "profile": "/profile", "password": "/password", "close-account": "/close-account",
    "refunds": "/refunds",
}  # fmt: skip


def of_rows(buyer: UserProfile) -> Iterator[tuple[str, str]]:
    """The pages of single orders and refund requests."""
    for order in client_of(buyer).get("/orders/").json():
        status, path = order["status"], f"/orders/{order['id']}"
        yield f"order-{status}", path
        if status in ("to_pay", "to_ship"):
            yield f"paid-{status}", f"{path}/paid"
        if "request_refund" in order["actions"]:
            yield "refund-new", f"{path}/refund"
    address = UserAddress.objects.filter(user=buyer).earliest("pk")
    yield "address", f"/addresses/{address.pk}"
    for request in RefundRequest.objects.filter(order__user=buyer):
        yield f"refund-{request.state}", f"/refunds/{request.pk}"


def look(page: Page, name: str, path: str, width: int, picture: Any, axe: str) -> list[str]:
    """Open a page, keep a picture of it, and return what is wrong with it."""
    goods = Goods.objects.get(name__startswith="赣南脐橙").pk
    branch = GoodsCategory.objects.get(name="新鲜水果").pk
    go_to(page, path.format(goods=goods, branch=branch))
    picture(page, f"{name}-{width}")
    faults = []
    if (over := page.evaluate("document.documentElement.scrollWidth") - width) > 0:
        faults.append(f"{over} pixels over the edge")
    if (shifted := page.evaluate("window.shifted")) > MOST_SHIFTED:
        faults.append(f"moved by {shifted:.3f}")
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} headings of the first rank")
    if width == NARROWEST:  # the same page as that of other phones, for a screen reader
        return [f"{name} at {width}: {fault}" for fault in faults]
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    faults += [
        f"{rule['id']}: {rule['nodes'][0]['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
    ]
    return [f"{name} at {width}: {fault}" for fault in faults]


LONG = pytest.mark.long_browser


@pytest.mark.parametrize(
    "width", [pytest.param(NARROWEST, marks=LONG), 390, pytest.param(1280, marks=LONG)]
)
def test_every_page(
    open_page: BuyerPage, buyer: UserProfile, picture: Any, places: Places, width: int
) -> None:
    axe = (places.workshop / AXE).read_text()
    faults: list[str] = []
    nobody = open_page(width)
    nobody.add_init_script(WATCH_SHIFTS + WATCH_REQUESTS)
    for name, path in OPEN.items():
        faults += look(nobody, name, path, width, picture, axe)
    page = open_page(width, buyer)
    page.add_init_script(WATCH_SHIFTS + WATCH_REQUESTS)
    for name, path in {**MINE, **dict(of_rows(buyer))}.items():
        faults += look(page, name, path, width, picture, axe)
    assert faults == []


def test_english(open_page: BuyerPage, buyer: UserProfile, picture: Any) -> None:
    """No Chinese but what the shop sells and the buyer wrote."""
    page = open_page(390, buyer, language="en-US")
    for name, path in {"me": "/me", "password": "/password", "login": "/login"}.items():
        page.goto(f"/index/#{path}", wait_until="networkidle")
        picture(page, f"{name}-390-en")
        assert page.locator("html").get_attribute("lang") == "en"
        texts = page.locator("main").inner_text().replace("小满", "").replace("中文", "")
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in texts), texts
