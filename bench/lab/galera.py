"""Galera: MariaDB nodes that all take writes, on the loopback, in a temporary folder.

Debian's mariadb-server brings the library. Nodes copy the first one's data with rsync as they
join, which takes some seconds.
"""

import contextlib
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

from .machine import BenchError, free_port, which
from .services import data_folder, tables_install, wait_until

LIBRARIES = [
    Path(folder) / "libgalera_smm.so"
    for folder in ("/usr/lib/galera", "/usr/lib/galera-4", "/usr/lib64/galera-4")
]
HOW_TO_GET_IT = "apt-get install mariadb-server galera-4 rsync"


def galera_library() -> Path | None:
    """Return where Galera is, if a server and rsync are there, too."""
    path = "/usr/sbin:/usr/local/sbin:/usr/bin:/bin"
    needed = ("mariadbd", "mariadb-install-db", "rsync")
    if not all(shutil.which(tool) or shutil.which(tool, path=path) for tool in needed):
        return None
    return next((library for library in LIBRARIES if library.exists()), None)


class Node:
    """One server of the cluster; it keeps its data over a stop or a kill."""

    def __init__(self, cluster: "Cluster", number: int) -> None:
        self.name = f"node{number}"
        self.port = free_port()
        # Of the group; for the transactions that a node missed; for a copy of everything.
        self.group, self._missed, self._copy = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.before: list[str] = []  # of the command: a program that starts the server
        self.environment: dict[str, str] | None = None
        self._cluster = cluster
        self._data = cluster.folder / self.name
        self._user = data_folder(self._data)

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}"

    def start(self, *, is_first: bool = False, wait: bool = True) -> None:
        """Start it; ``is_first`` makes a new cluster of its data, else it joins the others."""
        if is_first and not (self._data / "mysql").exists():
            tables_install(self._data)
        with (self._cluster.folder / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, *self._command(is_first)],
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        if wait:
            self.wait_synced()

    def wait_synced(self, seconds: float = 90) -> None:
        """Wait until it has what the others have, and takes writes; raises BenchError."""

        def is_synced() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended: {self._log_end()}")
            return self.is_synced()

        wait_until(self.name, is_synced, folder=self._cluster.folder, seconds=seconds)

    def is_synced(self) -> bool:
        if self._cluster.is_alone:
            return bool(self.run("SELECT 1"))
        return self.status("wsrep_local_state_comment") == "Synced" and self.is_primary()

    def is_primary(self) -> bool:
        """Return whether it belongs to the majority; others refuse all statements (1047)."""
        return self.status("wsrep_cluster_status") == "Primary"

    def status(self, name: str) -> str:
        [[_name, value]] = self.run(f"SHOW STATUS LIKE '{name}'")
        return str(value)

    def run(self, statement: str) -> Any:
        """Run one statement on a connection of its own; raises pymysql's errors."""
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", autocommit=True,
            connect_timeout=2, read_timeout=30,
            ssl_disabled=True,  # to read the machine's certificates takes ten times the rest
        )  # fmt: skip
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _log_end(self) -> str:
        return (self._cluster.folder / f"{self.name}.log").read_text(errors="replace")[-1500:]

    def _command(self, is_first: bool) -> list[str]:
        return [
            which("mariadbd"), "--no-defaults", *self._user, f"--datadir={self._data}",
            f"--port={self.port}", "--bind-address=127.0.0.1",
            f"--socket={self._data}/socket", f"--pid-file={self._data}/pid",
            "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
            *([] if self._cluster.is_alone else self._galera(is_first)), *self._cluster.options,
        ]  # fmt: skip

    def _galera(self, is_first: bool) -> list[str]:
        others = ",".join(f"127.0.0.1:{node.group}" for node in self._cluster.nodes)
        address = "gcomm://" if is_first else f"gcomm://{others}"
        provider = (
            f"base_port={self.group};gmcast.listen_addr=tcp://127.0.0.1:{self.group};"
            f"ist.recv_addr=127.0.0.1:{self._missed};gcache.size=64M;{self._cluster.provider}"
        )
        return [
            # What Galera asks for.
            "--binlog-format=ROW", "--default-storage-engine=InnoDB",
            "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON", f"--wsrep-provider={galera_library()}",
            "--wsrep-cluster-name=shop", f"--wsrep-cluster-address={address}",
            f"--wsrep-node-name={self.name}", f"--wsrep-node-address=127.0.0.1:{self.group}",
            "--wsrep-sst-method=rsync", f"--wsrep-sst-receive-address=127.0.0.1:{self._copy}",
            f"--wsrep-provider-options={provider}",
        ]  # fmt: skip


class Cluster:
    """Nodes in a folder; ``options`` are each server's, ``provider`` more of Galera's own."""

    def __init__(
        self, folder: Path, number: int, options: tuple[str, ...], *, provider: str = ""
    ) -> None:
        self.folder, self.options, self.provider = folder, options, provider
        folder.chmod(0o755)  # MariaDB is another user
        self.nodes: list[Node] = []
        for each in range(1, number + 1):
            self.nodes.append(Node(self, each))

    @property
    def is_alone(self) -> bool:
        """Whether there is one node: a plain MariaDB, without Galera."""
        return len(self.nodes) == 1

    def start(self) -> None:
        """Start all; they have one set of data then."""
        self.nodes[0].start(is_first=True)
        for node in self.nodes[1:]:
            node.start()

    def create(self, name: str) -> None:
        """Make an empty database."""
        self.nodes[0].run(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
        )

    def settle(self) -> None:
        """Wait until every node has applied what any of them had committed before."""
        numbers = [int(node.status("wsrep_last_committed")) for node in self.nodes]
        for node in self.nodes:
            wait_until(
                f"{node.name} with the writes of the others",
                lambda node=node: int(node.status("wsrep_last_committed")) >= max(numbers),
                folder=self.folder,
            )  # fmt: skip

    def stop(self) -> None:
        for node in reversed(self.nodes):
            node.kill()


@contextlib.contextmanager
def galera(folder: Path, number: int, *options: str) -> Iterator[Cluster]:
    """Run a cluster of ``number`` nodes until the block ends; raises BenchError."""
    if galera_library() is None:
        raise BenchError(f"there is no Galera: {HOW_TO_GET_IT}")
    cluster = Cluster(folder, number, options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
