from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from apps.user_operation.models import UserAddress
from apps.users.models import UserProfile
from tests.clients import send

pytestmark = pytest.mark.django_db

HOME = {
    "province": "北京市", "city": "北京市", "district": "海淀区", "address": "中关村大街 1 号",
    "signer_name": "小满", "signer_mobile": "13800000001",
}  # fmt: skip


def add(client: APIClient, **values: Any) -> dict[str, Any]:
    response = client.post("/address/", {**HOME, **values}, format="json")
    assert response.status_code == 201, response.content
    body: dict[str, Any] = response.json()
    return body


def defaults(user: UserProfile) -> list[bool]:
    rows = UserAddress.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("is_default", flat=True))


def test_add(mine: APIClient, buyer: UserProfile, time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T11:00:42+08:00", tick=False)
    body = add(mine)
    row = UserAddress.objects.get()
    expected = {**HOME, "id": row.pk, "is_default": True, "add_time": "2026-11-23 11:00"}
    assert body == expected
    assert row.user == buyer
    assert mine.get("/address/").json() == [expected]
    assert mine.get(f"/address/{row.pk}/").json() == expected


@pytest.mark.parametrize("format_", ["json", "multipart"])
def test_what_the_clients_send_along_is_ignored(
    mine: APIClient, buyer: UserProfile, other: UserProfile, format_: str
) -> None:
    body = {
        **HOME, "area": "海淀", "phone": "1", "id": 77, "add_time": "1999-01-01", "user": other.pk,
        "default_of": other.pk,
    }  # fmt: skip
    response = mine.post("/address/", body, format=format_)
    assert response.status_code == 201
    row = UserAddress.objects.get()
    assert row.user == buyer
    assert row.pk != 77
    assert response.json()["add_time"] != "1999-01-01"


def test_only_three_fields_are_required(mine: APIClient) -> None:
    needed = {name: HOME[name] for name in ("address", "signer_name", "signer_mobile")}
    body = mine.post("/address/", needed).json()
    assert (body["province"], body["city"], body["district"]) == ("", "", "")
    response = mine.post("/address/", {})
    assert response.status_code == 400
    assert response.json() == {
        "address": ["该字段是必填项。"],
        "signer_name": ["该字段是必填项。"],
        "signer_mobile": ["该字段是必填项。"],
    }
    assert UserAddress.objects.count() == 1


NO_MOBILES = [
    "", "1380000000", "138000000011", "12800000000", "23800000000", "٠" * 11, "138 0000 0000",
    "13800000001\0", None, [], {}, True, 1.5, 10**30, "+8613800000001", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("mobile", NO_MOBILES, ids=repr)
def test_no_mobile(mine: APIClient, mobile: Any) -> None:
    response = send(mine, "post", "/address/", {**HOME, "signer_mobile": mobile})
    assert response.status_code == 400
    assert list(response.json()) == ["signer_mobile"]
    assert not UserAddress.objects.exists()


def test_no_mobile_has_one_text(mine: APIClient) -> None:
    response = mine.post("/address/", {**HOME, "signer_mobile": "123"})
    assert response.json() == {"signer_mobile": ["手机号码非法"]}


def test_a_mobile_as_a_number(mine: APIClient) -> None:
    assert add(mine, signer_mobile=13800000009)["signer_mobile"] == "13800000009"


@pytest.mark.parametrize("field", ["province", "city", "district", "address", "signer_name"])
def test_no_text(mine: APIClient, field: str) -> None:
    row = add(mine)
    for value in ["x" * 101, "a\0b", "\ud800", None, [], {}, True, ["x"]]:
        for response in (
            send(mine, "post", "/address/", {**HOME, field: value}),
            send(mine, "patch", f"/address/{row['id']}/", {field: value}),
            send(mine, "put", f"/address/{row['id']}/", {field: value}),
        ):
            assert response.status_code == 400, value
            assert list(response.json()) == [field], value
    assert mine.get("/address/").json() == [row]


def test_100_chinese_characters_and_a_smile_fit(mine: APIClient) -> None:
    text = "街" * 99 + "😀"
    body = add(mine, address=text, signer_name=text, province=text, city=text, district=text)
    assert {body[name] for name in ("address", "signer_name", "province")} == {text}


@pytest.mark.parametrize("value", ["maybe", [], {}, 7, "\0"], ids=repr)
def test_no_flag(mine: APIClient, value: Any) -> None:
    response = mine.post("/address/", {**HOME, "is_default": value}, format="json")
    assert (response.status_code, list(response.json())) == (400, ["is_default"])
    assert not UserAddress.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch"])
def test_partial_change(mine: APIClient, method: str) -> None:
    row = add(mine)
    address = f"/address/{row['id']}/"
    response = getattr(mine, method)(address, {"city": "上海市"}, format="json")
    assert (response.status_code, response.json()) == (200, {**row, "city": "上海市"})
    response = getattr(mine, method)(address, {}, format="json")
    assert (response.status_code, response.json()) == (200, {**row, "city": "上海市"})
    # the clients send the whole answer back
    response = getattr(mine, method)(address, {**row, "address": "新街"}, format="json")
    assert (response.status_code, response.json()) == (200, {**row, "address": "新街"})
    assert mine.get(address).json() == {**row, "address": "新街"}


def test_a_change_leaves_other_fields_alone(mine: APIClient, buyer: UserProfile) -> None:
    """Two clients change two fields: neither undoes the other, whatever they once read."""
    row = add(mine)
    original = UserAddress.save

    def rival_first(self: UserAddress, **kwargs: Any) -> None:
        UserAddress.objects.filter(pk=self.pk).update(city="杭州市")
        original(self, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UserAddress, "save", rival_first)
        mine.patch(f"/address/{row['id']}/", {"district": "西湖区"})
    saved = UserAddress.objects.get()
    assert (saved.city, saved.district) == ("杭州市", "西湖区")


def test_remove(mine: APIClient) -> None:
    row = add(mine)
    response = mine.delete(f"/address/{row['id']}/")
    assert (response.status_code, response.content) == (204, b"")
    assert mine.get("/address/").json() == []
    assert mine.delete(f"/address/{row['id']}/").status_code == 404


def test_the_first_becomes_the_default(mine: APIClient, buyer: UserProfile) -> None:
    assert add(mine, is_default=False)["is_default"] is True
    assert add(mine)["is_default"] is False
    assert defaults(buyer) == [True, False]


def test_setting_another_moves_the_default(mine: APIClient, buyer: UserProfile) -> None:
    add(mine)
    second = add(mine)
    assert mine.patch(f"/address/{second['id']}/", {"is_default": True}).json()["is_default"]
    assert defaults(buyer) == [False, True]
    assert add(mine, is_default=True)["is_default"] is True
    assert defaults(buyer) == [False, False, True]


def test_the_default_cannot_be_taken_away(mine: APIClient, buyer: UserProfile) -> None:
    first = add(mine)
    add(mine)
    response = mine.patch(f"/address/{first['id']}/", {"is_default": False, "city": "x"})
    assert response.status_code == 200
    assert (response.json()["is_default"], response.json()["city"]) == (True, "x")
    assert defaults(buyer) == [True, False]


def test_the_default_is_passed_on_to_the_newest(mine: APIClient, buyer: UserProfile) -> None:
    first, _second, third = (add(mine) for _ in range(3))
    mine.delete(f"/address/{first['id']}/")
    assert defaults(buyer) == [False, True]
    mine.delete(f"/address/{third['id']}/")
    assert defaults(buyer) == [True]


def test_deleting_another_leaves_the_default(mine: APIClient, buyer: UserProfile) -> None:
    add(mine)
    second = add(mine)
    mine.delete(f"/address/{second['id']}/")
    assert defaults(buyer) == [True]


def test_each_buyer_has_a_default(
    mine: APIClient, theirs: APIClient, buyer: UserProfile, other: UserProfile
) -> None:
    for client in (mine, theirs, mine, theirs):
        add(client, is_default=True)
    assert defaults(buyer) == defaults(other) == [False, True]


def test_at_most_twenty(mine: APIClient, theirs: APIClient, buyer: UserProfile) -> None:
    for _ in range(20):
        add(mine)
    response = mine.post("/address/", {**HOME, "is_default": True})
    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["最多保存 20 个收货地址。"]}
    assert defaults(buyer) == [True] + [False] * 19
    add(theirs)
    mine.delete(f"/address/{mine.get('/address/').json()[5]['id']}/")
    add(mine)


def test_the_database_holds_at_most_one_default(mine: APIClient, buyer: UserProfile) -> None:
    add(mine)
    second = add(mine)
    with pytest.raises(IntegrityError), transaction.atomic():
        UserAddress.objects.filter(pk=second["id"]).update(is_default=True)
    assert defaults(buyer) == [True, False]


def test_one_that_vanishes_between_check_and_write(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.user_operation.services import addresses

    row = add(mine)
    monkeypatch.setattr(
        addresses, "_lock_address_books", lambda user_ids: UserAddress.objects.all().delete()
    )
    assert mine.patch(f"/address/{row['id']}/", {"city": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 15])
def test_queries_of_the_list(mine: APIClient, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        add(mine)
    with django_assert_num_queries(2 + 1):  # session, user; addresses
        assert len(mine.get("/address/").json()) == count
