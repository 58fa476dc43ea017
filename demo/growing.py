"""Many goods for load tests, made from the demo's sixty."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from apps.goods.models import Goods, GoodsCategory, GoodsImage, StockMovement
from utils.cache import catalogue_changed

from .loading import REFERENCE

BATCH = 2_000
GRADES = ("特级", "精选", "家庭装", "尝鲜装", "礼盒", "产地直发", "有机", "经典")


def grow_catalogue(*, total: int, progress: Callable[[int], None] = lambda made: None) -> int:
    """Add goods until there are ``total``; return how many were added.

    Names, prices, sales and pictures vary over the demo's goods; each has its ledger row
    for its stock. The same call on the same shop makes the same goods.
    """
    patterns = list(Goods.objects.exclude(goods_sn__startswith="LT").prefetch_related("images"))
    leaves = list(GoodsCategory.objects.filter(category_type=3).values_list("pk", flat=True))
    start = Goods.objects.count()
    now = timezone.now()
    for first in range(start, total, BATCH):
        numbers = range(first, min(first + BATCH, total))
        with transaction.atomic():
            _add_batch([_vary(n, patterns, leaves, now) for n in numbers])
        progress(numbers[-1] + 1)
    catalogue_changed()
    return max(0, total - start)


def _vary(
    number: int, patterns: list[Goods], leaves: list[int], now: datetime
) -> tuple[Goods, list[str]]:
    chance = random.Random(number)
    pattern = chance.choice(patterns)
    price = Decimal(chance.randint(290, 39_900)) / 100
    goods = Goods(
        goods_sn=f"LT{number:07d}",
        name=f"{chance.choice(GRADES)} {pattern.name} {number}",
        category_id=chance.choice(leaves),
        goods_brief=pattern.goods_brief,
        goods_desc=f"<p>{pattern.goods_brief}</p>",
        market_price=price + Decimal(chance.randint(0, 2_000)) / 100,
        shop_price=price,
        goods_num=chance.randint(0, 500),
        # Fewer than the demo's own bestsellers, so that the index page stays the same.
        sold_num=chance.randint(0, 60),
        click_num=chance.randint(0, 5_000),
        is_new=chance.random() < 0.25,
        is_hot=chance.random() < 0.25,
        ship_free=chance.random() < 0.5,
        goods_front_image=pattern.goods_front_image.name,
        add_time=now - timedelta(minutes=chance.randint(0, 500_000)),
    )
    return goods, [str(picture.image.name) for picture in pattern.images.all()]


def _add_batch(batch: list[tuple[Goods, list[str]]]) -> None:
    Goods.objects.bulk_create([goods for goods, _ in batch])
    # MySQL tells no keys of rows made in bulk.
    keys = dict(
        Goods.objects.filter(goods_sn__in=[goods.goods_sn for goods, _ in batch]).values_list(
            "goods_sn", "pk"
        )
    )
    GoodsImage.objects.bulk_create(
        GoodsImage(goods_id=keys[goods.goods_sn], image=name)
        for goods, pictures in batch
        for name in pictures
    )
    StockMovement.objects.bulk_create(
        StockMovement(
            goods_id=keys[goods.goods_sn], delta=goods.goods_num,
            reason=StockMovement.Reason.ADJUST, reference=REFERENCE,
        )
        for goods, _ in batch
        if goods.goods_num
    )  # fmt: skip
