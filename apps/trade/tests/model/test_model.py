"""Random sequences of requests against a model of the shop.

The sequences are drawn in shards, each from a seed of its own, so that several workers share
them. Some seeds are fixed: every run plays their sequences. The others are new in each run, and
the run's seed is printed with a failure: MXSHOP_MODEL_SEED=<seed> plays them again.
MXSHOP_MODEL_EXAMPLES=1000 draws so many sequences in all, each from new seeds. A failure prints
the shortest sequence that shows it.
"""

import os
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, seed
from hypothesis import settings as hypothesis_settings
from hypothesis.stateful import run_state_machine_as_test

from tests.local_gateway import LocalGateway

from .holding import MAX_HELD, MAX_NUMS, MAX_UNPAID
from .machine import ShopMachine

# Sequences per shard, and requests per sequence.
EXAMPLES, STEPS = 3, 40
FIXED_SHARDS, NEW_SHARDS = 4, 2
MORE = int(os.environ.get("MXSHOP_MODEL_EXAMPLES", "0"))
SHARDS = (
    [f"new-{number}" for number in range(8)]
    if MORE
    else [f"fixed-{number}" for number in range(FIXED_SHARDS)]
    + [f"new-{number}" for number in range(NEW_SHARDS)]
)


def run_seed() -> int:
    """Return the seed of this run's new sequences; all workers of a run have the same."""
    given = os.environ.get("MXSHOP_MODEL_SEED")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getppid())
    return int(given) if given else zlib.crc32(run.encode())


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("shard", SHARDS)
def test_the_shop_does_what_the_model_says(
    gateway: LocalGateway, settings: Any, shard: str
) -> None:
    settings.CART_MAX_NUMS, settings.HOLD_MAX_PIECES = MAX_NUMS, MAX_HELD
    settings.ORDER_MAX_UNPAID = MAX_UNPAID
    settings.REFUND_REQUESTS_PER_DAY = settings.REFUND_REQUESTS_PER_ORDER = 1_000
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    kind, number = shard.split("-")
    first = run_seed() if kind == "new" else 0
    print(f"MXSHOP_MODEL_SEED={first}")  # noqa: T201 (pytest shows it with a failure)

    def machine() -> ShopMachine:
        return ShopMachine(gateway)

    run_state_machine_as_test(seed(first + int(number))(machine), settings=_how_long())


def _how_long() -> hypothesis_settings:
    return hypothesis_settings(
        max_examples=-(-MORE // len(SHARDS)) if MORE else EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
