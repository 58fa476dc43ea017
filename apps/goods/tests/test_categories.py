from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from apps.goods.models import GoodsCategory

from .conftest import Catalogue
from .factories import make_category


def names(tree: list[dict[str, Any]]) -> list[Any]:
    return [(node["name"], names(node["sub_cat"])) for node in tree]


def test_the_tree_from_level_1_down(api: APIClient, catalogue: Catalogue) -> None:
    tree = api.get("/categorys/").json()
    assert names(tree) == [("水果", [("柑橘", [("橙子", [])])]), ("肉类", [])]
    assert tree[0]["sub_cat"][0] == {
        "id": catalogue.citrus.pk,
        "name": "柑橘",
        "code": catalogue.citrus.code,
        "desc": "",
        "category_type": 2,
        "is_tab": False,
        "add_time": tree[0]["sub_cat"][0]["add_time"],
        "parent_category": catalogue.fruit.pk,
        "image": None,
        "sub_cat": tree[0]["sub_cat"][0]["sub_cat"],
    }
    assert tree[0]["parent_category"] is None
    assert tree[0]["is_tab"] is True


def test_a_category_of_any_level(api: APIClient, catalogue: Catalogue) -> None:
    [fruit, _meat] = api.get("/categorys/").json()
    citrus = fruit["sub_cat"][0]
    assert api.get(f"/categorys/{catalogue.fruit.pk}/").json() == fruit
    assert api.get(f"/categorys/{catalogue.citrus.pk}/").json() == citrus
    assert api.get(f"/categorys/{catalogue.orange.pk}/").json() == citrus["sub_cat"][0]


def test_its_picture_is_that_of_lists(api: APIClient, catalogue: Catalogue) -> None:
    stem = f"categories/ab/ab{'0' * 30}"
    GoodsCategory.objects.filter(pk=catalogue.citrus.pk).update(image=f"{stem}.page.webp")
    address = f"http://testserver/media/{stem}.list.webp"
    assert api.get(f"/categorys/{catalogue.citrus.pk}/").json()["image"] == address
    # The category in a card of goods has none: a list would have it for each of its rows.
    [card, *_rest] = api.get(f"/goods/?top_category={catalogue.citrus.pk}").json()["results"]
    assert "image" not in card["category"]


def test_the_other_spelling_answers_the_same(api: APIClient, catalogue: Catalogue) -> None:
    for rest in ("", f"{catalogue.citrus.pk}/", "999999/", "more/"):
        one, other = api.get(f"/categorys/{rest}"), api.get(f"/categories/{rest}")
        assert (one.status_code, one.json()) == (other.status_code, other.json())


@pytest.mark.parametrize("key", ["0", "999999", "more", "1.5", "%00", "9" * 30])
def test_no_such_category(api: APIClient, catalogue: Catalogue, key: str) -> None:
    response = api.get(f"/categorys/{key}/")
    assert response.status_code == 404
    assert response.json() == {"detail": "未找到。"}


def test_one_query_whatever_the_size(
    api: APIClient, catalogue: Catalogue, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    for _ in range(2):
        with django_assert_num_queries(1):
            api.get("/categorys/")
        with django_assert_num_queries(1):
            api.get(f"/categorys/{catalogue.fruit.pk}/")
        for _ in range(5):
            make_category(make_category(make_category()))


@pytest.mark.parametrize(
    ("level", "parent"), [(1, "fruit"), (2, None), (3, "fruit"), (2, "citrus"), (2, "orange")]
)
def test_a_level_that_does_not_fit_its_parent(
    catalogue: Catalogue, level: int, parent: str | None
) -> None:
    before = GoodsCategory.objects.count()
    with pytest.raises((ValidationError, IntegrityError)), transaction.atomic():
        GoodsCategory.objects.create(
            name="x", code="x", category_type=level,
            parent_category=getattr(catalogue, parent) if parent else None,
        )  # fmt: skip
    assert GoodsCategory.objects.count() == before


def test_no_category_is_its_own_ancestor(catalogue: Catalogue) -> None:
    catalogue.fruit.parent_category = catalogue.orange
    with pytest.raises(ValidationError), transaction.atomic():
        catalogue.fruit.save()


def test_a_category_with_children_keeps_its_level(catalogue: Catalogue) -> None:
    catalogue.citrus.category_type, catalogue.citrus.parent_category = 1, None
    with pytest.raises(ValidationError), transaction.atomic():
        catalogue.citrus.save()


def test_the_database_itself_refuses_a_parent_for_level_1(catalogue: Catalogue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GoodsCategory.objects.filter(pk=catalogue.fruit.pk).update(
            parent_category=catalogue.fruit.pk
        )
