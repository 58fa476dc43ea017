"""An idempotent action in the OpenAPI description."""

import io

import yaml
from django.core.management import call_command


def test_description(tmp_path) -> None:
    out = io.StringIO()
    call_command(
        "spectacular", "--urlconf", "extra_apps.idempotency.tests.shop", "--validate",
        "--fail-on-warn", "--file", str(tmp_path / "schema.yml"), stdout=out,
    )  # fmt: skip
    operation = yaml.safe_load((tmp_path / "schema.yml").read_text())["paths"]["/groups/"]["post"]
    [key] = operation["parameters"]
    assert (key["in"], key["name"], key.get("required")) == ("header", "Idempotency-Key", None)
    assert {"201", "409", "422"} <= set(operation["responses"])
    assert "Retry-After" in operation["responses"]["409"]["headers"]
    assert list(operation["responses"]["201"]["headers"]) == ["Idempotency-Replayed"]
