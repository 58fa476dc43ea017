"""The columns of a file of goods: what they are called, and what their cells mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from utils.spreadsheets.cells import Cell
from utils.spreadsheets.values import (
    CellError,
    code_of,
    flag_of,
    line_of,
    moment_of,
    pieces_of,
    price_of,
    text_of,
)
from utils.text.rich_text import clean_html

from ...models import Goods
from ..stock import MOST_PIECES


class Finders(Protocol):
    """What a cell may refer to."""

    def category(self, text: str) -> int: ...
    def picture(self, name: str) -> str: ...


# From a cell to the value as JSON keeps it; raises CellError.
Parse = Callable[[Cell, Finders], Any]


@dataclass(frozen=True)
class Column:
    """``words`` are other headers it is known by; ``parse`` is None where a file cannot set it."""

    name: str
    label: Any
    words: tuple[str, ...] = ()
    parse: Parse | None = field(default=None, compare=False)
    is_required: bool = False  # of new goods


def _label(name: str) -> Any:
    return Goods._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _at_most(limit: int, read: Callable[[Cell], str]) -> Parse:
    def parse(cell: Cell, finders: Finders) -> str:
        text = read(cell)
        if len(text) > limit:
            raise CellError(_("At most %(limit)d characters.") % {"limit": limit})
        return text

    return parse


def _price(cell: Cell, finders: Finders) -> str:
    return str(price_of(cell))


def _flag(**words: bool) -> Parse:
    return lambda cell, finders: flag_of(cell, words)


def _category(cell: Cell, finders: Finders) -> int:
    return finders.category(code_of(cell))


def _description(cell: Cell, finders: Finders) -> str:
    return clean_html(text_of(cell)).strip()


def _pieces(cell: Cell, finders: Finders) -> int:
    return pieces_of(cell, most=MOST_PIECES)


def _moment(cell: Cell, finders: Finders) -> str:
    return moment_of(cell).astimezone(UTC).isoformat()


def _picture(cell: Cell, finders: Finders) -> str:
    return finders.picture(line_of(cell))


def _pictures(cell: Cell, finders: Finders) -> list[str]:
    """Names, separated by semicolons or line breaks: a name may have commas and spaces."""
    text = text_of(cell).replace("\n", ";").replace("；", ";").replace("|", ";")
    names = [name.strip() for name in text.split(";") if name.strip()]
    if len(names) != len({*names}):
        raise CellError(_("A picture is named twice."))
    if len(names) > MOST_PICTURES:
        raise CellError(_("At most %(most)d pictures.") % {"most": MOST_PICTURES})
    return [finders.picture(name) for name in names]


MOST_PICTURES = 30

COLUMNS = (
    Column("goods_sn", _label("goods_sn"), ("货号", "商品编号", "商品编码", "sku"),
           _at_most(50, code_of), is_required=True),
    Column("name", _label("name"), ("商品名称", "品名", "标题", "goods name"),
           _at_most(100, line_of), is_required=True),
    Column("category", _label("category"), ("分类", "类目", "商品分类", "商品类别", "category code",
                                            "类别代码", "分类代码"), _category, is_required=True),
    Column("shop_price", _label("shop_price"), ("售价", "价格", "销售价", "店铺价", "price"),
           _price, is_required=True),
    Column("market_price", _label("market_price"), ("原价", "划线价", "市场价格"), _price),
    Column("goods_brief", _label("goods_brief"), ("商品简介", "卖点", "摘要"),
           _at_most(500, text_of)),
    Column("goods_desc", _label("goods_desc"), ("详情", "商品详情", "商品描述"), _description),
    Column("ship_free", _label("ship_free"), ("包邮", "免运费", "是否免运费"),
           _flag(包邮=True, 免运费=True, 不包邮=False)),
    Column("is_new", _label("is_new"), ("是否新品",), _flag(新品=True)),
    Column("is_hot", _label("is_hot"), ("是否热销", "热卖"), _flag(热销=True, 热卖=True)),
    Column("is_on_sale", _label("is_on_sale"), ("上架", "在售", "上下架", "状态"),
           _flag(上架=True, 在售=True, 已上架=True, 下架=False, 已下架=False, 停售=False)),
    Column("goods_front_image", _label("goods_front_image"), ("主图", "首图", "front image"),
           _picture),
    Column("images", gettext_lazy("pictures of the page"), ("图片", "相册", "轮播图", "pictures"),
           _pictures),
    Column("add_time", _label("add_time"), ("上架时间", "日期", "创建时间"), _moment),
    Column("stock_change", gettext_lazy("change of stock"), ("库存增减", "入库", "入库数量"),
           _pieces),
    Column("goods_num", _label("goods_num"), ("现有库存", "库存数量")),
    Column("sold_num", _label("sold_num"), ("已售", "销售量")),
)  # fmt: skip

BY_NAME = {column.name: column for column in COLUMNS}
# What the form asks for besides has a default: of the model, or (market_price) the shop price.
REQUIRED = tuple(column.name for column in COLUMNS if column.is_required)
PICTURES = ("goods_front_image", "images")
