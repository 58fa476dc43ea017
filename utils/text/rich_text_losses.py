"""What cleaning took out of HTML, in words that its writer knows from it."""

from collections import Counter
from html.parser import HTMLParser

# Programs leave them behind, and nobody misses them.
_SILENT = {"html", "head", "body", "meta", "link", "o:p", "font"}


class _Inventory(HTMLParser):
    """Counts tags, and attributes and styles by the tag they are on."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.details: Counter[tuple[str, str]] = Counter()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            if name.startswith("data-"):
                continue  # the editor's own notes
            if name != "style":
                self.details[tag, f"{name}={value}" if name in ("src", "href") else name] += 1
                continue
            for style in (value or "").split(";"):
                if property_name := style.partition(":")[0].strip().lower():
                    self.details[tag, f"style: {property_name}"] += 1


def losses(before: str, after: str) -> list[str]:
    """Return what of ``before`` is not in ``after``, each once: ``<script>``, ``onclick``.

    Addresses are cut to 60 characters. Comments and the leavings of word processors do not count.
    """
    had, has = _Inventory(before), _Inventory(after)
    lost_tags = [tag for tag in (had.tags - has.tags) if tag not in _SILENT]
    lost_details = [
        detail[:60]
        for (tag, detail) in (had.details - has.details)
        # With a tag all that was on it is gone, which goes without saying.
        if tag in has.tags and not detail.endswith(("=", "=None"))
    ]
    return list(dict.fromkeys([*(f"<{tag}>" for tag in lost_tags), *lost_details]))
