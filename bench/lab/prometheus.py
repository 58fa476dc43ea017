"""A Prometheus of the bench's own, with the shop's rules, which scrapes one address."""

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from . import services
from .load import HOST
from .machine import BenchError, free_port, which

MONITORING = Path("deploy") / "monitoring"
HOW_TO_GET_IT = (
    "bench alarms needs Prometheus, which need not be installed: apt-get download prometheus && "
    "dpkg -x prometheus_*.deb FOLDER, then --prometheus FOLDER/usr/bin/prometheus"
)
EVERY = "1s"


@contextlib.contextmanager
def metrics_site(folder: Path, project: Path, *, socket: Path) -> Iterator[str]:
    """Run nginx with the site of deploy/nginx.conf that Prometheus reads; give its address."""
    text = (project / "deploy" / "nginx.conf").read_text()
    [site] = re.findall(r"^server \{\n    listen 127\.0\.0\.1:9180;.*?^\}\n", text, re.M | re.S)
    target = f"127.0.0.1:{free_port()}"
    site = site.replace("127.0.0.1:9180", target).replace("shop.example.com", HOST)
    own = folder / "metrics-site"
    own.mkdir()
    shutil.copy("/etc/nginx/uwsgi_params", own)
    temporary = "".join(
        f"{kind}_temp_path {own}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (own / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\npid {own}/pid;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}"
        f"upstream mxshop {{ server unix:{socket}; }}\n{site}}}\n"
    )
    command = (which("nginx"), "-p", str(own), "-c", "nginx.conf", "-e", "e.log")
    with services.program("metrics-site", command, folder=folder):
        yield target


class Prometheus:
    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1"

    def alarms(self) -> dict[str, str]:
        """Return the names of the alarms that are pending or firing, with that word."""
        alerts = self._ask("alerts", {})["alerts"]
        # Of several with one name, the one that fires counts.
        found = sorted((alert["labels"]["alertname"], alert["state"]) for alert in alerts)
        return dict(reversed(found))

    def query(self, expression: str) -> list[float]:
        """Return the values that an expression has now."""
        result = self._ask("query", {"query": expression})["result"]
        return [float(row["value"][1]) for row in result]

    def _ask(self, what: str, parameters: dict[str, str]) -> Any:
        with urlopen(f"{self._url}/{what}?{urlencode(parameters)}", timeout=10) as answer:
            return json.loads(answer.read())["data"]


@contextlib.contextmanager
def prometheus(
    folder: Path, project: Path, *, target: str, program: str, wait: str | None
) -> Iterator[Prometheus]:
    """Run it in ``folder``. ``wait``: how long an alarm is pending, None: as its rule says."""
    found = shutil.which(program)
    if found is None:
        raise BenchError(HOW_TO_GET_IT)
    rules = (project / MONITORING / "alerts.yml").read_text()
    if wait is not None:
        rules = re.sub(r"^( +for:) .*$", rf"\1 {wait}", rules, flags=re.MULTILINE)
    (folder / "alerts.yml").write_text(rules)
    config = (project / MONITORING / "prometheus.yml").read_text()
    for pattern, ours in (
        (r"_interval: .*", f"_interval: {EVERY}"),
        (r"- /srv/.*alerts.yml", "- alerts.yml"),
        (r"alerting:\n(?: +.*\n)+", ""),
        (r'"127\.0\.0\.1:9180"', f'"{target}"'),
    ):
        config, count = re.subn(pattern, ours, config)
        assert count, pattern
    (folder / "prometheus.yml").write_text(config)
    port = free_port()
    command = (
        found, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    )  # fmt: skip
    with services.program("prometheus", command, folder=folder):
        running = Prometheus(port)
        services.wait_until(
            "Prometheus", lambda: running.query('up{job="mxshop"}') == [1.0], folder=folder
        )
        yield running


def wait_for(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to hold within so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.25)
    return True
