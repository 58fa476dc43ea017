"""The shop of the drill: manage.py with a developer's settings, on the drill's database."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from deploy.checks.stack import PROJECT, CheckError

from .database import Database


class DrillShop:
    def __init__(self, folder: Path, venv: Path, database: Database, media: Path) -> None:
        self.python = venv / "bin" / "python"
        self.database = database
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ALIPAY_", "ALLOW_"))},
            "DEBUG": "true",
            "VAR_DIR": str(folder / "state"),
            "MEDIA_ROOT": str(media),
            "REDIS_URL": "",
            "FRONTEND_DIR": "",
        }

    def manage(self, name: str, *arguments: str) -> str:
        """Run manage.py on the database ``name``."""
        done = self.try_manage(name, *arguments)
        if done.returncode:
            raise CheckError(f"manage.py {arguments[0]}: {(done.stderr or done.stdout)[-1500:]}")
        return done.stdout

    def try_manage(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.python, "manage.py", *arguments],
            cwd=PROJECT, env=self.environment | {"DATABASE_URL": self.database.url(name)},
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    def ask(self, name: str, script: str) -> Any:
        """Run a script in the shop; return the JSON that it prints last."""
        return json.loads(self.manage(name, "shell", "-v0", "-c", script).splitlines()[-1])
