"""What the shop's index page shows, read in six queries whatever the catalogue holds."""

from collections.abc import Iterator

from .models import Goods, GoodsCategory, GoodsCategoryBrand, IndexAd

GOODS_PER_CATEGORY = 12


def index_categories() -> list[GoodsCategory]:
    """Return the level-1 categories with ``is_tab``, nested, in id order.

    Each carries ``index_brands`` of its whole subtree, ``index_goods``: the first 12 by
    sales, ties by id, and ``index_ad_goods`` or None. Goods off the shelf appear nowhere.
    """
    forest = GoodsCategory.objects.all().as_forest()
    categories = {category.pk: category for root in forest for category in _subtree(root)}
    tabs = {
        root.pk: root
        for root in forest
        if root.is_tab and root.category_type == GoodsCategory.Level.ONE
    }
    subtrees = {pk: [category.pk for category in _subtree(tab)] for pk, tab in tabs.items()}
    tab_of = {pk: tabs[tab_pk] for tab_pk, subtree in subtrees.items() for pk in subtree}
    for tab in tabs.values():
        tab.index_brands, tab.index_goods, tab.index_ad_goods = [], [], None

    for brand in GoodsCategoryBrand.objects.filter(category__in=tab_of).order_by("pk"):
        tab_of[brand.category_id].index_brands.append(brand)

    on_sale = Goods.objects.on_sale()
    ads = IndexAd.objects.filter(category__in=tabs).values_list("category", "goods")
    ad_of = dict(ads)
    bestsellers = on_sale.bestsellers(subtrees, limit=GOODS_PER_CATEGORY)
    shown = on_sale.for_card().in_bulk({*bestsellers, *ad_of.values()})
    for goods in shown.values():
        goods.category = categories[goods.category_id]
    for goods in sorted(shown.values(), key=lambda goods: (-goods.sold_num, goods.pk)):
        if goods.pk in bestsellers:
            tab_of[goods.category_id].index_goods.append(goods)
    for tab_pk, goods_pk in ad_of.items():
        tabs[tab_pk].index_ad_goods = shown.get(goods_pk)
    return list(tabs.values())


def _subtree(category: GoodsCategory) -> Iterator[GoodsCategory]:
    yield category
    for child in category.children:
        yield from _subtree(child)
