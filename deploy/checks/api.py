"""The API through nginx and uwsgi."""

import json
import subprocess
from pathlib import Path

from .stack import DOMAIN, Shop, ask, expect


def workers(program: subprocess.Popen[bytes]) -> int:
    file = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    return len(file.read_text().split()) if file.exists() else 2  # told on Linux alone


def check(shop: Shop) -> None:
    response, body = shop.get("/goods/")
    expect(
        "GET /goods/ over TLS answers 200", response.status == 200, (response.status, body[:200])
    )
    page = json.loads(body)
    expect("... with the demo's goods", page["count"] >= 60, page["count"])
    expect("... and links of https and our name", page["next"].startswith(f"https://{DOMAIN}/"),
           page["next"])  # fmt: skip
    hsts = response.headers.get("Strict-Transport-Security")
    expect("... and Strict-Transport-Security", hsts, response.headers.items())
    response, body = shop.get("/goods/", Accept_Encoding="gzip")
    expect("... compressed for who asks", response.headers.get("Content-Encoding") == "gzip")
    again, _ = shop.get("/goods/", Accept_Encoding="gzip", If_None_Match=response.headers["ETag"])
    expect("... and 304 to its ETag", again.status == 304, again.status)
    response, _ = shop.get("/readyz/")
    expect("GET /readyz/ answers 200", response.status == 200, response.status)
    response, body = ask(
        shop.connect(), "POST", "/messages/", {"Host": DOMAIN}, b"x" * (11 * 1024 * 1024 + 1)
    )
    expect("a body over 11 MB is refused with 413", response.status == 413, response.status)
    response, body = ask(
        shop.connect(),
        "POST",
        "/admin/login/",
        {
            "Host": DOMAIN,
            "Cookie": "sessionid=x",
            "Content-Type": "multipart/form-data; boundary=x",
        },
        b"x" * (12 * 1024 * 1024),
    )
    expect("... but not from staff (403: no CSRF token)", response.status == 403, response.status)
