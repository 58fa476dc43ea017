"""How a rate is written: "30/min", or "off". Imports nothing, because the settings need it."""

from functools import lru_cache
from typing import NamedTuple

SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86400}


class Rate(NamedTuple):
    requests: int
    seconds: int


@lru_cache(maxsize=64)
def parse_rate(text: str) -> Rate | None:
    """``"30/min"`` is 30 requests in 60 seconds, ``"off"`` is None; else ValueError."""
    if text == "off":
        return None
    number, _slash, unit = text.partition("/")
    if unit not in SECONDS or not number.isdecimal() or int(number) < 1:
        raise ValueError(f'{text!r} is not a rate: "30/min" (sec, min, hour, day) or "off".')
    return Rate(requests=int(number), seconds=SECONDS[unit])
