"""Requests that schemathesis makes of the OpenAPI description, and what it says of each answer."""

from typing import Any

from django.core.cache import caches
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

# The cases that follow from the description are the same in every run, a hundred for some
# operations; the random ones beside them are few, and others in each run.
random_cases = settings(
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
only_random_cases = settings(random_cases, phases=[Phase.generate])


def is_closed(context: Any) -> bool:
    """Tell whether the description has an operation for those alone who are logged in."""
    return bool(context.operation.definition.raw.get("security"))


def check(case: Any, asked: set[str], **given: Any) -> int:
    """Return the status of the answer, which is as described."""
    if case.operation.label not in asked:  # one operation does not use up another's budget
        asked.add(case.operation.label)
        caches["default"].clear()
    response = case.call(**given)
    case.validate_response(
        response,
        checks=[status_code_conformance, content_type_conformance, response_schema_conformance],
    )
    status: int = response.status_code
    return status
