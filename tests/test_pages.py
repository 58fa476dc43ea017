from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.test import Client
from rest_framework.test import APIClient

from .shop_settings import settings_of

pytestmark = pytest.mark.django_db


def test_the_root_lists_the_resources(api: APIClient) -> None:
    root = api.get("/").json()
    assert root["goods"] == "http://testserver/goods/"
    assert {"goods", "categorys", "banners", "hotsearchs", "indexgoods"} <= root.keys()


def test_the_root_ignores_a_stale_token(api: APIClient) -> None:
    assert api.get("/", HTTP_AUTHORIZATION="JWT stale.old.token").status_code == 200


def test_the_browsable_api(client: Client) -> None:
    for path in ("/", "/goods/?p=1", "/categorys/", "/indexgoods/"):
        response = client.get(path, HTTP_ACCEPT="text/html")
        assert response.status_code == 200
        assert "text/html" in response.headers["Content-Type"]


def test_a_missing_slash(client: Client) -> None:
    response = client.get("/goods?page=1")
    assert (response.status_code, response.headers["Location"]) == (301, "/goods/?page=1")
    for debug in (False, True):
        for method in ("post", "put", "patch", "delete"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("django.conf.settings.DEBUG", debug)
                response = getattr(client, method)("/goods")
            assert (response.status_code, response.headers["Location"]) == (308, "/goods/")


def test_an_unknown_path_is_json(client: Client) -> None:
    response = client.get("/no/such/path/")
    assert response.status_code == 404
    assert response.json() == {"detail": "未找到。"}


def test_an_unforeseen_error_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("apps.goods.views.index_categories", break_down)
    response = Client(raise_request_exception=False).get("/indexgoods/")
    assert response.status_code == 500
    assert response.json() == {"detail": "服务器出现了错误。"}


def test_the_start_page_without_a_storefront(client: Client) -> None:
    response = client.get("/index/")
    assert response.status_code == 200
    assert 'href="/docs/"' in response.content.decode()
    assert client.get("/index/static/app.js").status_code == 404


@pytest.fixture
def storefront(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "static").mkdir(parents=True)
    (folder / "index.html").write_text("<title>shop</title>")
    (folder / "static" / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("not yours")
    settings.FRONTEND_DIR = folder
    return folder


def test_the_storefront(client: Client, storefront: Path) -> None:
    response = client.get("/index/")
    assert response.content == b"<title>shop</title>"
    assert response.headers["Cache-Control"] == "no-cache"
    script = client.get("/index/static/app.js")
    assert b"".join(script.streaming_content) == b"1"
    assert "javascript" in script.headers["Content-Type"]


@pytest.mark.parametrize("folder", ["/index/", "/media/"])
@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "//etc/passwd",
        "a%00b",
        "static",
        "no",
        "x" * 4000,
    ],
)
def test_no_file_outside_of_the_folder(
    client: Client, storefront: Path, folder: str, path: str
) -> None:
    assert client.get(folder + path).status_code == 404


def test_a_storefront_without_its_page(client: Client, storefront: Path) -> None:
    (storefront / "index.html").unlink()
    assert client.get("/index/").status_code == 404


def test_files_beside_the_storefronts_page_are_static_files(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    for name in ("index.html", "index.entry.js", "static/app.js"):
        (tmp_path / name).touch()
    shop = settings_of(tmp_path, DEBUG="true", FRONTEND_DIR=str(tmp_path))
    settings.STATICFILES_DIRS = shop["STATICFILES_DIRS"]
    finder = FileSystemFinder()
    assert finder.find("index.entry.js") == str(tmp_path / "index.entry.js")
    assert finder.find("app.js") == str(tmp_path / "static" / "app.js")


def test_media(client: Client, media_root: Path) -> None:
    (media_root / "goods").mkdir()
    (media_root / "goods" / "a.webp").write_bytes(b"picture")
    response = client.get("/media/goods/a.webp")
    assert b"".join(response.streaming_content) == b"picture"
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == 'inline; filename="a.webp"'


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.xhtml", "x.js", "x", "x.pdf"])
def test_what_is_no_picture_is_only_downloaded(client: Client, media_root: Path, name: str) -> None:
    (media_root / name).write_text("<script>alert(1)</script>")
    response = client.get(f"/media/{name}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    response.close()


def test_the_schema_speaks_chinese(client: Client) -> None:
    response = client.get("/schema/?format=json")
    assert response.status_code == 200
    schema = response.json()
    card = schema["components"]["schemas"]["GoodsCard"]["properties"]
    assert card["shop_price"]["type"] == "number"
    assert card["shop_price"]["description"] == "单位元，买家实际支付的价格。"
    assert schema["paths"]["/goods/"]["get"]["summary"] == "在售商品，分页"
    english = {text for text in _texts(schema) if text and text.isascii()}
    assert english == set()


def _texts(schema: Any) -> Iterator[str]:
    """Yield what an OpenAPI description says in words, at any depth."""
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name in {"description", "summary"} and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def test_the_documentation_asks_no_outside_host(client: Client) -> None:
    page = client.get("/docs/").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    style = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"
    assert style in page
    response = client.get(style)
    assert response.status_code == 200
    response.close()


def test_pages_of_staff_and_developers(client: Client) -> None:
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 200
    assert client.get("/api-auth/login/").status_code == 200


def test_cross_origin(client: Client, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]
    asked = {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "imooc,authorization",
    }
    response = client.options("/goods/", HTTP_ORIGIN="https://shop.example", **asked)
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"imooc", "authorization", "idempotency-key"} <= set(allowed)
    response = client.options("/goods/", HTTP_ORIGIN="https://evil.example", **asked)
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_a_wrong_path_is_json_while_developing(client: Client, settings: Any, accept: Any) -> None:
    settings.DEBUG = True
    response = client.get("/no/such/", **({"HTTP_ACCEPT": accept} if accept else {}))
    assert (response.status_code, response.json()) == (404, {"detail": "未找到。"})
    page = client.get("/no/such/", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Using the URLconf" in page.content.decode()
