"""uwsgi with the shop's own deploy/uwsgi.ini, behind a socket in the bench's folder."""

import contextlib
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import load
from .load import Answer, Request, Sent
from .machine import BenchError, children, cpu_seconds, peak_memory_mb, uwsgi
from .services import MariaDB, Redis, program, wait_until

WORKERS = 2
CONNECTIONS = 4


@dataclass(frozen=True)
class Loaded:
    """What a number of requests cost: CPU milliseconds of each, and how long they took."""

    sent: Sent
    worker_ms: float
    database_ms: float
    redis_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.worker_ms + self.database_ms + self.redis_ms

    @property
    def per_second(self) -> float:
        return self.sent.number / self.sent.wall

    def figures(self) -> dict[str, float]:
        every = [one for some in self.sent.seconds.values() for one in some]
        p50, p99 = load.percentiles(every)
        return {
            "CPU ms": self.cpu_ms,
            "workers ms": self.worker_ms,
            "MariaDB ms": self.database_ms,
            "Redis ms": self.redis_ms,
            "per second": self.per_second,
            "p50 ms": p50,
            "p99 ms": p99,
        }


@dataclass(frozen=True)
class Server:
    """A running uwsgi; ``database`` and ``redis`` are the processes that work for it."""

    name: str
    socket: str
    pid: int
    database: MariaDB
    redis: Redis

    def ask(self, request: Request) -> Answer:
        """Return the answer; raises BenchError unless its status is the one wanted."""
        answer = load.ask(self.socket, request)
        if answer.status != request.status:
            raise BenchError(f"{self.name} {request.label}: {answer.status} {answer.body[:300]!r}")
        return answer

    def load(
        self, requests: Sequence[Request], *, connections: int = CONNECTIONS,
        keep: bool = False, strict: bool = True,
    ) -> Loaded:  # fmt: skip
        """Send each request once, several at a time."""
        return self.measured(
            lambda: load.send(
                self.socket, iter(requests), connections=connections, keep=keep, strict=strict
            )
        )

    def load_for(
        self, seconds: float, *requests: Request, connections: int = CONNECTIONS
    ) -> Loaded:
        """Send the requests in turn, again and again, for some seconds."""

        def run() -> Sent:
            end = time.monotonic() + seconds
            return load.send(
                self.socket, itertools.cycle(requests), connections=connections,
                is_over=lambda: time.monotonic() >= end,
            )  # fmt: skip

        return self.measured(run)

    def peak_memory_mb(self) -> float:
        """Return the most that a worker ever had resident."""
        return max(map(peak_memory_mb, children(self.pid)))

    def measured(self, run) -> Loaded:
        pids = (self.pid, self.database.pid, self.redis.pid)
        before = [cpu_seconds(pid) for pid in pids]
        sent = run()
        spent = [cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True)]
        return Loaded(sent, *(seconds * 1000 / sent.number for seconds in spent))


@contextlib.contextmanager
def serve(
    name: str, project: Path, environment: Mapping[str, str], *,
    folder: Path, database: MariaDB, redis: Redis,
) -> Iterator[Server]:  # fmt: skip
    """Serve the shop of ``project`` by deploy/uwsgi.ini until the block ends."""
    socket = folder / f"{name}.sock"
    environment = {
        **environment, "APP_SOCKET": str(socket), "WEB_CONCURRENCY": str(WORKERS),
    }  # fmt: skip
    command = [uwsgi(), "--ini", "deploy/uwsgi.ini"]
    with program(f"uwsgi-{name}", command, folder=folder, cwd=project, environment=environment) as (
        process
    ):
        server = Server(name, str(socket), process.pid, database, redis)

        def is_up() -> bool:
            if process.poll() is not None:
                raise BenchError(
                    f"uwsgi of {name} ended:\n{(folder / f'uwsgi-{name}.log').read_text()[-1500:]}"
                )
            return len(children(process.pid)) == WORKERS and socket.exists()

        wait_until(f"uwsgi of {name}", is_up, folder=folder)
        yield server
