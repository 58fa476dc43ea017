"""Serializers for shapes that are read often.

DRF builds every field of a serializer again for each request, which costs more than the
queries do. A CompiledSerializer is declared like any ModelSerializer (and documented and
validated by DRF like one), but reads through a plan that is made once per class.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from operator import attrgetter
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone
from rest_framework import serializers

from .fields import AmountField, PictureField, media_url, request_origin


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a representation needs beside the object; worked out once per answer."""

    origin: str  # scheme and host, which the addresses of pictures begin with
    zone: tzinfo

    @classmethod
    def of(cls, request: HttpRequest | None) -> "Surroundings":
        origin = request_origin(request) if request is not None else ""
        return cls(origin, timezone.get_current_timezone())


Reader = Callable[[Any, Surroundings], Any]
Plan = list[tuple[str, Reader]]

# Their value in Python is their value on the wire.
PLAIN_FIELDS = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.ChoiceField,
)


class CompiledListSerializer(serializers.ListSerializer):
    def to_representation(self, data: Any) -> list[Any]:
        surroundings = Surroundings.of(self.context.get("request"))
        child: Any = self.child
        represent = type(child).represent
        return [represent(item, surroundings) for item in _items(data)]


class CompiledSerializer(serializers.ModelSerializer):
    """A ModelSerializer whose answers come from a plan made once per class.

    Fields may be plain values, times, amounts, pictures, keys of related rows and other
    CompiledSerializers; anything else raises NotImplementedError on the first use.
    """

    # What stands on the wire when there is no object at all.
    representation_of_none: ClassVar[Any] = None

    _plans: ClassVar[dict[type, Plan]] = {}

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs["child"] = cls()
        return CompiledListSerializer(*args, **kwargs)

    @classmethod
    def plan(cls) -> Plan:
        plan = cls._plans.get(cls)
        if plan is None:
            plan = cls._plans[cls] = [
                (name, _reader(field)) for name, field in cls().fields.items()
            ]
        return plan

    @classmethod
    def represent(cls, instance: Any, surroundings: Surroundings) -> Any:
        if instance is None:
            return cls.representation_of_none
        return {name: read(instance, surroundings) for name, read in cls.plan()}

    def to_representation(self, instance: Any) -> Any:
        return self.represent(instance, Surroundings.of(self.context.get("request")))


def _reader(field: Any) -> Reader:
    """Return the function that reads one field of an instance."""
    get = attrgetter(field.source)
    if isinstance(field, CompiledListSerializer):
        child: Any = field.child
        represent_item = type(child).represent
        return lambda instance, surroundings: [
            represent_item(item, surroundings) for item in _items(get(instance))
        ]
    if isinstance(field, CompiledSerializer):
        represent = type(field).represent
        return lambda instance, surroundings: represent(get(instance), surroundings)
    if isinstance(field, PictureField):
        return lambda instance, surroundings: media_url(get(instance), surroundings.origin)
    if isinstance(field, AmountField):
        return lambda instance, surroundings: float(get(instance))
    if isinstance(field, serializers.DateTimeField):
        return lambda instance, surroundings: _local_iso(get(instance), surroundings.zone)
    if isinstance(field, serializers.PrimaryKeyRelatedField):
        # The key stands in the row itself: the related row is not read for it.
        get_key = attrgetter(f"{field.source}_id")
        return lambda instance, surroundings: get_key(instance)
    if isinstance(field, PLAIN_FIELDS):
        return lambda instance, surroundings: get(instance)
    raise NotImplementedError(f"{field!r} has no place in a CompiledSerializer")


def _items(related: Any) -> Iterable[Any]:
    items: Iterable[Any] = related.all() if hasattr(related, "all") else related
    return items


def _local_iso(value: datetime | None, zone: tzinfo) -> str | None:
    """ISO 8601 with the offset of the shop's time zone."""
    return None if value is None else value.astimezone(zone).isoformat()
