"""The administration in Chinese: not a word of English on any page; and in English when asked."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import CharField, FileField, Model, TextField
from django.test import Client
from django.urls import reverse
from social_django.models import UserSocialAuth
from zeal import zeal_ignore

from apps.goods.models import GoodsImage
from apps.trade.models import OrderGoods, Shipment
from apps.users.models import UserProfile

from .staff_rows import callers_make, client_of, rows_of_every_kind

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# Names, and what is the same in both languages.
ALLOWED = {
    "MxShop", "CSV", "XLSX", "Excel", "HTML", "JPEG", "PNG", "GIF", "WebP", "SN", "URL", "ID",
    "xlsx", "csv", "media", "zip", "kg", "yyyy", "mm", "dd", "KB", "MB", "Control", "Mac",
    "Command", "GB18030", "UTF", "SMS", "LDAP", "IP", "IPv", "GBK", "EMS",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile("[一-鿿]+")
# A form in which nothing is filled in.
EMPTY = {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|svg|template)\b.*?</\1>|<textarea.*?</textarea>", re.S | re.I
)
# What a reader sees, or has read aloud, of a tag.
SHOWN_ATTRIBUTES = re.compile(
    r'\s(?:title|placeholder|aria-label|alt|label|data-filter-title)="([^"]*)"', re.I
)
BUTTON = re.compile(r'<input[^>]*type="(?:submit|button)"[^>]*>', re.I)
VALUE = re.compile(r'\svalue="([^"]*)"')


def text_shown(html: str) -> str:
    html = UNSEEN.sub(" ", html)
    texts = SHOWN_ATTRIBUTES.findall(html)
    texts += [value for button in BUTTON.findall(html) for value in VALUE.findall(button)]
    texts.append(re.sub(r"<[^>]*>", " ", html))
    return unescape(" ".join(texts))


def words_shown(html: str) -> set[str]:
    """Return the words in Latin letters that a page shows."""
    return set(WORD.findall(text_shown(html)))


def words_of_rows() -> set[str]:
    return {word for text in texts_of_rows() for word in WORD.findall(text)}


def texts_of_rows() -> Iterator[str]:
    """Yield what rows hold: names, numbers, what buyers wrote. Not codes."""
    for model in {*admin.site._registry, OrderGoods, Shipment, GoodsImage, UserSocialAuth}:
        names = [
            field.name for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField | FileField) and not field.choices
                and field.name != "provider"
        ]  # fmt: skip
        for row in model._default_manager.values_list(*names) if names else ():
            yield from (str(text) for text in row if text)


def pages(rows: dict[type[Model], Model]) -> Iterator[str]:
    for name in ("index", "password_change"):
        yield reverse(f"admin:{name}")
    for label in sorted({model._meta.app_label for model in rows}):
        yield reverse("admin:app_list", args=[label])
    for model, row in rows.items():
        page = admin.site._registry[model]
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        yield reverse(f"{base}_changelist") + "?_facets=True"
        yield reverse(f"{base}_add")
        for pattern in page.get_urls():
            if pattern.name is None or pattern.name.endswith("_changelist"):
                continue
            count = len(pattern.pattern.converters)
            if count <= 1:
                yield reverse(f"admin:{pattern.name}", args=[row.pk] * count)


def history_make(rows: dict[type[Model], Model], user: UserProfile) -> None:
    """An entry as each page writes it, in which every field and inline was changed."""

    class Changed:
        def __init__(self, form: Any, page: Any) -> None:
            self.fields = form.base_fields
            self.changed_data = list(self.fields)
            self.columns_changed: list[str] = []
            self.cleaned_data: dict[str, Any] = {}
            self.instance = rows[page.model]

        def changes(self) -> list[Any]:
            return []

    class Request:
        method = "GET"
        GET: dict[str, str] = {}

    Request.user = user  # type: ignore[attr-defined]
    for model, row in rows.items():
        page: Any = admin.site._registry[model]
        form = page.get_form(Request, row)
        for add in (False, True):
            text = page.construct_change_message(Request, Changed(form, page), [], add)
            entry = LogEntry.objects.log_actions(user.pk, [row], 1 if add else 2, text)
            assert entry is None or entry


@pytest.fixture
def shop(plain_admin: None) -> tuple[dict[str, UserProfile], dict[type[Model], Model]]:
    accounts = callers_make()
    rows = rows_of_every_kind()
    history_make(rows, accounts["superuser"])
    with zeal_ignore():
        yield accounts, rows


def html_of(response: Any) -> str:
    is_page = response.status_code < 500 and "text/html" in response["Content-Type"]
    return response.content.decode() if is_page else ""


@pytest.mark.slow
def test_no_english_is_left(shop: Any) -> None:
    accounts, rows = shop
    allowed = ALLOWED | words_of_rows()
    english: dict[str, list[str]] = {}

    def look(client: Client, address: str, form: Any = None) -> None:
        method = client.get if form is None else client.post
        response = method(
            address, form, headers={"accept-language": "zh-CN", "accept": "text/html"}
        )
        if left := words_shown(html_of(response)) - allowed:
            english[f"{'GET' if form is None else 'POST'} {address}"] = sorted(left)

    addresses = list(pages(rows))
    owner = client_of(accounts["superuser"])
    for address in addresses:
        look(owner, address)
        if address.endswith(("/add/", "/import/", "/file/", "/ship/", "/block/", "/refund/",
                             "/decide/", "/password/", "/password_change/")):  # fmt: skip
            look(owner, address, EMPTY)
    # Who may only look sees other pages, and is refused others.
    for role in ("客服", "仓库", "staff"):
        client = client_of(accounts[role])
        for address in addresses:
            if address.endswith(("/admin/", "/change/")) or address.count("/") == 4:
                look(client, address)
    lines = [f"{address}: {' '.join(words)}" for address, words in english.items()]
    assert not lines, "\n".join(lines)


@pytest.mark.slow
def test_no_chinese_is_left(shop: Any) -> None:
    """In English, all that is Chinese was written by somebody: names, and the history."""
    accounts, rows = shop
    owner = client_of(accounts["superuser"])
    written = " ".join(texts_of_rows())
    chinese = {}
    for address in pages(rows):
        if address.endswith("/history/"):
            continue
        html = html_of(owner.get(address, headers={"accept-language": "en", "accept": "text/html"}))
        if left := {word for word in CHINESE.findall(text_shown(html)) if word not in written}:
            chinese[address] = sorted(left)
    lines = [f"{address}: {' '.join(words)}" for address, words in chinese.items()]
    assert not lines, "\n".join(lines)


def test_the_sidebar(sidebar: None, admin_client: Client) -> None:
    """The pages above are looked at without it."""
    page = admin_client.get("/admin/", headers={"accept-language": "zh-CN"}).content.decode()
    assert 'id="nav-sidebar"' in page
    assert words_shown(page) <= ALLOWED | {"admin"}


def test_the_log_in_page() -> None:
    page = Client().get("/admin/login/", headers={"accept-language": "zh-CN"}).content.decode()
    assert words_shown(page) <= ALLOWED
    refused = Client().post("/admin/login/", {"username": "x", "password": "y"})
    assert words_shown(refused.content.decode()) <= ALLOWED


def test_english_when_the_browser_asks(admin_client: Client) -> None:
    page = admin_client.get("/admin/", headers={"accept-language": "en"}).content.decode()
    assert CHINESE.findall(text_shown(page)) == []
    assert "Goods" in page


def test_texts_of_scripts(admin_client: Client) -> None:
    """What Django's own scripts say: each text of the English catalogue has its Chinese."""
    headers = {"accept-language": "zh-CN"}
    catalogue = admin_client.get("/admin/jsi18n/", headers=headers).content.decode()
    for text in ("Choose all %s", "Remove all %s", "Choose selected %s", "(click to clear)"):
        assert re.search(rf'"{re.escape(text)}": "[^"]*\\u', catalogue), text
