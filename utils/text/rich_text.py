"""HTML written by staff: cleaned on its way into the database, whoever brings it."""

import re
from html import unescape
from typing import Any

import nh3
from django.db import models

# What an article may hold; scripts, forms, frames and event handlers are not in it.
ALLOWED_TAGS = nh3.ALLOWED_TAGS | {"figure", "figcaption", "video", "source"}
ALLOWED_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"class", "style"},
    "video": {"src", "controls", "poster", "width", "height"},
    "source": {"src", "type"},
}
ALLOWED_STYLES = {
    "color", "background-color", "text-align", "width", "height", "max-width",
    "font-size", "font-weight", "margin", "margin-left", "border", "padding", "aspect-ratio",
}  # fmt: skip

_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def clean_html(html: str) -> str:
    """Return ``html`` without anything that could run in a buyer's browser.

    Relative addresses (``/media/...``) stay relative.
    """
    return nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        filter_style_properties=ALLOWED_STYLES,
    )


def html_to_text(html: str) -> str:
    """Return the words of ``html``: no tags, no entities, single spaces."""
    return _SPACE.sub(" ", unescape(_TAG.sub(" ", html))).strip()


class RichTextField(models.TextField):
    """A TextField of HTML that is cleaned whenever it is written.

    It cleans where a value meets the database, so that save(), bulk_create(), update()
    and an import are all served, and no caller can forget it.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = clean_html(value)
        return super().get_db_prep_save(value, connection)
