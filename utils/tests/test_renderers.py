"""Our JSON is DRF's, byte for byte."""

import random
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from rest_framework import renderers
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from apps.trade.buyer_status import Status
from utils.api.renderers import JSONRenderer

CHANCE = random.Random(15)
MOMENT = datetime(2026, 11, 23, 2, 55, 19, 89841, tzinfo=UTC)

DATA: dict[str, Any] = {
    "nothing": None,
    "every character": "".join(chr(code) for code in range(0x11000) if not 0xD800 <= code < 0xE000),
    "beyond the first plane": "牛排 😀",
    "amounts": [CHANCE.randrange(10**10) / 100 for _ in range(5_000)],
    "whole amounts": [float(Decimal("156.00")), 0.0, 99999999.99, 0.01, 0.1, 1e7],
    "numbers": [0, -1, 2**53, 2**63, -(2**63), 10**30, True, False],
    "times": [MOMENT, MOMENT.replace(microsecond=0), date(2026, 1, 2), time(3, 4), timedelta(1)],
    "others": [Decimal("1.10"), uuid.UUID(int=7), Status.TO_PAY, gettext_lazy("Goods"), b"bytes"],
    "of a serializer": ReturnDict({"rows": ReturnList([{"id": 1}], serializer=None)}, serializer=0),
    "empty": [{}, [], "", ()],
    "keys": {2: "a", None: "b", True: "c"},
    "a text of some class": type("Safe", (str,), {})("x"),
    "sets": {7},
}


@pytest.mark.parametrize("what", DATA)
def test_the_same_bytes(what: str) -> None:
    assert JSONRenderer().render(DATA[what]) == renderers.JSONRenderer().render(DATA[what])


@pytest.mark.parametrize("accept", ["application/json; indent=4", "application/json; indent=0"])
def test_an_indent(accept: str) -> None:
    data = {"a": [1, {"b": "中"}]}
    ours, theirs = (each().render(data, accept) for each in (JSONRenderer, renderers.JSONRenderer))
    assert ours == theirs


def test_half_a_character_is_refused_alike() -> None:
    for renderer in (JSONRenderer(), renderers.JSONRenderer()):
        with pytest.raises(UnicodeEncodeError):
            renderer.render({"a": "\ud800"})
