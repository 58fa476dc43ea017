"""The formats of cells, as far as they say what a number means."""

import re
from dataclasses import dataclass

from .xml_parts import XmlPart

# ECMA-376, 18.8.30: the formats without a text of their own that show a date or a time, those
# of Chinese and Japanese included.
BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ZEROS = re.compile(r"0{2,50}")


@dataclass(frozen=True)
class Style:
    is_date: bool = False
    digits: int = 0  # of a format such as 00000


def styles_of(content: bytes) -> list[Style]:
    """Return the style of each index that cells refer to; raises TableRefusedError."""
    codes: dict[str, str] = {}
    used: list[str] = []
    state = {"is_inside": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            state["is_inside"] = True
        elif tag == "xf" and state["is_inside"]:
            used.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            state["is_inside"] = False

    XmlPart(start, end).read(content)
    known = {number: _style(number, codes.get(number)) for number in {*used}}
    return [known[number] for number in used]


def _style(number: str, code: str | None) -> Style:
    if code is None:
        return Style(is_date=number.isdecimal() and int(number) in BUILT_IN_DATES)
    if _ZEROS.fullmatch(code):
        return Style(digits=len(code))
    shown = _LITERALS.sub("", code.partition(";")[0]).lower()
    return Style(is_date=bool(re.search(r"[ymdhs]", shown)) and "general" not in shown)
