"""Examples of requests and answers, taken from the demo shop.

tests/test_api_examples.py plays them, compares them with the files here, and writes the files
anew with MXSHOP_WRITE_EXAMPLES=1.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation

FOLDER = Path(__file__).parent / "examples"


def example_of(operation: str, place: str) -> Any:
    """Return the example of ``place``, "request" or a status; None when there is none."""
    language = "en" if (translation.get_language() or "").startswith("en") else "zh-hans"
    return _examples(language).get(operation, {}).get(place)


@cache
def _examples(language: str) -> Any:
    file = FOLDER / f"{language}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
