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
from rest_framework.request import Request

from utils.api.fields import AmountField, PictureField, media_url, request_origin
from utils.storage.stored import stored_file


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a representation needs beside the object; worked out once per answer."""

    origin: str  # scheme and host, which the addresses of pictures begin with
    zone: tzinfo

    @classmethod
    def of(cls, request: "AnyRequest | None") -> "RenderContext":
        origin = request_origin(request) if request is not None else ""
        return cls(origin, timezone.get_current_timezone())


AnyRequest = HttpRequest | Request

# The shapes of a row by serializer and, where a picture is in it, the origin of the request.
KeptShapes = dict[tuple[type, str], Any]
# A shop answers for a few hosts; with a wildcard in ALLOWED_HOSTS anybody names more.
MOST_KEPT = 16

# Makes of a field's value what stands on the wire.
Converter = Callable[[Any, RenderContext], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read one shape: every value at once, then those that need converting."""

    names: tuple[str, ...]
    read: Callable[[Any], tuple[Any, ...]]
    converters: tuple[tuple[str, Converter], ...]
    # Name, attribute and size of each picture. What ``read`` gives in their places is not used.
    pictures: tuple[tuple[str, str, str], ...]
    # Whether the model has ``kept_shapes``.
    may_be_kept: bool
    # Whether it has pictures, or what is in it has: their addresses begin with the request's host.
    has_origin: bool


# Their value in Python is their value on the wire.
PLAIN_FIELDS = (
    serializers.PrimaryKeyRelatedField,
    serializers.CharField,
    serializers.IntegerField,
    serializers.BooleanField,
    serializers.ChoiceField,
)


class CompiledListSerializer(serializers.ListSerializer):
    def to_representation(self, data: Any) -> list[Any]:
        context = RenderContext.of(self.context.get("request"))
        child: Any = self.child
        represent = type(child).represent
        return [represent(item, context) for item in _items(data)]


class CompiledSerializer(serializers.ModelSerializer):
    """A ModelSerializer whose answers come from a plan made once per class.

    Fields may be plain values and lists of them, times, amounts, pictures, keys of related rows
    and other CompiledSerializers; a source may be a method of the model that takes nothing.
    Anything else raises NotImplementedError on the first use.

    A model may have an attribute ``kept_shapes``: None, or, on a row that the process keeps from
    request to request, a dictionary in which the shapes of the row are kept as well: those with a
    picture in them for each host, of MOST_KEPT at most.
    """

    # What stands on the wire when there is no object at all.
    representation_of_none: ClassVar[Any] = None

    _plans: ClassVar[dict[type, Plan]] = {}

    @classmethod
    def many_init(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs["child"] = cls()
        return CompiledListSerializer(*args, **kwargs)

    @classmethod
    def shape(cls, row: Any, request: AnyRequest) -> Any:
        """Return the shape of a row: ``cls(row, context=...).data``.

        Without the serializer that DRF makes for it, which takes a tenth of a short answer.
        """
        return cls.represent(row, RenderContext.of(request))

    @classmethod
    def shapes(cls, rows: Iterable[Any], request: AnyRequest) -> list[Any]:
        """Return the shapes of rows: ``cls(rows, many=True, context=...).data``."""
        context = RenderContext.of(request)
        return [cls.represent(row, context) for row in _items(rows)]

    @classmethod
    def plan(cls) -> Plan:
        plan = cls._plans.get(cls)
        if plan is None:
            fields = cls().fields
            converters = {name: _converter(field) for name, field in fields.items()}
            model = cls.Meta.model
            converters |= {
                name: _called(converters[name])
                for name, field in fields.items()
                if callable(getattr(model, str(field.source), None))
            }
            read = attrgetter(*map(_attribute, fields.values()))
            plan = cls._plans[cls] = Plan(
                names=tuple(fields),
                read=read if len(fields) > 1 else lambda instance: (read(instance),),
                converters=tuple((name, c) for name, c in converters.items() if c is not None),
                pictures=tuple(
                    (name, str(field.source), field.size)
                    for name, field in fields.items()
                    if isinstance(field, PictureField)
                ),
                may_be_kept=hasattr(model, "kept_shapes"),
                has_origin=any(_has_origin(field) for field in fields.values()),
            )
        return plan

    @classmethod
    def represent(cls, instance: Any, context: RenderContext) -> Any:
        if instance is None:
            return cls.representation_of_none
        plan = cls.plan()
        kept: KeptShapes | None = instance.kept_shapes if plan.may_be_kept else None
        key = (cls, context.origin if plan.has_origin else "")
        if kept is not None and key in kept:
            return kept[key]
        shape = dict(zip(plan.names, plan.read(instance), strict=True))
        for name, convert in plan.converters:
            shape[name] = convert(shape[name], context)
        for name, attribute, size in plan.pictures:
            shape[name] = media_url(stored_file(instance, attribute), context.origin, size)
        if kept is not None and len(kept) < MOST_KEPT:
            kept[key] = shape
        return shape

    def to_representation(self, instance: Any) -> Any:
        return self.represent(instance, RenderContext.of(self.context.get("request")))


def _attribute(field: Any) -> str:
    """Return the attribute that holds a field's value; a related row is not read for its key."""
    if isinstance(field, PictureField):
        return "__class__"  # every row has it: pictures are read apart
    is_key = isinstance(field, serializers.PrimaryKeyRelatedField)
    return f"{field.source}_id" if is_key else str(field.source)


def _converter(field: Any) -> Converter | None:
    """Return how a field's value gets onto the wire; None when it does as it is."""
    if isinstance(field, CompiledListSerializer):
        child: Any = field.child
        represent_item = type(child).represent
        return lambda value, context: [represent_item(item, context) for item in _items(value)]
    if isinstance(field, CompiledSerializer):
        return type(field).represent
    if isinstance(field, PictureField):
        return None
    if isinstance(field, AmountField):
        return lambda value, context: float(value)
    if isinstance(field, serializers.DateTimeField):
        return _local_iso
    if isinstance(field, PLAIN_FIELDS):
        return None
    if isinstance(field, serializers.ListField) and isinstance(field.child, PLAIN_FIELDS):
        return lambda value, context: list(value)
    raise NotImplementedError(f"{field!r} has no place in a CompiledSerializer")


def _has_origin(field: Any) -> bool:
    """Whether what a field shows depends on the request's host."""
    if isinstance(field, CompiledListSerializer):
        field = field.child
    if isinstance(field, CompiledSerializer):
        return type(field).plan().has_origin
    return isinstance(field, PictureField)


def _called(convert: Converter | None) -> Converter:
    """Return the converter for a field whose source is a method, such as get_..._display."""
    if convert is None:
        return lambda value, context: value()
    return lambda value, context: convert(value(), context)


def _items(related: Any) -> Iterable[Any]:
    items: Iterable[Any] = related.all() if hasattr(related, "all") else related
    return items


def _local_iso(value: datetime | None, context: RenderContext) -> str | None:
    """ISO 8601 with the offset of the shop's time zone."""
    return None if value is None else value.astimezone(context.zone).isoformat()
