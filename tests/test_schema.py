"""The running shop keeps to its own OpenAPI description, whatever is asked of it."""

from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command

from apps.goods.models import IndexAd

from .asked_as_described import check, is_closed, only_random_cases, random_cases
from .closed_wsgi import application

# The WSGI application ends each request as in production, and closes a connection that
# stands in a test's transaction.
pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.one_database,
]  # fmt: skip


@pytest.fixture
def demo(transactional_db: None) -> None:
    call_command("load_demo", stdout=StringIO())
    IndexAd.objects.first().delete()  # type: ignore[union-attr]


@pytest.fixture
def schema(transactional_db: None) -> Any:
    return schemathesis.openapi.from_wsgi("/schema/?format=json", application)


@pytest.fixture
def asked() -> set[str]:
    return set()


lazy_schema = schemathesis.pytest.from_fixture("schema")


@lazy_schema.exclude(is_closed).parametrize()
@random_cases
def test_answers_to_a_stranger_are_as_described(case: Any, demo: None, asked: set[str]) -> None:
    check(case, asked)


@lazy_schema.include(is_closed).parametrize()
@only_random_cases
def test_what_is_closed_to_strangers(case: Any, asked: set[str]) -> None:
    """Refused before their content is read: few cases, and all in test_schema_as_buyer.py."""
    assert check(case, asked) in {401, 405}
