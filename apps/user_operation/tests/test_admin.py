from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from apps.goods.tests.factories import make_category, make_goods
from apps.user_operation.models import UserAddress, UserFav, UserLeavingMessage
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.favourites import favourite_add
from apps.user_operation.services.messages import Attachment, message_leave
from apps.users.models import UserProfile
from tests.sample_files import PDF

from .test_addresses import HOME

pytestmark = pytest.mark.django_db

PAGES = "/admin/user_operation"


@pytest.fixture
def staff(client: Client) -> Client:
    user = UserProfile.objects.create_superuser("boss")
    client.force_login(user)
    return client


def make_message(user: UserProfile, **values: Any) -> UserLeavingMessage:
    given = {"message_type": 1, "subject": "题目", "message": "正文", **values}
    file = Attachment(ContentFile(PDF), "账单.pdf", ".pdf")
    return message_leave(user_id=user.pk, attachment=file, **given)


def make_many(count: int) -> None:
    for number in range(count):
        user = UserProfile.objects.create_user(f"1390000{number:04}", name=f"客人{number}")
        favourite_add(user_id=user.pk, goods_id=make_goods(make_category()).pk)
        make_message(user)
        address_add(user_id=user.pk, fields=HOME)


@pytest.mark.parametrize("model", ["userfav", "userleavingmessage", "useraddress"])
def test_lists_do_not_grow_in_queries(
    staff: Client, model: str, django_assert_max_num_queries: Any
) -> None:
    make_many(12)
    # session, user; count, rows, and what the filters offer
    with django_assert_max_num_queries(6):
        page = staff.get(f"{PAGES}/{model}/")
    assert page.status_code == 200
    assert page.content.decode().count("客人") >= 12


@pytest.mark.parametrize(
    ("model", "query", "found"),
    [
        ("userfav", "q=13900000001", 1),
        ("userfav", "q=客人", 3),
        ("userfav", "goods__is_on_sale__exact=0", 0),
        ("userleavingmessage", "q=正文", 3),
        ("userleavingmessage", "q=没有", 0),
        ("userleavingmessage", "message_type__exact=1", 3),
        ("userleavingmessage", "reply=none", 3),
        ("userleavingmessage", "reply=sent", 0),
        ("useraddress", "q=中关村", 3),
        ("useraddress", "is_default__exact=1&province=北京市", 3),
    ],
)
def test_search_and_filters(staff: Client, model: str, query: str, found: int) -> None:
    make_many(3)
    page = staff.get(f"{PAGES}/{model}/?{query}")
    assert page.status_code == 200
    assert page.context["cl"].result_count == found


@pytest.mark.parametrize("model", ["userfav", "userleavingmessage", "useraddress"])
def test_nobody_adds_for_a_buyer(staff: Client, model: str) -> None:
    assert staff.get(f"{PAGES}/{model}/add/").status_code == 403


def test_answering_a_message(staff: Client, buyer: UserProfile, time_machine: Any) -> None:
    message = make_message(buyer)
    page = f"{PAGES}/userleavingmessage/{message.pk}/change/"
    content = staff.get(page).content.decode()
    assert "正文" in content
    assert f'href="/media/{message.file.name}"' in content

    time_machine.move_to("2026-11-24T09:30:00+08:00", tick=False)
    response = staff.post(page, {"reply": "好的。", "subject": "x", "message": "x", "user": "1"})
    assert response.status_code == 302
    message.refresh_from_db()
    assert message.reply == "好的。"
    assert message.replied_at is not None
    assert message.replied_at.isoformat() == "2026-11-24T01:30:00+00:00"
    assert (message.subject, message.message, message.user) == ("题目", "正文", buyer)

    time_machine.move_to("2026-11-25T09:30:00+08:00", tick=False)
    staff.post(page, {"reply": "好的。"})
    message.refresh_from_db()
    assert message.replied_at is not None
    assert message.replied_at.day == 24  # the same answer again is not a new one

    staff.post(page, {"reply": ""})
    message.refresh_from_db()
    assert (message.reply, message.replied_at) == ("", None)


def test_deleting_messages_removes_their_files(
    staff: Client, buyer: UserProfile, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    one, two, three = (make_message(buyer) for _ in range(3))
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(f"{PAGES}/userleavingmessage/{one.pk}/delete/", {"post": "yes"})
        body = {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"}
        staff.post(f"{PAGES}/userleavingmessage/", body)
    assert [path.name for path in (media_root / "messages").iterdir()] == [
        three.file.name.removeprefix("messages/")
    ]
    assert UserLeavingMessage.objects.get() == three


def test_deleting_favourites_counts(staff: Client, buyer: UserProfile, other: UserProfile) -> None:
    goods = make_goods(make_category())
    mine, theirs = (favourite_add(user_id=u.pk, goods_id=goods.pk) for u in (buyer, other))
    staff.post(f"{PAGES}/userfav/{mine.pk}/delete/", {"post": "yes"})
    goods.refresh_from_db()
    assert goods.fav_num == 1
    body = {"action": "delete_selected", "_selected_action": [theirs.pk], "post": "yes"}
    staff.post(f"{PAGES}/userfav/", body)
    goods.refresh_from_db()
    assert (goods.fav_num, UserFav.objects.count()) == (0, 0)


def defaults(user: UserProfile) -> list[bool]:
    return list(
        UserAddress.objects.filter(user=user).order_by("pk").values_list("is_default", flat=True)
    )


def test_editing_an_address_keeps_one_default(staff: Client, buyer: UserProfile) -> None:
    first, second = (address_add(user_id=buyer.pk, fields=HOME) for _ in range(2))
    page = f"{PAGES}/useraddress/{second.pk}/change/"
    assert staff.post(page, {**HOME, "city": "上海市", "is_default": "on"}).status_code == 302
    assert defaults(buyer) == [False, True]
    second.refresh_from_db()
    assert second.city == "上海市"
    staff.post(page, {**HOME})
    assert defaults(buyer) == [False, True]
    bad = staff.post(page, {**HOME, "signer_mobile": "1"})
    assert "手机号码非法" in bad.content.decode()
    assert first.user == buyer


def test_deleting_addresses_passes_the_default_on(staff: Client, buyer: UserProfile) -> None:
    rows = [address_add(user_id=buyer.pk, fields=HOME) for _ in range(5)]
    staff.post(f"{PAGES}/useraddress/{rows[0].pk}/delete/", {"post": "yes"})
    assert defaults(buyer) == [False, False, False, True]
    body = {
        "action": "delete_selected", "_selected_action": [rows[4].pk, rows[1].pk], "post": "yes",
    }  # fmt: skip
    staff.post(f"{PAGES}/useraddress/", body)
    assert defaults(buyer) == [False, True]


@pytest.mark.parametrize("model", ["userfav", "userleavingmessage", "useraddress"])
def test_deleting_many_at_once(staff: Client, model: str) -> None:
    make_many(12)
    page = f"{PAGES}/{model}/"
    keys = [row.pk for row in staff.get(page).context["cl"].result_list]
    body = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}
    assert staff.post(page, body).status_code == 302
    assert staff.get(page).context["cl"].result_count == 0
