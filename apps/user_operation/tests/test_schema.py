"""The answers to a buyer are as the OpenAPI description says, whatever the buyer sends."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from apps.goods.models import Goods
from apps.user_operation.services.addresses import address_add
from apps.user_operation.services.favourites import favourite_add
from apps.user_operation.services.messages import message_leave
from apps.users.models import UserProfile
from mxshop.wsgi import application

from .conftest import client_of
from .test_addresses import HOME

pytestmark = pytest.mark.django_db


@pytest.fixture
def headers(buyer: UserProfile, goods: Goods) -> dict[str, str]:
    """Those of a buyer who is logged in and has one of everything."""
    favourite_add(user_id=buyer.pk, goods_id=goods.pk)
    address_add(user_id=buyer.pk, fields=HOME)
    message_leave(user_id=buyer.pk, message_type=1, subject="a", message="b", attachment=None)
    session = client_of(buyer).cookies["sessionid"].value
    token = "a" * 32
    return {"Cookie": f"sessionid={session}; csrftoken={token}", "X-CSRFToken": token}


@pytest.fixture
def schema(headers: dict[str, str]) -> Any:
    description = schemathesis.openapi.from_wsgi("/schema/?format=json", application)
    return description.include(path_regex="^/(userfavs|messages|address)/")


lazy_schema = schemathesis.pytest.from_fixture("schema")


@lazy_schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_answers_are_as_described(case: Any, headers: dict[str, str]) -> None:
    case.call_and_validate(
        checks=[not_a_server_error, content_type_conformance, response_schema_conformance],
        headers=headers,
    )
