"""Fill, back up, sell on, make a mistake, lose everything, restore to the second before, audit."""

import shutil
import stat
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.checks.stack import expect

from .backups import NAME, Backups
from .database import Database
from .scripts import AFTER_THE_BACKUP, LOOK, MISTAKE
from .shop import DrillShop


def fill(shop: DrillShop, database: Database, backups: Backups, folder: Path) -> None:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "shop.env").write_text("SECRET_KEY=of-the-drill\n")
    database.query(f"CREATE DATABASE {NAME}")
    shop.manage(NAME, "migrate", "--noinput", "-v0")
    shop.manage(NAME, "load_demo")
    # A search table of another engine: made of the others, and in no backup.
    database.query(f"CREATE TABLE {NAME}.search_words (id INT PRIMARY KEY, t TEXT) ENGINE=Aria")
    database.query(f"INSERT INTO {NAME}.search_words VALUES (1, 'fish')")
    audit = shop.try_manage(NAME, "audit_shop")
    expect("the demo's shop, with its pictures, passes the audit", audit.returncode == 0,
           audit.stdout)  # fmt: skip
    backups.back_up("full")
    open_to_others = [
        str(path) for path in backups.repository.rglob("*") if path.stat().st_mode & 0o077
    ]
    expect("a full backup; its files are for their owner alone", not open_to_others,
           open_to_others[:5])  # fmt: skip


def sell_on(shop: DrillShop, database: Database, backups: Backups) -> tuple[dict[str, Any], str]:
    """Return what was sold after the backup, and the second before which the mistake was made."""
    sold: dict[str, Any] = shop.ask(NAME, AFTER_THE_BACKUP)
    database.query(f"UPDATE {NAME}.search_words SET t = 'crab'")
    time.sleep(1.1)
    moment = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    time.sleep(0.1)
    emptied, _messages = shop.ask(NAME, MISTAKE)
    expect("after it: an order is paid, a file sent, a picture changed; then a mistake",
           emptied > 50, emptied)  # fmt: skip
    backups.back_up("log")
    return sold, moment


def lose(database: Database, backups: Backups) -> None:
    database.lose()
    shutil.rmtree(backups.media)
    shutil.rmtree(backups.folder / "work")
    backups.media.mkdir()
    database.start()
    expect("database, log and uploads are lost; a new MariaDB is empty",
           NAME not in database.query("SHOW DATABASES").split())  # fmt: skip


def come_back(shop: DrillShop, backups: Backups, sold: dict[str, Any], moment: str) -> None:
    began = time.monotonic()
    done = backups.restore(moment)
    took = time.monotonic() - began
    expect(f"restore.sh '{moment}' ({took:.0f} s)", done.returncode == 0, done.stdout + done.stderr)
    expect("... names the table that has to be made anew", "search_words" in done.stdout,
           done.stdout)  # fmt: skip
    seen = shop.ask(NAME, LOOK.format(**sold))
    wanted = sold | {"status": "TRADE_SUCCESS", "bytes": "%PDF-1.4 drill"}
    expect("... the order is paid, the file and the picture are there, the mistake is not",
           seen == wanted, seen)  # fmt: skip
    audit = shop.try_manage(NAME, "audit_shop")
    expect("... audit_shop finds every invariant kept, and every file", audit.returncode == 0,
           audit.stdout)  # fmt: skip


def come_back_elsewhere(shop: DrillShop, database: Database, backups: Backups) -> None:
    """Another name and folder, from the copy elsewhere; as of the last backup: with the mistake."""
    folder = backups.folder / "other-media"
    done = backups.restore(
        "latest", "--database", "other", "--media", str(folder),
        BACKUP_REPOSITORY=str(backups.folder / "elsewhere"),
    )  # fmt: skip
    expect("restore.sh latest --database other, from the copy elsewhere", done.returncode == 0,
           done.stdout + done.stderr)  # fmt: skip
    left = database.query("SELECT MAX(goods_num) FROM other.goods_goods")
    expect("... is as of the last backup, the mistake included", left == "0", left)
    same = {path.name for path in folder.rglob("*")} == {
        path.name for path in backups.media.rglob("*")
    }
    expect("... with the same uploads", same)


def secrets_come_back(backups: Backups) -> None:
    folder = backups.folder / "old-secrets"
    done = backups.restore("latest", "--secrets", str(folder))
    text = (folder / "shop.env").read_text() if done.returncode == 0 else done.stderr
    expect(
        "restore.sh --secrets gives the settings back", text == "SECRET_KEY=of-the-drill\n", text
    )
    mode = stat.S_IMODE((folder / "shop.env").stat().st_mode)
    expect("... for their owner alone", mode & 0o077 == 0, oct(mode))
