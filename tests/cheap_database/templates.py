"""A migrated, empty database, kept from one run of the tests to the next.

A hundred migrations take some seconds on SQLite and many more on MariaDB, in every worker of every
run. What they made is kept in var/, under a name that stands for all that it was made of: the
migrations, the functions of the project that they borrow, the permissions of the models, Django
and the database. A change of any of these makes a new template.
"""

import fcntl
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

FOLDER = Path(settings.BASE_DIR, "var", "test-databases")


class Template:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        kind = "sqlite" if connection.vendor == "sqlite" else "sql"
        self._path = FOLDER / f"{made_of(connection)}.{kind}"

    @contextmanager
    def alone(self) -> Iterator["Template"]:
        """Let one worker make the template; the others wait, and copy it."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.is_made():
                fcntl.flock(lock, fcntl.LOCK_UN)  # copies are made side by side
            yield self

    def is_made(self) -> bool:
        return self._path.exists()

    def make(self) -> None:
        """Keep the connection's database as the template, in place of older ones of its kind."""
        for older in FOLDER.glob(f"*{self._path.suffix}"):
            older.unlink()
        new = self._path.with_suffix(".new")
        new.unlink(missing_ok=True)
        if self._connection.vendor == "sqlite":
            with sqlite3.connect(new) as kept:
                self._connection.connection.backup(kept)
            kept.close()
        else:
            new.write_text(json.dumps(list(_statements(self._connection)), default=str))
        new.rename(self._path)

    def copy(self) -> None:
        """Fill the connection's database with what the template holds."""
        self._connection.ensure_connection()
        if self._connection.vendor == "sqlite":
            kept = sqlite3.connect(self._path)
            kept.backup(self._connection.connection)
            kept.close()
            return
        with self._connection.constraint_checks_disabled(), self._connection.cursor() as cursor:
            for statement, rows in json.loads(self._path.read_text()):
                if rows is None:
                    cursor.execute(statement)
                else:
                    cursor.executemany(statement, rows)


def _statements(connection: Any) -> Iterator[tuple[str, list[Any] | None]]:
    """Yield what makes each table of MariaDB anew, and fills it."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SHOW CREATE TABLE {quote(table)}")
            yield cursor.fetchone()[1].replace("%", "%%"), None
            cursor.execute(f"SELECT * FROM {quote(table)}")
            rows = cursor.fetchall()
            if rows:
                columns = ", ".join(quote(column[0]) for column in cursor.description)
                values = ", ".join(["%s"] * len(cursor.description))
                yield f"INSERT INTO {quote(table)} ({columns}) VALUES ({values})", list(rows)


def made_of(connection: Any) -> str:
    """Return a digest of all that a migrated database depends on."""
    parts = [django.__version__, connection.vendor, repr(connection.get_database_version())]
    parts.append(repr(connection.settings_dict["TEST"]))
    modules = set()
    for migration in MigrationLoader(None).disk_migrations.values():
        module = sys.modules[type(migration).__module__]
        modules.add(module)
        # Functions and classes that it imported from elsewhere in the project.
        for value in vars(module).values():
            owner = sys.modules.get(getattr(value, "__module__", None) or "")
            if _file(owner).is_relative_to(settings.BASE_DIR):
                modules.add(owner)
    parts += sorted(_file(module).read_text() for module in modules)
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        parts.append(f"{meta.label} {meta.default_permissions} {meta.permissions}")
        parts.append(f"{meta.managed} {meta.verbose_name_raw}")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _file(module: Any) -> Path:
    """Return the file of a module; the root folder for one that has none."""
    return Path(getattr(module, "__file__", None) or "/")
