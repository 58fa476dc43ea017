"""The shape of a 400, from the serializer that checks the request."""

import jsonschema
import pytest
from rest_framework import serializers

from utils.api.schema.field_errors import serializer_errors


class PieceSerializer(serializers.Serializer):
    goods = serializers.IntegerField()
    nums = serializers.IntegerField(min_value=1)


class CheckoutSerializer(serializers.Serializer):
    error_fields = ("stock",)

    id = serializers.IntegerField(read_only=True)
    mobile = serializers.CharField(max_length=11)
    goods = serializers.ListField(child=serializers.IntegerField())
    buy_now = PieceSerializer()
    lines = PieceSerializer(many=True)

    def validate(self, attrs):
        raise serializers.ValidationError("nothing will do")


GOOD = {"mobile": "1", "goods": [1], "buy_now": {"goods": 1, "nums": 1}, "lines": []}


@pytest.mark.parametrize(
    "change",
    [
        {}, {"mobile": ""}, {"mobile": None}, {"goods": [1, "a"]}, {"goods": "a"}, {"buy_now": 1},
        {"buy_now": {"nums": 0}}, {"lines": [{"goods": 1, "nums": 0}]}, {"lines": 1},
    ],
)  # fmt: skip
def test_what_a_serializer_says_is_as_described(change):
    serializer = CheckoutSerializer(data={**GOOD, **change})
    assert not serializer.is_valid()
    jsonschema.validate(serializer.errors, serializer_errors(serializer))


@pytest.mark.parametrize(
    "body",
    [{}, {"detail": "no"}, {"id": ["no"]}, {"mobile": []}, {"mobile": "no"}, {"goods": [{}]}],
)
def test_what_else_there_is_differs(body):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, serializer_errors(CheckoutSerializer()))


def test_what_a_service_names_besides():
    jsonschema.validate({"stock": ["none"]}, serializer_errors(CheckoutSerializer()))
