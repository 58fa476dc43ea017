"""Serializers for shapes that are read often.

DRF builds every field of a serializer again for each request, which costs more than the
queries do. A CompiledSerializer is declared like any ModelSerializer (and documented and
validated by DRF like one), but reads through a plan that is made once per class.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import serializers

from .fields import AmountField, PictureField, media_url

Reader = Callable[[Any, HttpRequest | None], Any]
Plan = list[tuple[str, Reader]]

# Their value in Python is their value on the wire.
PLAIN_FIELDS = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.ChoiceField,
)


class CompiledSerializer(serializers.ModelSerializer):
    """A ModelSerializer whose answers come from a plan made once per class.

    Fields may be plain values, times, amounts, pictures, keys of related rows and other
    CompiledSerializers; anything else raises NotImplementedError on the first use.
    """

    # What stands on the wire when there is no object at all.
    representation_of_none: ClassVar[Any] = None

    _plans: ClassVar[dict[type, Plan]] = {}

    @classmethod
    def plan(cls) -> Plan:
        plan = cls._plans.get(cls)
        if plan is None:
            plan = cls._plans[cls] = [
                (name, _reader(field)) for name, field in cls().fields.items()
            ]
        return plan

    @classmethod
    def represent(cls, instance: Any, request: HttpRequest | None) -> Any:
        if instance is None:
            return cls.representation_of_none
        return {name: read(instance, request) for name, read in cls.plan()}

    def to_representation(self, instance: Any) -> Any:
        return self.represent(instance, self.context.get("request"))


def _reader(field: Any) -> Reader:
    """Return the function that reads one field of an instance."""
    get = attrgetter(field.source)
    if isinstance(field, serializers.ListSerializer):
        many = field.child
        if isinstance(many, CompiledSerializer):
            return lambda instance, request: [
                many.represent(item, request) for item in _items(get(instance))
            ]
    elif isinstance(field, CompiledSerializer):
        return lambda instance, request: field.represent(get(instance), request)
    elif isinstance(field, PictureField):
        return lambda instance, request: media_url(get(instance), request)
    elif isinstance(field, AmountField):
        return lambda instance, request: float(get(instance))
    elif isinstance(field, serializers.DateTimeField):
        return lambda instance, request: _local_iso(get(instance))
    elif isinstance(field, serializers.PrimaryKeyRelatedField):
        # The key stands in the row itself: the related row is not read for it.
        get_key = attrgetter(f"{field.source}_id")
        return lambda instance, request: get_key(instance)
    elif isinstance(field, PLAIN_FIELDS):
        return lambda instance, request: get(instance)
    raise NotImplementedError(f"{field!r} has no place in a CompiledSerializer")


def _items(related: Any) -> Iterable[Any]:
    items: Iterable[Any] = related.all() if hasattr(related, "all") else related
    return items


def _local_iso(value: datetime | None) -> str | None:
    """ISO 8601 with the offset of the shop's time zone."""
    if value is None:
        return None
    return value.astimezone(timezone.get_current_timezone()).isoformat()
