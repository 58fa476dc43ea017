"""What Sentry learns when the shop fails: where and why, and nothing of anybody's."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from extra_apps.alipay_sandbox.keys import key_pair_make
from utils.config.scrubbing import Scrubber

from .http_server import Answer, Received, http_server
from .shop_settings import PRODUCTION, TOP

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

DATABASE_PASSWORD = "dB-pAssw0rd-9c41"
SECRET_KEY = "kQ2-vT7zLx_9RmB4nWc8YhJ3sGd6FpAe1UoKiXb5Zt0"
PLANTED = {
    "password": "Tr0ub4dor-and-3",
    "code": "271828",
    "mobile": "13911223344",
    "address": "平江路 77 号 3 幢",
    "latin address": "77 Planted Lane",
    "recipient": "欧阳小满",
    "session": "s3ss10n0fstaff7w4xq2",
    "sign": "c2lnbmF0dXJlK3dpdGgvc2xhc2g9PQ",
}


def envelopes_of(folder: Path, *arguments: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the items that the misfortunes of sentry_shop.py send, and all that was secret."""
    bodies: list[bytes] = []

    def receive(received: Received) -> Answer:
        if received.path.endswith("/envelope/"):
            body = received.body
            packed = received.headers.get("Content-Encoding") == "gzip"
            bodies.append(gzip.decompress(body) if packed else body)
        return Answer(body="{}")

    key = key_pair_make().private
    with http_server(receive) as origin:
        own = {
            "PATH": "/usr/bin:/bin", "PLANTED": json.dumps(PLANTED), "GATEWAY": origin,
            "DSN": origin.replace("://", "://key@") + "/1", "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": f"mysql://shop:{DATABASE_PASSWORD}@127.0.0.1:9/shop",
            "ALIPAY_PRIVATE_KEY": key, "HTTPS": "false", "ALLOW_HTTP": "true",
            "VAR_DIR": str(folder), "MEDIA_ROOT": str(folder),
            "DJANGO_SETTINGS_MODULE": "mxshop.settings",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "tests.sentry_shop", *arguments],
            cwd=TOP, env=PRODUCTION | own, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    secrets = {**PLANTED, **json.loads(done.stdout), "database": DATABASE_PASSWORD}
    secrets |= {"secret key": SECRET_KEY, "alipay key": key.splitlines()[5]}
    return [item for body in bodies for item in items_of(body)], secrets


def items_of(envelope: bytes) -> list[dict[str, Any]]:
    _header, *lines = envelope.split(b"\n")
    pairs = zip(lines[::2], lines[1::2], strict=False)
    return [{"type": json.loads(head)["type"], **json.loads(item)} for head, item in pairs if head]


def leaks(items: list[dict[str, Any]], secrets: dict[str, str]) -> set[str]:
    sent = json.dumps(items, ensure_ascii=False)
    return {
        name
        for name, secret in secrets.items()
        if secret in sent or quote(secret) in sent or quote_plus(secret) in sent
    }


def test_nothing_that_is_secret_is_sent(tmp_path: Path) -> None:
    items, secrets = envelopes_of(tmp_path)
    assert len(secrets) == 12
    assert leaks(items, secrets) == set()
    # Each misfortune is told all the same, with its place and its kind.
    events = [item for item in items if item["type"] == "event"]
    told = {
        (event.get("transaction", ""), event["exception"]["values"][-1]["type"])
        for event in events
        if "exception" in event
    }
    assert told >= {
        ("/indexgoods/", "RuntimeError"), ("/admin/login/", "RuntimeError"),
        ("", "ValueError"), ("", "KeyError"),
    }  # fmt: skip
    outage = {value["value"] for event in events for value in event["exception"]["values"]
              if value["type"] == "OperationalError"}  # fmt: skip
    # mysqlclient says 2002 where PyMySQL says 2003.
    assert [text[5:21] for text in outage] == [", Can't connect "]
    assert any(event["logentry"]["params"] == ["20261123105519089841", "[Filtered]", "[Filtered]"]
               for event in events if event.get("logger") == "shop")  # fmt: skip
    frames = [frame for event in events if "exception" in event
              for frame in event["exception"]["values"][-1]["stacktrace"]["frames"]]  # fmt: skip
    assert {"run", "broken_page", "broken_read"} <= {frame["function"] for frame in frames}
    assert [item["transaction"] for item in items if item["type"] == "transaction"]
    # By this they are found in the shop's log and in nginx's.
    ids = [event["tags"]["request_id"] for event in events if event.get("transaction")]
    assert len(ids) > 1
    assert all(re.fullmatch(r"[0-9a-f]{32}", text) for text in ids)


def test_sentry_as_its_documentation_starts_it_tells_them(tmp_path: Path) -> None:
    """The control: without our scrubbing the same misfortunes tell all twelve."""
    items, secrets = envelopes_of(tmp_path, "plain")
    assert leaks(items, secrets) == secrets.keys()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("(1062, \"Duplicate entry '13911223344-x' for key 'mobile'\")",
         "(1062, \"Duplicate entry '[Filtered]' for key 'mobile'\")"),
        ("Access denied for user 'shop'@'10.0.0.1'",
         "Access denied for user '[Filtered]'@'10.0.0.1'"),
        ("mysql://shop:p@ss@db:3306/shop is away", "mysql://[Filtered]@db:3306/shop is away"),
        ("GET https://a.example/gateway.do?sign=a%2Bb&x=1 failed",
         "GET https://a.example/gateway.do?[Filtered] failed"),
        ("Authorization: JWT eyJhbGciOi.eyJ1c2VyIjoxfQ.c2ln", "Authorization: [Filtered]"),
        ("password='a b c', code=4711; retry", "password=[Filtered], code=[Filtered]; retry"),
        ('{"singer_mobile": "x", "nums": 3}', '{"singer_mobile": [Filtered], "nums": 3}'),
        ("order 20261123105519089841 of +86 139 is at https://a.example/orders/3/",
         "order 20261123105519089841 of +86 139 is at https://a.example/orders/3/"),
        ("call 13911223344 or a.b@example.com", "call [Filtered] or [Filtered]"),
        ("file /media/messages/x8/y.png", "file /media/messages/[Filtered]"),
        ("by-heart-1 and by-heart-12", "[Filtered] and [Filtered]"),
    ],
)  # fmt: skip
def test_texts(text: str, clean: str) -> None:
    assert Scrubber(["by-heart-1", "by-heart-12", ""]).text(text) == clean


def test_what_an_exception_says() -> None:
    said = {
        "(1366, \"Can't store 'a' as 'b c' in column 'name'\")":
            "(1366, Can't store 'a' as [Filtered] in column 'name')",
        "invalid literal for int() with base 10: '4711'":
            "invalid literal for int() with base 10: [Filtered]",
        "no way to 平江路 77 号, 小满": "no way to [Filtered], [Filtered]",
    }  # fmt: skip
    for text, clean in said.items():
        event = {"exception": {"values": [{"type": "E", "value": text}]}}
        assert Scrubber().event(event)["exception"]["values"][0]["value"] == clean
