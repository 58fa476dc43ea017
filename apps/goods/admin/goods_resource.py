from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from import_export import fields, resources
from import_export.widgets import DecimalWidget, ForeignKeyWidget, IntegerWidget

from ..models import Goods, GoodsCategory
from ..services.stock import MOST_PIECES, stock_adjust


class GoodsResource(resources.ModelResource):
    """Goods as csv or xlsx, recognised by ``goods_sn``, their category by its ``code``.

    The stock goes out as ``goods_num`` and comes in as ``stock_change``: a file that was
    exported before a sale must not undo the sale.
    """

    category = fields.Field(
        attribute="category", column_name="category",
        widget=ForeignKeyWidget(GoodsCategory, field="code"),
    )  # fmt: skip
    goods_num = fields.Field(
        attribute="goods_num", column_name="goods_num", readonly=True, widget=IntegerWidget()
    )
    stock_change = fields.Field(column_name="stock_change", readonly=True)

    class Meta:
        model = Goods
        import_id_fields = ["goods_sn"]
        fields = [
            "goods_sn", "name", "category", "market_price", "shop_price", "goods_brief",
            "goods_desc", "ship_free", "is_new", "is_hot", "is_on_sale", "goods_num",
            "stock_change",
        ]  # fmt: skip
        skip_unchanged = False
        clean_model_instances = True

    def import_data(self, *args: Any, **kwargs: Any) -> Any:
        """All rows or none: so also when a row is not valid any more after the preview."""
        return super().import_data(*args, **{**kwargs, "rollback_on_validation_errors": True})

    def dehydrate_stock_change(self, goods: Goods) -> int:
        return 0

    def do_instance_save(self, instance: Goods, is_create: bool) -> None:
        if is_create:
            instance.save()
        else:
            # Counters are not in the file and may have moved since the row was read.
            columns = [name for name in self.fields if name not in ("goods_num", "stock_change")]
            instance.save(update_fields=[*columns, "search_text"])

    def after_save_instance(self, instance: Goods, row: Any, **kwargs: Any) -> None:
        change = _pieces(row.get("stock_change"))
        stock_adjust(goods_id=instance.pk, delta=change, reference="import")


def _pieces(value: Any) -> int:
    """Return a cell as a number of pieces, an empty one as 0; raises ValueError.

    Spreadsheets write 12.0 for 12; but half a piece is a slip, and not none.
    """
    number = DecimalWidget().clean(value) or Decimal(0)
    if not number.is_finite() or abs(number) > MOST_PIECES or number % 1:
        raise ValueError(_("%(value)s is not a number of pieces.") % {"value": value})
    return int(number)
