from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from apps.goods import views
from apps.goods.models import Goods

from .conftest import Catalogue
from .factories import make_category, make_goods


def test_the_goods_page(api: APIClient, catalogue: Catalogue) -> None:
    card = api.get(f"/goods/?top_category={catalogue.orange.pk}").json()["results"][0]

    page = api.get(f"/goods/{catalogue.in_orange.pk}/").json()

    assert page == {
        **card,
        "category": {**card["category"], "sub_cat": []},
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
    catalogue.in_meat.refresh_from_db()
    assert catalogue.in_meat.click_num == 3


def test_the_list_does_not_count_views(api: APIClient, catalogue: Catalogue) -> None:
    api.get("/goods/")
    assert set(Goods.objects.values_list("click_num", flat=True)) == {0}


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
    catalogue.off_shelf.refresh_from_db()
    assert catalogue.off_shelf.click_num == 0


@pytest.mark.parametrize("pictures", [0, 5])
def test_queries(
    api: APIClient, catalogue: Catalogue, pictures: int, django_assert_num_queries: Any
) -> None:
    for _ in range(pictures):
        make_category(catalogue.citrus)
    goods = make_goods(catalogue.citrus, pictures=pictures)
    # the view counted, the goods, its pictures, its category tree
    with django_assert_num_queries(4):
        api.get(f"/goods/{goods.pk}/")


VIEWERS, VIEWS = 8, 10


def view_in_parallel(goods: Goods) -> int:
    """Let some viewers look at the same goods at once; return the views counted."""

    def look(_viewer: int) -> None:
        try:
            for _ in range(VIEWS):
                assert APIClient().get(f"/goods/{goods.pk}/").status_code == 200
        finally:
            connections.close_all()

    with ThreadPoolExecutor(VIEWERS) as pool:
        list(pool.map(look, range(VIEWERS)))
    goods.refresh_from_db()
    return goods.click_num


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_views_at_once_are_all_counted() -> None:
    assert view_in_parallel(make_goods(make_category())) == VIEWERS * VIEWS


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_without_counting_in_sql_views_get_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def count_in_python(*, goods_id: int) -> bool:
        goods = Goods.objects.get(pk=goods_id)
        goods.click_num += 1
        goods.save(update_fields=["click_num"])
        return True

    monkeypatch.setattr(views, "goods_record_click", count_in_python)
    assert connection.vendor == "mysql"
    assert view_in_parallel(make_goods(make_category())) < VIEWERS * VIEWS
