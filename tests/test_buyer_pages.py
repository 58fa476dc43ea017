"""A buyer as staff see one: what the other apps know, blocking, messages with their pictures."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from zeal import zeal_ignore

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.services.carts import cart_add
from apps.trade.tests.staff import rows_make
from apps.user_operation.models import QuickReply, UserLeavingMessage
from apps.user_operation.services.messages import Attachment, message_leave
from apps.users.models import UserProfile
from apps.users.tokens import token_make

from .sample_files import PDF, picture
from .staff_rows import client_of

pytestmark = pytest.mark.django_db

PNG = picture()
MESSAGES = "/admin/user_operation/userleavingmessage/"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"), zeal_ignore():  # who looks, and who is looked at
        yield


@pytest.fixture
def buyer() -> UserProfile:
    """With an order and all that hangs on one, goods in the cart, and a message."""
    goods = make_goods(make_category(), name="脐橙", stock=8)
    rows_make(1, goods)
    buyer = UserProfile.objects.get(username="b0")
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=2)
    write(buyer, PNG, "烂果.png", ".png")
    return buyer


def write(buyer: UserProfile, content: bytes, name: str, suffix: str) -> UserLeavingMessage:
    return message_leave(
        user_id=buyer.pk, message_type=1, subject="果子坏了", message="<b>两个</b>",
        attachment=Attachment(ContentFile(content), name, suffix),
    )  # fmt: skip


def staff(*permissions: str) -> Client:
    user = UserProfile.objects.create_user(f"staff{UserProfile.objects.count()}", is_staff=True)
    for name in permissions:
        app, _dot, codename = name.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return client_of(user)


ALL = (
    "users.view_buyer", "trade.view_orderinfo", "trade.view_refundrequest", "trade.view_refund",
    "trade.view_cartline", "user_operation.view_userleavingmessage",
)  # fmt: skip


def test_all_about_one_buyer_and_to_each_what_each_may_see(buyer: UserProfile) -> None:
    page = f"/admin/users/buyer/{buyer.pk}/change/"
    response = staff(*ALL).get(page)
    titles = [str(panel.title) for panel in response.context["panels"]]
    assert titles == ["Orders", "Messages", "Refund requests", "Refunds", "Held in the cart"]
    rows = [len(panel.rows) for panel in response.context["panels"]]
    assert rows == [1, 1, 1, 2, 1]
    html = response.content.decode()
    order = buyer.orders.get()
    for text in (order.order_sn, "果子坏了", "another reason", "脐橙"):
        assert text in html, text
    for panel in response.context["panels"]:
        assert not panel.url or staff(*ALL).get(panel.url).status_code == 200, panel.url
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", html)
    alone = ["Orders", "Refund requests", "Refunds", "Held in the cart", "Messages"]
    for permission, title in zip(ALL[1:], alone, strict=True):
        response = staff("users.view_buyer", permission).get(page)
        assert [str(panel.title) for panel in response.context["panels"]] == [title]
        assert "/block/" not in response.content.decode()


def test_the_page_costs_the_same_for_many_orders(buyer: UserProfile) -> None:
    client, page = staff(*ALL), f"/admin/users/buyer/{buyer.pk}/change/"
    client.get(page)
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        counted.append(len(asked))
        goods = make_goods(make_category())
        rows_make(5, goods)
        buyer.orders.model.objects.update(user=buyer)
    assert counted[0] == counted[1]


def test_blocking_says_why_and_ends_every_log_in(buyer: UserProfile, client: Client) -> None:
    clerk = staff("users.view_buyer", "users.change_buyer")
    page = f"/admin/users/buyer/{buyer.pk}/block/"
    token = {"HTTP_AUTHORIZATION": f"JWT {token_make(buyer)}"}
    assert client.get("/shopcarts/", **token).status_code == 200
    assert f"/admin/users/buyer/{buyer.pk}/block/" in clerk.get(
        f"/admin/users/buyer/{buyer.pk}/change/"
    ).content.decode()  # fmt: skip
    refused = clerk.post(page, {"is_active": "0", "reason": " "})
    assert (refused.status_code, refused.context["form"].errors["reason"]) == (
        200, ["This field is required."]
    )  # fmt: skip
    assert client.get("/shopcarts/", **token).status_code == 200
    answer = clerk.post(page, {"is_active": "0", "reason": "恶意占用库存"})
    assert answer.headers["Location"] == f"/admin/users/buyer/{buyer.pk}/change/"
    assert client.get("/shopcarts/", **token).status_code == 401
    # A colleague sent the same page: nothing more happens.
    clerk.post(page, {"is_active": "0", "reason": "again"})
    assert [entry.change_message for entry in LogEntry.objects.all()] == ["拉黑：恶意占用库存"]
    clerk.post(page, {"is_active": "1", "reason": "已沟通"})
    buyer.refresh_from_db()
    assert buyer.is_active
    assert client.get("/shopcarts/", **token).status_code == 401
    token = {"HTTP_AUTHORIZATION": f"JWT {token_make(buyer)}"}
    assert client.get("/shopcarts/", **token).status_code == 200
    assert LogEntry.objects.latest("pk").change_message == "解除拉黑：已沟通"


def test_who_may_not_block_whom(buyer: UserProfile) -> None:
    viewer = staff(*ALL)
    assert viewer.post(f"/admin/users/buyer/{buyer.pk}/block/", {"reason": "x"}).status_code == 403
    clerk = staff("users.view_buyer", "users.change_buyer")
    owner = UserProfile.objects.create_superuser("owner")
    for pk in (owner.pk, 10**6):
        assert clerk.get(f"/admin/users/buyer/{pk}/block/").status_code == 404
    assert UserProfile.objects.filter(is_active=False).count() == 0


def test_a_picture_is_shown_as_what_it_is(buyer: UserProfile) -> None:
    message = UserLeavingMessage.objects.get()
    client = staff("user_operation.view_userleavingmessage", "trade.view_orderinfo")
    response = client.get(f"{MESSAGES}{message.pk}/change/")
    html = response.content.decode()
    assert f'<img src="{MESSAGES}{message.pk}/picture/"' in html
    assert "&lt;b&gt;两个&lt;/b&gt;" in html
    assert [str(panel.title) for panel in response.context["panels"]] == ["Orders"]
    assert buyer.orders.get().order_sn in html
    answer = client.get(f"{MESSAGES}{message.pk}/picture/")
    assert answer.content == PNG
    assert answer.headers["Content-Disposition"] == "inline"
    assert {name: answer.headers[name] for name in (
        "Content-Type", "X-Content-Type-Options", "Content-Security-Policy"
    )} == {
        "Content-Type": "image/png",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip


def test_what_is_not_a_picture_is_not_shown(buyer: UserProfile) -> None:
    client = staff("user_operation.view_userleavingmessage")
    bill = write(buyer, PDF, "账单.pdf", ".pdf")
    assert client.get(f"{MESSAGES}{bill.pk}/picture/").status_code == 404
    assert "/picture/" not in client.get(f"{MESSAGES}{bill.pk}/change/").content.decode()
    message = UserLeavingMessage.objects.get(file_name="烂果.png")
    page = f"{MESSAGES}{message.pk}/picture/"
    # Whatever took the file's place on the disk.
    for content in (b"<script>alert(1)</script>", PNG + b"<script>alert(1)</script>", PNG[:40]):
        Path(message.file.path).write_bytes(content)
        assert client.get(page).status_code == 404
    Path(message.file.path).unlink()
    assert client.get(page).status_code == 404
    assert staff("trade.view_orderinfo").get(page).status_code == 403


def test_quick_replies_stand_beside_the_reply(buyer: UserProfile) -> None:
    QuickReply.objects.create(title="问候", text='您好 "&')
    page = f"{MESSAGES}{UserLeavingMessage.objects.get().pk}/change/"
    html = staff(
        "user_operation.view_userleavingmessage", "user_operation.change_userleavingmessage"
    ).get(page).content.decode()  # fmt: skip
    assert '<option value="您好 &quot;&amp;">问候</option>' in html
    assert 'data-target="id_reply"' in html
    assert "quick-reply" not in staff("user_operation.view_userleavingmessage").get(
        page
    ).content.decode()  # fmt: skip
