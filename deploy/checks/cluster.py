"""The files of deploy/cluster, as far as one machine can judge them (docs/three_machines.md).

Redis's and the Sentinels' are used by a test of the shop (tests/test_sentinel.py).
"""

import os
import re
import subprocess

from .stack import DEPLOY, Shop, expect, which

CLUSTER = DEPLOY / "cluster"


def check(shop: Shop) -> None:
    if haproxy := which("haproxy"):
        answer = run(haproxy, "-c", "-f", str(CLUSTER / "haproxy.cfg"))
        # Its user and group come with Debian's package.
        expect("haproxy accepts cluster/haproxy.cfg", answer.returncode == 0, answer.stderr)
    else:
        print("  --  cluster/haproxy.cfg: no haproxy here, not checked")
    if mariadbd := which("mariadbd"):
        answer = run(mariadbd, f"--defaults-file={CLUSTER / 'galera.cnf'}", "--help", "--verbose")
        unknown = re.findall(r"unknown (?:variable|option).*", answer.stderr)
        expect("MariaDB knows each line of cluster/galera.cnf", not unknown, unknown)
    else:
        print("  --  cluster/galera.cnf: no mariadbd here, not checked")
    answer = run(str(CLUSTER / "node_state.sh"), NODE_SOCKET=str(shop.folder / "no.sock"))
    first, *_, last = answer.stdout.splitlines()
    is_out = (first, last) == ("HTTP/1.0 503 Service Unavailable", "no answer")
    expect("a node that does not answer is not written to", is_out, answer.stdout)


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, check=False, capture_output=True, text=True, input="GET / HTTP/1.0\r\n\r\n",
        env=os.environ | more,
    )  # fmt: skip
