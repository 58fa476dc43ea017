"""What is asked of the machine: programs, ports, and what processes have used so far."""

import os
import shutil
import socket
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.executable)
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

PACKAGES = "apt-get install mariadb-server redis-server nginx"


class BenchError(Exception):
    """The benchmark cannot go on; the text is one clear line for whoever started it."""


def which(tool: str) -> str:
    """Return a program's path; raises BenchError saying how to get it."""
    found = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise BenchError(f"bench needs {tool}: {PACKAGES}")
    return found


def uwsgi() -> str:
    """Return the path of uwsgi; raises BenchError."""
    if not Path("/proc/self/stat").exists():
        raise BenchError("bench needs Linux: it reads CPU times from /proc")
    found = PYTHON.with_name("uwsgi")
    if not found.exists():
        raise BenchError(
            "bench needs uwsgi: pip install -r deploy/requirements.txt "
            "(that file names the Debian packages to compile it with)"
        )
    return str(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children(pid: int) -> list[int]:
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in file.read_text().split()]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time, user and system, of a process, its children, and those that ended."""
    # The name in the second field may hold spaces; fields 14 to 17 are utime, stime and what
    # ended children had of both.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))
    return ticks / TICKS_PER_SECOND + sum(cpu_seconds(child) for child in children(pid))


def processor() -> str:
    """Return what the processor calls itself."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


def peak_memory_mb(pid: int) -> float:
    """Return the largest resident set the process ever had, in MB of 1,048,576 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise BenchError(f"/proc/{pid}/status holds no VmHWM")
