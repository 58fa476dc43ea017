"""One Chromium for all tests of a process.

Playwright's driver and Chromium take a second of processor time to start.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .services import CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


@pytest.fixture(scope="session")
def _chromium() -> "Iterator[tuple[Browser, asyncio.AbstractEventLoop]]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        chromium = playwright.chromium.launch(
            executable_path=Path(__file__).with_name("chromium.sh"),
            env={**os.environ, "CHROMIUM": str(CHROMIUM)},
            args=ARGUMENTS,
        )
        asyncio._set_running_loop(None)
        yield chromium, loop
        asyncio._set_running_loop(loop)
        chromium.close()


@pytest.fixture
def browser(
    _chromium: "tuple[Browser, asyncio.AbstractEventLoop]", monkeypatch: pytest.MonkeyPatch
) -> "Iterator[Browser]":
    """The browser; what a test has open in it is closed with the test.

    Playwright keeps an event loop in this thread, which other tests must not see as running. The
    queries of a test with a browser are not called from that loop.
    """
    chromium, loop = _chromium
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    asyncio._set_running_loop(loop)
    yield chromium
    for context in chromium.contexts:
        context.close()
    asyncio._set_running_loop(None)
