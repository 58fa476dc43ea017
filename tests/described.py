"""Compares every answer of the API with the OpenAPI description, whatever test asks for it.

DescribedMiddleware is installed by tests/settings.py; an answer that is not described fails the
test that got it (tests/fixtures.py).
"""

import json
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import jsonschema_rs
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.generators import EndpointEnumerator

from utils.api.schema.generator import SchemaGenerator

# What a conditional request, and one that breaks HTTP itself, is answered by every operation; and
# 500, which a test of what happens then brings about.
ANYWHERE = {304, 405, 406, 413, 415, 500}

faults: list[str] = []


class DescribedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if match and hasattr(match.func, "cls") and settings.ROOT_URLCONF == "mxshop.urls":
            fault = fault_of(match.route, request, response)
            if fault:
                faults.append(f"{request.method} {request.get_full_path()}: {fault}")
        return response


def fault_of(route: str, request: HttpRequest, response: Any) -> str | None:
    """Return what an answer has that the description has not; None when all is described."""
    method = "get" if request.method == "HEAD" else (request.method or "").lower()
    status = response.status_code
    answers = described().get(path_of(route), {}).get(method, {}).get("responses")
    if answers is None or status in ANYWHERE or _asks_for_no_format(request, status):
        return None
    if str(status) not in answers:
        return f"{status} is not described"
    missing = set(answers[str(status)].get("headers", {})) - OPTIONAL - set(response.headers)
    if missing:
        return f"{status} lacks {missing}"
    if request.method == "HEAD" or "json" not in response.headers.get("Content-Type", ""):
        return None
    body = json.loads(response.content)
    errors = [error.message for error in validator(path_of(route), method, str(status))(body)]
    return f"{status} {json.dumps(body, ensure_ascii=False)[:500]}: {errors}" if errors else None


# Headers that an answer has now and then.
OPTIONAL = {"Idempotency-Replayed"}


def _asks_for_no_format(request: HttpRequest, status: int) -> bool:
    return status == 404 and request.GET.get("format") not in (None, "json", "api")


@cache
def path_of(route: str) -> str:
    path: str = EndpointEnumerator().get_path_from_regex(route)
    return path.replace("{pk}", "{id}")


_making = Lock()


def document() -> Any:
    with _making:  # the first threads of a race come at once, and each would make it
        return _document()


@cache
def _document() -> Any:
    return SchemaGenerator().get_schema(public=True)


def described() -> Any:
    return document()["paths"]


@cache
def components() -> Any:
    return as_json_schema(document()["components"]["schemas"])


@cache
def validator(path: str, method: str, status: str) -> Callable[[Any], Any]:
    """Return what lists the faults of a body."""
    content = described()[path][method]["responses"][status].get("content", {})
    body = as_json_schema(content.get("application/json", {}).get("schema", {}))
    schema = {"allOf": [body], "components": {"schemas": components()}}
    return jsonschema_rs.Draft202012Validator(schema).iter_errors


def as_json_schema(schema: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as JSON Schema, which has another word for nullable."""
    if isinstance(schema, list):
        return [as_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: as_json_schema(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
