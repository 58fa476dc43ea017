"""Values of an import as staff read them."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from utils.text.rich_text import html_to_text

from .categories import Categories
from .columns import BY_NAME
from .states import ZIPPED

NOTHING = "–"
MAX_LETTERS = 80


def value_text(name: str, value: Any, categories: Categories | None = None) -> str:
    """Return a value, as JSON keeps it, in words; ``categories`` save a query for each."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "category":
        found = Categories() if categories is None else categories
        return found.shown(value) if value in found else NOTHING
    if name == "add_time":
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    if name == "stock_change":
        return f"{value:+d}"
    if name in ("goods_front_image", "images"):
        names = value if isinstance(value, list) else [value]
        return "; ".join(PurePosixPath(each.removeprefix(ZIPPED)).name for each in names)
    text = html_to_text(value) or value if name == "goods_desc" else str(value)
    return text if len(text) <= MAX_LETTERS else f"{text[: MAX_LETTERS - 1]}…"


def change_texts(name: str, old: Any, new: Any, categories: Categories) -> tuple[str, str, str]:
    """Return what changes, from what and to what; of stock, the pieces before and after."""
    if name == "stock_change":
        return str(BY_NAME["goods_num"].label), str(old), f"{old + new} ({new:+d})"
    label = str(BY_NAME[name].label)
    return label, value_text(name, old, categories), value_text(name, new, categories)


def cell_text(name: str, value: Any, categories: Categories) -> str:
    """Return a value as a file has it: whole, and read back as the same value."""
    if name in ("name", "goods_brief", "goods_desc", "goods_sn") and value is not None:
        return str(value)
    if name == "images" and value:
        return ";".join(each.removeprefix(ZIPPED) for each in value)
    if name == "goods_front_image" and value:
        return str(value).removeprefix(ZIPPED)
    text = value_text(name, value, categories)
    return "" if text == NOTHING else text
