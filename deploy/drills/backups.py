"""backup.sh and restore.sh, called as a person calls them."""

import os
import secrets
import subprocess
from pathlib import Path

from deploy.checks.stack import DEPLOY, CheckError

from .database import Database

NAME = "shop"


class Backups:
    """The backups of a shop whose things lie in ``folder``."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.media = folder / "media"
        self.repository = folder / "backups"
        password = folder / "backup.password"
        password.write_text(secrets.token_hex(16))
        # restic lets no password be guessed quickly: that costs time in each call.
        self.environment = {
            **os.environ,
            "BACKUP_ENV": str(folder / "none"),
            "BACKUP_REPOSITORY": str(self.repository),
            "BACKUP_PASSWORD_FILE": str(password),
            "BACKUP_DATABASE": NAME,
            "BACKUP_MEDIA": str(self.media),
            "BACKUP_SECRETS": str(folder / "secrets"),
            "BACKUP_WORK": str(folder / "work"),
            "BACKUP_OFFSITE": str(folder / "elsewhere"),
            "BACKUP_MYSQL_DEFAULTS": str(database.settings),
        }

    def back_up(self, what: str) -> str:
        done = self.try_back_up(what)
        if done.returncode:
            raise CheckError(f"backup.sh {what}: {done.stderr or done.stdout}")
        return done.stdout

    def try_back_up(self, what: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return self._run("backup.sh", what, **changes)

    def restore(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return self._run("restore.sh", *arguments, **changes)

    def number(self) -> int:
        """Return how many backups there are."""
        return len(list((self.repository / "snapshots").glob("*")))

    def _run(
        self, script: str, *arguments: str, **changes: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DEPLOY / script, *arguments],
            env=self.environment | changes, check=False, capture_output=True, text=True,
        )  # fmt: skip
