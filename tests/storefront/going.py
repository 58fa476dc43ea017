"""From page to page within one document of the front, as a buyer goes."""

from playwright.sync_api import Page

from .conftest import wait_until

# The frame in which the last page left is not this page's; its entry may come later.
WATCH_FROM_HERE = """async () => {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    window.since = performance.now()
    window.shifted = 0
}"""
# Counts what the page has asked and not heard yet.
WATCH_REQUESTS = """
    window.asked = 0
    const ask = window.fetch
    window.fetch = (...wanted) => {
        window.asked += 1
        return ask(...wanted).finally(() => { window.asked -= 1 })
    }
"""
# The page that was there is gone, all answers are drawn, and so are the pictures on the screen.
IS_THERE = """(
    document.querySelector('main h1') && window.asked === 0
    && !document.querySelector('main .skeleton, main .van-skeleton')
    && [...document.images].every((image) => {
        const {top, right, bottom, left} = image.getBoundingClientRect()
        const isSeen = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
        return image.complete || !isSeen
    })
    // A button that fades in has too little contrast for a moment.
    && document.getAnimations().every(
        (one) => one.playState !== 'running' || one.effect.getComputedTiming().endTime === Infinity
    )
)"""
LEAVE = """(path) => {
    window.left = [...document.querySelectorAll('main > *')]
    location.hash = path
}"""
# A page that is none of the others, so that each of them is drawn anew.
BETWEEN = "/between"


def go_to(page: Page, path: str) -> None:
    """Open the shop at a page, or go there within it; wait until all of it is there.

    WATCH_REQUESTS has to be an init script of the page.
    """
    if page.url == "about:blank":
        page.goto(f"/index/#{path}")
    else:
        for step in (BETWEEN, path):
            if page.url.endswith(f"#{step}"):
                continue
            page.evaluate(LEAVE, step)
            wait_until(page, "window.left.every((element) => !element.isConnected)")
            page.evaluate(WATCH_FROM_HERE)
    wait_until(page, IS_THERE)
    wait_until(page, IS_THERE)  # what the answers brought is drawn, and may ask in its turn
