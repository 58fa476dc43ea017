"""Runs the drill, prints a line for each check; exit 1 at the first that fails."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from deploy.checks.stack import PROJECT, CheckError, which

from . import refusals, story
from .backups import Backups
from .database import Database
from .shop import DrillShop


def main() -> int:
    parser = argparse.ArgumentParser(description="Destroy a shop and restore it.")
    parser.add_argument("--venv", type=Path, default=PROJECT / ".venv")
    venv = parser.parse_args().venv.absolute()
    missing = [tool for tool in ("mariadbd", "mariadb-dump", "restic") if not which(tool)]
    if missing:
        print(f"deploy/drill: not installed: {', '.join(missing)} (mariadb-server, restic)")
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mxshop-drill-") as name:
        folder = Path(name)
        database = Database(folder / "database")
        try:
            drill(folder, venv, database)
        except CheckError as failure:
            print(f"FAILED: {failure}")
            return 1
        finally:
            database.stop()
    print(f"all of it holds ({time.monotonic() - began:.0f} s)")
    return 0


def drill(folder: Path, venv: Path, database: Database) -> None:
    database.start()
    backups = Backups(folder, database)
    shop = DrillShop(folder, venv, database, backups.media)
    story.fill(shop, database, backups, folder)
    sold, moment = story.sell_on(shop, database, backups)
    story.lose(database, backups)
    story.come_back(shop, backups, sold, moment)
    story.come_back_elsewhere(shop, database, backups)
    story.secrets_come_back(backups)
    refusals.check(database, backups)


if __name__ == "__main__":
    sys.exit(main())
