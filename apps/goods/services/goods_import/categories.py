"""Categories as files name them: by code, by path, or by a name that only one has."""

import re
import unicodedata

from django.utils.translation import gettext as _

from utils.spreadsheets.values import CellError

from ...models import GoodsCategory

_SEPARATORS = re.compile(r"\s*[/>\\›→]+\s*")
MOST_SHOWN = 3


class Categories:
    """All categories, read in one query when it is made."""

    def __init__(self) -> None:
        rows = GoodsCategory.objects.order_by("pk").values_list(
            "pk", "code", "name", "parent_category"
        )
        self._rows = {pk: (code, name, parent) for pk, code, name, parent in rows}
        self._codes = {code: pk for pk, (code, _name, _parent) in self._rows.items()}
        self._paths: dict[str, list[int]] = {}
        self._names: dict[str, list[int]] = {}
        for pk, (_code, name, _parent) in self._rows.items():
            self._paths.setdefault(_folded(self.path(pk)), []).append(pk)
            self._names.setdefault(_folded(name), []).append(pk)

    def find(self, text: str) -> int:
        """Return the id of the category that ``text`` names; raises CellError."""
        if text in self._codes:
            return self._codes[text]
        by_path = self._paths.get(_folded(text), [])
        found = by_path or self._names.get(_folded(text), [])
        if not found:
            near = [code for code in self._codes if code.casefold() == text.casefold()]
            if near:
                raise CellError(
                    _("No category has this code; “%(code)s” has it in other letters.")
                    % {"code": near[0]}
                )
            raise CellError(
                _("There is no such category. Write its code, its path such as A/B/C, or its name.")
            )
        if len(found) > 1:
            shown = "; ".join(self._named(pk) for pk in found[:MOST_SHOWN])
            raise CellError(_("Several categories are called so: %(shown)s.") % {"shown": shown})
        return found[0]

    def path(self, pk: int) -> str:
        names: list[str] = []
        parent: int | None = pk
        while parent in self._rows:
            _code, name, parent = self._rows[parent]
            names.insert(0, name)
        return "/".join(names)

    def shown(self, pk: int) -> str:
        """Return the path, or the code where others have the same path or a name has a slash."""
        path = self.path(pk)
        return path if self._paths.get(_folded(path)) == [pk] else self._rows[pk][0]

    def _named(self, pk: int) -> str:
        return f"{self.path(pk)} ({self._rows[pk][0]})"

    def __contains__(self, pk: object) -> bool:
        return pk in self._rows


def _folded(text: str) -> str:
    return _SEPARATORS.sub("/", unicodedata.normalize("NFKC", text).strip())
