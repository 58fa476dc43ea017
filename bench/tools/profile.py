"""``python -m bench profile PATH``: where one answer of the shop spends its time.

The WSGI application is called in this process, without uwsgi, on a store of its own as the
benchmark builds it. cProfile makes small functions look dearer than they are: compare its
lines with each other, and take the times per answer from the first line, which is measured
without it.
"""

import argparse
import contextlib
import cProfile
import io
import os
import pstats
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from bench.lab.load import HOST
from bench.lab.machine import PROJECT, BenchError
from bench.lab.services import redis_server
from bench.lab.stores import store_alone

WARM_UP = 20
# What stands before the part of a file's name that says anything.
FOLDERS = re.compile(
    rf"{re.escape(str(PROJECT))}/(?!\.venv)|\S*/site-packages/|\S*/lib/python3\.\d+/"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench profile", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("path", help="such as /goods/ or '/goods/?ordering=-sold_num'")
    parser.add_argument("--goods", type=int, metavar="N", help="the demo's 64, or more")
    parser.add_argument("--mariadb", action="store_true", help="on MariaDB, not SQLite")
    parser.add_argument("--cached", action="store_true", help="with the response cache on")
    parser.add_argument("--requests", type=int, default=200, metavar="N")
    parser.add_argument("--sort", default="tottime", choices=["tottime", "cumulative", "ncalls"])
    parser.add_argument("--lines", type=int, default=35, metavar="N", help="lines of the profile")
    arguments = parser.parse_args()
    try:
        with contextlib.ExitStack() as stack:
            _prepare(arguments, stack)
            _profile(arguments)
    except BenchError as error:
        print(f"bench profile: {error}", file=sys.stderr)
        return 1
    return 0


def _prepare(arguments: argparse.Namespace, stack: contextlib.ExitStack) -> None:
    """Build a store and let this process be the shop on it."""
    store = stack.enter_context(store_alone(goods=arguments.goods, is_sqlite=not arguments.mariadb))
    os.environ.update(store.environment)
    if arguments.cached:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-profile-")))
        redis = stack.enter_context(redis_server(folder))
        os.environ |= {"REDIS_URL": redis.url(0), "CATALOGUE_CACHE_SECONDS": "3600"}


def _profile(arguments: argparse.Namespace) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from mxshop.wsgi import application

    ask = _asker(application, arguments.path)
    for _ in range(WARM_UP):
        ask()
    start = time.process_time()
    for _ in range(arguments.requests):
        ask()
    per_answer = (time.process_time() - start) * 1000 / arguments.requests
    # Not one of the answers measured: Django keeps the statements for this.
    with CaptureQueriesContext(connection) as queries:
        size = ask()
    print(f"{arguments.path}: {per_answer:.2f} CPU ms per answer of {size:,} bytes, ", end="")
    print(f"{len(queries)} queries")
    for query in queries.captured_queries:
        print(f"  {float(query['time']) * 1000:5.0f} ms  {_shortened(query['sql'])}")
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(arguments.requests):
        ask()
    profile.disable()
    connection.close()
    out = io.StringIO()
    stats = pstats.Stats(profile, stream=out)
    stats.sort_stats(arguments.sort).print_stats(arguments.lines)
    for line in out.getvalue().splitlines():
        print(FOLDERS.sub("", line))


def _shortened(sql: str) -> str:
    """Leave the names of the columns out: what is filtered, joined and sorted matters here."""
    text = re.sub(r"SELECT .*? FROM ", "SELECT … FROM ", sql)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _asker(application: Callable[..., Any], target: str) -> Callable[[], int]:
    """Return a function that asks the WSGI application once and tells the bytes it got."""
    url = urlsplit(target)

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        if not status.startswith("200"):
            raise BenchError(f"{target} answers {status}")

    def ask() -> int:
        environ = {
            "REQUEST_METHOD": "GET",
            # WSGI: the path's bytes, read as latin-1.
            "PATH_INFO": unquote(url.path).encode().decode("latin-1"),
            "QUERY_STRING": quote(url.query, safe="=&%+-_.,"),
            "SCRIPT_NAME": "",
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": HOST,
            "HTTP_ACCEPT": "application/json",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        response = application(environ, start_response)
        size = sum(len(part) for part in response)
        response.close()
        return size

    return ask


if __name__ == "__main__":
    sys.exit(main())
