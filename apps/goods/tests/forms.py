"""Forms of the administration, as a browser sends them back."""

from typing import Any

from apps.goods.models import Goods


def form_of(goods: Goods, **values: Any) -> dict[str, Any]:
    """Return the form that shows ``goods``, filled in as it is but for ``values``."""
    return {
        "name": goods.name,
        "goods_sn": goods.goods_sn,
        "category": goods.category_id,
        "shop_price": goods.shop_price,
        "market_price": goods.market_price,
        "goods_brief": "",
        "goods_desc": "",
        "is_on_sale": "on",
        "stock_change": "0",
        "stock_cause": "delivery",
        "images-TOTAL_FORMS": "0",
        "images-INITIAL_FORMS": "0",
        **values,
    }
