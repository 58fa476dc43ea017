"""Goods as rows of a file: what an import reads back as no change at all."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from utils.db.pages import rows_in_pages
from utils.spreadsheets.xlsx_stream import Sheet

from ..models import Goods, GoodsImage
from .goods_import.categories import Categories
from .goods_import.columns import COLUMNS

PAGE = 500


def goods_sheet(goods: QuerySet[Goods]) -> Sheet:
    """Return goods in order of their keys; two queries for each PAGE of them."""
    words = {True: gettext("yes"), False: gettext("no")}
    header = [str(column.label) for column in COLUMNS]
    return Sheet(gettext("goods"), header, _rows(goods, words))


def _rows(goods: QuerySet[Goods], words: dict[bool, str]) -> Iterator[list[Any]]:
    categories = Categories()
    for page in rows_in_pages(goods.defer("search_text"), size=PAGE):
        images: dict[int, list[str]] = {row.pk: [] for row in page}
        pictures = GoodsImage.objects.filter(goods__in=images).order_by("pk")
        for goods_id, image in pictures.values_list("goods", "image"):
            images[goods_id].append(image)
        for row in page:
            yield [_cell(row, column.name, categories, images, words) for column in COLUMNS]


def _cell(
    row: Goods,
    name: str,
    categories: Categories,
    images: dict[int, list[str]],
    words: dict[bool, str],
) -> Any:
    if name == "category":
        return categories.shown(row.category_id)
    if name == "images":
        return ";".join(images[row.pk])
    if name == "stock_change":
        return None
    if name == "goods_front_image":
        return row.goods_front_image.name
    value = getattr(row, name)
    return words[value] if isinstance(value, bool) else value
