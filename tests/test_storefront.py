"""The shop's own front at /index/: its page, its files, and the start page until it is built."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as shop
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client

from mxshop.storefront.headers import CONTENT_SECURITY_POLICY
from mxshop.storefront.places import Failure, Places, locked
from mxshop.storefront.sources import sources_hash
from mxshop.storefront.state import SERVED

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]

SOURCES = "0123456789abcdef"


@pytest.fixture
def places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Where a developer's bin/serve that began with SOURCES keeps its builds."""
    settings.DEBUG = True
    settings.STOREFRONT_DIR = tmp_path / "storefront"
    settings.STATIC_ROOT = tmp_path / "static"
    monkeypatch.setenv(SERVED, SOURCES)
    return Places(settings.STOREFRONT_DIR)


def make_build(places: Places, sources: str, *, script: str) -> None:
    build = places.build(sources)
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_text(f"<title>{sources}</title>")
    (build / "assets" / script).write_text(sources)
    (build / "assets" / f"{script}.gz").write_bytes(b"small")
    (build / "mark.svg").write_text("<svg/>")
    (build / "sources.txt").write_text(sources)


def start_page(client: Client, state: str) -> str:
    response = client.get("/index/", HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "script-src 'self';" in response.headers["Content-Security-Policy"]
    page = response.content.decode()
    assert f'data-state="{state}"' in page
    assert 'src="/static/mxshop/start.js"' in page
    return page


def test_the_start_page_says_how_far_the_build_is(
    client: Client, places: Places, settings: Any
) -> None:
    assert "manage.py build_storefront" in start_page(client, "missing")
    with locked(places.lock, lambda: False):
        assert "are being built" in start_page(client, "building")
    for code, words, lines in (
        ("no_node", "no Node.js of 20.19 or newer", []),
        ("offline", "<code>npm_config_registry</code>", ["npm error code ENOTFOUND"]),
        ("failed", "the last lines of the log", ["<script>", "line 2"]),
    ):
        places.failure_write(SOURCES, Failure(code, lines))
        page = start_page(client, "failed")
        assert words in page
        assert str(places.log) in page
    assert "<pre>&lt;script&gt;\nline 2\n</pre>" in page
    places.failure_clear()
    settings.STOREFRONT_BUILD = False
    assert "STOREFRONT_BUILD" in start_page(client, "off")
    make_build(places, SOURCES, script="main-1.js")
    response = client.get("/index/")
    assert response.content == f"<title>{SOURCES}</title>".encode()
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert client.get("/index/mark.svg").status_code == 404


def test_the_start_page_is_chinese(client: Client, places: Places) -> None:
    with locked(places.lock, lambda: False):
        page = client.get("/index/", HTTP_ACCEPT_LANGUAGE="zh-CN").content.decode()
    assert "正在构建商城页面" in page


def test_files_of_this_build_and_hashed_ones_of_others(
    client: Client, places: Places, settings: Any, tmp_path: Path
) -> None:
    make_build(places, "f" * 16, script="main-1.js")
    make_build(places, SOURCES, script="main-2.js")
    (places.builds / "f0f0").mkdir()
    (places.builds / "secret.txt").touch()
    for script in ("main-1.js", "main-2.js"):
        response = client.get(f"/static/shop/assets/{script}", HTTP_ACCEPT_ENCODING="gzip")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Encoding"] == "gzip"
        response.close()
    assert finders.find("shop/mark.svg") == str(places.build(SOURCES) / "mark.svg")
    response = client.get("/static/shop/mark.svg")
    assert "immutable" not in response.headers["Cache-Control"]
    response.close()
    for path in (
        "shop/../secret.txt",
        "shop/assets/../../secret.txt",
        "shop/a\0b",
        "shop/",
        "mark.svg",
    ):
        assert finders.find(path) is None, path
    settings.FRONTEND_DIR = tmp_path
    assert finders.find("shop/mark.svg") is None


def test_production_shows_what_was_collected(client: Client, places: Places, settings: Any) -> None:
    settings.DEBUG = False

    def warnings() -> list[str]:
        found = run_checks(tags=["storage"], include_deployment_checks=True)
        return [message.msg for message in found if message.id == "mxshop.W007"]

    where = f"STATIC_ROOT={settings.STATIC_ROOT} holds"
    ends = "of the shop's own front, which /index/ shows."
    assert warnings() == [f"{where} no build {ends}"]
    page = client.get("/index/").content.decode()
    assert "start.js" not in page
    assert str(shop.STOREFRONT_DIR) not in page
    make_build(places, SOURCES, script="main-1.js")
    # The page comes when its files are there.
    names = [name for finder in finders.get_finders() for name, _storage in finder.list([])]
    assert names[-2:] == ["index.html", "sources.txt"]
    call_command("collectstatic", interactive=False, verbosity=0)
    assert client.get("/index/").content == f"<title>{SOURCES}</title>".encode()
    assert (settings.STATIC_ROOT / "shop" / "assets" / "main-1.js.gz").is_file()
    assert warnings() == [f"{where} an older build {ends}"]
    (settings.STATIC_ROOT / "shop" / "sources.txt").write_text(sources_hash())
    assert warnings() == []
