"""Which column of a file is which."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from utils.spreadsheets.cells import Cell

from .columns import BY_NAME, COLUMNS

# A column with such a header is somebody's note: it is not read.
NOTE = ("#", "＃")
_UNIT = re.compile(r"\([^()]*\)\Z")
_SIGNS = re.compile(r"[\s_*:\-/.]+")


class Headers(NamedTuple):
    """``places`` is where each column stands; ``faults`` are sentences about all the others."""

    places: dict[str, int]
    faults: list[str]
    notes: list[str]


def headers_read(cells: Sequence[Cell]) -> Headers:
    """Say which of the headers are which columns, in Chinese or English, with or without a unit."""
    places: dict[str, int] = {}
    faults, notes = [], []
    known = known_headers()
    for place, cell in enumerate(cells):
        text = cell.text.strip()
        if not text or text.startswith(NOTE):
            continue
        where = {"column": column_letter(place), "header": text[:50]}
        name = known.get(folded(text))
        if name is None:
            faults.append(
                _("Column %(column)s: the header “%(header)s” is not known. Remove the column, or "
                  "write # before its header to leave it out.") % where
            )  # fmt: skip
        elif name in places:
            faults.append(_("Column %(column)s: “%(header)s” is there twice.") % where)
        elif BY_NAME[name].parse is None:
            notes.append(_("“%(header)s” is shown in exports and not imported.") % where)
        else:
            places[name] = place
    if "goods_sn" not in places:
        faults.insert(
            0,
            _("There is no column “%(label)s”. The first row with something in it must be the "
              "headers.") % {"label": BY_NAME["goods_sn"].label},
        )  # fmt: skip
    elif len(places) == 1:
        faults.append(_("There is nothing to import beside the article numbers."))
    return Headers(places, faults, notes)


@cache
def known_headers() -> Mapping[str, str]:
    """Return the column that each folded header means, in both languages."""
    known: dict[str, str] = {}
    for column in COLUMNS:
        words = [column.name, *column.words]
        for language in ("en", "zh-hans"):
            with translation.override(language):
                words.append(str(column.label))
        for word in words:
            other = known.setdefault(folded(word), column.name)
            assert other == column.name, f"{word} is {other} and {column.name}"
    return known


def folded(header: str) -> str:
    """Return a header without case, width, signs and a unit in brackets: Shop_Price (yuan)."""
    text = unicodedata.normalize("NFKC", header).strip().strip("*").casefold()
    return _SIGNS.sub("", _UNIT.sub("", text).strip())


def column_letter(place: int) -> str:
    """Return what a spreadsheet calls a column; the first is 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
