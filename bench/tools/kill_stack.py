"""Two machines of the shop on the loopback, whose parts are killed one at a time.

nginx -> two uwsgi -> haproxy -> a Galera node each (and a third, for the majority); a runner of
the jobs on each machine, one Redis, a gateway with a database of its own, and the media in a
small file system. With ``nodes=1`` both machines have one MariaDB, as the guide for one has.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.lab import services
from bench.lab.galera import Cluster
from bench.lab.load import HOST
from bench.lab.machine import PROJECT, PYTHON, BenchError, free_port, uwsgi, which
from bench.lab.nginx import CONF, nginx_configure
from bench.lab.stores import APP_ID, SELLER_ID, base_environment, gateway_make, manage, store_fill

from .kill_node_state import NodeState
from .kill_process import Process
from .outage_stack import ask

MEDIA_MB = 160
# After how long nodes give up one that says nothing; no transaction ends meanwhile. Galera's own
# default is 5 s.
PROVIDER = "evs.keepalive_period=PT0.5S;evs.suspect_timeout=PT2S;evs.inactive_timeout=PT8S"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")

# The gateway's address is not a variable of the shop's, and the gateway itself is not of
# production: this module sets both.
SETTINGS = """
import json, os
from mxshop.settings import *
ALIPAY_GATEWAY_URL = os.environ["BENCH_GATEWAY_URL"]
if "BENCH_GATEWAY" in os.environ:
    INSTALLED_APPS = [*INSTALLED_APPS, "extra_apps.alipay_sandbox"]
    ALIPAY_SANDBOX = json.loads(os.environ["BENCH_GATEWAY"])
    SILENCED_SYSTEM_CHECKS = ["alipay_sandbox.E001"]
"""

SETUP = """
import json
from django.db.models import F
from apps.goods.models import Goods
from apps.goods.services.stock import stock_adjust
from apps.users.models import UserProfile
from apps.users.tokens import token_make
goods = list(Goods.objects.on_sale().order_by("pk").values_list("pk", flat=True)[:{goods}])
for pk in goods:
    stock_adjust(goods_id=pk, delta=5000, cause="count")
