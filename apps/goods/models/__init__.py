"""The catalogue: categories, brands, goods, what the index page shows, and the stock ledger.

Each module has the models of one subject and the QuerySets that read them.
"""

from .cards import (
    GoodsCardsQuerySet,
    RowsWithGoodsCards,
    goods_cards,
    goods_cards_slice,
    goods_page,
)
from .categories import CategoryQuerySet, GoodsCategory
from .goods import (
    Goods,
    GoodsImage,
    GoodsQuerySet,
    GoodsViewCount,
    Picture,
    SearchTextField,
)
from .imports import GoodsImport, GoodsImportArchive, GoodsImportRow
from .index_page import Banner, GoodsCategoryBrand, HotSearchWords, IndexAd
from .list_pages import count_all, count_up_to, page_keys
from .list_statements import Page, Place
from .listing import Listing
from .pictures import PictureMark
from .search import GoodsSearchIndex, GoodsSearchMark
from .stock import StockMovement

__all__ = [
    "Banner", "CategoryQuerySet", "Goods", "GoodsCardsQuerySet", "GoodsCategory",
    "GoodsCategoryBrand", "GoodsImage", "GoodsImport", "GoodsImportArchive", "GoodsImportRow",
    "GoodsQuerySet", "GoodsSearchIndex", "GoodsSearchMark", "GoodsViewCount", "HotSearchWords",
    "IndexAd", "Listing", "Page", "Picture", "PictureMark", "Place", "RowsWithGoodsCards",
    "SearchTextField", "StockMovement", "count_all", "count_up_to", "goods_cards",
    "goods_cards_slice", "goods_page", "page_keys",
]  # fmt: skip
