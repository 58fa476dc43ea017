"""drf-spectacular's postprocessing hook of the shop."""

from typing import Any

from django.conf import settings

from .examples import example_of
from .redirects import redirect_paths
from .tags import TAGS, place_of

METHODS = ("get", "put", "post", "delete", "patch")


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Put the operations into groups and order, and add servers and examples."""
    paths = result["paths"] | redirect_paths()
    used = set()
    for path, item in paths.items():
        place = place_of(path)
        for operation in (item[method] for method in METHODS if method in item):
            if place is not None:
                operation["tags"] = [TAGS[place[0]].name]
            used.update(operation.get("tags", []))
            _add_examples(operation)
    last = (len(TAGS), 0)
    result["paths"] = dict(sorted(paths.items(), key=lambda pair: place_of(pair[0]) or last))
    result["tags"] = [
        {"name": tag.name, "description": str(tag.text)} for tag in TAGS if tag.name in used
    ]
    result["servers"] = [{"url": _origin(request)}]
    return result


def _origin(request: Any) -> str:
    origin: str = settings.SITE_URL if request is None else request.build_absolute_uri("/")
    return origin.rstrip("/")


def _add_examples(operation: dict[str, Any]) -> None:
    bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for place, body in bodies.items():
        for media in body.get("content", {}).values():
            example = example_of(operation["operationId"], place)
            if example is not None:
                media.pop("examples", None)
                media["example"] = example
