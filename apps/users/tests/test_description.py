"""What the OpenAPI description says of the caller's account."""

from typing import Any

import pytest


@pytest.fixture
def paths(api: Any, db: None) -> Any:
    return api.get("/schema/?format=json").json()["paths"]


def reference(body: Any) -> str:
    return str(body["content"]["application/json"]["schema"]["$ref"]).rpartition("/")[2]


def test_the_caller_is_one_and_not_a_list(paths):
    for path in ("/users/", "/users/{id}/"):
        assert reference(paths[path]["get"]["responses"]["200"]) == "Profile"


@pytest.mark.parametrize(
    ("path", "method", "body", "success"),
    [
        ("/users/{id}/", "delete", "CloseAccountRequest", "204"),
        ("/logout/", "post", "LogoutRequest", "204"),
        ("/password/change/", "post", "PasswordChangeRequest", "200"),
    ],
)
def test_what_is_sent_and_answered(paths, path, method, body, success):
    operation = paths[path][method]
    assert reference(operation["requestBody"]) == body
    assert set(operation["responses"]) == {success, "400", "401", "403", "429", "503"}


def test_other_deletes_have_no_body(paths):
    with_body = {
        path for path, operations in paths.items() if "requestBody" in operations.get("delete", {})
    }
    assert with_body == {"/users/{id}/"}
