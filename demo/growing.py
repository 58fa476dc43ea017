"""Many goods for load tests, made from the demo's sixty."""

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model
from django.utils import timezone

from apps.goods.models import Goods, GoodsCategory, GoodsImage, GoodsViewCount, StockMovement
from utils.cache.catalogue_version import catalogue_changed

from .loading import REFERENCE

BATCH = 2_000
GRADES = ("特级", "精选", "家庭装", "尝鲜装", "礼盒", "产地直发", "有机", "经典")

Row = tuple[Any, ...]

GOODS_COLUMNS = (
    "id", "category_id", "goods_sn", "name", "goods_brief", "goods_desc", "search_text",
    "market_price", "shop_price", "goods_num", "sold_num", "sold_before", "fav_num",
    "ship_free", "goods_front_image", "is_new", "is_hot", "is_on_sale", "add_time",
)  # fmt: skip
VIEW_COLUMNS = ("goods_id", "click_num")
IMAGE_COLUMNS = ("goods_id", "image", "add_time")
MOVEMENT_COLUMNS = ("goods_id", "delta", "reason", "reference", "add_time")


def grow_catalogue(*, total: int, progress: Callable[[int], None] = lambda made: None) -> int:
    """Add goods until there are ``total``; return how many were added.

    Names, prices, sales and pictures vary over the demo's goods; each has its ledger row
    for its stock. The same call on the same shop makes the same goods.
    """
    patterns = [
        (goods, [str(picture.image) for picture in goods.pictures])
        for goods in Goods.objects.exclude(goods_sn__startswith="LT").with_pictures()
    ]
    leaves = list(GoodsCategory.objects.filter(category_type=3).values_list("pk", flat=True))
    start = Goods.objects.count()
    for first in range(start, total, BATCH):
        last = min(first + BATCH, total)
        with transaction.atomic():
            _add_batch(range(first, last), patterns, leaves)
        progress(last)
    catalogue_changed()
    return max(0, total - start)


def _add_batch(numbers: range, patterns: list[tuple[Goods, list[str]]], leaves: list[int]) -> None:
    chance = random.Random(numbers[0])
    now = timezone.now()
    goods_rows: list[Row] = []
    view_rows: list[Row] = []
    image_rows: list[Row] = []
    movement_rows: list[Row] = []
    # Keys of our own: MySQL tells none of rows made in bulk.
    first_pk = (Goods.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    for pk, number in enumerate(numbers, first_pk):
        pattern, pictures = chance.choice(patterns)
        name = f"{chance.choice(GRADES)} {pattern.name} {number}"
        price = chance.randint(290, 39_900)
        stock = chance.randint(0, 500)
        # Fewer than the demo's own bestsellers, so that the index page stays the same.
        sold = chance.randint(0, 60)
        added = _time(now - timedelta(minutes=chance.randint(0, 500_000)))
        goods_rows.append((
            pk, chance.choice(leaves), f"LT{number:07d}", name, pattern.goods_brief,
            f"<p>{pattern.goods_brief}</p>", f"{name}\n{pattern.goods_brief}",
            _yuan(price + chance.randint(0, 2_000)), _yuan(price), stock,
            sold, sold, 0, chance.random() < 0.5,
            pictures[0], chance.random() < 0.25, chance.random() < 0.25, True, added,
        ))  # fmt: skip
        view_rows.append((pk, chance.randint(0, 5_000)))
        image_rows.extend((pk, picture, added) for picture in pictures)
        if stock:
            movement_rows.append((pk, stock, StockMovement.Reason.ADJUST.value, REFERENCE, added))
    _insert(Goods, GOODS_COLUMNS, goods_rows)
    _insert(GoodsViewCount, VIEW_COLUMNS, view_rows)
    _insert(GoodsImage, IMAGE_COLUMNS, image_rows)
    _insert(StockMovement, MOVEMENT_COLUMNS, movement_rows)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _time(moment: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _insert(model: type[Model], columns: Iterable[str], rows: list[Row]) -> None:
    # bulk_create() adapts every value of every row, which is most of its time.
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["%s"] * len(rows[0]))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
