"""uwsgi processes: the shop, or one of its peers, all with the same options."""

import contextlib
import http.client
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .machine import PROJECT, BenchError, Programs, children, free_port

HOST = "bench.example"
WORKERS = 2
START_SECONDS = 60

# deploy/uwsgi.ini, without max-requests: a worker that is born again forgets its CPU time.
OPTIONS = (
    "--master", "--workers", str(WORKERS), "--need-app", "--single-interpreter",
    "--enable-threads", "--thunder-lock", "--harakiri", "30", "--buffer-size", "16384",
    "--die-on-term", "--vacuum", "--disable-logging",
)  # fmt: skip


@dataclass
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    workers: list[int] = field(default_factory=list)

    def wait(self) -> None:
        """Return once its workers run; raises BenchError with the log's end if they do not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            self.workers = children(self.process.pid)
            if len(self.workers) == WORKERS:
                return
            time.sleep(0.05)
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
        raise BenchError(f"uwsgi did not start for {self.name}:\n{last}")

    def get(self, path: str) -> bytes:
        """Return the body of an answer; raises BenchError unless it is 200 and JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            headers = {"Host": HOST, "Accept": "application/json"}
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        kind = response.headers.get("Content-Type")
        if response.status != 200 or kind != "application/json":
            raise BenchError(f"{self.name} {path}: {response.status} {kind}: {body[:200]!r}")
        return body

    def check_workers(self) -> None:
        if children(self.process.pid) != self.workers:
            raise BenchError(f"{self.name}: a worker ended in the middle of the run")


@contextlib.contextmanager
def serve(
    programs: Programs, name: str, module: str, environment: dict[str, str], logs: Path
) -> Iterator[Server]:
    """Run uwsgi with a WSGI module on a free port of the loopback until the block ends.

    It has just begun to start: call wait() before asking it anything.
    """
    port = free_port()
    log_file = logs / f"uwsgi-{name}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [programs.uwsgi, "--http11-socket", f"127.0.0.1:{port}", "--module", module, *OPTIONS],
            cwd=PROJECT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield Server(name, port, process, log_file)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
