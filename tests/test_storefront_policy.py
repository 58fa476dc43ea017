"""The front runs under its Content-Security-Policy, from the files that bin/serve builds."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from apps.goods.models import Goods
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from mxshop.storefront.building import storefront_build
from mxshop.storefront.places import Places

from .node_tools import ENVIRONMENT
from .shop_settings import TOP
from .storefront.going import WATCH_REQUESTS, go_to

pytestmark = [
    pytest.mark.browser, pytest.mark.node, pytest.mark.one_database,
    pytest.mark.django_db(transaction=True),
]  # fmt: skip

WATCH = """
    window.refused = []
    document.addEventListener('securitypolicyviolation', event =>
      window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`))
"""
INLINE_SCRIPT = """() => {
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    return window.ran ?? false
}"""
PATHS = ["/", "/categories", "/goods", "/search", "/login", "/register"]
ACCOUNT_PATHS = ["/cart", "/orders", "/app/home/member/order", "/me", "/favourites",
                 "/addresses/new", "/messages", "/profile", "/refunds"]  # fmt: skip


@pytest.fixture
def origin(live_server: Any, settings: Any, tmp_path: Path) -> str:
    """A shop that shows the front as production does."""
    settings.STOREFRONT_DIR = TOP / "var" / "storefront"
    build = storefront_build(Places(settings.STOREFRONT_DIR), environment=ENVIRONMENT)
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "shop").symlink_to(build)
    call_command("load_demo", verbosity=0)
    return str(live_server.url)


@pytest.fixture
def styled_goods(origin: str) -> Goods:
    """Goods whose description sets styles inline, as the editor of the admin writes them."""
    goods = Goods.objects.earliest("pk")
    goods.goods_desc = '<p style="text-align: center; color: #123456">Styled</p>' + goods.goods_desc
    goods.save()
    return goods


def test_no_page_does_what_the_policy_refuses(
    browser: Browser, origin: str, styled_goods: Goods
) -> None:
    goods_path = f"/goods/{styled_goods.pk}"
    buyer = UserProfile.objects.create_user("13900139000", mobile="13900139000")
    context = browser.new_context(base_url=origin, locale="zh-CN")
    context.add_init_script(WATCH + WATCH_REQUESTS)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    for path in [*PATHS, goods_path, "token", *ACCOUNT_PATHS]:
        if path == "token":
            page.evaluate("token => localStorage.setItem('mxshop-token', token)", token_make(buyer))
            page.reload()
            continue
        go_to(page, path)
        assert page.evaluate("window.refused") == [], path
        if path == goods_path:
            styled = page.get_by_text("Styled", exact=True)
            assert styled.evaluate("tag => getComputedStyle(tag).color") == "rgb(18, 52, 86)"
    assert page.evaluate("document.fonts.check('20px vant-icon')")
    # The control: what is not the shop's does not run.
    assert page.evaluate(INLINE_SCRIPT) is False
    page.wait_for_function("window.refused.length > 0")
    assert page.evaluate("window.refused") == ["script-src-elem inline"]
    assert failures == []
