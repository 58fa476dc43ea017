"""What the staff's lists cost: ``python -m bench staff-lists``, MariaDB.

Every list of the administration: its first page, the last one that it shows, each choice of each
filter, each order of columns, and searches of several kinds. Milliseconds of the database, of the
best of three runs: CPU of the thread that answers, where the server runs on this machine, because
that does not depend on what else runs; else from the question to the answer.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.lab.machine import BenchError
from bench.lab.stores import store_alone

RUNS = 3
ALLOWED = 300.0  # ms
# A word of many names, one of none, a whole number, a part of one, a mobile, with and without
# spaces, the last digits of one.
SEARCHES = (
    "赣南脐橙", "龙虾尾壳", "LT00050000", "LT0005", "13900012345", "139 0001 2345", "2345",
    "T000000000000000000000050000", "xyz",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench staff-lists")
    parser.add_argument("--goods", type=int, default=100_000, metavar="N")
    parser.add_argument("--orders", type=int, default=100_000, metavar="N")
    parser.add_argument("--measure", action="store_true", help="the shop that DATABASE_URL names")
    parser.add_argument("--slow", action="store_true", help="with the plan of each slow statement")
    parser.add_argument("--only", default="", metavar="LABEL", help="lists such as goods.goods")
    arguments = parser.parse_args()
    if arguments.measure:
        return measure(explain=arguments.slow, only=arguments.only)
    try:
        with store_alone(goods=arguments.goods) as store:
            store.run("bench.tools.growing_orders", str(arguments.orders))
            store.run("bench.tools.growing_records")
            # In a process of its own: it needs the shop's settings.
            store.run("bench.tools.staff_lists", "--measure", *_measuring(arguments))
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench staff-lists: {error}", file=sys.stderr)
        return 1
    return 0


def _measuring(arguments: argparse.Namespace) -> list[str]:
    slow = ["--slow"] if arguments.slow else []
    return [*slow, *(["--only", arguments.only] if arguments.only else [])]


# By connection of the driver.
_clocks: dict[Any, Callable[[], float]] = {}


class Statements:
    """The time that the database takes for statements, and the longest of them."""

    def __init__(self) -> None:
        self.spent: list[tuple[float, str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        clock = clock_of(context["connection"])
        start = clock()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent.append((1000 * (clock() - start), sql, params))

    @property
    def total(self) -> float:
        return sum(spent for spent, _sql, _params in self.spent)


def clock_of(connection: Any) -> Callable[[], float]:
    """Return a clock of seconds: CPU of the server's thread for this connection, or the time."""
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _clocks:
        with raw.cursor() as cursor:
            cursor.execute("SELECT @@pid_file")
            (pid_file,) = cursor.fetchone()
            cursor.execute(
                "SELECT tid FROM information_schema.processlist WHERE id = CONNECTION_ID()"
            )
            (thread,) = cursor.fetchone()
        try:
            path = Path(f"/proc/{Path(pid_file).read_text().strip()}/task/{thread}/schedstat")
            path.read_text()
        except OSError:
            _clocks[raw] = time.perf_counter
        else:
            _clocks[raw] = lambda: int(path.read_text().split()[0]) / 1e9
    return _clocks[raw]


def measure(*, explain: bool, only: str) -> int:
    """Print a line for each list; return 1 when anything takes longer than ALLOWED."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib import admin
    from django.test import Client
    from django.test.utils import setup_test_environment

    from apps.users.models import UserProfile

    setup_test_environment()  # the client tells what a page was made of
    owner, _is_new = UserProfile.objects.get_or_create(
        username="bench-owner", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    slow = []
    print("| list | rows | first page | last page | filters | orders | searches | queries |")
    print("|---|---|---|---|---|---|---|---|")
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label_lower):
        if only not in model._meta.label_lower:
            continue
        costs: dict[str, list[float]] = {}
        queries = 0
        for kind, path in addresses(client, model):
            spent, statements = cost(client, path)
            costs.setdefault(kind, []).append(spent)
            queries = max(queries, len(statements.spent))
            if spent > ALLOWED:
                slow.append((path, spent, max(statements.spent)))
        kinds = ("first", "last", "filter", "order", "search")
        cells = [f"{max(costs[kind]):.0f}" if kind in costs else "–" for kind in kinds]
        number = model._default_manager.count()
        print(f"| {model._meta.label_lower} | {number:,} | {' | '.join(cells)} | {queries} |",
              flush=True)  # fmt: skip
    for path in ("/admin/", "/admin/?days=30"):
        spent, statements = cost(client, path)
        print(f"start page {path}: {spent:.0f} ms, {len(statements.spent)} queries")
    for path, spent, (worst, sql, params) in slow:
        print(f"{spent:7.0f} ms {path}")
        if explain:
            _explain(worst, sql, params)
    print(f"longer than {ALLOWED:.0f} ms: {len(slow)}")
    return 1 if slow else 0


def addresses(client: Any, model: Any) -> Iterator[tuple[str, str]]:
    from django.urls import reverse

    base = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    yield "first", base
    context = client.get(base).context
    if "cl" not in context:  # who holds stock: a page of its own
        return
    changelist = context["cl"]
    if changelist.paginator.num_pages > 1:
        yield "last", f"{base}?p={changelist.paginator.num_pages}"
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            if not choice.get("selected") and choice.get("query_string", "?") != "?":
                yield "filter", base + choice["query_string"]
    for name in _orders(changelist):
        yield "order", f"{base}?o={name}"
        yield "order", f"{base}?o=-{name}"
    if changelist.search_fields:
        from urllib.parse import quote

        for word in SEARCHES:
            yield "search", f"{base}?q={quote(word)}"


def _orders(changelist: Any) -> Iterator[int]:
    for number, name in enumerate(changelist.list_display):
        sortable = changelist.sortable_by
        is_sortable = sortable is None or name in sortable
        if name != "action_checkbox" and is_sortable and changelist.get_ordering_field(name):
            yield number


def cost(client: Any, path: str) -> tuple[float, Statements]:
    from django.db import connection

    best: tuple[float, Statements] | None = None
    for _run in range(RUNS):
        statements = Statements()
        with connection.execute_wrapper(statements):
            answer = client.get(path)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        if best is None or statements.total < best[0]:
            best = statements.total, statements
    assert best is not None
    return best


def _explain(worst: float, sql: str, params: Any) -> None:
    from django.db import connection

    print(f"      {worst:.0f} ms: {sql[:150]} … {sql[-250:]}")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        for row in cursor.fetchall():
            _id, kind, table, how, _possible, key, _length, _ref, rows, extra = row
            print(f"        {kind} {table}: {how} {key}, {rows} rows; {extra}")


if __name__ == "__main__":
    sys.exit(main())
