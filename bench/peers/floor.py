"""The floor: a bare WSGI function. Nothing served by this uwsgi can cost less."""

from collections.abc import Callable, Iterable
from typing import Any

from bench.peers.payloads import payload


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = payload(environ["PATH_INFO"].strip("/"))
    if body is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
