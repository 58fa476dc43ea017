"""``python -m bench audit``: how long a shop of many orders takes to prove its books."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from bench.lab.machine import PROJECT, PYTHON, BenchError, cpu_seconds
from bench.lab.stores import Store, store_alone

GOODS = 10_000


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
        prog="python -m bench audit", description=(__doc__ or "").partition(": ")[2]
    )
    parser.add_argument("--orders", type=int, default=100_000, metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    arguments = parser.parse_args()
    try:
        for is_sqlite in (True, False):
            with store_alone(goods=GOODS, is_sqlite=is_sqlite) as store:
                _measure(store, orders=arguments.orders, runs=arguments.runs)
    except BenchError as error:
        print(f"bench audit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench audit: interrupted, everything taken away", file=sys.stderr)
        return 130
    return 0


def _measure(store: Store, *, orders: int, runs: int) -> None:
    done = subprocess.run(
        [PYTHON, "-m", "bench.tools.growing_orders", str(orders)],
        check=False, cwd=PROJECT, env=store.environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise BenchError(f"no orders on {store.engine}:\n{done.stderr[-600:]}")
    print(f"{store.engine}: {done.stdout.strip()}")
    pid = store.database.pid if store.database else None
    for number in range(1, runs + 1):
        audited = _audit(store, pid)
        if number == 1:
            print(audited.printed.rstrip())
        print(f"  run {number}: {audited}", flush=True)


def _audit(store: Store, database_pid: int | None) -> Audited:
    """Run audit_shop. Raises BenchError when it finds the books wrong."""
    database_before = cpu_seconds(database_pid) if database_pid else 0.0
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [PYTHON, "manage.py", "audit_shop"],
            cwd=PROJECT, env=store.environment, stdout=output, stderr=output,
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
        database_cpu=cpu_seconds(database_pid) - database_before if database_pid else None,
        peak_mb=used.ru_maxrss / 1024,
        printed=printed,
    )


if __name__ == "__main__":
    sys.exit(main())
