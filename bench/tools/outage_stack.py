"""A shop with servers of its own on the loopback: MariaDB, Redis, a gateway, uwsgi and nginx.

All of it lives in one temporary folder on free ports, so that it can be frozen, locked and
silenced without anybody else noticing.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

from bench.lab import services
from bench.lab.load import HOST
from bench.lab.machine import free_port, uwsgi, which
from bench.lab.nginx import nginx_configure
from bench.lab.stores import base_environment, manage, store_fill

NEEDED = ("mariadbd", "mariadb-install-db", "redis-server", "nginx")

# The gateway's address is not a variable of the shop's: this module sets it last.
SETTINGS = """
import os
from mxshop.settings import *
ALIPAY_GATEWAY_URL = os.environ["BENCH_GATEWAY_URL"]
"""


class SilentGateway:
    """Takes every connection and says nothing for ``seconds``; then hangs up."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/gateway.do"
        self.calls = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return  # closed
            self.calls += 1
            threading.Thread(target=self._keep_waiting, args=(peer,), daemon=True).start()

    def _keep_waiting(self, peer: socket.socket) -> None:
        time.sleep(self._seconds)
        peer.close()

    def close(self) -> None:
        self._listener.close()


class Stack:
    """The running shop of ``project``; enter it with ``running()``."""

    def __init__(self, folder: Path, project: Path, gateway_url: str) -> None:
        for tool in NEEDED:
            which(tool)
        folder.chmod(0o755)  # nginx's workers and MariaDB are other users
        self.folder, self.project = folder, project
        self.mysql_port = self.mysql_pid = 0  # once it runs
        self.port = free_port()
        (folder / "outage_settings.py").write_text(SETTINGS)
        self.environment = {
            **base_environment(folder / "state", project),
            "DJANGO_SETTINGS_MODULE": "outage_settings",
            "PYTHONPATH": f"{folder}:{project}",
            "BENCH_GATEWAY_URL": gateway_url,
            "CATALOGUE_CACHE_SECONDS": "300",  # the list is asked from the cache all the time
            "WEB_CONCURRENCY": "2",
            "APP_SOCKET": str(folder / "uwsgi.sock"),
            "NUM_PROXIES": "1",
        }

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with contextlib.ExitStack() as programs:
            mariadb = programs.enter_context(
                services.mariadb(self.folder, "--innodb-flush-log-at-trx-commit=2")
            )
            redis = programs.enter_context(services.redis_server(self.folder))
            self.mysql_port, self.mysql_pid = mariadb.port, mariadb.pid
            self.environment |= {
                "DATABASE_URL": mariadb.create("shop"), "REDIS_URL": redis.url(0),
            }  # fmt: skip
            store_fill(self.project, self.environment, goods=None)
            self._start(programs, "uwsgi", uwsgi(), "--ini", "deploy/uwsgi.ini")
            nginx_configure(
                self.folder, self.project, port=self.port, sockets=[self.folder / "uwsgi.sock"]
            )
            self._start(
                programs, "nginx",
                which("nginx"), "-p", str(self.folder), "-c", "nginx.conf", "-e", "e.log",
            )  # fmt: skip
            services.wait_until(
                "the shop", lambda: self.get("/readyz/")[0] == 200, folder=self.folder
            )
            yield

    def _start(self, programs: contextlib.ExitStack, name: str, *command: str) -> None:
        programs.enter_context(
            services.program(
                name, command, folder=self.folder, cwd=self.project, environment=self.environment
            )
        )

    def manage(self, *arguments: str) -> str:
        return manage(self.project, self.environment, *arguments)

    def mysql(self) -> Any:
        return pymysql.connect(
            host="127.0.0.1", port=self.mysql_port, user="root", autocommit=True
        )  # fmt: skip

    def get(self, path: str) -> tuple[int, Any]:
        return ask(self.port, "GET", path)

    def post(self, path: str, token: str, body: Any) -> tuple[int, Any]:
        return ask(self.port, "POST", path, token=token, body=body)


def ask(
    port: int, method: str, path: str, *, token: str = "", body: Any = None, timeout: float = 90
) -> tuple[int, Any]:
    """Ask once over a connection of its own; raises OSError. The body is parsed if it is JSON."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        headers = {"Host": HOST, "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"JWT {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        text = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, body=text, headers=headers)
            response = connection.getresponse()
            content = response.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
    try:
        return response.status, json.loads(content)
    except ValueError:
        return response.status, None


__all__ = ["SilentGateway", "Stack", "ask"]
