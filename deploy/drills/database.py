"""A MariaDB of its own, with a binary log, in a folder; it can be lost and set up anew."""

import shutil
import subprocess
from pathlib import Path

from deploy.checks.stack import CheckError, free_port, wait_for, which

SETTINGS = """
[mariadbd]
datadir={folder}/data
socket={folder}/socket
pid-file={folder}/pid
tmpdir={folder}
port={port}
bind-address=127.0.0.1
log_bin=mxshop-bin
binlog_format=ROW
sync_binlog=1
server_id=1
innodb_buffer_pool_size=64M
character_set_server=utf8mb4
collation_server=utf8mb4_unicode_ci
user={user}
[client]
socket={folder}/socket
user=root
"""


class Database:
    """The server in ``folder``; ``settings`` is the file by which clients find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.settings = folder / "my.cnf"
        folder.mkdir()
        self.settings.write_text(
            SETTINGS.format(folder=folder, port=self.port, user=folder.owner())
        )
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it; with no data, a new one, whose binary log begins at 000001."""
        if not (self.folder / "data").exists():
            subprocess.run(
                [which("mariadb-install-db") or "mariadb-install-db",
                 f"--defaults-file={self.settings}",
                 "--auth-root-authentication-method=normal", "--skip-test-db"],
                check=True, capture_output=True,
            )  # fmt: skip
        log = (self.folder / "log").open("ab")
        self._server = subprocess.Popen(
            [which("mariadbd") or "mariadbd", f"--defaults-file={self.settings}"],
            stdout=log, stderr=log,
        )  # fmt: skip
        wait_for(self._server, "MariaDB", self._answers, seconds=60)

    def stop(self) -> None:
        if self._server:
            self._server.kill()
            self._server.wait()

    def lose(self) -> None:
        """The disk is gone: the server is killed, its data deleted."""
        self.stop()
        shutil.rmtree(self.folder / "data")

    def query(self, statement: str) -> str:
        done = self._client("mariadb", "-BN", "-e", statement)
        if done.returncode:
            raise CheckError(f"{statement}: {done.stderr}")
        return done.stdout.strip()

    def _answers(self) -> bool:
        return self._client("mariadb-admin", "ping").returncode == 0

    def _client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, f"--defaults-file={self.settings}", *arguments],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
