from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from apps.goods.models import Goods, cards
from apps.goods.tests.factories import make_category, make_goods
from apps.user_operation.models import UserFav
from apps.users.models import UserProfile
from tests.clients import send

pytestmark = pytest.mark.django_db

Count = Callable[[], int]


@pytest.mark.parametrize("as_text", [False, True])
def test_add(mine: APIClient, goods: Goods, fav_num: Count, as_text: bool) -> None:
    key = str(goods.pk) if as_text else goods.pk
    response = mine.post("/userfavs/", {"goods": key}, format="json")
    favourite = UserFav.objects.get()
    assert response.status_code == 201
    assert response.json() == {"goods": goods.pk, "id": favourite.pk}
    assert (favourite.user.username, favourite.goods) == ("13800000001", goods)
    assert fav_num() == 1


def test_add_twice(mine: APIClient, goods: Goods, fav_num: Count) -> None:
    mine.post("/userfavs/", {"goods": goods.pk})
    response = mine.post("/userfavs/", {"goods": goods.pk})
    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["已经收藏"]}
    assert (UserFav.objects.count(), fav_num()) == (1, 1)


def test_two_buyers(mine: APIClient, theirs: APIClient, goods: Goods, fav_num: Count) -> None:
    assert mine.post("/userfavs/", {"goods": goods.pk}).status_code == 201
    assert theirs.post("/userfavs/", {"goods": goods.pk}).status_code == 201
    assert fav_num() == 2
    assert mine.delete(f"/userfavs/{goods.pk}/").status_code == 204
    assert fav_num() == 1
    assert [row["goods"]["id"] for row in theirs.get("/userfavs/").json()] == [goods.pk]
    assert mine.get("/userfavs/").json() == []


def test_the_heart(mine: APIClient, goods: Goods) -> None:
    address = f"/userfavs/{goods.pk}/"
    assert mine.get(address).status_code == 404
    added = mine.post("/userfavs/", {"goods": goods.pk}).json()
    response = mine.get(address)
    assert (response.status_code, response.json()) == (200, added)


def test_remove(mine: APIClient, goods: Goods, fav_num: Count) -> None:
    mine.post("/userfavs/", {"goods": goods.pk})
    response = mine.delete(f"/userfavs/{goods.pk}/")
    assert (response.status_code, response.content) == (204, b"")
    assert (UserFav.objects.count(), fav_num()) == (0, 0)
    response = mine.delete(f"/userfavs/{goods.pk}/")
    assert (response.status_code, response.json()) == (404, {"detail": "未找到。"})
    assert fav_num() == 0


def test_the_list(mine: APIClient, goods: Goods) -> None:
    second = make_goods(goods.category, name="蜜桔")
    for key in (goods.pk, second.pk):
        mine.post("/userfavs/", {"goods": key})
    Goods.objects.filter(pk=second.pk).update(is_on_sale=False)

    rows = mine.get("/userfavs/").json()

    newest, oldest = rows
    assert newest["goods"]["name"] == "蜜桔"
    assert (newest["is_on_sale"], oldest["is_on_sale"]) == (False, True)
    assert oldest.keys() == {"id", "goods", "is_on_sale", "add_time"}
    [card] = APIClient().get("/goods/").json()["results"]
    assert oldest["goods"] == card
    assert card["fav_num"] == 1
    assert len(card["images"]) == 2


@pytest.mark.parametrize("count", [1, 12])
def test_queries_of_the_list(
    mine: APIClient, buyer: UserProfile, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        goods = make_goods(make_category(), pictures=2)
        UserFav.objects.create(user=buyer, goods=goods)
    # session, user; favourites, goods with categories, pictures
    with django_assert_num_queries(2 + 3):
        assert len(mine.get("/userfavs/").json()) == count


@pytest.fixture
def many(buyer: UserProfile) -> list[str]:
    """The names of 120 favourites, newest first."""
    category, numbers = make_category(), range(120)
    Goods.objects.bulk_create(
        Goods(category=category, name=f"{n}", goods_sn=f"{n}", shop_price=1) for n in numbers
    )
    goods_ids = Goods.objects.order_by("pk").values_list("pk", flat=True)
    UserFav.objects.bulk_create(UserFav(user=buyer, goods_id=goods_id) for goods_id in goods_ids)
    return [f"{n}" for n in reversed(numbers)]


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["goods"]["name"] for row in rows]


def test_the_newest_hundred(
    mine: APIClient, many: list[str], django_assert_num_queries: Any
) -> None:
    for query in ("", "?page=", "?page_size=5", "?p=2"):
        with django_assert_num_queries(2 + 3):  # session, user; favourites, goods, pictures
            rows = mine.get(f"/userfavs/{query}").json()
        assert names(rows) == many[:100]


