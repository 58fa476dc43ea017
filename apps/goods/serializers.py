"""Shapes of the catalogue (contract: "Shapes" and "Catalogue")."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from utils.api.compiled_serializers import CompiledSerializer
from utils.api.fields import AmountField, PictureField

from .models import Banner, Goods, GoodsCategory, GoodsCategoryBrand, GoodsImage, HotSearchWords

CATEGORY_FIELDS: tuple[str, ...] = (
    "id", "name", "code", "desc", "category_type", "is_tab", "add_time", "parent_category",
)  # fmt: skip

CARD_FIELDS: tuple[str, ...] = (
    "id", "category", "images", "goods_sn", "name", "click_num", "sold_num", "fav_num",
    "goods_num", "market_price", "shop_price", "goods_brief", "ship_free",
    "goods_front_image", "is_new", "is_hot", "add_time",
)  # fmt: skip


TREE_FIELDS = (*CATEGORY_FIELDS, "image", "sub_cat")


class CategorySerializer(CompiledSerializer):
    class Meta:
        model = GoodsCategory
        fields: tuple[str, ...] = CATEGORY_FIELDS


class CategoryLeafSerializer(CategorySerializer):
    """Level 3, where ``sub_cat`` is always empty."""

    image = PictureField(
        size="list", allow_null=True,
        help_text=_("Absolute address, in the size of a list, or null."),
    )  # fmt: skip
    sub_cat = CategorySerializer(many=True, source="children")

    class Meta(CategorySerializer.Meta):
        fields: tuple[str, ...] = TREE_FIELDS


class CategoryBranchSerializer(CategoryLeafSerializer):
    """Level 2."""

    sub_cat = CategoryLeafSerializer(many=True, source="children")


class CategoryTreeSerializer(CategoryLeafSerializer):
    """A category of any level with all below it, as CategoryQuerySet.as_forest() nests it."""

    sub_cat = CategoryBranchSerializer(many=True, source="children")


class GoodsImageSerializer(CompiledSerializer):
    image = PictureField(help_text=_("Absolute address, in the size of a page."))

    class Meta:
        model = GoodsImage
        fields: tuple[str, ...] = ("image",)


class GalleryImageSerializer(GoodsImageSerializer):
    """On the page of goods, where a picture is looked at closely."""

    thumb = PictureField(
        size="list", source="image", help_text=_("Absolute address, in the size of a list.")
    )
    zoom = PictureField(
        size="zoom", source="image", help_text=_("Absolute address, in the largest size.")
    )

    class Meta(GoodsImageSerializer.Meta):
        fields: tuple[str, ...] = ("image", "thumb", "zoom")


class GoodsCardSerializer(CompiledSerializer):
    category = CategorySerializer()
    images = GoodsImageSerializer(many=True, source="pictures")
    click_num = serializers.IntegerField(read_only=True, help_text=_("Views of the goods page."))
    market_price = AmountField(help_text=_("In yuan, struck through in the shop."))
    shop_price = AmountField(help_text=_("In yuan: what the buyer pays."))
    goods_front_image = PictureField(
        size="list", allow_null=True,
        help_text=_("Absolute address, in the size of a list, or null."),
    )  # fmt: skip

    class Meta:
        model = Goods
        fields: tuple[str, ...] = CARD_FIELDS


class GoodsSerializer(GoodsCardSerializer):
    category = CategoryTreeSerializer()
    images = GalleryImageSerializer(many=True, source="pictures")
    goods_front_image = PictureField(
        allow_null=True, help_text=_("Absolute address, in the size of a page, or null.")
    )

    class Meta(GoodsCardSerializer.Meta):
        fields: tuple[str, ...] = (*CARD_FIELDS, "goods_desc")


class BannerSerializer(CompiledSerializer):
    image = PictureField(help_text=_("Absolute address, in the size of a page."))

    class Meta:
        model = Banner
        fields: tuple[str, ...] = ("id", "image", "index", "add_time", "goods")


class HotSearchWordsSerializer(CompiledSerializer):
    class Meta:
        model = HotSearchWords
        fields: tuple[str, ...] = ("id", "keywords", "index", "add_time")


class BrandSerializer(CompiledSerializer):
    image = PictureField(size="list", help_text=_("Absolute address, in the size of a list."))

    class Meta:
        model = GoodsCategoryBrand
        fields: tuple[str, ...] = ("id", "name", "desc", "image", "add_time", "category")


@extend_schema_field(
    {
        "oneOf": [
            {"$ref": "#/components/schemas/GoodsCard"},
            {"type": "object", "maxProperties": 0},
        ]
    }
)
class AdGoodsSerializer(GoodsCardSerializer):
    """A goods card, or an empty object: null breaks the clients' page."""

    representation_of_none = {}


class IndexCategorySerializer(CategoryTreeSerializer):
    """A category tree with what index_page.index_categories() found for it."""

    brands = BrandSerializer(many=True, source="index_brands")
    goods = GoodsCardSerializer(many=True, source="index_goods")
    ad_goods = AdGoodsSerializer(
        source="index_ad_goods", help_text=_("A goods card, or {} when there is no ad.")
    )

    class Meta(CategoryTreeSerializer.Meta):
        fields: tuple[str, ...] = (
            *TREE_FIELDS,
            "brands",
            "goods",
            "ad_goods",
        )


class ShortageSerializer(serializers.Serializer):
    """Goods of which there are not as many as somebody wants."""

    goods = serializers.IntegerField(help_text=_("Id of the goods."))
    name = serializers.CharField()
    wanted = serializers.IntegerField()
    available = serializers.IntegerField()


class ShortagesSerializer(serializers.Serializer):
    """What OutOfStockError answers (services/stock.py)."""

    goods = ShortageSerializer(many=True, allow_empty=False)
