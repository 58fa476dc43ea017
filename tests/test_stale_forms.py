"""A form that was opened before a colleague saved takes nothing back, on any page of staff."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from apps.goods.models import Banner, GoodsCategory, HotSearchWords
from apps.trade.models import FreightRule, OrderInfo
from apps.user_operation.models import QuickReply, UserAddress, UserLeavingMessage
from apps.users.models import Buyer, StaffAccount

from .html_forms import form_sent
from .staff_rows import callers_make, client_of, rows_of_every_kind

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# Of each page: a column that a colleague changed meanwhile, and one that this user changes.
PAGES: tuple[tuple[type[Model], str, Any, str, Any], ...] = (
    (GoodsCategory, "name", "新名", "desc", "说明"),
    (Banner, "index", 7, "", None),
    (HotSearchWords, "keywords", "新词", "index", 5),
    (FreightRule, "fee", "9.00", "name", "全国"),
    (OrderInfo, "address", "新地址 1 号", "signer_name", "小满"),
    (QuickReply, "text", "新的内容", "title", "新标题"),
    (UserAddress, "signer_mobile", "13911112222", "signer_name", "小禾"),
    (UserLeavingMessage, "reply", "同事的回复", "", None),
    (Buyer, "name", "改过的名字", "gender", "male"),
    (StaffAccount, "is_superuser", True, "name", "小李"),
)


@pytest.fixture
def shop() -> tuple[Client, dict[type[Model], Model]]:
    accounts = callers_make()
    with zeal_ignore():
        rows = rows_of_every_kind()
        OrderInfo.objects.update(shipped_at=None)
        StaffAccount.objects.filter(username="a clerk").update(username="clerk")
        yield client_of(accounts["superuser"]), rows


def page_of(row: Model) -> str:
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])


def opened(client: Client, row: Model) -> dict[str, Any]:
    html = client.get(page_of(row)).content.decode()
    return form_sent(html, f"{row._meta.model_name}_form")


def test_what_a_colleague_saved_stays(shop: Any) -> None:
    client, rows = shop
    for model, theirs, new, mine, value in PAGES:
        row = rows[model]
        form = opened(client, row)
        also = {"replied_at": timezone.now()} if model is UserLeavingMessage else {}
        model._default_manager.filter(pk=row.pk).update(**{theirs: new}, **also)
        response = client.post(page_of(row), {**form, **({mine: value} if mine else {})})
        assert response.status_code == 302, (model, response.context["errors"])
        row.refresh_from_db()
        assert str(getattr(row, theirs)) == str(new), (model, theirs)
        if mine:
            assert str(getattr(row, mine)) == str(value), (model, mine)


def test_both_at_one_field_are_told(shop: Any) -> None:
    client, rows = shop
    message = rows[UserLeavingMessage]
    form = opened(client, message)
    client.post(page_of(message), {**form, "reply": "同事的回复"})
    refused = client.post(page_of(message), {**form, "reply": "我的回复"})
    message.refresh_from_db()
    assert message.reply == "同事的回复"
    page = refused.content.decode()
    assert "现在是 同事的回复。您填写的是 我的回复。" in page
    again = form_sent(page, "userleavingmessage_form")
    assert client.post(page_of(message), again).status_code == 302
    message.refresh_from_db()
    assert message.reply == "我的回复"


def test_in_lists_too(shop: Any) -> None:
    client, rows = shop
    other = HotSearchWords.objects.create(keywords="柚子", index=2)
    address = reverse("admin:goods_hotsearchwords_changelist")
    form = form_sent(client.get(address).content.decode(), "changelist-form")
    HotSearchWords.objects.filter(pk=other.pk).update(index=9)
    ids = [name for name, value in form.items() if name.endswith("-id") and value != str(other.pk)]
    place = ids[0].removesuffix("id")
    client.post(address, {**form, f"{place}index": "4", "_save": "x"})
    assert set(HotSearchWords.objects.values_list("keywords", "index")) == {
        ("柚子", 9),
        ("word", 4),
    }


def test_saving_what_was_not_changed_leaves_no_history(shop: Any) -> None:
    client, rows = shop
    for model, *_columns in PAGES:
        row = rows[model]
        assert client.post(page_of(row), opened(client, row)).status_code == 302, model
    assert not LogEntry.objects.exists()


def test_no_page_carries_a_password(shop: Any) -> None:
    client, rows = shop
    account = rows[StaffAccount]
    account.set_password("Xy-12345678")  # type: ignore[attr-defined]
    account.save()
    form = opened(client, account)
    assert not [name for name in form if "password" in name]
    page = client.get(page_of(account)).content.decode()
    assert account.password.rpartition("$")[2] not in page  # type: ignore[attr-defined]
