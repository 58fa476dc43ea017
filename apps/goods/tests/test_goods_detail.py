from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.goods.models import GoodsViewCount

from .conftest import Catalogue
from .factories import make_category, make_goods


def views_by_goods() -> dict[int, int]:
    return dict(GoodsViewCount.objects.values_list("pk", "click_num"))


def test_the_goods_page(api: APIClient, catalogue: Catalogue) -> None:
    card = api.get(f"/goods/?top_category={catalogue.orange.pk}").json()["results"][0]

    page = api.get(f"/goods/{catalogue.in_orange.pk}/").json()

    assert page == {
        **card,
        "category": {**card["category"], "image": None, "sub_cat": []},
        "images": [
            # Files from before the shop kept sizes: one for all.
            {"image": i["image"], "thumb": i["image"], "zoom": i["image"]}
            for i in card["images"]
        ],
        "click_num": 1,
        "goods_desc": '<p class="lead">多汁</p>',
    }


def test_its_category_is_a_tree(api: APIClient, catalogue: Catalogue) -> None:
    category = api.get(f"/goods/{catalogue.in_fruit.pk}/").json()["category"]
    assert category["name"] == "水果"
    [child] = category["sub_cat"]
    assert child["name"] == "柑橘"
    [grandchild] = child["sub_cat"]
    assert (grandchild["name"], grandchild["sub_cat"]) == ("橙子", [])


def test_every_request_counts_one_view(api: APIClient, catalogue: Catalogue) -> None:
    address = f"/goods/{catalogue.in_meat.pk}/"
    assert [api.get(address).json()["click_num"] for _ in range(3)] == [1, 2, 3]
    assert views_by_goods() == {catalogue.in_meat.pk: 3}
    [card] = api.get(f"/goods/?top_category={catalogue.meat.pk}").json()["results"]
    assert card["click_num"] == 3


def test_a_head_counts_no_view(api: APIClient, catalogue: Catalogue) -> None:
    response = api.head(f"/goods/{catalogue.in_meat.pk}/")
    assert response.status_code == 200
    assert views_by_goods() == {}


def test_the_list_does_not_count_views(api: APIClient, catalogue: Catalogue) -> None:
    api.get("/goods/")
    assert views_by_goods() == {}


def test_deleted_goods_leave_no_views(
    api: APIClient, catalogue: Catalogue, django_capture_on_commit_callbacks: Any
) -> None:
    api.get(f"/goods/{catalogue.in_meat.pk}/")
    with django_capture_on_commit_callbacks(execute=True):
        catalogue.in_meat.delete()
    assert views_by_goods() == {}


@pytest.mark.parametrize(
    "key",
    ["0", "-1", "999999", "abc", "1.5", "٣", "1" + "0" * 30, "9" * 5000, "%00", "1%00", "%20"],
)
def test_no_such_goods(api: APIClient, catalogue: Catalogue, key: str) -> None:
    response = api.get(f"/goods/{key}/")
    assert response.status_code == 404
    assert response.json() == {"detail": "未找到。"}


def test_goods_off_the_shelf_have_no_page(api: APIClient, catalogue: Catalogue) -> None:
    response = api.get(f"/goods/{catalogue.off_shelf.pk}/")
    assert response.status_code == 404
    assert views_by_goods() == {}


@pytest.mark.parametrize("pictures", [0, 5])
def test_queries(
    api: APIClient, catalogue: Catalogue, pictures: int, django_assert_num_queries: Any
) -> None:
    for _ in range(pictures):
        make_category(catalogue.citrus)
    goods = make_goods(catalogue.citrus, pictures=pictures)
    # the goods, its pictures, the view counted, its category tree
    with django_assert_num_queries(4):
        api.get(f"/goods/{goods.pk}/")
