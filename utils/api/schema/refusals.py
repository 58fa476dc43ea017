"""Which refusals an operation can answer, seen from its view.

Every refusal has a typed body: ``Detail``, or at 400 the texts of the request's fields as well.
A view declares only what cannot be seen from outside (a status that its service raises, a body
of its own at 400), by ``extend_schema(responses=...)``: that is added to what is derived here. A
declaration of OpenApiTypes.OBJECT gives a description alone.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import GenericAPIView

from utils.api.outages import UNAVAILABLE

Schema = dict[str, Any]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

RETRY_AFTER: Schema = {
    "Retry-After": {
        "schema": {"type": "integer", "minimum": 1},
        "description": _("Seconds after which the request may be sent again."),
    }
}
# Where the client has to wait.
WAITING = {"409", "429", "503"}

DETAIL: Schema = {
    "type": "object",
    "properties": {"detail": {"type": "string", "description": _("A text for people.")}},
    "required": ["detail"],
}

DESCRIPTIONS = {
    "400": _("The request is wrong, or cannot be carried out; nothing was changed."),
    "401": _("No token, or one that is not good."),
    "403": _("Logged in by a session, and its CSRF token is missing or wrong."),
    "404": _("There is no such object, or it is somebody else's."),
    "413": _("The request is too large."),
    "429": _("Too often; see Retry-After."),
    "503": _("Try again soon; see Retry-After."),
}

# The texts that stand in ``detail``, where there is one for all operations.
TEXTS = {
    "401": exceptions.NotAuthenticated.default_detail,
    "403": "CSRF Failed: CSRF token missing.",  # the same in every language
    "404": exceptions.NotFound.default_detail,
    "413": _("The request is too large."),
    "429": exceptions.Throttled.default_detail,
    "503": UNAVAILABLE,
}


@dataclass
class Operation:
    """What is known of an operation when its refusals are derived."""

    view: Any
    method: str
    path_has_key: bool
    has_body: bool
    is_upload: bool
    is_paginated: bool
    checked_parameters: list[str] = field(default_factory=list)  # wrong values of these are 400


def derived_statuses(operation: Operation) -> set[str]:
    """Return the statuses of refusals that the view gives away, as texts."""
    view, method = operation.view, operation.method
    statuses = {"503"}  # an outage of the database meets every request
    if view.get_throttles():
        statuses.add("429")
    if method in ("POST", "PUT", "PATCH") or operation.has_body or operation.checked_parameters:
        statuses.add("400")
    authenticators = view.get_authenticators()
    if authenticators:
        statuses.add("401")
    if method not in SAFE_METHODS and any(
        isinstance(authenticator, SessionAuthentication) for authenticator in authenticators
    ):
        statuses.add("403")
    is_of_rows = isinstance(view, GenericAPIView)
    if (operation.path_has_key and is_of_rows) or operation.is_paginated:
        statuses.add("404")
    if operation.is_upload:
        statuses.add("413")
    return statuses


def refusal(status: str, declared: Schema | None, bodies: list[Schema]) -> Schema:
    """Return the answer ``status`` with ``bodies`` as the shapes that it can have.

    ``declared`` is what the view says of it; its description and headers stand.
    """
    declared = declared or {}
    headers: Schema = dict(declared.get("headers", {}))
    if status in WAITING:
        headers |= deepcopy(RETRY_AFTER)
    if status == "401":
        headers["WWW-Authenticate"] = {"schema": {"type": "string", "example": 'JWT realm="api"'}}
    media: Schema = {"schema": bodies[0] if len(bodies) == 1 else {"oneOf": bodies}}
    if (examples := _declared_media(declared).get("examples")) is not None:
        media["examples"] = examples
    elif status in TEXTS:
        media["example"] = {"detail": TEXTS[status]}
    answer: Schema = {
        "content": {"application/json": media},
        "description": declared.get("description") or DESCRIPTIONS.get(status, ""),
    }
    return {"headers": headers, **answer} if headers else answer


def declared_body(declared: Schema | None) -> Schema | None:
    """Return the shape that a view declared for a refusal; None when it is any object."""
    schema: Schema = _declared_media(declared).get("schema", {})
    is_shape = "$ref" in schema or "oneOf" in schema or "properties" in schema
    return schema if is_shape else None


def _declared_media(declared: Schema | None) -> Schema:
    media: Schema = next(iter((declared or {}).get("content", {}).values()), {})
    return media
