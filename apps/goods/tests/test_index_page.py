from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.goods import index_page as goods_index_page
from apps.goods.models import Banner, Goods, GoodsCategoryBrand, HotSearchWords, IndexAd, kept_rows

from .conftest import Catalogue
from .factories import make_category, make_goods


def index_page(api: APIClient) -> Any:
    response = api.get("/indexgoods/")
    assert response.status_code == 200
    return response.json()


def test_a_section_per_tab_category(api: APIClient, catalogue: Catalogue) -> None:
    brand = GoodsCategoryBrand.objects.create(
        category=catalogue.citrus, name="橙先生", desc="自有果园", image="brands/mr.webp"
    )
    IndexAd.objects.create(category=catalogue.fruit, goods=catalogue.in_meat)
    card = {goods["id"]: goods for goods in api.get("/goods/").json()["results"]}

    [section] = index_page(api)

    assert section == {
        **api.get(f"/categorys/{catalogue.fruit.pk}/").json(),
        "brands": [
            {
                "id": brand.pk,
                "name": "橙先生",
                "desc": "自有果园",
                "image": "http://testserver/media/brands/mr.webp",
                "add_time": section["brands"][0]["add_time"],
                "category": catalogue.citrus.pk,
            }
        ],
        # by sales; the bestseller of all is off the shelf
        "goods": [
            card[catalogue.in_citrus.pk], card[catalogue.in_orange.pk], card[catalogue.in_fruit.pk],
        ],
        "ad_goods": card[catalogue.in_meat.pk],
    }  # fmt: skip


def test_no_ad_is_an_empty_object(api: APIClient, catalogue: Catalogue) -> None:
    assert [section["ad_goods"] for section in index_page(api)] == [{}]
    IndexAd.objects.create(category=catalogue.fruit, goods=catalogue.off_shelf)
    assert [section["ad_goods"] for section in index_page(api)] == [{}]


def test_an_empty_shop_has_an_empty_index_page(api: APIClient, db: None) -> None:
    assert index_page(api) == []


def test_the_first_twelve_by_sales_ties_by_id(api: APIClient, db: None) -> None:
    fruit, meat = make_category(is_tab=True), make_category(is_tab=True)
    apple = make_category(make_category(fruit))
    low = [make_goods(apple, sold_num=1).pk for _ in range(13)]
    high = make_goods(fruit, sold_num=2).pk
    steak = make_goods(meat, sold_num=1).pk

    sections = index_page(api)

    assert [[goods["id"] for goods in section["goods"]] for section in sections] == [
        [high, *low[:11]],
        [steak],
    ]


def test_a_tab_of_few_goods_beside_one_of_many(
    api: APIClient, db: None, django_assert_num_queries: Any
) -> None:
    """None of its goods are among the best sold of the shop: it is asked for apart."""
    fruit, meat = make_category(is_tab=True), make_category(is_tab=True)
    beef = make_category(make_category(meat))
    steak, roast = make_goods(beef, sold_num=1).pk, make_goods(meat, sold_num=2).pk
    Goods.objects.bulk_create(
        Goods(category=fruit, goods_sn=f"F{number}", name="x", sold_num=number + 3)
        for number in range(130)
    )
    best = Goods.objects.filter(category=fruit).order_by("-sold_num")[:12]
    # once more than for a shop of few goods
    with django_assert_num_queries(7):
        sections = index_page(api)
    assert [[goods["id"] for goods in section["goods"]] for section in sections] == [
        [goods.pk for goods in best],
        [roast, steak],
    ]


def test_queries_do_not_grow_with_the_catalogue(
    api: APIClient, db: None, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    for _ in range(2):
        for _ in range(4):
            tab = make_category(is_tab=True)
            leaf = make_category(make_category(tab))
            goods = [make_goods(leaf, pictures=2) for _ in range(3)]
            IndexAd.objects.create(category=tab, goods=goods[0])
            GoodsCategoryBrand.objects.create(category=leaf, name="b", image="b.webp")
        # categories, brands, ads, bestsellers, goods, pictures
        with django_assert_num_queries(6):
            assert len(index_page(api)) % 4 == 0


def test_the_catalogue_version_is_asked_for_once(
    api: APIClient, catalogue: Catalogue, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    asked: list[None] = []
    for module in (goods_index_page, kept_rows):
        monkeypatch.setattr(module, "version_to_keep", lambda: asked.append(None))
    assert [section["name"] for section in index_page(api)] == [catalogue.fruit.name]
    assert len(asked) == 1


def test_banners_by_index(
    api: APIClient, catalogue: Catalogue, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    second = Banner.objects.create(goods=catalogue.in_meat, index=2, image="banners/b.webp")
    first = Banner.objects.create(goods=catalogue.in_fruit, index=1, image="banners/a.webp")
    Banner.objects.create(goods=catalogue.off_shelf, index=0, image="banners/c.webp")
    with django_assert_num_queries(1):
        banners = api.get("/banners/").json()
    assert banners == [
        {
            "id": first.pk,
            "image": "http://testserver/media/banners/a.webp",
            "index": 1,
            "add_time": banners[0]["add_time"],
            "goods": catalogue.in_fruit.pk,
        },
        {
            "id": second.pk,
            "image": "http://testserver/media/banners/b.webp",
            "index": 2,
            "add_time": banners[1]["add_time"],
            "goods": catalogue.in_meat.pk,
        },
    ]


def test_hot_words_by_index_descending(
    api: APIClient, db: None, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.CATALOGUE_CACHE_SECONDS = 0
    for index, word in enumerate(["苹果", "牛排"]):
        HotSearchWords.objects.create(keywords=word, index=index)
    with django_assert_num_queries(1):
        words = api.get("/hotsearchs/").json()
    assert [(word["keywords"], word["index"]) for word in words] == [("牛排", 1), ("苹果", 0)]
    assert set(words[0]) == {"id", "keywords", "index", "add_time"}


@pytest.mark.django_db
def test_names_of_uploaded_files_are_quoted(api: APIClient) -> None:
    goods = make_goods(make_category(), name="a")
    Goods.objects.filter(pk=goods.pk).update(goods_front_image="goods/图 片.webp")  # an old one
    card = api.get(f"/goods/{goods.pk}/").json()
    stored = Goods.objects.get().goods_front_image
    assert card["goods_front_image"] == f"http://testserver{stored.url}"
    assert "%E5%9B%BE" in card["goods_front_image"]


def test_these_lists_have_an_end(api: APIClient, catalogue: Catalogue) -> None:
    HotSearchWords.objects.bulk_create(
        HotSearchWords(keywords=f"word {number}", index=number) for number in range(105)
    )
    Banner.objects.bulk_create(
        Banner(goods=catalogue.in_meat, index=number, image="banners/a.webp")
        for number in range(105)
    )
    words, banners = api.get("/hotsearchs/").json(), api.get("/banners/").json()
    assert [word["index"] for word in words] == list(range(104, 4, -1))
    assert [banner["index"] for banner in banners] == list(range(100))
