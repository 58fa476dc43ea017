"""What the shop's index page shows, read in six queries whatever the catalogue holds."""

from collections.abc import Iterator
from copy import copy

from django.db.models import F

from utils.db.written_once import Among, Read

from .models import Goods, GoodsCategory, IndexAd, goods_cards
from .models.forest import category_forest
from .models.index_page import brands
from .models.kept_rows import version_to_keep

GOODS_PER_CATEGORY = 12

_ADS = Read(
    lambda: (
        IndexAd.objects.filter(Among(F("category_id"), "categories"))
        .order_by()
        .values_list("category_id", "goods_id")
    )
)


def index_categories() -> list[GoodsCategory]:
    """Return the level-1 categories with ``is_tab``, nested, in id order.

    Each carries ``index_brands`` of its whole subtree, ``index_goods``: the first 12 by
    sales, ties by id, and ``index_ad_goods`` or None. Goods off the shelf appear nowhere.
    """
    version = version_to_keep()
    forest = category_forest.of(version)
    tabs = {
        root.pk: _own(root)
        for root in forest.roots
        if root.is_tab and root.category_type == GoodsCategory.Level.ONE
    }
    subtrees = {pk: [category.pk for category in _subtree(tab)] for pk, tab in tabs.items()}
    tab_of = {pk: tabs[tab_pk] for tab_pk, subtree in subtrees.items() for pk in subtree}
    for tab in tabs.values():
        tab.index_brands, tab.index_goods, tab.index_ad_goods = [], [], None

    for brand in brands.of(version):
        if brand.category_id in tab_of:
            tab_of[brand.category_id].index_brands.append(brand)

    ad_of = dict(_ADS(categories=list(tabs)))
    bestsellers = Goods.objects.bestsellers(subtrees, limit=GOODS_PER_CATEGORY)
    cards = goods_cards({*bestsellers, *ad_of.values()}, forest)
    shown = {
        pk: card
        for pk, card in cards.items()
        # Not what is in a category that was made since the forest was read.
        if card.is_on_sale and card.category_id in forest.by_id
    }
    for goods in sorted(shown.values(), key=lambda goods: (-goods.sold_num, goods.pk)):
        if goods.pk in bestsellers:
            tab_of[goods.category_id].index_goods.append(goods)
    for tab_pk, goods_pk in ad_of.items():
        tabs[tab_pk].index_ad_goods = shown.get(goods_pk)
    return list(tabs.values())


def _own(category: GoodsCategory) -> GoodsCategory:
    """Return a copy, which other requests do not see; its children are not copied."""
    own = copy(category)
    own.__dict__.pop("kept_shapes", None)
    return own


def _subtree(category: GoodsCategory) -> Iterator[GoodsCategory]:
    yield category
    for child in category.children:
        yield from _subtree(child)
