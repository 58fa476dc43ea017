"""The indexes that the goods list reads, and nothing but them (ADR 16)."""

from django.db import models


def _index(name: str, columns: str) -> models.Index:
    return models.Index(fields=columns.split(), name=name)


# The index that has all goods on sale in an order, with every column that a filter may ask for.
WALKED = {
    "id": "goods_list_id",
    "shop_price": "goods_list_price",
    "-shop_price": "goods_list_price_desc",
    "sold_num": "goods_list_sold",
    "-sold_num": "goods_list_sold_desc",
    "add_time": "goods_list_time",
    "-add_time": "goods_list_time_desc",
}
# The indexes that find the goods of any filter, and no others, and have all columns of any order.
FILTERING = "goods_flagged"
FILTERING_CATEGORIES = "goods_cell_price"
# The narrowest indexes that have the columns of a filter: what is counted is all that matches.
COUNTING = "goods_counted"
COUNTING_CATEGORIES = "goods_cell_id"
# The index that has the goods of each cell (Listing.cells) in an order.
OF_CELLS = {
    "id": "goods_cell_id",
    "shop_price": "goods_cell_price",
    "-shop_price": "goods_cell_price_desc",
    "sold_num": "goods_cell_sold",
    "-sold_num": "goods_cell_sold_desc",
    "add_time": "goods_cell_time",
    "-add_time": "goods_cell_time_desc",
}

LIST_INDEXES = [
    _index("goods_list_id", "is_on_sale id category is_hot is_new shop_price"),
    _index("goods_list_price", "is_on_sale shop_price id category is_hot is_new"),
    _index("goods_list_price_desc", "is_on_sale -shop_price id category is_hot is_new"),
    _index("goods_list_sold", "is_on_sale sold_num id category is_hot is_new shop_price"),
    _index("goods_list_sold_desc", "is_on_sale -sold_num id category is_hot is_new shop_price"),
    _index("goods_list_time", "is_on_sale add_time id category is_hot is_new shop_price"),
    _index("goods_list_time_desc", "is_on_sale -add_time id category is_hot is_new shop_price"),
    _index("goods_flagged", "is_on_sale is_hot is_new shop_price id add_time sold_num"),
    _index("goods_counted", "is_on_sale is_hot is_new"),
    _index("goods_cell_id", "category is_on_sale is_hot is_new id shop_price"),
    _index("goods_cell_price", "category is_on_sale is_hot is_new shop_price id add_time sold_num"),
    _index("goods_cell_price_desc", "category is_on_sale is_hot is_new -shop_price id"),
    _index("goods_cell_sold", "category is_on_sale is_hot is_new sold_num id shop_price"),
    _index("goods_cell_sold_desc", "category is_on_sale is_hot is_new -sold_num id shop_price"),
    _index("goods_cell_time", "category is_on_sale is_hot is_new add_time id shop_price"),
    _index("goods_cell_time_desc", "category is_on_sale is_hot is_new -add_time id shop_price"),
]
