"""Bring the demo catalogue (demo/catalogue, demo/pictures) into the shop."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.text import slugify

from apps.goods.models import (
    Banner,
    Goods,
    GoodsCategory,
    GoodsCategoryBrand,
    GoodsImage,
    GoodsViewCount,
    HotSearchWords,
    IndexAd,
)
from apps.goods.services.stock import stock_adjust

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "pictures"
REFERENCE = "demo"

Data = dict[str, Any]


def load_catalogue() -> int:
    """Create what is missing of the demo catalogue; return how many goods were added.

    What is there already, staff may have edited: it is left as it is.
    """
    files = sorted((FOLDER / "catalogue").glob("[0-9]*.toml"))
    sections = [tomllib.loads(file.read_text()) for file in files]
    shop = tomllib.loads((FOLDER / "catalogue" / "shop.toml").read_text())
    _copy_pictures()
    with transaction.atomic():
        added = sum(_load_section(section) for section in sections)
        _load_shop(shop)
    return added


def _copy_pictures() -> None:
    # Under their own names, because descriptions refer to them.
    for picture in sorted(PICTURES.rglob("*.webp")):
        name = picture.relative_to(PICTURES).as_posix()
        if not default_storage.exists(name):
            with picture.open("rb") as file:
                default_storage.save(name, File(file))


def _load_section(section: Data) -> int:
    root: GoodsCategory | None = None
    categories: dict[str, GoodsCategory] = {}
    for level, parent_code, node in _walk(section["category"]):
        category, _ = GoodsCategory.objects.get_or_create(
            code=node["code"],
            defaults={
                "name": node["name"],
                "desc": node["desc"],
                "category_type": level,
                "is_tab": node.get("is_tab", False),
                "parent_category": categories.get(parent_code),
            },
        )
        root = root or category
        categories[category.code] = category
    assert root is not None
    for number, brand in enumerate(section.get("brands", []), 1):
        image = f"brands/{root.code}-{number}.webp"
        GoodsCategoryBrand.objects.get_or_create(
            category=root, name=brand["name"], defaults={"desc": brand["desc"], "image": image}
        )
    added = sum(_load_goods(goods, categories[goods["category"]]) for goods in section["goods"])
    if added == len(section["goods"]):
        _give_pictures(section, categories)
    if sn := section["category"].get("ad_goods"):
        ad = Goods.objects.get(goods_sn=sn)
        IndexAd.objects.get_or_create(category=root, defaults={"goods": ad})
    return added


def _give_pictures(section: Data, categories: dict[str, GoodsCategory]) -> None:
    """Each category shows the goods that are sold most in it and below it."""
    goods_by_sales = sorted(section["goods"], key=lambda goods: -goods["sold"])
    for category in categories.values():
        below = {category.pk}
        for other in categories.values():  # parents come before their children
            if other.parent_category_id in below:
                below.add(other.pk)
        best = next(
            (goods for goods in goods_by_sales if categories[goods["category"]].pk in below), None
        )
        if best and not category.image:
            category.image = f"goods/{best['sn']}-1.webp"
            category.save(update_fields=["image"])


def _walk(node: Data, level: int = 1, parent_code: str = "") -> Iterator[tuple[int, str, Data]]:
    yield level, parent_code, node
    for child in node.get("children", []):
        yield from _walk(child, level + 1, node["code"])


def _load_goods(data: Data, category: GoodsCategory) -> bool:
    pictures = [f"goods/{data['sn']}-{n}.webp" for n in range(1, data["pictures"] + 1)]
    goods, created = Goods.objects.get_or_create(
        goods_sn=data["sn"],
        defaults={
            "category": category,
            "name": data["name"],
            "goods_brief": data["brief"],
            "goods_desc": data["desc"],
            "market_price": Decimal(data["market_price"]),
            "shop_price": Decimal(data["shop_price"]),
            "sold_num": data["sold"],
            "sold_before": data["sold"],  # bestsellers from the start, and no orders
            "ship_free": data["ship_free"],
            "is_new": data["is_new"],
            "is_hot": data["is_hot"],
            "goods_front_image": pictures[0],
        },
    )
    if created:
        GoodsViewCount.objects.update_or_create(pk=goods.pk, defaults={"click_num": data["clicks"]})
        stock_adjust(goods_id=goods.pk, delta=data["stock"], reference=REFERENCE)
        GoodsImage.objects.bulk_create(GoodsImage(goods=goods, image=name) for name in pictures)
    return created


def _load_shop(shop: Data) -> None:
    for banner in shop["banners"]:
        # Not by its picture, which gets another name when its sizes are made.
        Banner.objects.get_or_create(
            goods=Goods.objects.get(goods_sn=banner["goods"]),
            defaults={
                "image": f"banners/{slugify(banner['picture'])}.webp",
                "index": banner["index"],
            },
        )
    for word in shop["hot_words"]:
        HotSearchWords.objects.get_or_create(
            keywords=word["word"], defaults={"index": word["index"]}
        )
