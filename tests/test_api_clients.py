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

from .kept_work import kept_work
from .node_tools import NPM_CI, run
from .shop_settings import TOP

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
    sources, description = SOURCES / "typescript", tmp_path / "schema.json"
    files = [sources / name for name in ("package.json", "package-lock.json")]
    node = run(tmp_path, "node", "--version")

    def install(folder: Path) -> None:
        for file in files:
            shutil.copy(file, folder)
        run(folder, *NPM_CI)

    packages = kept_work("typescript-packages", install, *files, node)

    def compile_client(folder: Path) -> None:
        shutil.copytree(
            sources, folder, ignore=shutil.ignore_patterns("node_modules"), dirs_exist_ok=True
        )
        (folder / "node_modules").symlink_to(packages / "node_modules")
        run(folder, "npx", "openapi-typescript", str(description), "--output", "schema.d.ts")
        run(folder, "npx", "tsc", "--project", ".")

    client = kept_work(
        "typescript-client", compile_client, sources, description, Path(__file__), node
    )
    said = run(client, "node", "built/shop.js", *arguments)
    assert said.endswith("done\n"), said


def test_a_day_in_python(arguments: list[str], tmp_path: Path) -> None:
    folder = shutil.copytree(SOURCES / "python", tmp_path / "client")
    run(
        folder, "openapi-python-client", "generate", "--path", "../schema.json",
        "--output-path", "shop_client", "--meta", "none", "--fail-on-warning",
    )  # fmt: skip
    cache = TOP / "var" / "test-work" / "mypy"
    run(
        folder, "mypy", "--config-file", "mypy.ini", "--cache-dir", str(cache),
        "shop.py", "shop_client",
    )  # fmt: skip
    said = run(folder, sys.executable, "shop.py", *arguments)
    assert said.endswith("done\n"), said
