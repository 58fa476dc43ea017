"""Addresses as some clients write them: over a real socket, because the test client encodes."""

import json
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from apps.goods.tests.factories import make_category, make_goods


def get(server: LiveServer, target: bytes) -> dict:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"GET %b HTTP/1.0\r\nHost: localhost\r\n\r\n" % target)
        with connection.makefile("rb") as answer:
            head, _blank, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    return json.loads(body)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "search", ["牛排".encode(), b"%E7%89%9B%E6%8E%92", b"%e7%89%9b\xe6\x8e\x92"]
)
def test_links_of_a_query_in_raw_utf_8(live_server: LiveServer, search: bytes) -> None:
    category = make_category()
    for number in range(3):
        make_goods(category, name=f"牛排 {number}")
    make_goods(category, name="脐橙")
    query = b"search=" + search + b"&page_size=1&page=2"
    body = get(live_server, b"/goods/?" + query)
    assert body["count"] == 3
    others = {"search": ["牛排"], "page_size": ["1"]}
    for link, asked in ((body["next"], {**others, "page": ["3"]}), (body["previous"], others)):
        parts = urlsplit(link)
        assert parts.query.isascii()
        assert parse_qs(parts.query) == asked
        assert get(live_server, f"{parts.path}?{parts.query}".encode())["count"] == 3
