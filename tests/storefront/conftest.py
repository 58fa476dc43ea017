"""The built front, a browser that shows it, and who uses it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import Browser, Page, Response, expect

from apps.trade.models import OrderInfo, Payment, Refund, RefundRequest
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from mxshop.storefront.building import storefront_build
from mxshop.storefront.places import Places
from mxshop.storefront.state import STATIC_FOLDER, served_sources
from tests import described
from tests.node_tools import ENVIRONMENT
from tests.shop_settings import TOP

from .demo import Demo

# Pictures of the pages, for people to look at; git ignores the folder.
PICTURES = TOP / "test-results" / "storefront"
KEEP_TOKEN = "if (location.protocol === 'http:') localStorage.setItem('mxshop-token', {token!r})"

# By it the shop leads to the cashier for phones.
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0.0.0 Mobile Safari/537.36"
)

# How long a machine may take that does much else: nothing waits longer than it must.
PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=PATIENCE / 2)

BuyerPage = Callable[..., Page]


@pytest.fixture(scope="session")
def places() -> Places:
    """Where bin/serve keeps its builds: this checkout's is there, and is made once."""
    places = Places(TOP / "var" / "storefront")
    storefront_build(places, environment=ENVIRONMENT)
    return places


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo") / "media")


@pytest.fixture
def origin(live_server: Any, places: Places, settings: Any, tmp_path: Path, demo: Demo) -> str:
    """The shop with its front, its demo data and the gateway beside it, over real sockets."""
    settings.STOREFRONT_DIR = places.folder
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / STATIC_FOLDER).symlink_to(places.build(served_sources()))
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = demo.media
    settings.SITE_URL = live_server.url
    settings.ALIPAY_GATEWAY_URL = f"{live_server.url}/alipay-sandbox/gateway.do"
    demo.load()
    # Both are made once for all: not by two requests at the same time.
    described.described()
    ContentType.objects.get_for_models(OrderInfo, Refund, RefundRequest, Payment)
    return str(live_server.url)


@pytest.fixture
def open_page(browser: Browser, origin: str) -> Iterator[BuyerPage]:
    """Open a page of a width, logged in or not; what breaks on any of them fails the test."""
    faults: list[str] = []

    def opened(width: int, user: UserProfile | None = None, language: str = "zh-CN") -> Page:
        is_phone = width < 900
        context = browser.new_context(
            base_url=origin, locale=language, is_mobile=is_phone, has_touch=is_phone,
            user_agent=PHONE if is_phone else None,
            viewport={"width": width, "height": 844 if is_phone else 900},
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        if user is not None:
            context.add_init_script(KEEP_TOKEN.format(token=token_make(user)))
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: _refused(said.text, faults))
        page.on(
            "response",
            lambda got: faults.append(f"{got.status} {got.url}") if got.status == 500 else None,
        )
        return page

    yield opened
    assert faults == []


def _refused(text: str, faults: list[str]) -> None:
    """Note what the page's Content-Security-Policy refused."""
    if "Content Security Policy" in text:
        faults.append(text)


def answers(method: str, path: str) -> Callable[[Response], bool]:
    """Say which response to wait for: a page asks for the same path in more than one way."""
    return lambda got: got.request.method == method and urlsplit(got.url).path == path


def wait_until(page: Page, condition: str) -> None:
    """Wait until a condition in JavaScript holds, as it does after each frame.

    Not by ``wait_for_function()``, which evaluates what does not hold at once by ``eval()``: the
    page's Content-Security-Policy forbids that.
    """
    page.evaluate(
        f"""(patience) => new Promise((resolve, reject) => {{
            const end = performance.now() + patience
            const holds = () => {condition}
            const look = () => {{
                if (holds()) resolve()
                else if (performance.now() > end) reject(new Error('never: ' + holds))
                else requestAnimationFrame(look)
            }}
            requestAnimationFrame(look)
        }})""",
        PATIENCE / 2,
    )


@pytest.fixture
def buyer(origin: str) -> UserProfile:
    """The demo's buyer, who has orders in every tab."""
    return UserProfile.objects.get(username="13800000001")


@pytest.fixture
def sms_code(settings: Any) -> Callable[[str], str]:
    """Read the newest code that a mobile got."""

    def read(mobile: str) -> str:
        text = Path(settings.VAR_DIR, "sms.log").read_text()
        return str(re.findall(rf"{mobile} .*?是(\d+)，", text)[-1])

    return read


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of what a page shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=PICTURES / f"{name}.png") and None
