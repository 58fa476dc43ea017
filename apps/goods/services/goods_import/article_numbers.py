"""Article numbers match exactly, on every database.

MariaDB's collation takes abc, ABC, ａｂｃ and "abc " for one; SQLite for four. Here numbers are
compared in Python: an equal one is the goods; one that differs in case, width, accents or space
alone is a fault.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from utils.db.pages import rows_in_pages

from ...models import Goods


@dataclass
class Known:
    """Of the numbers that were asked for: the goods that have one, and others like it."""

    exact: dict[str, int] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)


def article_numbers_find(numbers: Collection[str]) -> Known:
    """Look ``numbers`` up among all goods; keep in memory only goods that resemble one of them."""
    wanted = {*numbers}
    folds = {fold(number) for number in wanted}
    known = Known()
    others: dict[str, str] = {}
    for page in rows_in_pages(Goods.objects.only("goods_sn"), size=5000):
        for goods in page:
            number = goods.goods_sn
            if number in wanted:
                known.exact[number] = goods.pk
            if (folded := fold(number)) in folds:
                others[folded] = number
    for number in wanted - known.exact.keys():
        if (other := others.get(fold(number))) is not None:
            known.near[number] = other
    return known


def fold(number: str) -> str:
    """Return what numbers have in common that a reader, or a collation, takes for the same."""
    text = unicodedata.normalize("NFKD", number).casefold().strip()
    return "".join(letter for letter in text if not unicodedata.combining(letter))
