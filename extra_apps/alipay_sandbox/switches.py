"""The switches of the cashier page: what goes wrong in real life, at will."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

MAX_DELAY = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How a payment goes on; with all of them off, as it should.

    ``duplicate``: the notice comes twice, although the first was answered ``success``.
    ``delay``: seconds before the first attempt.
    ``drop``: the notice is written and never sent by itself.
    ``reorder``: a notice of WAIT_BUYER_PAY follows that of TRADE_SUCCESS.
    ``underpay``: the notice says 0.01. ``wrong_app``, ``wrong_seller``: it is about somebody
    else's. ``forged``: a stranger's key has signed it.
    ``late``: pays although the time is over or the merchant has closed the trade.
    ``refund``: gives all of the money back at once.
    """

    duplicate: bool = False
    delay: float = 0.0
    drop: bool = False
    reorder: bool = False
    underpay: bool = False
    wrong_app: bool = False
    wrong_seller: bool = False
    forged: bool = False
    late: bool = False
    refund: bool = False


def switches_of(form: Mapping[str, str]) -> Switches:
    """Read a posted form: a switch is on with any value; a malformed delay counts as 0."""
    on = {
        field.name: bool(form.get(field.name)) for field in fields(Switches) if field.type is bool
    }
    try:
        delay = float(form.get("delay") or 0)
    except ValueError:
        delay = 0.0
    return Switches(**on, delay=min(max(delay, 0.0), MAX_DELAY) if math.isfinite(delay) else 0.0)  # type: ignore[arg-type]
