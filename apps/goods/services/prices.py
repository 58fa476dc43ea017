"""Prices of many goods at once: what a rule makes of a price, and its writing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import Case, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from utils.cache.catalogue_version import catalogue_changed

from ..models import Goods

# Beyond this share a change of a price may be a slip: 1.89 for 189.
FAR = Decimal("0.30")
# What the column holds.
HIGHEST = Decimal("99999999.99")
CENT = Decimal("0.01")


class Rounding(TextChoices):
    CENT = "cent", _("to 0.01")
    TENTH = "tenth", _("to 0.10")
    YUAN = "yuan", _("to whole yuan")
    NINETY = "ninety", _("to … .90")
    NINETY_NINE = "ninety_nine", _("to … .99")


class Doubt(TextChoices):
    """Why a new price looks like a slip."""

    ZERO = "zero", _("the price is 0")
    FAR = "far", _("more than 30 % away from the old price")


_STEPS = {Rounding.CENT: CENT, Rounding.TENTH: Decimal("0.1"), Rounding.YUAN: Decimal(1)}
_ENDINGS = {Rounding.NINETY: Decimal("0.90"), Rounding.NINETY_NINE: Decimal("0.99")}


@dataclass(frozen=True)
class PriceRule:
    """``percent`` and ``yuan`` are added to a price (one of them is 0), then it is rounded."""

    percent: Decimal = Decimal(0)
    yuan: Decimal = Decimal(0)
    rounding: Rounding = Rounding.CENT

    def apply(self, price: Decimal) -> Decimal | None:
        """Return the new price in yuan; None where it would be below 0, or too high to be kept."""
        raw = price * (100 + self.percent) / 100 + self.yuan
        if raw < 0:
            return None
        rounded = _rounded(raw, self.rounding)
        return rounded if rounded <= HIGHEST else None


def _rounded(amount: Decimal, rounding: Rounding) -> Decimal:
    """Return the nearest amount of a kind, half a step up; an ending begins at 0.90 (0.99)."""
    ending = _ENDINGS.get(rounding)
    if ending is not None:
        whole = (amount - ending).quantize(Decimal(1), ROUND_HALF_UP)
        return max(whole, Decimal(0)) + ending
    step = _STEPS[rounding]
    return (amount.quantize(step, ROUND_HALF_UP)).quantize(CENT)


def price_doubt(old: Decimal | None, new: Decimal) -> Doubt | None:
    """Return why a new price looks like a slip, or None."""
    if new == 0:
        return None if old == 0 else Doubt.ZERO
    if old and abs(new - old) > old * FAR:
        return Doubt.FAR
    return None


@transaction.atomic
def goods_change_prices(
    *, column: str, plan: Mapping[int, tuple[Decimal, Decimal]]
) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Write new prices; return ``{key: (old, new)}`` of the goods that got one.

    ``plan`` holds the price that its maker saw and the new one: goods whose price is another by
    now are left alone. ``column`` is ``shop_price`` or ``market_price``.
    """
    assert column in ("shop_price", "market_price")
    rows = Goods.objects.filter(pk__in=plan).select_for_update().order_by("pk")
    prices = dict(rows.values_list("pk", column))
    changed = {pk: plan[pk] for pk, price in prices.items() if price == plan[pk][0] != plan[pk][1]}
    if changed:
        new_prices = Case(*(When(pk=pk, then=Value(new)) for pk, (_old, new) in changed.items()))
        Goods.objects.filter(pk__in=changed).update(**{column: new_prices})
        catalogue_changed()
    return changed


def pieces_of(keys: Iterable[int], size: int = 100) -> Iterable[list[int]]:
    """Yield keys in ascending order, ``size`` at a time: one transaction for each."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]
