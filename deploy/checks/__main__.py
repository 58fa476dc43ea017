"""Starts everything, runs every check, prints a line for each; exit 1 at the first that fails."""

import argparse
import sys
import tempfile
from pathlib import Path

from . import (
    api,
    cluster,
    container_site,
    containers,
    files,
    front,
    hosts,
    jobs,
    payments,
    prepare,
    proxy,
    refusals,
    units,
    watching,
)
from .stack import DEPLOY, PROJECT, CheckError, Shop, expect, wait_for, which


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Try the files of deploy/ together on this machine."
    )
    parser.add_argument("--venv", type=Path, default=PROJECT / ".venv")
    venv = parser.parse_args().venv.absolute()
    missing = [tool for tool in ("nginx", "openssl") if not which(tool)]
    if missing:
        print(f"deploy/check: not installed: {', '.join(missing)} (apt-get install them)")
        return 2
    if not (venv / "bin" / "uwsgi").exists():
        print(f"deploy/check: no uwsgi in {venv} (pip install -r deploy/requirements.txt)")
        return 2
    with tempfile.TemporaryDirectory(prefix="mxshop-check-") as folder:
        shop = Shop(Path(folder), venv)
        try:
            check_everything(shop)
        except CheckError as failure:
            print(f"FAILED: {failure}")
            shop.print_logs()
            return 1
    print("all of it holds")
    return 0


def check_everything(shop: Shop) -> None:
    print("the shop, DEBUG off, in a folder of its own")
    prepare.fill(shop)
    print("nginx and uwsgi")
    nginx = proxy.write_nginx(shop)
    uwsgi: list[str | Path] = [shop.bin / "uwsgi", "--ini", DEPLOY / "uwsgi.ini"]
    with shop.running("nginx", nginx):
        with shop.running("uwsgi", uwsgi, APP_SOCKET=str(shop.socket)) as program:
            wait_for(program, "uwsgi's socket", shop.socket.exists)
            wait_for(program, "uwsgi's workers", lambda: api.workers(program) >= 2)
            expect(
                "uwsgi starts from uwsgi.ini with the workers asked for", api.workers(program) == 2
            )
            api.check(shop)
            payments.check(shop)
            jobs.check(shop)
            files.check(shop)
            front.check(shop)
            hosts.check(shop)
            watching.check(shop)
        expect("uwsgi ends on SIGTERM and takes its socket away", not shop.socket.exists())
        proxy.check_hop(shop)
    refusals.check(shop, uwsgi)
    units.check(shop)
    cluster.check(shop)
    containers.check(shop)
    container_site.check(shop)


if __name__ == "__main__":
    sys.exit(main())
