"""What generators of clients need to find in the OpenAPI description."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from mxshop.api_description.tags import TAGS

from .described import as_json_schema, components, described, document
from .shop_settings import TOP

pytestmark = pytest.mark.one_database

# Anything may stand there: it is always the caller.
ANY_TEXT = {"/users/{id}/"}


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in described().items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_refusal_has_a_typed_body() -> None:
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            if status < "400":
                continue
            assert list(answer["content"]) == ["application/json"], (path, method, status)
            schema = answer["content"]["application/json"]["schema"]
            shapes = [schema, *schema.get("oneOf", [])]
            assert all("$ref" in shape or "oneOf" in shape for shape in shapes), (path, status)
            assert answer["description"], (path, method, status)
            waits = "Retry-After" in answer.get("headers", {})
            assert waits == (status in {"409", "429", "503"}), (path, method, status)


def test_who_must_log_in_is_told_of_401_and_whoever_names_a_row_of_404() -> None:
    for path, method, operation in operations():
        statuses = operation["responses"].keys()
        if operation.get("security"):
            assert "401" in statuses, (path, method)
        if "{id}" in path and path not in ANY_TEXT:
            assert "404" in statuses, (path, method)
        if "requestBody" in operation:
            assert {"400", "429", "503"} <= statuses, (path, method)
        if any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", [])):
            assert {"409", "422"} <= statuses, (path, method)


def test_bodies_have_one_content_type_and_keys_are_integers() -> None:
    bodies = {}
    for path, method, operation in operations():
        if "requestBody" in operation:
            [bodies[path, method]] = operation["requestBody"]["content"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and path not in ANY_TEXT:
                schema = parameter["schema"]
                assert schema["type"] == "integer" or "enum" in schema, (path, parameter)
    uploads = {pair for pair, content_type in bodies.items() if content_type != "application/json"}
    assert ("/messages/", "post") in uploads
    assert {bodies[pair] for pair in uploads} == {"multipart/form-data"}


def test_answers_have_all_their_fields_and_no_defaults() -> None:
    for name, schema in document()["components"]["schemas"].items():
        properties = schema.get("properties", {})
        assert not any("default" in shape for shape in properties.values()), name
        if not name.endswith(("Request", "Errors")):
            assert set(schema.get("required", [])) == set(properties), name


def test_patterns_and_choices_stand_where_they_hold() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["RegisterRequest"]["properties"]["username"]["pattern"] == "^1[3-9][0-9]{9}$"
    assert schemas["RegisterRequest"]["properties"]["code"]["pattern"] == "^[0-9]{4}$"
    assert schemas["ResetRequest"]["properties"]["code"]["pattern"] == "^[0-9]{6}$"
    assert "pattern" not in schemas["Address"]["properties"]["signer_mobile"]  # older rows
    kinds = {"allOf": [{"$ref": "#/components/schemas/MessageTypeEnum"}]}
    assert schemas["Message"]["properties"]["message_type"].items() >= kinds.items()
    parameters = {p["name"]: p["schema"] for p in described()["/goods/"]["get"]["parameters"]}
    assert parameters["ordering"]["enum"] == [
        "shop_price", "-shop_price", "sold_num", "-sold_num", "add_time", "-add_time",
    ]  # fmt: skip
    assert parameters["page_size"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 100,
        "default": 12,
    }
    partial = described()["/address/{id}/"]["put"]["requestBody"]["content"]["application/json"]
    assert partial["schema"] == {"$ref": "#/components/schemas/PatchedAddressRequest"}
    assert "required" not in schemas["PatchedAddressRequest"]


def test_groups_are_in_the_order_of_reading() -> None:
    names = [tag.name for tag in TAGS]
    shown = [tag["name"] for tag in document()["tags"]]
    assert shown == [name for name in names if name in shown]
    groups = [operation["tags"] for _path, _method, operation in operations()]
    assert all(len(group) == 1 for group in groups)
    assert list(dict.fromkeys(name for [name] in groups)) == shown
    assert document()["servers"] == [{"url": "http://testserver"}]


def test_a_strict_validator_takes_every_price_of_the_demo(db: None, api: APIClient) -> None:
    call_command("load_demo", verbosity=0)
    schema = as_json_schema(described()["/goods/"]["get"]["responses"]["200"])
    schema = schema["content"]["application/json"]["schema"]
    validator = jsonschema.Draft202012Validator(
        {"allOf": [schema], "components": {"schemas": components()}}
    )
    answer = api.get("/goods/?page_size=100").json()
    assert len(answer["results"]) == answer["count"] >= 64
    assert list(validator.iter_errors(answer)) == []


@pytest.mark.slow
def test_first_requests_at_once_in_a_new_process() -> None:
    """drf-spectacular alone fails so: it loads its extensions as they are first asked for."""
    code = (
        "import os, sys, threading\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django\n"
        "django.setup()\n"
        "sys.setswitchinterval(1e-5)\n"
        "from utils.api.schema.generator import SchemaGenerator\n"
        "made, start = [], threading.Barrier(3)\n"
        "def make():\n"
        "    start.wait()\n"
        "    made.append(len(SchemaGenerator().get_schema(public=True)['paths']))\n"
        "threads = [threading.Thread(target=make) for _ in range(3)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print(len(made), len(set(made)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True)
    assert done.stdout == "3 1\n", done.stderr
