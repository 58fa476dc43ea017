"""Clients that are generated from the OpenAPI description compile, and work in the demo shop.

What they do is in api_clients/: a page of a shop front in TypeScript, a buyer's day in Python.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.users.models import UserProfile

from .node_tools import NPM_CI, run

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.one_database,
]  # fmt: skip

SOURCES = Path(__file__).parent / "api_clients"
MOBILE, PASSWORD = "13900139000", "only-for-this-test"


@pytest.fixture
def arguments(live_server: Any, settings: Any, tmp_path: Path) -> list[str]:
    """Where the demo shop runs, and who logs in; its description lies in ``schema.json``."""
    settings.ALLOWED_HOSTS = ["*"]
    call_command("load_demo", verbosity=0)
    UserProfile.objects.create_user(MOBILE, password=PASSWORD, mobile=MOBILE, name="小满")
    call_command("spectacular", format="openapi-json", file=str(tmp_path / "schema.json"))
    return [live_server.url, MOBILE, PASSWORD]


@pytest.mark.node
def test_a_page_in_typescript(arguments: list[str], tmp_path: Path) -> None:
    folder = shutil.copytree(
        SOURCES / "typescript", tmp_path / "client", ignore=shutil.ignore_patterns("node_modules")
    )
    run(folder, *NPM_CI)
    run(folder, "npx", "openapi-typescript", "../schema.json", "--output", "schema.d.ts")
    run(folder, "npx", "tsc", "--project", ".")
    said = run(folder, "node", "built/shop.js", *arguments)
    assert said.endswith("done\n"), said


def test_a_day_in_python(arguments: list[str], tmp_path: Path) -> None:
    folder = shutil.copytree(SOURCES / "python", tmp_path / "client")
    run(
        folder, "openapi-python-client", "generate", "--path", "../schema.json",
        "--output-path", "shop_client", "--meta", "none", "--fail-on-warning",
    )  # fmt: skip
    run(folder, "mypy", "--config-file", "mypy.ini", "shop.py", "shop_client")
    said = run(folder, sys.executable, "shop.py", *arguments)
    assert said.endswith("done\n"), said
