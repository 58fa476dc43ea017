"""Takes out of a Sentry event whatever could be a buyer's or a secret of the shop.

Three sieves, each over the whole event: names (a value under ``password`` or ``mobile`` goes),
secrets that are known by heart (the shop's own keys and passwords), and patterns (tokens,
mobiles, query strings, quoted texts of database errors). What a log line or an exception says
in Chinese goes as well: names and addresses are, and nothing tells them from other words.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from .scrub_patterns import (
    CHINESE,
    DATABASE_ERROR,
    FILTERED,
    HARMLESS,
    HAS_CHINESE,
    KEPT_HEADERS,
    PATTERNS,
    QUOTED,
    WORD,
    is_denied,
)

_MIN_SECRET = 6  # a shorter one would take words out of every sentence
_MIN_NEAR, _MAX_NEAR = 4, 200  # characters of a value that is taken for one; how many at most
_MAX_DEPTH = 40


class Scrubber:
    """Scrubs events, transactions and breadcrumbs; ``secrets`` are taken out wherever they are."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
        parts = {part for part in parts if len(part) >= _MIN_SECRET and "-----" not in part}
        # The longest first, so that none is cut by a part of it.
        self._secrets = sorted(parts, key=len, reverse=True)

    def event(self, event: Any, hint: Mapping[str, Any] | None = None) -> Any:
        """Scrub an event or a transaction; for ``before_send``."""
        self._request(event)
        event.pop("user", None)
        if entry := event.get("logentry"):
            # The template is the program's own; what fills it in need not be.
            event["logentry"] = {
                "message": entry.get("message", ""),
                "params": self._params(entry.get("params")),
            }
        near = sorted(_denied_values(hint or {}), key=len, reverse=True)
        for exception in _values(event, "exception"):
            exception["value"] = self._speech(exception.get("value"), near)
        crumbs = event.get("breadcrumbs")
        if isinstance(crumbs, dict):
            crumbs["values"] = [self.breadcrumb(crumb) for crumb in _values(event, "breadcrumbs")]
        for frame_vars in _frames(event):
            frame_vars.pop("vars", None)
        if "extra" in event:
            event["extra"] = self._extra(event["extra"])
        return self._walk(event)

    def breadcrumb(self, crumb: Any, hint: Mapping[str, Any] | None = None) -> Any:
        """Scrub a breadcrumb; for ``before_breadcrumb``, whose hint has the log record."""
        record = (hint or {}).get("log_record")
        if record is not None and record.args:
            crumb["message"] = str(record.msg)
        if isinstance(crumb.get("message"), str):
            crumb["message"] = self._speech(crumb["message"])
        if isinstance(crumb.get("data"), dict):
            crumb["data"] = self._extra(crumb["data"])
        return self._walk(crumb)

    def text(self, text: str) -> str:
        """Return ``text`` without the secrets and patterns."""
        for secret in self._secrets:
            text = text.replace(secret, FILTERED)
        for pattern, replacement in PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def _speech(self, text: Any, near: Iterable[str] = ()) -> Any:
        """Like text(), for what is said about data: quotations and Chinese words go as well.

        ``near`` are values that stood under a denied name where it was said.
        """
        if not isinstance(text, str):
            return text
        for value in near:
            text = text.replace(value, FILTERED)
        if error := DATABASE_ERROR.fullmatch(text):
            return f"({error[1]}, {self._speech(error[3])})"
        text = QUOTED.sub(lambda m: m[0] if WORD.fullmatch(m[0]) else FILTERED, self.text(text))
        return CHINESE.sub(FILTERED, text) if HAS_CHINESE.search(text) else text

    def _params(self, params: Any) -> list[Any]:
        """Keep numbers, numbers of orders and names of jobs."""
        values = params.values() if isinstance(params, dict) else params or ()
        return [
            value
            if (isinstance(value, int | float) and abs(value) < 10**9)
            or (isinstance(value, str) and HARMLESS.fullmatch(value))
            else FILTERED
            for value in values
        ]

    def _extra(self, extra: Any) -> Any:
        if isinstance(extra, dict):
            return {name: self._extra(value) for name, value in extra.items()}
        if isinstance(extra, list | tuple):
            return [self._extra(value) for value in extra]
        return self._speech(extra)

    def _request(self, event: dict[str, Any]) -> None:
        request = event.get("request")
        if not isinstance(request, dict):
            return
        headers = request.get("headers")
        kept: dict[str, Any] = {
            "url": str(request.get("url", "")).partition("?")[0],
            "method": request.get("method"),
        }
        if isinstance(headers, dict):
            kept["headers"] = {k: v for k, v in headers.items() if k.lower() in KEPT_HEADERS}
        event["request"] = kept

    def _walk(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if depth > _MAX_DEPTH:
            return FILTERED
        if isinstance(value, dict):
            return {
                name: FILTERED
                if is_denied(name) and isinstance(item, str | bytes | int | list | tuple)
                else self._walk(item, depth + 1)
                for name, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._walk(item, depth + 1) for item in value]
        if isinstance(value, bytes):
            return FILTERED
        # Numbers, None, times, Sentry's own wrappers: a wrapper may hold any text.
        return value if not hasattr(value, "metadata") else FILTERED


def _denied_values(hint: Mapping[str, Any]) -> set[str]:
    """Return what stood under denied names in the frames of an exception and its causes."""
    found: set[str] = set()
    error = (hint.get("exc_info") or (None, None, None))[1]
    for _ in range(_MAX_DEPTH):
        if error is None:
            break
        for variables in _variables(error.__traceback__):
            _collect(variables, found, depth=0)
        error = error.__cause__ or error.__context__
    if record := hint.get("log_record"):
        _collect(vars(record), found, depth=0)
    return found


def _variables(trace: TracebackType | None) -> Iterator[Mapping[str, Any]]:
    while trace is not None:
        yield trace.tb_frame.f_locals
        trace = trace.tb_next


def _collect(values: Any, found: set[str], *, depth: int) -> None:
    if depth > 3 or len(found) > _MAX_NEAR or not isinstance(values, dict):
        return
    for name, value in [*values.items()][:_MAX_NEAR]:
        if isinstance(value, str) and is_denied(name) and _MIN_NEAR <= len(value) <= 5000:
            found.add(value)
        elif isinstance(value, dict):
            _collect(value, found, depth=depth + 1)


def _values(event: Mapping[str, Any], key: str) -> list[Any]:
    found = event.get(key)
    if isinstance(found, dict):
        found = found.get("values")
    return [*found] if isinstance(found, list | tuple) else []


def _frames(event: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for owner in (*_values(event, "exception"), *_values(event, "threads"), event):
        yield from ((owner.get("stacktrace") or {}).get("frames")) or ()
