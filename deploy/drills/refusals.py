"""What must not be possible, or must not go unnoticed."""

import shutil
import signal
import subprocess

from deploy.checks.stack import DEPLOY, expect

from .backups import NAME, Backups
from .database import Database

SCRIPT = DEPLOY / "backup.sh"


def check(database: Database, backups: Backups) -> None:
    not_empty(backups)
    running(database, backups)
    wrong_password(backups)
    too_early(backups)
    disk_full(backups)
    interrupted(backups)
    damaged(backups)


def refused(what: str, done: subprocess.CompletedProcess[str], *words: str) -> None:
    expect(f"refused: {what}", done.returncode == 1 and all(w in done.stderr for w in words),
           (done.returncode, done.stdout, done.stderr))  # fmt: skip


def elsewhere(backups: Backups) -> tuple[str, ...]:
    return "--database", "empty", "--media", str(backups.folder / "empty")


def not_empty(backups: Backups) -> None:
    refused("a restore over tables", backups.restore("latest"), "tables", "--replace")
    files = backups.restore("latest", "--database", "empty")
    refused("a restore over uploads", files, "is not empty", "--media")


def running(database: Database, backups: Backups) -> None:
    with subprocess.Popen(
        ["mariadb", f"--defaults-file={database.settings}", NAME],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as client:  # fmt: skip
        assert client.stdin
        assert client.stdout
        client.stdin.write("SELECT 1;\n")
        client.stdin.write("SELECT SLEEP(30);\n")
        client.stdin.close()
        while not database.query(
            f"SELECT 1 FROM information_schema.processlist WHERE db = '{NAME}'"
        ):
            pass
        refused("a restore under a running shop", backups.restore("latest", "--replace"),
                "connections use the database")  # fmt: skip
        client.kill()


def wrong_password(backups: Backups) -> None:
    wrong = backups.folder / "wrong.password"
    wrong.write_text("no")
    done = backups.restore("latest", *elsewhere(backups), BACKUP_PASSWORD_FILE=str(wrong))
    refused("a wrong password", done, "wrong.password does not open")


def too_early(backups: Backups) -> None:
    done = backups.restore("2020-01-01 00:00:00", *elsewhere(backups))
    refused("a moment before the first backup", done, "oldest whole backup")


def disk_full(backups: Backups) -> None:
    """The dump's disk is full: the failure is loud, and what there was is left."""
    small = backups.folder / "small"
    small.mkdir()
    before = backups.number()
    script = 'ulimit -f 100; exec "$0" full'  # no file over 100 KB
    done = subprocess.run(
        ["bash", "-c", script, SCRIPT], check=False, capture_output=True, text=True,
        env=backups.environment | {"BACKUP_WORK": str(small), "BACKUP_BINLOG": "off"},
    )  # fmt: skip
    expect("refused: a backup that the disk has no room for", done.returncode != 0, done.stdout)
    left = list(small.rglob("database*"))
    expect("... leaves no half dump", not left, left)
    expect("... and every older backup", backups.number() >= before, backups.number())


def interrupted(backups: Backups) -> None:
    """It is killed when the database is dumped, and before anything of that is saved."""
    before = backups.number()
    dumped = backups.folder / "work" / "full" / "manifest"
    done = subprocess.run(
        [SCRIPT, "full"], check=False, capture_output=True, text=True,
        # What it runs to bring uploads, before each time that it saves them.
        env=backups.environment | {"BACKUP_FETCH": f"[ ! -e {dumped} ] || kill -KILL $PPID"},
    )  # fmt: skip
    expect("a backup that is killed", done.returncode == -signal.SIGKILL, done.returncode)
    expect("... at that moment", dumped.exists(), dumped)
    # A full one begins with the log and the uploads, which are a backup of their own.
    expect("... does not exist", backups.number() == before + 1, (before, backups.number()))
    again = backups.try_back_up("full")
    expect("... and the next one is whole", again.returncode == 0, again.stderr)


def damaged(backups: Backups) -> None:
    packs = sorted((backups.repository / "data").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(packs[-1].read_bytes())
    content[len(content) // 2] ^= 1
    packs[-1].chmod(0o600)
    packs[-1].write_bytes(content)
    shutil.rmtree(backups.folder / "work" / "cache", ignore_errors=True)
    done = backups.try_back_up("check")
    refused("a backup with one wrong bit", done, "is damaged")
