"""/metrics through nginx, added up over the workers; and the request's id in nginx's log."""

import http.client
import re

from .stack import DOMAIN, CheckError, Shop, ask, expect

REQUESTS = 60


def check(shop: Shop) -> None:
    response, _ = shop.get("/metrics")
    expect("GET /metrics is refused from outside", response.status == 403, response.status)
    before = answered(shop)
    for _ in range(REQUESTS):
        shop.get("/healthz/")
    seen = {answered(shop) - before for _ in range(20)}
    expect(
        f"{REQUESTS} requests to both workers are {REQUESTS} in /metrics, whichever answers",
        seen == {REQUESTS}, seen,
    )  # fmt: skip
    files = sorted(file.name for file in (shop.folder / "metrics").iterdir())
    expect("each worker counts in two files", 2 <= len(files) <= 4, files)
    response, _ = shop.get("/healthz/", X_Request_ID="f" * 32)
    given = response.headers["X-Request-ID"]
    lines = (shop.folder / "access.log").read_text().splitlines()
    expect(
        "the answer's X-Request-ID stands in nginx's log", any(given in line for line in lines),
        (given, lines[-1:]),
    )  # fmt: skip


def answered(shop: Shop) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", shop.metrics, timeout=20)
    response, body = ask(connection, "GET", "/metrics", {"Host": DOMAIN})
    if response.status != http.client.OK:
        raise CheckError(f"GET /metrics on loopback: {response.status}")
    found = re.search(
        r'^mxshop_http_requests_total\{method="GET",route="healthz",status="200"\} (\S+)$',
        body.decode(), re.MULTILINE,
    )  # fmt: skip
    return round(float(found[1])) if found else 0
