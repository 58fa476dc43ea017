"""Accept-Language: English for who asks for it, Simplified Chinese for everybody else."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

pytestmark = pytest.mark.django_db

CHINESE, ENGLISH = {"detail": "未找到。"}, {"detail": "Not found."}


def ask(client: Client, path: str, language: str | None = None) -> Any:
    return client.get(path, **({} if language is None else {"HTTP_ACCEPT_LANGUAGE": language}))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-hans"), ("", "zh-hans"), ("zh", "zh-hans"), ("zh-TW", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"), ("fr", "zh-hans"), ("fr-FR,de;q=0.5", "zh-hans"),
        ("*", "zh-hans"), ("en;q=0", "zh-hans"), ("\x00", "zh-hans"), ("x" * 600, "zh-hans"),
        ("en" * 300, "zh-hans"), ("en", "en"), ("EN-gb", "en"), ("en-US,en;q=0.9", "en"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"), ("fr-FR,fr;q=0.9,en;q=0.8", "en"),
        ("zh;q=0.1,en", "en"),
    ],
)  # fmt: skip
def test_which_language(client: Client, header: str | None, language: str) -> None:
    response = ask(client, "/no/such/page/", header)
    assert response.json() == (ENGLISH if language == "en" else CHINESE)
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
    assert translation.get_language() == "zh-hans"  # the thread's next work is not touched


def test_the_published_clients_show_chinese_in_every_browser(client: Client) -> None:
    """Their pages have no English, and show the shop's texts as they are."""
    english = {"HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.9"}
    assert client.get("/no/such/page/", **english).json() == ENGLISH
    response = client.get("/no/such/page/", **english, HTTP_IMOOC="")
    assert (response.json(), response.headers["Content-Language"]) == (CHINESE, "zh-hans")
    assert response.headers["Vary"].endswith("Accept-Language, imooc")
    # As axios asks, which all of them use; a client in English says so.
    axios = {"HTTP_ACCEPT": "application/json, text/plain, */*"}
    for language, answer in (("en-US", CHINESE), ("en-US,en;q=0.9", CHINESE), ("en", ENGLISH)):
        response = client.get("/goods/999/", **axios, HTTP_ACCEPT_LANGUAGE=language)
        assert response.json() == answer, language
        assert {"Accept", "Accept-Language"} <= set(response.headers["Vary"].split(", "))


def test_what_is_refused_before_any_view_has_a_language(client: Client) -> None:
    for language, text in ((None, "请求内容过大。"), ("en", "The request is too large.")):
        headers = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
        response = client.post("/goods/", CONTENT_LENGTH=str(2**40), **headers)
        assert (response.status_code, response.json()) == (413, {"detail": text})


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("/index/", "Documentation", "文档"),
        ("/admin/login/", "Password:", "密码"),
        ("/schema/?format=json", "Goods on sale, a page at a time", "在售商品，分页"),
    ],
)
def test_pages(client: Client, path: str, english: str, chinese: str) -> None:
    in_chinese, in_english = ask(client, path, "zh-CN"), ask(client, path, "en-US,en;q=0.9")
    assert ask(client, path).headers["Content-Language"] == "zh-hans"
    assert in_english.headers["Content-Language"] == "en"
    assert chinese in in_chinese.content.decode()
    text = in_english.content.decode()
    assert english in text
    assert chinese not in text
    assert not re.search('<html lang="zh', text)


def test_a_file_has_no_language(client: Client, media_root: Any) -> None:
    (media_root / "a.webp").write_bytes(b"RIFF")
    for path in ("/media/a.webp", "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"):
        response = ask(client, path, "en")
        assert response.status_code == 200
        assert "Accept-Language" not in response.headers.get("Vary", "")
        assert "Content-Language" not in response.headers
        response.close()
