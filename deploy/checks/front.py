"""The shop's own front: its page comes from the shop, its files from nginx, to be kept."""

import gzip
import re

from .files import is_nosniff
from .stack import Shop, expect

KEPT = "public, max-age=31536000, immutable"


def check(shop: Shop) -> None:
    response, page = shop.get("/index/")
    headers = response.headers
    policy = headers.get("Content-Security-Policy", "")
    # Not the small one that runs first (async): it is not worth a compressed copy.
    script = re.search(rb'src="(/static/shop/assets/[^"]+\.js)"></script>', page)
    expect("/index/ is the front's page", response.status == 200 and script, page[:500])
    expect("... asked for anew each time", headers.get("Cache-Control") == "no-cache", headers)
    expect("... with a Content-Security-Policy", "script-src 'self';" in policy, policy)
    assert script
    path = script[1].decode()
    content = (shop.static / path.removeprefix("/static/")).read_bytes()
    response, body = shop.get(path, Accept_Encoding="gzip")
    expect("its files come compressed",
           response.headers.get("Content-Encoding") == "gzip" and gzip.decompress(body) == content,
           response.headers.items())  # fmt: skip
    expect("... are kept for a year", response.headers.get_all("Cache-Control") == [KEPT],
           response.headers.items())  # fmt: skip
    expect("... with nosniff", is_nosniff(response), response.headers.items())
    response, body = shop.get(path)
    plain = response.headers.get("Content-Encoding") is None
    expect("... or plain to whoever asks so", plain and body == content, response.headers.items())
    response, _ = shop.get("/static/shop/assets/none.js")
    missing = response.status == 404 and not response.headers.get("Cache-Control")
    expect("a missing file is not kept", missing, response.headers.items())
    response, _ = shop.get("/static/shop/mark.svg")
    expect("its picture is there", response.status == 200, response.status)
    response, _ = shop.get("/static/shop/index.html")
    expect("its page has no second address", response.status == 404, response.status)
