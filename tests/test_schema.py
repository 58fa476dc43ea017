"""The running shop keeps to its own OpenAPI description, whatever is asked of it."""

from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.goods.models import IndexAd
from tests.closed_wsgi import application

# The WSGI application ends each request as in production, and closes a connection that
# stands in a test's transaction.
pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.one_database,
]  # fmt: skip


@pytest.fixture
def schema(transactional_db: None) -> Any:
    call_command("load_demo", stdout=StringIO())
    IndexAd.objects.first().delete()  # type: ignore[union-attr]
    return schemathesis.openapi.from_wsgi("/schema/?format=json", application)


lazy_schema = schemathesis.pytest.from_fixture("schema")
accounts = "^/(users|codes|login|logout|address)/"
as_described = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def check(case: Any) -> None:
    case.call_and_validate(
        checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
    )


# Two tests, which two workers share.
@lazy_schema.include(path_regex=accounts).parametrize()
@as_described
def test_answers_about_accounts_are_as_described(case: Any) -> None:
    check(case)


@lazy_schema.exclude(path_regex=accounts).parametrize()
@as_described
def test_other_answers_are_as_described(case: Any) -> None:
    check(case)
