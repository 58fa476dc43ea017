"""Two Redis servers and three Sentinels of a test's own, by the files of deploy/cluster."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis

from .shop_settings import TOP

PROGRAM = shutil.which("redis-server")
PASSWORD = "of-the-tests"
SECONDS = 30


class OwnSentinels:
    """``url`` is the shop's REDIS_URL; ``kill_master()`` ends the server that is written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = _free_ports(5)
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports[2:])
        self.url = f"redis+sentinel://:{PASSWORD}@{hosts}/mxshop/0"
        self._programs: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        first, second, *sentinels = self._ports
        # A master waits five seconds for more replicas than the one that asked.
        at_once = ("--save", "", "--repl-diskless-sync-delay", "0")
        self._start("redis.conf", first, {}, *at_once)
        self._start("redis.conf", second, {}, *at_once, "--replicaof", f"127.0.0.1 {first}")
        _wait(lambda: self._info(second, "replication").get("master_link_status") == "up")
        quick = {"mxshop 127.0.0.1 6379": f"mxshop 127.0.0.1 {first}", "mxshop 3000": "mxshop 500"}
        for port in sentinels:
            self._start("sentinel.conf", port, quick, "--sentinel")
        _wait(lambda: all(self._sees_all(port) for port in sentinels))

    def stop(self) -> None:
        for program in self._programs.values():
            program.kill()
            program.wait()

    def kill_master(self) -> None:
        first = self._programs.pop(self._ports[0])
        first.kill()
        first.wait()

    def master_port(self) -> int:
        with redis.Redis(port=self._ports[2], socket_timeout=2) as sentinel:
            _host, port = sentinel.sentinel_get_master_addr_by_name("mxshop")
        return int(port)

    def _start(self, file: str, port: int, changes: dict[str, str], *more: str) -> None:
        """Start a server by its file in deploy/cluster, moved to this machine and ``port``."""
        assert PROGRAM is not None
        text = (TOP / "deploy" / "cluster" / file).read_text()
        text = text.replace("@REDIS_PASSWORD@", PASSWORD).replace("10.0.0.1", "127.0.0.1")
        for there, here in changes.items():
            assert there in text
            text = text.replace(there, here)
        folder = self._folder / str(port)
        folder.mkdir()
        conf = folder / file
        conf.write_text(text.replace("bind 127.0.0.1 127.0.0.1", "bind 127.0.0.1"))
        with (folder / "log").open("wb") as log:
            self._programs[port] = subprocess.Popen(
                [PROGRAM, conf, *more, "--port", str(port), "--dir", folder], stdout=log
            )
        _wait(lambda: self._answers(port))

    def _answers(self, port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def _info(self, port: int, section: str) -> dict[str, Any]:
        with redis.Redis(port=port, password=PASSWORD, socket_timeout=2) as server:
            return server.info(section)

    def _sees_all(self, port: int) -> bool:
        with redis.Redis(port=port, socket_timeout=2) as sentinel:
            master = sentinel.sentinel_master("mxshop")
        return (master["num-slaves"], master["num-other-sentinels"]) == (1, 2)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _wait(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "the Redis servers do not get ready"
        time.sleep(0.05)
