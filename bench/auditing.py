"""The command behind bench/audit: how long a shop of many orders takes to prove its books."""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .machine import PROJECT, PYTHON, BenchError, cpu_seconds
from .stores import LARGE, MariaDB, Store, build_store


@dataclass(frozen=True)
class Audited:
    """One run of audit_shop: seconds and MB; ``database_cpu`` None where it is not ours to see."""

    wall: float
    cpu: float
    database_cpu: float | None
    peak_mb: float
    printed: str

    def __str__(self) -> str:
        database = "" if self.database_cpu is None else f", the database {self.database_cpu:.1f} s"
        return f"{self.wall:.1f} s; CPU {self.cpu:.1f} s{database}; peak {self.peak_mb:.0f} MB"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench/audit", description=(__doc__ or "").partition(": ")[2]
    )
    parser.add_argument("--orders", type=int, default=100_000, metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    arguments = parser.parse_args()
    try:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-audit-")))
            for store, mariadb in _stores(folder, stack):
                _measure(store, mariadb, orders=arguments.orders, runs=arguments.runs)
    except BenchError as error:
        print(f"bench/audit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench/audit: interrupted, everything taken away", file=sys.stderr)
        return 130
    return 0


def _stores(folder: Path, stack: contextlib.ExitStack) -> Iterator[tuple[Store, MariaDB | None]]:
    """Give an empty shop of 10,000 goods on each database that answers."""
    url = f"sqlite:///{folder / 'shop.sqlite3'}"
    yield _build(folder / "sqlite", "SQLite", url), None
    try:
        mariadb = MariaDB()
    except BenchError as error:
        print(f"bench/audit: skipped on MariaDB: {error}", file=sys.stderr)
        return
    stack.callback(mariadb.close)
    url = stack.enter_context(mariadb.database(LARGE))
    yield _build(folder / "mariadb", f"MariaDB {mariadb.version}", url), mariadb


def _build(folder: Path, engine: str, database_url: str) -> Store:
    return build_store(folder, engine=engine, goods=LARGE, database_url=database_url)


def _measure(store: Store, mariadb: MariaDB | None, *, orders: int, runs: int) -> None:
    done = subprocess.run(
        [PYTHON, "-m", "bench.growing_orders", str(orders)],
        check=False, cwd=PROJECT, env=_environment(store), capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(f"no orders on {store.engine}:\n{done.stderr[-600:]}")
    print(f"{store.engine}: {done.stdout.strip()}")
    pid = mariadb.pid() if mariadb else None
    for number in range(1, runs + 1):
        audited = _audit(store, pid)
        if number == 1:
            print(audited.printed.rstrip())
        print(f"  run {number}: {audited}", flush=True)


def _audit(store: Store, database_pid: int | None) -> Audited:
    """Run audit_shop. Raises BenchError when it finds the books wrong."""
    database_before = cpu_seconds([database_pid]) if database_pid else 0.0
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [PYTHON, "manage.py", "audit_shop"],
            cwd=PROJECT, env=_environment(store), stdout=output, stderr=output,
        )  # fmt: skip
        # Not process.wait(), which does not tell what this child used.
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode()
    if process.returncode:
        raise BenchError(f"the books of {store.engine} are wrong:\n{printed}")
    return Audited(
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        database_cpu=cpu_seconds([database_pid]) - database_before if database_pid else None,
        peak_mb=used.ru_maxrss / 1024,
        printed=printed,
    )


def _environment(store: Store) -> dict[str, str]:
    return {**store.environment, "DJANGO_SETTINGS_MODULE": "mxshop.settings"}


if __name__ == "__main__":
    sys.exit(main())
