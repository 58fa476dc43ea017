"""One round of load by wrk, and what it cost the processes that answered."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .machine import BenchError, Programs, cpu_seconds
from .servers import HOST, Server

CONNECTIONS = 4
SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Round:
    """CPU milliseconds per request, of the workers and of the database, and requests/s."""

    worker_ms: float
    database_ms: float | None
    per_second: float
    requests: int


def run_round(
    programs: Programs, server: Server, path: str, *, seconds: int, database_pid: int | None
) -> Round:
    """Load one address for ``seconds``; raises BenchError when an answer was no 200."""
    database = [database_pid] if database_pid else []
    workers_before, database_before = cpu_seconds(server.workers), cpu_seconds(database)
    done = subprocess.run(
        [
            programs.wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", SCRIPT,
            "-H", f"Host: {HOST}", "-H", "Accept: application/json",
            f"http://127.0.0.1:{server.port}{path}",
        ],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    workers_after, database_after = cpu_seconds(server.workers), cpu_seconds(database)
    counted = [line.split() for line in done.stdout.splitlines() if line.startswith("BENCH ")]
    if done.returncode or not counted:
        raise BenchError(f"wrk failed on {server.name} {path}: {done.stderr.strip()}")
    requests, microseconds, broken, refused = (int(number) for number in counted[0][1:])
    if broken or refused or not requests:
        raise BenchError(
            f"{server.name} {path}: {requests} requests, {broken} connection errors or timeouts, "
            f"{refused} answers that were no 2xx; nothing is reported from such a run"
        )
    server.check_workers()
    return Round(
        worker_ms=(workers_after - workers_before) * 1000 / requests,
        database_ms=(database_after - database_before) * 1000 / requests if database else None,
        per_second=requests * 1_000_000 / microseconds,
        requests=requests,
    )
