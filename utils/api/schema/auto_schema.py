"""How operations are described in the OpenAPI schema, where drf-spectacular sees it otherwise."""

from copy import deepcopy
from typing import Any

import uritemplate
from django.utils.translation import gettext as _
from drf_spectacular.openapi import AutoSchema as BaseAutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from rest_framework import serializers
from rest_framework.fields import empty

from utils.api.lookups import KeyInPathMixin

from .field_errors import parameter_errors, serializer_errors
from .refusals import DETAIL, Operation, declared_body, derived_statuses, refusal

Schema = dict[str, Any]

# What is wrong with these is no 400: a page that does not exist is 404, the rest is ignored.
LENIENT_PARAMETERS = {"page", "p", "page_size", "ordering"}

JSON, MULTIPART = "application/json", "multipart/form-data"


class AutoSchema(BaseAutoSchema):
    """Describes what the view does by itself: refusals.py, and the shapes below.

    * A body has one content type: multipart where a file comes along, else JSON. The shop reads
      JSON, forms and multipart alike; generators of clients do not cope with three.
    * A DELETE has a body where the view has ``delete_has_body``.
    * A key in the path is an integer.
    * A field may have ``request_schema``, what a client must keep to (a pattern) although older
      rows may not.
    * An action may have ``openapi_parameters`` and ``openapi_responses``: what a decorator of its
      adds (extra_apps.idempotency).
    """

    # --- requests

    def map_parsers(self) -> list[str]:
        return [MULTIPART if _has_file(self.get_request_serializer()) else JSON]

    def _get_request_body(self, direction: Any = "request") -> Any:
        if self.method != "DELETE" or not getattr(self.view, "delete_has_body", False):
            return super()._get_request_body(direction)
        self.method = "POST"  # only that makes it look at the serializer
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"

    def _resolve_path_parameters(self, variables: Any) -> Any:
        if not isinstance(self.view, KeyInPathMixin):
            return super()._resolve_path_parameters(variables)
        schema = {"type": "integer", "minimum": 1}
        return [
            {"in": "path", "name": name, "schema": {**schema}, "required": True}
            for name in variables
        ]

    def _get_parameters(self) -> Any:
        parameters = super()._get_parameters()
        for schema in (parameter["schema"] for parameter in parameters):
            if "enum" in schema:  # an empty parameter counts as absent
                schema["enum"] = [choice for choice in schema["enum"] if choice not in ("", None)]
        return parameters

    def get_override_parameters(self) -> Any:
        added = getattr(self._action(), "openapi_parameters", [])
        return [*super().get_override_parameters(), *added]

    def _action(self) -> Any:
        name = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, name, None)

    def get_auth(self) -> Any:
        # An empty requirement is taken for one by generators of clients.
        return [requirement for requirement in super().get_auth() if requirement]

    # --- shapes

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        properties: Schema = schema.get("properties", {})
        if direction == "response":
            # DRF leaves no field out of an answer.
            schema["required"] = sorted(
                name for name, shape in properties.items() if not shape.get("writeOnly")
            )
        for name, shape in properties.items():
            properties[name] = _plain(shape, direction)
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, *args: Any, **kwargs: Any) -> Any:
        schema = super()._map_serializer_field(field, direction, *args, **kwargs)
        if schema and isinstance(field, serializers.ChoiceField) and _has_no_empty(field):
            # "" and null are other ways to leave the field out of a request.
            schema["enum"] = [choice for choice in schema["enum"] if choice not in ("", None)]
            schema.pop("nullable", None)
        if schema and direction == "request":
            schema.update(getattr(field, "request_schema", {}))
        return schema

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        super()._insert_field_validators(field, schema)
        if {"type": "string", "maxLength": 0} in schema.get("oneOf", []):
            # A validator that does not look at formats takes "" for both.
            schema["anyOf"] = schema.pop("oneOf")

    # --- refusals

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        answers: Schema = super()._get_response_bodies(direction)
        for code, response in getattr(self._action(), "openapi_responses", {}).items():
            answers.setdefault(str(code), self._get_response_for_code(response, str(code)))
        statuses = derived_statuses(self._operation())
        statuses |= {status for status in answers if status >= "400"}
        done = {status: answer for status, answer in answers.items() if status < "400"}
        for status in sorted(statuses):
            declared = answers.get(status)
            done[status] = refusal(status, declared, self._bodies(status, declared))
        return done

    def _operation(self) -> Operation:
        names = [p["name"] for p in self._get_parameters() if p["in"] == "query"]
        is_list = self.method == "GET" and self._is_list_view()
        has_body = self._get_request_body() is not None
        return Operation(
            view=self.view,
            method=self.method,
            path_has_key=bool(uritemplate.variables(self.path)),
            has_body=has_body,
            is_upload=has_body and _has_file(self.get_request_serializer()),
            is_paginated=is_list and self._get_paginator() is not None,
            checked_parameters=[name for name in names if name not in LENIENT_PARAMETERS],
        )

    def _bodies(self, status: str, declared: Schema | None) -> list[Schema]:
        """Return the shapes of a refusal; those that must have a certain field come first."""
        own = declared_body(declared)
        if status != "400":
            return [own or self._component("Detail", DETAIL)]
        bodies = [self._component("Detail", DETAIL), *([own] if own else [])]
        operation = self._operation()
        if operation.has_body or operation.checked_parameters:
            bodies.append(self._field_errors(operation))
        return bodies

    def _field_errors(self, operation: Operation) -> Schema:
        """Return the shape of the texts about the body and the parameters of the query."""
        names = operation.checked_parameters
        if not operation.has_body:
            return self._component(f"{self._own_name()}Errors", parameter_errors(names))
        serializer: Any = force_instance(self.get_request_serializer())
        # Operations with the same body share the shape, unless their queries are checked, too.
        name = self._own_name() if names else self._get_serializer_name(serializer, "response")
        return self._component(f"{name}Errors", serializer_errors(serializer, besides=names))

    def _own_name(self) -> str:
        return "".join(word.title() for word in self.get_operation_id().split("_"))

    def _component(self, name: str, schema: Schema) -> Schema:
        component = ResolvedComponent(
            name=name, type=ResolvedComponent.SCHEMA, schema=deepcopy(schema), object=name
        )
        self.registry.register_on_missing(component)
        ref: Schema = component.ref
        return ref


