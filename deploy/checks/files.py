"""Static files and uploads: who serves them, with which headers, and what stays hidden."""

import http.client

from .stack import CheckError, Shop, expect


def check(shop: Shop) -> None:
    response, body = shop.get("/static/admin/css/base.css")
    same = body == (shop.static / "admin" / "css" / "base.css").read_bytes()
    expect("/static/ is served from STATIC_ROOT", response.status == 200 and same, response.status)
    expect("... by nginx", response.headers.get("Expires"), response.headers.items())
    expect("... with nosniff", is_nosniff(response), response.headers.items())
    response, _ = shop.get("/media/goods/check.webp")
    shown = response.headers.get("Content-Disposition") is None
    expect("/media/ shows pictures", response.status == 200 and shown, response.headers.items())
    expect("... with nosniff", is_nosniff(response), response.headers.items())
    response, _ = shop.get("/media/check.html")
    expect("... and lets anything else be downloaded", is_download(response), response.status)
    for folder in ("messages", "refunds"):
        response, _ = shop.get(f"/media/{folder}/a1/check.png")
        expect(f"/media/{folder}/ is always a download, with nosniff",
               response.status == 200 and is_download(response) and is_nosniff(response),
               response.headers.items())  # fmt: skip
    for path in ("/media/../secret_key", "/media/%2e%2e/secret_key", "/media../secret_key",
                 "/static../secret_key", "/media/messages../../secret_key",
                 "/media/refunds../../secret_key"):  # fmt: skip
        response, body = shop.get(path)
        if b"no business" in body or response.status == 200:
            raise CheckError(f"{path} leaves the folder: {response.status}")
    expect("... and no path leads out of the folders", True)


def is_nosniff(response: http.client.HTTPResponse) -> bool:
    return response.headers.get_all("X-Content-Type-Options") == ["nosniff"]


def is_download(response: http.client.HTTPResponse) -> bool:
    return response.headers.get("Content-Disposition") == "attachment"
