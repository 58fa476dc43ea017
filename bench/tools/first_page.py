"""What the front's home page costs a phone that opens the shop for the first time.

    python -m bench first-page http://127.0.0.1:8000 [--runs 5] [--cpu 4]
    python -m bench first-page --production

``--production`` starts nginx with TLS, uwsgi and the shop as deploy/ has them, in a temporary
folder with the demo's goods (what deploy/check starts), and asks that.

Chromium as a phone of 390 by 844 points at a density of 2, with an empty cache for each run, on the
network that Chrome's developer tools call "Fast 4G" (down 9 Mbit/s, up 1.5 Mbit/s, each at 90 %,
165 ms more for each answer), and a processor slowed down by ``--cpu``. Prints the median of the
runs: the largest contentful paint and its element, what moved, and the bytes over the network until
nothing was asked for any more. Playwright drives it, so it is not a Lighthouse score.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from deploy.checks import prepare, proxy
from deploy.checks.stack import DEPLOY, DOMAIN, PROJECT, Shop, wait_for

CHROMIUM = "/usr/bin/chromium"
FAST_4G = {
    "offline": False, "latency": 165, "downloadThroughput": 9_000_000 * 0.9 / 8,
    "uploadThroughput": 1_500_000 * 0.9 / 8,
}  # fmt: skip
WATCH = """
    window.seen = {lcp: 0, what: '', cls: 0}
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            seen.lcp = entry.startTime
            seen.what = entry.element ? entry.element.outerHTML.slice(0, 120) : ''
        }
    }).observe({type: 'largest-contentful-paint', buffered: true})
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value
    }).observe({type: 'layout-shift', buffered: true})
"""


def visit(browser: Browser, origin: str, slower: float) -> tuple[dict[str, Any], Counter[str]]:
    """Open the home page once; return what the page saw, and bytes by kind of file."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True,
        has_touch=True, locale="zh-CN", ignore_https_errors=True,
    )  # fmt: skip
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", FAST_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    kinds: dict[str, str] = {}
    bytes_of: Counter[str] = Counter()
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on(
        "Network.loadingFinished",
        lambda e: bytes_of.update({kinds.get(e["requestId"], "?"): int(e["encodedDataLength"])}),
    )
    page.add_init_script(WATCH)
    page.goto(f"{origin}/index/", wait_until="networkidle")
    page.locator("main .grid a img").first.wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    while not page.evaluate("seen.lcp"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)
    seen = page.evaluate("seen")
    context.close()
    return seen, bytes_of


@contextlib.contextmanager
def production() -> Iterator[tuple[str, list[str]]]:
    """Start nginx, uwsgi and the shop; yield its origin and the browser's options to reach it."""
    with tempfile.TemporaryDirectory(prefix="mxshop-first-page-") as folder:
        shop = Shop(Path(folder), PROJECT / ".venv")
        with contextlib.redirect_stdout(sys.stderr):
            prepare.fill(shop)
            shop.manage("pictures_make")
            nginx = proxy.write_nginx(shop)
        uwsgi: list[str | Path] = [shop.bin / "uwsgi", "--ini", DEPLOY / "uwsgi.ini"]
        with (
            shop.running("uwsgi", uwsgi, APP_SOCKET=str(shop.socket)) as program,
            shop.running("nginx", nginx),
        ):
            wait_for(program, "uwsgi's socket", shop.socket.exists)
            # Without a port, as the addresses of pictures are.
            rules = f"--host-resolver-rules=MAP {DOMAIN} 127.0.0.1:{shop.https}"
            yield f"https://{DOMAIN}", [rules]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("origin", nargs="?")
    parser.add_argument("--production", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cpu", type=float, default=4)
    given = parser.parse_args()
    if given.production == bool(given.origin):
        parser.error("name an origin, or --production")
    place = production() if given.production else contextlib.nullcontext((given.origin, []))
    with place as (origin, options), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *options]
        )
        runs = [visit(browser, origin, given.cpu) for _ in range(given.runs)]
        browser.close()
    paints = sorted(seen["lcp"] for seen, _bytes in runs)
    print(f"largest contentful paint: {statistics.median(paints):.0f} ms, of {paints}")
    print(f"its element: {runs[-1][0]['what']}")
    print(f"moved: {max(seen['cls'] for seen, _bytes in runs):.4f}")
    for kind, size in runs[-1][1].most_common():
        print(f"{kind:<12}{size:>9} bytes")


if __name__ == "__main__":
    main()
