"""A shop with servers of its own on the loopback: MariaDB, Redis, a gateway, uwsgi and nginx.

All of it lives in one temporary folder on free ports, so that it can be frozen, locked and
silenced without anybody else noticing.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql

from .machine import PROJECT, PYTHON, BenchError, free_port
from .servers import HOST
from .stores import base_environment

START_SECONDS = 60
NEEDED = ("mariadbd", "mariadb-install-db", "redis-server", "nginx")

# The gateway's address is no setting of the shop's; this module has the last word.
SETTINGS = """
import os
from mxshop.settings import *
ALIPAY_GATEWAY_URL = os.environ["BENCH_GATEWAY_URL"]
"""


def which(tool: str) -> str:
    """Return a program's path; raises BenchError."""
    found = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise BenchError(f"bench/outages needs {tool}: apt-get install mariadb-server redis nginx")
    return found


class SilentGateway:
    """Takes every connection and says nothing for ``seconds``; then hangs up."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._door = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}/gateway.do"
        self.calls = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._door.accept()
            except OSError:
                return  # closed
            self.calls += 1
            threading.Thread(target=self._keep_waiting, args=(peer,), daemon=True).start()

    def _keep_waiting(self, peer: socket.socket) -> None:
        time.sleep(self._seconds)
        peer.close()

    def close(self) -> None:
        self._door.close()


class Stack:
    """The running shop of ``project``; enter it with ``running()``."""

    def __init__(self, folder: Path, project: Path, gateway_url: str) -> None:
        for tool in NEEDED:
            which(tool)
        folder.chmod(0o755)  # nginx's workers and MariaDB are other users
        self.folder, self.project = folder, project
        self.mysql_port, self.redis_port, self.port = free_port(), free_port(), free_port()
        self.mysql_pid = 0
        (folder / "outage_settings.py").write_text(SETTINGS)
        limits = (project / "mxshop" / "settings.py").read_text()
        throttles = dict.fromkeys(re.findall(r'env\("(THROTTLE_\w+)"', limits), "off")
        self.environment = {
            **base_environment(folder / "state"),
            **throttles,
            "DJANGO_SETTINGS_MODULE": "outage_settings",
            "PYTHONPATH": f"{folder}:{project}",
            "BENCH_GATEWAY_URL": gateway_url,
            "DATABASE_URL": f"mysql://root@127.0.0.1:{self.mysql_port}/shop",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "CATALOGUE_CACHE_SECONDS": "300",  # the list is asked from the cache all the time
            "WEB_CONCURRENCY": "2",
            "APP_SOCKET": str(folder / "uwsgi.sock"),
            "NUM_PROXIES": "1",
        }

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with contextlib.ExitStack() as programs:
            programs.enter_context(self._mariadb())
            programs.enter_context(self._program("redis", [
                which("redis-server"), "--port", str(self.redis_port), "--bind", "127.0.0.1",
                "--save", "", "--dir", str(self.folder),
            ]))  # fmt: skip
            self.wait("MariaDB", lambda: bool(self.mysql()))
            with self.mysql() as connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            for command in (["migrate", "--noinput", "-v0"], ["load_demo"]):
                self.manage(*command)
            programs.enter_context(self._program(
                "uwsgi", [str(PYTHON.with_name("uwsgi")), "--ini", "deploy/uwsgi.ini"]
            ))  # fmt: skip
            self._write_nginx()
            programs.enter_context(self._program(
                "nginx", [which("nginx"), "-p", str(self.folder), "-c", "nginx.conf", "-e", "e.log"]
            ))  # fmt: skip
            self.wait("the shop", lambda: self.get("/readyz/")[0] == 200)
            yield

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            check=False, cwd=self.project, env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise BenchError(f"manage.py {arguments[0]} failed:\n{done.stderr[-1500:]}")
        return done.stdout

    def mysql(self) -> Any:
        return pymysql.connect(
            host="127.0.0.1", port=self.mysql_port, user="root", autocommit=True
        )  # fmt: skip

    def get(self, path: str) -> tuple[int, Any]:
        return ask(self.port, "GET", path)

    def post(self, path: str, token: str, body: Any) -> tuple[int, Any]:
        return ask(self.port, "POST", path, token=token, body=body)

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(OSError, pymysql.MySQLError):
                if holds():
                    return
            time.sleep(0.1)
        logs = "\n".join(
            log.read_text(errors="replace")[-800:] for log in self.folder.glob("*.log")
        )
        raise BenchError(f"{what} did not come up in {START_SECONDS} s\n{logs}")

    @contextlib.contextmanager
    def _program(self, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as log:
            program = subprocess.Popen(
                command, cwd=self.project, env=self.environment, stdout=log, stderr=log
            )
        try:
            yield program
        finally:
            program.terminate()
            try:
                program.wait(timeout=40)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    @contextlib.contextmanager
    def _mariadb(self) -> Iterator[None]:
        data = self.folder / "mariadb"
        data.mkdir()
        is_root = os.geteuid() == 0
        user = ["--user=mysql"] if is_root else []
        if is_root:
            shutil.chown(data, "mysql")
        subprocess.run(
            [which("mariadb-install-db"), "--no-defaults", *user, f"--datadir={data}",
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, capture_output=True,
        )  # fmt: skip
        command = [
            which("mariadbd"), "--no-defaults", *user, f"--datadir={data}",
            f"--port={self.mysql_port}", "--bind-address=127.0.0.1",
            f"--socket={data}/mariadb.sock", f"--pid-file={data}/mariadb.pid",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
            "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=128M",
        ]  # fmt: skip
        with self._program("mariadb", command) as program:
            self.mysql_pid = program.pid
            yield

    def _write_nginx(self) -> None:
        """deploy/nginx.conf's way to uwsgi, without TLS and files."""
        shutil.copy("/etc/nginx/uwsgi_params", self.folder / "uwsgi_params")
        site = (self.project / "deploy" / "nginx.conf").read_text()
        [location] = re.findall(r"    location / \{\n        include.*?\n    \}\n", site, re.DOTALL)
        temporary = "".join(
            f"  {kind}_temp_path {self.folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\n"
            f"pid {self.folder}/nginx.pid;\nevents {{ worker_connections 4096; }}\nhttp {{\n"
            f"  access_log off;\n{temporary}"
            f"  upstream mxshop {{ server unix:{self.folder}/uwsgi.sock; }}\n"
            f"  server {{ listen 127.0.0.1:{self.port} backlog=2048;\n{location}  }}\n}}\n"
        )


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


__all__ = ["PROJECT", "SilentGateway", "Stack", "ask"]
