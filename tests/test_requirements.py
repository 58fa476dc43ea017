"""The pinned files of requirements agree: what the shop needs, the tests have."""

import re

from tests.shop_settings import TOP


def pins(name: str) -> dict[str, str]:
    """Return the exact versions that a file asks for, by package."""
    return dict(
        re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.+!-]+)", (TOP / name).read_text(), re.MULTILINE)
    )


def test_the_tests_run_on_what_the_shop_is_installed_with() -> None:
    shop, tests = pins("requirements.txt"), pins("requirements-dev.txt")
    assert shop
    assert {name: tests.get(name) for name in shop} == shop


def test_production_has_what_the_tests_have() -> None:
    production, tests = pins("deploy/requirements.txt"), pins("requirements-dev.txt")
    both = production.keys() & tests.keys()
    assert both == {"boto3", "django-storages"}
    assert {name: tests[name] for name in both} == {name: production[name] for name in both}
