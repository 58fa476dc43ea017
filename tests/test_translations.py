"""The catalogues of all apps together: Django looks a text up in all of them at once."""

from collections import defaultdict
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.one_database


def test_no_two_apps_translate_a_text_differently() -> None:
    """One of them would show the other's words; ``pgettext`` tells two meanings apart."""
    found: dict[object, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for folder in ("apps", "extra_apps", "utils", "locale"):
        for path in Path(settings.BASE_DIR, folder).rglob("django.mo"):
            with path.open("rb") as file:
                catalogue = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            for text, translation in catalogue.items():
                if text:  # the empty one is the file's header
                    found[text][translation].add(str(path))
    assert found
    assert {text: ways for text, ways in found.items() if len(ways) > 1} == {}