def _has_file(serializer: Any) -> bool:
    serializer = force_instance(serializer)
    if not isinstance(serializer, serializers.Serializer):
        return False
    fields = [getattr(field, "child", field) for field in serializer.fields.values()
              if not field.read_only]  # fmt: skip
    return any(isinstance(field, serializers.FileField) for field in fields)


def _has_no_empty(field: serializers.ChoiceField) -> bool:
    return field.default not in (empty, None, "") and not callable(field.default)


def _plain(shape: Schema, direction: str) -> Schema:
    """Return a property without what only misleads those who generate clients.

    A default makes the field look required to them, in requests too; ``readOnly`` says nothing
    in a component of answers.
    """
    default = shape.pop("default", None)
    if direction == "request" and default not in (None, ""):
        default_text = _("Default: %(value)s.") % {"value": f"`{default}`"}
        text = shape.get("description", "")
        shape["description"] = f"{text}\n\n{default_text}".strip()
    if direction == "response":
        shape.pop("readOnly", None)
    # The limits of a column, which mean nothing to a client.
    if shape.get("maximum", 0) >= 2**31 - 1:
        del shape["maximum"]
    if shape.get("minimum", 0) <= -(2**31):
        del shape["minimum"]
    if set(shape) == {"allOf"} and len(shape["allOf"]) == 1:
        [shape] = shape["allOf"]
    return shape
