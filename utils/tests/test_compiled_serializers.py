from datetime import UTC
from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from apps.goods import serializers as goods_serializers
from apps.goods.models import Goods, GoodsCategory
from apps.goods.tests.factories import make_category, make_goods
from utils.api.compiled_serializers import CompiledSerializer, RenderContext


@pytest.mark.django_db
def test_it_reads_what_drf_reads() -> None:
    """The plan and DRF's own fields agree on every value of the widest shape."""
    make_goods(
        make_category(make_category()), pictures=2, shop_price="1234567.80", stock=3,
        goods_front_image="goods/图 a.webp",
    )  # fmt: skip
    goods = Goods.objects.for_list().get()
    goods.refresh_from_db(fields=["shop_price", "market_price", "add_time"])
    context = {"request": APIRequestFactory().get("/")}
    shape = goods_serializers.GoodsCardSerializer(goods, context=context)

    by_plan = shape.data

    by_drf = _by_drf(shape, goods)
    assert by_plan == by_drf
    assert list(by_plan) == list(by_drf)


def _by_drf(shape: Any, instance: Any) -> Any:
    """What DRF's own to_representation() makes of it, nested shapes included."""
    representation = {}
    for field in shape._readable_fields:
        value = field.get_attribute(instance)
        if isinstance(field, serializers.ListSerializer):
            representation[field.field_name] = [_by_drf(field.child, item) for item in value]
        elif isinstance(field, serializers.Serializer):
            representation[field.field_name] = _by_drf(field, value)
        else:
            representation[field.field_name] = (
                None if value is None else field.to_representation(value)
            )
    return representation


@pytest.mark.django_db
def test_no_object() -> None:
    nowhere = RenderContext.of(None)
    assert goods_serializers.GoodsCardSerializer.represent(None, nowhere) is None
    assert goods_serializers.AdGoodsSerializer.represent(None, nowhere) == {}


@pytest.mark.django_db
def test_a_key_is_read_without_its_row(django_assert_num_queries: Any) -> None:
    child = GoodsCategory.objects.get(pk=make_category(make_category()).pk)
    with django_assert_num_queries(0):
        shape = goods_serializers.CategorySerializer(child).data
    assert shape["parent_category"] == child.parent_category_id


def test_what_it_cannot_read_is_refused_at_once() -> None:
    class Odd(CompiledSerializer):
        lower = serializers.SerializerMethodField()

        class Meta:
            model = GoodsCategory
            fields = ("lower",)

    with pytest.raises(NotImplementedError, match="SerializerMethodField"):
        Odd.plan()


class TestAPicture:
    """Its address is made of the name that was read; whatever else a row holds gives the same."""

    SHAPE = goods_serializers.CategoryLeafSerializer
    NOWHERE = RenderContext("https://shop.example", UTC)

    def image_of(self, row: Any) -> Any:
        row.children = []
        return self.SHAPE.represent(row, self.NOWHERE)["image"]

    @pytest.mark.django_db
    def test_of_a_row_in_any_state(self, django_assert_num_queries: Any) -> None:
        made = make_category(image="category/x.webp")
        address = "https://shop.example/media/category/x.webp"
        assert self.image_of(made) == address
        read = GoodsCategory.objects.get(pk=made.pk)
        assert self.image_of(read) == address
        assert type(vars(read)["image"]) is str
        assert read.image.name == "category/x.webp"
        assert self.image_of(read) == address
        deferred = GoodsCategory.objects.defer("image").get(pk=made.pk)
        with django_assert_num_queries(1):
            assert self.image_of(deferred) == address

    @pytest.mark.django_db
    @pytest.mark.parametrize("nothing", ["", None])
    def test_of_none(self, nothing: Any) -> None:
        row = make_category()
        GoodsCategory.objects.filter(pk=row.pk).update(image="")
        read = GoodsCategory.objects.get(pk=row.pk)
        vars(read)["image"] = nothing
        assert self.image_of(read) is None
