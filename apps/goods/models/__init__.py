"""The catalogue: categories, brands, goods, what the index page shows, and the stock ledger.

Each module has the models of one subject and the QuerySets that read them.
"""

from .cards import GoodsCardsQuerySet
from .categories import CategoryQuerySet, GoodsCategory
from .goods import (
    Goods,
    GoodsImage,
    GoodsQuerySet,
    GoodsViewCount,
    Picture,
    SearchTextField,
)
from .index_page import Banner, GoodsCategoryBrand, HotSearchWords, IndexAd
from .stock import StockMovement

__all__ = [
    "Banner", "CategoryQuerySet", "Goods", "GoodsCardsQuerySet", "GoodsCategory",
    "GoodsCategoryBrand", "GoodsImage", "GoodsQuerySet", "GoodsViewCount", "HotSearchWords",
    "IndexAd", "Picture", "SearchTextField", "StockMovement",
]  # fmt: skip