def test_pages(mine: APIClient, many: list[str], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2 + 1 + 3):  # and the count
        body = mine.get("/userfavs/?page=2&page_size=50").json()
    assert names(body.pop("results")) == many[50:100]
    origin = "http://testserver/userfavs/?page"
    # Without `page` the first page would be a bare array.
    assert body == {
        "count": 120,
        "next": f"{origin}=3&page_size=50",
        "previous": f"{origin}=1&page_size=50",
    }
    body = mine.get("/userfavs/?page=last&page_size=1000").json()
    assert (names(body["results"]), body["next"]) == (many[100:], None)


@pytest.mark.parametrize("page", ["0", "-1", "11", "x", "1.5", "9" * 5000, "%00", "null"])
def test_a_page_that_does_not_exist(mine: APIClient, many: list[str], page: str) -> None:
    for path in ("/userfavs/", "/messages/", "/orders/"):
        response = mine.get(f"{path}?page={page}")
        assert (response.status_code, response.json()) == (404, {"detail": "无效页面。"})


def test_goods_that_go_while_the_list_is_read(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goods that never had stock may be deleted, and their favourites go with them."""
    going = make_goods(goods.category, stock=0)
    for key in (goods.pk, going.pk):
        mine.post("/userfavs/", {"goods": key})
    read_cards = cards.goods_cards

    def a_moment_later(keys: Collection[int]) -> dict[int, Goods]:
        going.delete()
        return read_cards(keys)

    monkeypatch.setattr(cards, "goods_cards", a_moment_later)
    assert [row["goods"]["id"] for row in mine.get("/userfavs/").json()] == [goods.pk]


def test_goods_that_left_the_shelf(mine: APIClient, goods: Goods, fav_num: Count) -> None:
    mine.post("/userfavs/", {"goods": goods.pk})
    Goods.objects.filter(pk=goods.pk).update(is_on_sale=False)
    assert mine.get(f"/userfavs/{goods.pk}/").status_code == 200
    assert mine.delete(f"/userfavs/{goods.pk}/").status_code == 204
    assert fav_num() == 0
    response = mine.post("/userfavs/", {"goods": goods.pk})
    assert response.status_code == 400
    assert list(response.json()) == ["goods"]
    assert (UserFav.objects.count(), fav_num()) == (0, 0)


NO_GOODS = [
    0, -1, 10**30, 1.5, True, None, "", "abc", "1\0", "٣", "1" + "0" * 30, [], [1], {}, {"id": 1},
    "undefined", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("value", NO_GOODS, ids=repr)
def test_no_such_goods(mine: APIClient, goods: Goods, fav_num: Count, value: Any) -> None:
    response = send(mine, "post", "/userfavs/", {"goods": value})
    assert response.status_code == 400
    assert list(response.json()) == ["goods"]
    assert (UserFav.objects.count(), fav_num()) == (0, 0)


@pytest.mark.parametrize("body", [[], "text", 1, None, {}, [{"goods": 1}]], ids=repr)
def test_no_object(mine: APIClient, goods: Goods, body: Any) -> None:
    response = mine.post("/userfavs/", body, format="json")
    assert response.status_code == 400
    assert not UserFav.objects.exists()


def test_an_owner_that_is_sent_is_ignored(
    mine: APIClient, buyer: UserProfile, other: UserProfile, goods: Goods
) -> None:
    body = {"goods": goods.pk, "user": other.pk, "id": 77, "fav_num": 9}
    assert mine.post("/userfavs/", body, format="json").status_code == 201
    favourite = UserFav.objects.get()
    assert favourite.user == buyer
    assert favourite.pk != 77


def test_the_constraint_stands_behind(buyer: UserProfile, goods: Goods, fav_num: Count) -> None:
    UserFav.objects.create(user=buyer, goods=goods)
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFav.objects.create(user=buyer, goods=goods)
    assert fav_num() == 1


def test_a_deleted_account_takes_its_hearts_along(
    mine: APIClient, theirs: APIClient, buyer: UserProfile, goods: Goods, fav_num: Count
) -> None:
    for client in (mine, theirs):
        client.post("/userfavs/", {"goods": goods.pk})
    buyer.delete()
    assert fav_num() == 1


def test_a_counter_that_was_lost_does_not_hold_the_heart(
    mine: APIClient, goods: Goods, fav_num: Count
) -> None:
    mine.post("/userfavs/", {"goods": goods.pk})
    Goods.objects.filter(pk=goods.pk).update(fav_num=0)
    assert mine.delete(f"/userfavs/{goods.pk}/").status_code == 204
    assert fav_num() == 0


def test_goods_that_vanish_between_check_and_write(
    mine: APIClient, goods: Goods, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.user_operation.services import favourites

    lock = favourites._lock_goods

    def delete_first(goods_ids: list[int]) -> bool:
        Goods.objects.filter(pk__in=goods_ids).delete()
        return lock(goods_ids)

    monkeypatch.setattr(favourites, "_lock_goods", delete_first)
    assert mine.post("/userfavs/", {"goods": goods.pk}).status_code == 404
    assert not UserFav.objects.exists()