buyers = [UserProfile.objects.create_user(f"139{{n:08}}") for n in range({buyers})]
print(json.dumps([goods, [token_make(buyer) for buyer in buyers]]))
"""


class Stack:
    """The running shop; enter it with ``running()``. Machines are numbered from 0."""

    def __init__(self, folder: Path, *, nodes: int) -> None:
        for tool in ("mariadbd", "redis-server", "nginx", "haproxy"):
            which(tool)
        folder.chmod(0o755)  # nginx's workers and MariaDB are other users
        self.folder = folder
        self.cluster = Cluster(
            folder, nodes, ("--innodb-flush-log-at-trx-commit=2",), provider=PROVIDER
        )
        self.port, self._gateway_port, self._redis_port = free_port(), free_port(), free_port()
        self._proxy_ports = [free_port(), free_port()]  # haproxy's, of each machine
        self.media = folder / "media"
        self.has_small_media = False
        self.states: list[NodeState] = []  # of the nodes, once it runs
        self.goods: list[int] = []
        self.tokens: list[str] = []
        # Not in the folder itself: there nginx makes one named "uwsgi", which Python would import.
        (folder / "python").mkdir()
        (folder / "python" / "kill_settings.py").write_text(SETTINGS)
        keys = gateway_make()
        common = {
            **base_environment(folder / "state", PROJECT, keys),
            "DJANGO_SETTINGS_MODULE": "kill_settings",
            "PYTHONPATH": f"{folder}/python:{PROJECT}",
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "BENCH_GATEWAY_URL": f"http://127.0.0.1:{self._gateway_port}/alipay-sandbox/gateway.do",
            "CATALOGUE_CACHE_SECONDS": "60",
            "MEDIA_ROOT": str(self.media),
            "REDIS_URL": f"redis://127.0.0.1:{self._redis_port}/0",
            "WEB_CONCURRENCY": "2",
            "ORDER_MAX_UNPAID": "1000", "HOLD_MAX_PIECES": "1000000", "CART_MAX_NUMS": "10000",
            "MESSAGES_PER_DAY": "10000", "MESSAGES_MAX": "10000", "MESSAGE_FILES_PER_DAY": "10000",
        }  # fmt: skip
        self.environments = [
            {**common, "APP_SOCKET": str(folder / f"uwsgi{number}.sock"),
             "DATABASE_URL": f"mysql://root@127.0.0.1:{port}/shop"}
            for number, port in enumerate(self._proxy_ports)
        ]  # fmt: skip
        self._gateway_environment = {
            **common,
            "DATABASE_URL": f"sqlite:///{folder}/gateway.sqlite3",
            "REDIS_URL": "",
            "BENCH_GATEWAY": json.dumps({
                "APP_ID": APP_ID, "SELLER_ID": SELLER_ID,
                "MERCHANT_PUBLIC_KEY": keys.merchant.public, "PRIVATE_KEY": keys.keys.private,
            }),
        }  # fmt: skip
        self._name_parts()

    def _name_parts(self) -> None:
        def process(name: str, *command: str, environment: Mapping[str, str]) -> Process:
            return Process(name, command, folder=self.folder, environment=environment)

        python = str(PYTHON)
        self.webs = [
            process(f"uwsgi{number}", uwsgi(), "--ini", "deploy/uwsgi.ini", environment=own)
            for number, own in enumerate(self.environments)
        ]
        self.runners = [
            process(f"jobs{number}", python, "manage.py", "run_jobs", "--forever", environment=own)
            for number, own in enumerate(self.environments)
        ]
        self.redis = process(
            "redis", which("redis-server"), "--port", str(self._redis_port),
            "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder), environment=os.environ,
        )  # fmt: skip
        self.gateway = process(
            "gateway", python, "manage.py", "runserver", "--noreload", "--skip-checks",
            f"127.0.0.1:{self._gateway_port}", environment=self._gateway_environment,
        )  # fmt: skip
        self.nginx = process(
            "nginx", which("nginx"), "-p", str(self.folder), "-c", CONF, "-e", "nginx.log",
            environment=os.environ,
        )  # fmt: skip
        self.haproxy = process(
            "haproxy", which("haproxy"), "-db", "-f", str(self.folder / "haproxy.cfg"),
            environment=os.environ,
        )  # fmt: skip

    @property
    def parts(self) -> list[Process]:
        return [self.redis, self.haproxy, self.gateway, *self.webs, *self.runners, self.nginx]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        is_alone = self.cluster.is_alone
        self.states = [NodeState(node, is_alone=is_alone) for node in self.cluster.nodes]
        try:
            self._mount_media()
            self._write_haproxy(self.states)
            self._fill()
            locations = (PROJECT / "deploy/conf/two_machines_locations.conf").read_text()
            sockets = [Path(own["APP_SOCKET"]) for own in self.environments]
            nginx_configure(
                self.folder, PROJECT, port=self.port, sockets=sockets, locations=locations
            )
            for part in self.parts:
                part.start()
            self.wait_ready()
            yield
        finally:
            for part in reversed(self.parts):
                part.kill()
            self.cluster.stop()
            for state in self.states:
                state.close()
            if self.has_small_media:
                subprocess.run(["umount", "--lazy", str(self.media)], check=False)

    def wait_ready(self) -> None:
        """Wait until both machines answer."""
        services.wait_until("the shop", self._answers, folder=self.folder)

    def _answers(self) -> bool:
        return all(ask(self.port, "GET", "/readyz/")[0] == 200 for _ in range(4))

    def _mount_media(self) -> None:
        """A file system that can be filled without harm, where this user may have one."""
        self.media.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEDIA_MB}m", "tmpfs", str(self.media)]
        if os.geteuid() == 0 and shutil.which("mount"):
            self.has_small_media = subprocess.run(command, check=False).returncode == 0

    def _fill(self) -> None:
        """Fill the first node alone, which is quicker; the others copy it as they join."""
        first, *others = self.cluster.nodes
        first.start(is_first=True)
        self.cluster.create("shop")
        direct = {
            **self.environments[0], "DATABASE_URL": f"{first.url}/shop", "REDIS_URL": "",
        }  # fmt: skip
        store_fill(PROJECT, direct, goods=None)
        script = SETUP.format(goods=12, buyers=60)
        output = manage(PROJECT, direct, "shell", "-v0", "-c", script)
        self.goods, self.tokens = json.loads(output.splitlines()[-1])
        manage(PROJECT, self._gateway_environment, "migrate", "--noinput", "-v0")
        for node in others:
            node.start()

    def _write_haproxy(self, states: Sequence[NodeState]) -> None:
        """Each machine's way to its own node, and to the others when that one is away."""
        nodes = list(zip(self.cluster.nodes, states, strict=True))
        listens = ""
        for number, port in enumerate(self._proxy_ports):
            start = number % len(nodes)
            listens += (
                f"listen machine{number}\n  bind 127.0.0.1:{port}\n  option httpchk GET /\n"
                "  default-server inter 300ms fastinter 100ms fall 2 rise 2"
                " on-marked-down shutdown-sessions\n"
                # The first that is up; a connection that it refuses goes to the next at once.
                "  balance first\n"
            )
            for node, state in nodes[start:] + nodes[:start]:
                listens += f"  server {node.name} 127.0.0.1:{node.port} check port {state.port}\n"
        (self.folder / "haproxy.cfg").write_text(
            "global\n  maxconn 2000\ndefaults\n  mode tcp\n  option redispatch 1\n  retries 2\n"
            "  timeout connect 1s\n  timeout check 1s\n"
            "  timeout client 8h\n  timeout server 8h\n" + listens
        )

    def audit(self) -> str:
        """Return "clean", or what the audit says: at the node that was killed, and at another."""
        breaches = []
        for node in {self.cluster.nodes[0], self.cluster.nodes[-1]}:
            own = {**self.environments[0], "DATABASE_URL": f"{node.url}/shop"}
            done = subprocess.run(
                [PYTHON, "manage.py", "audit_shop"],
                check=False, cwd=PROJECT, env=own, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                breaches.append(f"{node.name}: {(done.stdout + done.stderr)[-600:]}")
        return "; ".join(breaches) or "clean"

    def rows(self, statement: str) -> list[Any]:
        """Return the first column of what the last node finds in the shop's database."""
        return [row[0] for row in self.cluster.nodes[-1].run(statement)]

    def paid_at_gateway(self) -> set[str]:
        """Return the numbers of the trades that were paid there."""
        with contextlib.closing(sqlite3.connect(self.folder / "gateway.sqlite3")) as gateway:
            rows = gateway.execute(
                "SELECT trade_no FROM alipay_sandbox_sandboxtrade WHERE paid_at IS NOT NULL"
            )
            return {number for (number,) in rows}


__all__ = ["FAKETIME", "BenchError", "Stack"]
