"""What is measured, and what it may cost.

Each module of this folder has a tuple ``SCENARIOS``; the bench finds it by itself, and nothing else
is needed to add one. A scenario names the shop that it is asked of, and one function that measures
it for one round; its targets are data beside it.

    SCENARIOS = (
        Scenario(
            name="list of goods",
            shop=ShopSpec(goods=DEMO),
            round=reading("/goods/"),
            targets=(at_most(3.2, CPU_MS),),
            in_quick=True,
        ),
    )

A round returns figures by unit; the report shows the median of all rounds. ``reading()`` measures
one address, ``Shop`` (lab/shops.py) has what a function of your own needs: buyers with tokens,
``load()`` for requests that are sent once each, ``load_for()`` for one that is repeated, ``run()``
for Python code inside the shop's project.
"""

from .model import (
    CPU_MS,
    DEMO,
    P99_MS,
    TIMES_DJANGO,
    Figures,
    Scenario,
    ShopSpec,
    Target,
    at_least,
    at_most,
)
from .reading import reading

__all__ = [
    "CPU_MS", "DEMO", "P99_MS", "TIMES_DJANGO", "Figures", "Scenario", "ShopSpec", "Target",
    "at_least", "at_most", "reading",
]  # fmt: skip
