"""nginx with what deploy/ says of the way to uwsgi, on a port of the loopback, without TLS."""

import itertools
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from .machine import BenchError

CONF = "nginx.conf"


def nginx_configure(
    folder: Path, project: Path, *, port: int, sockets: Sequence[Path], locations: str = ""
) -> None:
    """Write nginx's configuration into the folder.

    From deploy/nginx.conf, all that passes requests on; with two ``sockets``, the upstream of
    deploy/conf/two_machines.conf. ``locations`` come before the others.
    """
    shutil.copy("/etc/nginx/uwsgi_params", folder / "uwsgi_params")
    site = (project / "deploy" / "nginx.conf").read_text()
    _before, found, passing_on = site.partition("    # For all locations that pass a request on.\n")
    if not found:
        raise BenchError("deploy/nginx.conf has changed: nothing in it passes requests on")
    temporary = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / CONF).write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\nworker_processes 2;\n"
        f"pid {folder}/nginx.pid;\nevents {{ worker_connections 4096; }}\nhttp {{\n"
        f"  access_log off;\n{temporary}{_upstream(project, sockets)}"
        f"  server {{ listen 127.0.0.1:{port} backlog=2048;\n{locations}\n{passing_on}}}\n"
    )


def _upstream(project: Path, sockets: Sequence[Path]) -> str:
    if len(sockets) == 1:
        return f"  upstream mxshop {{ server unix:{sockets[0]}; }}\n"
    text = (project / "deploy" / "conf" / "two_machines.conf").read_text()
    places = itertools.cycle(sockets)
    return re.sub(r"server \S+ ", lambda _found: f"server unix:{next(places)} ", text)
