"""What is asked of the machine: programs, ports, and what processes have used so far."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = PROJECT / ".venv" / "bin" / "python"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The benchmark cannot go on; the text is one clear line for whoever started it."""


@dataclass(frozen=True)
class Programs:
    uwsgi: Path
    wrk: Path


def find_programs() -> Programs:
    """Return the programs needed; raises BenchError saying how to get what is missing."""
    if not Path("/proc/self/stat").exists():
        raise BenchError("bench needs Linux: it reads CPU times from /proc")
    if not (uwsgi := PYTHON.with_name("uwsgi")).exists():
        raise BenchError(
            "bench needs uwsgi: .venv/bin/pip install -r deploy/requirements.txt "
            "(that file names the Debian packages to compile it with)"
        )
    if not (wrk := shutil.which("wrk")):
        raise BenchError("bench needs wrk: apt-get install wrk")
    return Programs(uwsgi=uwsgi, wrk=Path(wrk))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text().split()]


def cpu_seconds(pids: list[int]) -> float:
    """Return the CPU time, user and system, that the processes have used so far."""
    ticks = 0
    for pid in pids:
        # The name in the second field may hold spaces; fields 14 and 15 are utime and stime.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def peak_memory_mb(pid: int) -> float:
    """Return the largest resident set the process ever had, in MB of 1,048,576 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"/proc/{pid}/status holds no VmHWM")
