"""The catalogue as everybody reads it: the demo shop, with kept answers and without."""

from .model import CPU_MS, TIMES_DJANGO, Scenario, ShopSpec, at_most
from .reading import reading

PLAIN, KEPT = ShopSpec(), ShopSpec(cache=True)


def _detail(shop) -> str:
    return f"/goods/{shop.goods_ids[0]}/"


SCENARIOS = (
    Scenario(
        name="list", shop=PLAIN, round=reading("/goods/"),
        targets=(at_most(3.2, CPU_MS),), in_quick=True,
    ),
    Scenario(
        name="detail", shop=PLAIN, round=reading(_detail), targets=(at_most(3.0, CPU_MS),),
        in_quick=True,
    ),
    Scenario(
        name="categories", shop=PLAIN, round=reading("/categorys/"),
        targets=(at_most(1.0, CPU_MS),),
    ),
    Scenario(
        name="index page", shop=PLAIN, round=reading("/indexgoods/"),
        targets=(at_most(7.0, CPU_MS),),
    ),
    *(
        Scenario(
            name=f"{name}, kept", shop=KEPT, round=reading(path, beside_django=True),
            targets=(at_most(1.5, TIMES_DJANGO),), in_quick=name == "list",
        )
        for name, path in (
            ("list", "/goods/"), ("categories", "/categorys/"), ("index page", "/indexgoods/"),
        )
    ),
)  # fmt: skip
