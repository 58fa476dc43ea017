"""What a browser would send of a form of a page, out of its HTML."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.is_inside = form_id, False
        self.sent: list[tuple[str, str]] = []
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.is_inside = given.get("id") == self.form_id
        name = given.get("name", "")
        if not self.is_inside or "disabled" in given:
            return
        if tag == "input" and name:
            self._input(name, given)
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.sent.append((self.select, given.get("value", "")))
        elif tag == "textarea":
            self.textarea = name
            self.sent.append((name, ""))

    def _input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        is_box = kind in ("checkbox", "radio")
        if kind in ("submit", "button", "file") or (is_box and "checked" not in given):
            return
        self.sent.append((name, given.get("value", "on" if is_box else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            # A browser leaves the first line break out.
            self.sent[-1] = (self.textarea, self.sent[-1][1] + data.removeprefix("\r\n"))


def form_sent(html: str, form_id: str) -> dict[str, Any]:
    """Return names and values of the form; of repeated names, lists."""
    parser = _Forms(form_id)
    parser.feed(html)
    assert parser.sent, f"no form {form_id}"
    found: dict[str, Any] = {}
    for name, value in parser.sent:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
