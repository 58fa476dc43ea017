"""Which characters are the same to LIKE, so that the index finds what LIKE finds.

LIKE compares character by character, by the collation of the column: under utf8mb4_unicode_ci
A, a, Á and Ａ are the same. The index compares bytes. So texts are folded before they are
indexed, and words before they are looked for: of the characters that are the same, one stands for
all. A text keeps its length, as it does under LIKE: ß is not ss.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..models import GoodsSearchIndex

# All of the first plane; of the others, what has letters with cases, digits or second forms.
PLANE = [*range(1, 0xD800), *range(0xE000, 0x10000)]
ABOVE = [*range(0x10000, 0x20000), *range(0x2F800, 0x2FA20), *range(0xE0000, 0xE0200)]
AT_ONCE = 2_000

# Emoji and rare characters lie above the first plane. A collation that takes all of them for one
# (utf8mb4_general_ci) has this pair among those that are alike.
OTHERS = ("\U00010000", "\ufffd")
_ABOVE_THE_PLANE = re.compile("[\U00010000-\U0010ffff]")


class Folding:
    """Characters of ``alike_from`` count as those of ``alike_to`` at the same place."""

    def __init__(self, alike_from: str, alike_to: str) -> None:
        self._table = str.maketrans(alike_from, alike_to)
        # Too many to be written down, where all of them are the same.
        self._are_others_alike = OTHERS[0] in alike_from

    def fold(self, text: str) -> str:
        if self._are_others_alike and not text.isascii():
            text = _ABOVE_THE_PLANE.sub(OTHERS[1], text)
        return text.translate(self._table)


@lru_cache(maxsize=2)
def folding_of(build: str) -> Folding | None:
    """Return the folding by which an index was built; None when that index is no longer used."""
    row = GoodsSearchIndex.objects.filter(build=build).values_list("alike_from", "alike_to").first()
    return None if row is None else Folding(*row)


def characters_alike(cursor: Any, collation: str) -> tuple[str, str]:
    """Return ``alike_from`` and ``alike_to`` of a collation. Asks the database, for 1 to 3 s."""
    characters = PLANE
    emoji = _weights(cursor, collation, [0x1F600, 0x1F601])
    if emoji[0x1F600] != emoji[0x1F601]:  # older collations know nothing above the first plane
        characters = PLANE + ABOVE
    groups: dict[str, list[int]] = defaultdict(list)
    for character, weight in _weights(cursor, collation, characters).items():
        groups[weight].append(character)
    alike: list[tuple[int, int]] = []
    left = [group for group in groups.values() if len(group) > 1]
    while left:
        pairs = [(c, _standing(group)) for group in left for c in group if c != _standing(group)]
        # Of equal weight is not yet equal: LIKE takes characters without a weight of their own
        # for themselves alone.
        same = _like(cursor, collation, pairs)
        alike += same
        done = {c for pair in same for c in pair} | {standing for _, standing in pairs}
        left = [rest for group in left if len(rest := [c for c in group if c not in done]) > 1]
    if _like(cursor, collation, [(0x1F600, 0x1F601)]):
        alike = [pair for pair in alike if 0xFFFD not in pair]
        alike.append((ord(OTHERS[0]), ord(OTHERS[1])))
    alike.sort()
    return "".join(chr(a) for a, _ in alike), "".join(chr(b) for _, b in alike)


def _standing(group: list[int]) -> int:
    """Return which of some characters stands for them."""
    return min((c for c in group if chr(c).isprintable()), default=max(group))


def _weights(cursor: Any, collation: str, characters: Sequence[int]) -> dict[int, str]:
    column = f"HEX(WEIGHT_STRING(CONVERT(%s USING utf8mb4) COLLATE {collation}))"
    values = _asked(cursor, column, [(chr(character),) for character in characters])
    return dict(zip(characters, values, strict=True))


def _like(cursor: Any, collation: str, pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the pairs of which LIKE takes the one for the other."""
    column = f"CONVERT(%s USING utf8mb4) COLLATE {collation} LIKE %s ESCAPE '|'"
    values = _asked(cursor, column, [(chr(a), f"|{chr(b)}") for a, b in pairs])
    return {pair for pair, is_like in zip(pairs, values, strict=True) if is_like}


def _asked(cursor: Any, column: str, params: Sequence[tuple[str, ...]]) -> list[Any]:
    found: list[Any] = []
    for first in range(0, len(params), AT_ONCE):
        some = params[first : first + AT_ONCE]
        cursor.execute(
            f"SELECT {', '.join([column] * len(some))}",
            [text for texts in some for text in texts],
        )
        found += cursor.fetchone()
    return found
