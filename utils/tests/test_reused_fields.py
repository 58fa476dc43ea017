"""One serializer after the other has the same fields, and nothing of the one before."""

import threading
import weakref
from typing import Any

import pytest
from rest_framework import serializers

from utils.api.reused_fields import ReusedFields

pytestmark = pytest.mark.one_database


class Nested(serializers.Serializer):
    number = serializers.IntegerField(max_value=9)


class Asked(ReusedFields):
    word = serializers.CharField(max_length=5)
    numbers = serializers.ListField(child=serializers.IntegerField(), required=False)
    nested = Nested(required=False)

    def validate_word(self, value: str) -> str:
        return value + str(self.context.get("end", ""))


class Another(Asked):
    more = serializers.CharField(default="-")


def checked(data: Any, kind: type[Asked] = Asked, **context: Any) -> Any:
    serializer = kind(data=data, context=context)
    return serializer.validated_data if serializer.is_valid() else serializer.errors


def test_each_has_its_own_values_errors_and_context() -> None:
    assert checked({"word": "a", "numbers": [1]}, end="!") == {"word": "a!", "numbers": [1]}
    assert [str(error) for error in checked({"word": "abcdef"})["word"]] != []
    assert set(checked({"nested": {"number": 10}})) == {"word", "nested"}
    assert checked({"word": "b", "nested": {"number": 3}}) == {"word": "b", "nested": {"number": 3}}
    partial = Asked(data={}, partial=True)
    assert partial.is_valid()
    assert "word" in checked({})


def test_the_fields_are_those_of_the_class() -> None:
    first, second, other = Asked().fields, Asked().fields, Another().fields
    assert first["word"] is second["word"] is not other["word"]
    assert [*other] == ["word", "numbers", "nested", "more"]
    assert checked({"word": "a"}, Another) == {"word": "a", "more": "-"}


def test_each_thread_has_fields_of_its_own() -> None:
    found = [Asked().fields["word"]]
    thread = threading.Thread(target=lambda: found.append(Asked().fields["word"]))
    thread.start()
    thread.join()
    assert found[0] is not found[1]


def test_nothing_of_a_request_is_kept() -> None:
    serializer = Asked(data={"word": "a"})
    assert serializer.is_valid()
    left = weakref.ref(serializer)
    del serializer
    assert left() is None
