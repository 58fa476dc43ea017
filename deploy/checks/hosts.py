"""Names and schemes under which the shop must not answer."""

import http.client
import ssl

from .stack import DOMAIN, Shop, ask, expect


def check(shop: Shop) -> None:
    def plain(host: str) -> int | None:
        connection = http.client.HTTPConnection("127.0.0.1", shop.http, timeout=20)
        try:
            response, _ = ask(connection, "GET", "/goods/", {"Host": host})
        except (http.client.RemoteDisconnected, ConnectionResetError):
            return None
        location = response.headers.get("Location", "")
        return response.status if location == f"https://{DOMAIN}/goods/" else -response.status

    expect("http:// is sent on to https://", plain(DOMAIN) == 301, plain(DOMAIN))
    expect("http:// with a foreign Host gets no answer", plain("evil.example") is None)
    try:
        seen: object = shop.get("/goods/", Host="evil.example")[0].status
    except (http.client.RemoteDisconnected, ConnectionResetError):
        seen = None
    expect("https:// with a foreign Host gets no answer", seen is None, seen)
    try:
        shop.connect(name="evil.example")
        seen = "a certificate"
    except ssl.SSLError as error:
        seen = error.reason
    expect("a foreign name gets no certificate", seen == "TLSV1_UNRECOGNIZED_NAME", seen)
