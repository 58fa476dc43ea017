"""Random sequences of requests against a model of the shop.

CI runs the same examples every time; MXSHOP_MODEL_EXAMPLES=1000 runs so many new ones. A
failure prints the shortest sequence that shows it.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from tests.local_gateway import LocalGateway

from .holding import MAX_HELD, MAX_NUMS, MAX_UNPAID
from .machine import ShopMachine

EXAMPLES, STEPS = 50, 40
MORE = os.environ.get("MXSHOP_MODEL_EXAMPLES")


@pytest.mark.django_db
def test_the_shop_does_what_the_model_says(gateway: LocalGateway, settings: Any) -> None:
    settings.CART_MAX_NUMS, settings.HOLD_MAX_PIECES = MAX_NUMS, MAX_HELD
    settings.ORDER_MAX_UNPAID = MAX_UNPAID
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    run_state_machine_as_test(lambda: ShopMachine(gateway), settings=_how_long())


def _how_long() -> hypothesis_settings:
    return hypothesis_settings(
        max_examples=int(MORE or EXAMPLES),
        stateful_step_count=STEPS,
        derandomize=not MORE,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
