"""An empty file to fill in, with a sheet that says what may stand in it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from utils.spreadsheets.xlsx_stream import Sheet

from .columns import COLUMNS

_FLAG = gettext_noop("是 / 否, yes / no, √ / ×, TRUE / FALSE, 1 / 0.")
# Of each column an example, and what its cells may be.
HELP = {
    "goods_sn": (
        "FR0001",
        gettext_noop(
            "Finds the goods; a number that no goods have makes new ones. Format the column "
            "as text."
        ),
    ),
    "name": ("赣南脐橙 5 斤", gettext_noop("At most 100 characters, one line.")),
    "category": (
        "水果/柑橘/橙子",
        gettext_noop("Path, code, or a name that only one category has."),
    ),
    "shop_price": (
        "29.90",
        gettext_noop("Yuan, at most two decimals: 29.9, ¥29.90, 1,299.00, 29.90元."),
    ),
    "market_price": (
        "39.90",
        gettext_noop("As the shop price. New goods without it take the shop price."),
    ),
    "goods_brief": ("皮薄多汁", gettext_noop("At most 500 characters.")),
    "goods_desc": (
        "<p>产地赣州</p>",
        gettext_noop("HTML. What could run in a browser is taken out."),
    ),
    "ship_free": ("是", _FLAG),
    "is_new": ("否", _FLAG),
    "is_hot": ("否", _FLAG),
    "is_on_sale": (
        "上架",
        gettext_noop("上架 / 下架, or as the other flags. New goods without it are on sale."),
    ),
    "goods_front_image": (
        "FR0001.jpg",
        gettext_noop("File name of a picture in a zip that is uploaded with the file."),
    ),
    "images": (
        "FR0001-1.jpg;FR0001-2.jpg",
        gettext_noop(
            "All pictures of the page in their order, separated by semicolons. Those that the "
            "goods have can stay."
        ),
    ),
    "add_time": (
        "2026-11-23 18:30",
        gettext_noop("A date as 2026-11-23, 2026/11/23 or 2026年11月23日, with or without a time."),
    ),
    "stock_change": (
        "12",
        gettext_noop(
            "Pieces that come in (12) or go (-3); added to the stock of the moment of the import."
        ),
    ),
}


def template_sheets() -> Sequence[Sheet]:
    """Return a sheet of headers, and one that explains them."""
    columns = [column for column in COLUMNS if column.parse is not None]
    explained = []
    for column in columns:
        example, text = HELP[column.name]
        needed = _("yes") if column.is_required else ""
        explained.append([str(column.label), needed, example, _(text)])
    about = [_("column"), _("needed for new goods"), _("example"), _("what it means")]
    return [
        Sheet(_("goods"), [str(column.label) for column in columns], []),
        Sheet(_("how to fill in"), about, explained),
    ]
