"""What a 400 says about the fields of a request, as an OpenAPI schema."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

Schema = dict[str, Any]

NON_FIELD_ERRORS = "non_field_errors"

# At least one: an empty list would say that nothing is wrong.
TEXTS: Schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def parameter_errors(names: Iterable[str]) -> Schema:
    """Return the shape of a 400 about query parameters."""
    return _errors(dict.fromkeys(names, TEXTS))


def serializer_errors(serializer: serializers.Serializer, besides: Iterable[str] = ()) -> Schema:
    """Return the shape of a 400 about a body that ``serializer`` checks.

    Each field has its own texts; one that holds an object or a list may also say where inside
    it the fault is. ``error_fields`` of a serializer names what services refuse besides its
    fields, such as the goods that stand in the path; ``besides`` are parameters of the query.
    """
    writable = (field for field in serializer.fields.values() if not field.read_only)
    fields = {str(field.field_name): _field_errors(field) for field in writable}
    others = [*getattr(serializer, "error_fields", ()), *besides]
    return _errors({**dict.fromkeys(others, TEXTS), **fields})


def _errors(properties: Schema) -> Schema:
    # Nothing else stands beside them, so that the shape differs from every other body of a 400.
    return {
        "type": "object",
        "properties": {**properties, NON_FIELD_ERRORS: TEXTS},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _field_errors(field: Any) -> Schema:
    if isinstance(field, serializers.Serializer):
        return {"oneOf": [TEXTS, serializer_errors(field)]}
    if isinstance(field, serializers.ListSerializer):
        child: Any = field.child
        by_index = _by_index(serializer_errors(child))
        return {"oneOf": [TEXTS, {**by_index, "properties": {NON_FIELD_ERRORS: TEXTS}}]}
    if isinstance(field, serializers.ListField):
        return {"oneOf": [TEXTS, _by_index(_field_errors(field.child))]}
    return TEXTS


def _by_index(item: Schema) -> Schema:
    return {"type": "object", "additionalProperties": item, "minProperties": 1}
