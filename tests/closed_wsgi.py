"""The shop's WSGI application for clients that do not close what they read.

A server closes each answer, and so the files of the request's uploads; werkzeug's test client,
which schemathesis uses, does not.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

_application = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    answer: Any = _application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()
