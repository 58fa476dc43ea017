"""What an import costs, and what buyers feel of it: ``python -m bench importing``, MariaDB.

10,000 rows (8,000 changes of prices and stock, 2,000 new goods) in a shop of 10,000 goods, checked
and imported by ``manage.py run_tasks``, while buyers ask the shop under uwsgi at a steady rate.
The same requests before and after are what their waiting is compared with.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymysql

from bench.lab.machine import PROJECT, PYTHON, BenchError
from bench.lab.servers import serve
from bench.lab.services import redis_server
from bench.lab.stores import store_alone

from .buyers import Answers, Buyers

BUYERS = 8
WRITTEN = ("goods_goods", "goods_goodsimage", "goods_stockmovement", "mxshop_journalentry")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench importing")
    parser.add_argument("--goods", type=int, default=10_000, metavar="N")
    parser.add_argument("--rows", type=int, default=10_000, metavar="N")
    parser.add_argument("--rate", type=float, default=12, metavar="N", help="requests a second")
    parser.add_argument("--quiet", type=float, default=30, metavar="SECONDS", help="without import")
    arguments = parser.parse_args()
    try:
        with contextlib.ExitStack() as stack:
            run(stack, arguments)
    except (BenchError, subprocess.CalledProcessError) as error:
        print(f"bench importing: {error}", file=sys.stderr)
        return 1
    return 0


def run(stack: contextlib.ExitStack, arguments: Any) -> None:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-import-")))
    store = stack.enter_context(store_alone(goods=arguments.goods))
    environment, engine = store.environment, store.engine
    assert store.database is not None

    def step(*values: Any) -> Any:
        command = [str(PYTHON), "-m", "bench.tools.importing_steps", *map(str, values)]
        done = subprocess.run(
            command, check=True, cwd=PROJECT, env=environment, stdout=subprocess.PIPE
        )
        return json.loads(done.stdout.splitlines()[-1])

    tokens = step("buyers", BUYERS)
    redis = stack.enter_context(redis_server(folder))
    server = stack.enter_context(
        serve("shop", PROJECT, environment, folder=folder, database=store.database, redis=redis)
    )
    questions = Questions(environment["DATABASE_URL"])
    stack.callback(questions.close)
    goods = questions.column("SELECT id FROM goods_goods WHERE is_on_sale AND goods_num > 50")
    shop = Buyers(server, tokens, goods, rate=arguments.rate)
    print(f"{engine}, {arguments.goods:,} goods, {arguments.rate:g} requests a second of "
          f"{BUYERS} buyers, two workers; load of the machine {os.getloadavg()[0]:.1f}",
          flush=True)  # fmt: skip
    shop.ask(is_over=after(5))  # caches and connections
    phases = {"before": shop.ask(is_over=after(arguments.quiet))}

    sums = questions.checksums()
    number = step("create", arguments.rows)
    stack.enter_context(task_worker(environment))
    began = time.monotonic()
    phases["check"] = shop.ask(is_over=lambda: questions.state(number) != "waiting")
    what = "unchanged" if questions.checksums() == sums else "CHANGED"
    print(f"check: {time.monotonic() - began:.1f} s, goods, pictures, ledger and journal {what}; "
          f"{questions.state(number)}", flush=True)  # fmt: skip
    step("start", number)
    began = time.monotonic()
    phases["import"] = shop.ask(is_over=lambda: questions.state(number) != "running")
    print(f"import: {time.monotonic() - began:.1f} s; {questions.outcome(number)}", flush=True)
    phases["after"] = shop.ask(is_over=after(arguments.quiet))
    report(phases)


def after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


@contextlib.contextmanager
def task_worker(environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [PYTHON, "manage.py", "run_tasks"], cwd=PROJECT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


class Questions:
    """Asked of the database, beside the shop."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = pymysql.connect(
            host=parts.hostname or "127.0.0.1", port=parts.port or 3306,
            user=parts.username or "root", password=parts.password or "",
            database=parts.path.strip("/"), autocommit=True,
        )  # fmt: skip

    def close(self) -> None:
        self._connection.close()

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def column(self, statement: str) -> list[Any]:
        return [row[0] for row in self.rows(statement)]

    def state(self, number: int) -> str:
        return str(self.column(f"SELECT state FROM goods_goodsimport WHERE id = {number}")[0])

    def checksums(self) -> list[tuple[Any, ...]]:
        """Of what an import changes; without counters that a buyer's request moves."""
        counts = [self.rows(f"SELECT COUNT(*) FROM {table}")[0] for table in WRITTEN]
        prices = self.rows("SELECT SUM(CRC32(CONCAT(id, name, shop_price, category_id))), "
                           "SUM(market_price) FROM goods_goods")  # fmt: skip
        imported = self.rows("SELECT COUNT(*) FROM goods_stockmovement WHERE reference LIKE "
                             "'import:%'")  # fmt: skip
        counts.pop(2)  # buyers' carts write the ledger
        return [*counts, *prices, *imported]

    def outcome(self, number: int) -> str:
        done = self.column("SELECT COUNT(*) FROM goods_goodsimportrow WHERE outcome = 'done' AND "
                           f"goods_import_id = {number}")[0]  # fmt: skip
        entries = self.column("SELECT COUNT(*) FROM mxshop_journalentry WHERE way = 'import'")[0]
        ledger = self.column("SELECT COUNT(*) FROM goods_stockmovement WHERE reference = "
                             f"'import:{number}'")[0]  # fmt: skip
        return (f"state {self.state(number)}, {done:,} rows done, {entries:,} entries of the "
                f"journal, {ledger:,} of the stock ledger")  # fmt: skip


def report(phases: dict[str, Answers]) -> None:
    quiet = phases["before"].merged(phases["after"])
    print("| request | without: n | p50 | p99 | check: p99 | import: n | p50 | p99 | p99 × |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in (*quiet.kinds(), ""):
        own, during, check = (each.of(kind) for each in (quiet, phases["import"], phases["check"]))
        print(f"| {kind or 'all'} | {len(own)} | {at(own, 50)} | {at(own, 99)} | {at(check, 99)} | "
              f"{len(during)} | {at(during, 50)} | {at(during, 99)} | "
              f"{share(during, 99) / share(own, 99):.2f} |")  # fmt: skip
    failed = sum(answers.failed for answers in phases.values())
    print(f"milliseconds; answers that were not a 2xx or a refusal: {failed}")


def share(waits: list[float], percent: int) -> float:
    ordered = sorted(waits) or [float("nan")]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def at(waits: list[float], percent: int) -> str:
    return f"{1000 * share(waits, percent):.0f}"


if __name__ == "__main__":
    sys.exit(main())
