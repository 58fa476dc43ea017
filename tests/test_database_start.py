"""What the shop says of its database when it starts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from mxshop.startup.database import refuse_database
from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal

from .http_server import closed_port
from .shop_settings import PRODUCTION, start

SHORT = "has no emoji and not every Chinese character"


@pytest.mark.mariadb
@pytest.mark.django_db
class TestCharset:
    """DDL ends a transaction, so each test makes what it needs in a database of its own."""

    @pytest.fixture
    def old(self, django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
        """A connection to a database in utf8mb3, as an old server makes it."""
        name = f"{connection.settings_dict['NAME']}_utf8mb3"
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb3")
            cursor.execute(f"USE {name}")
            other.settings_dict["NAME"] = name
            yield other
            cursor.execute(f"DROP DATABASE {name}")
        other.close()

    def test_the_tests_own_database(self) -> None:
        assert charset_faults(connection) == []

    def test_the_lines_mend_it(self, old: BaseDatabaseWrapper) -> None:
        with old.cursor() as cursor:
            cursor.execute("CREATE TABLE notes (id INT, words VARCHAR(20), more TEXT)")
            cursor.execute("CREATE TABLE fine (words VARCHAR(20)) CHARACTER SET utf8mb4")
            cursor.execute("CREATE TABLE numbers (id INT)")
            database, table = charset_faults(old)
            name = old.settings_dict["NAME"]
            assert database == (
                f"The database is in utf8mb3, which {SHORT}: "
                f"ALTER DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
            )
            assert table == (
                "Tables not in utf8mb4 (1): ALTER TABLE notes CONVERT TO CHARACTER SET utf8mb4 "
                "COLLATE utf8mb4_unicode_ci;"
            )
            for line in (database, table):
                cursor.execute("ALTER" + line.partition("ALTER")[2])
            cursor.execute(f"USE {name}")
        assert charset_faults(old) == []

    def test_a_connection_that_speaks_something_else(self, old: BaseDatabaseWrapper) -> None:
        with old.cursor() as cursor:
            cursor.execute("SET NAMES utf8mb3")
        assert charset_faults(old)[0] == (
            "The connection to the database speaks utf8mb3, not utf8mb4: take "
            "skip-character-set-client-handshake out of the server's configuration, or set "
            "character-set-server=utf8mb4 there."
        )

    @pytest.mark.parametrize(
        "command",
        [["manage.py", "check"], ["manage.py", "run_jobs", "--once"], ["-c", "import mxshop.wsgi"]],
        ids=["check", "run_jobs", "WSGI"],
    )
    def test_nothing_starts(
        self, old: BaseDatabaseWrapper, tmp_path: Path, command: list[str]
    ) -> None:
        done = start(tmp_path, *command, **PRODUCTION, DATABASE_URL=url_of(old.settings_dict))
        assert done.returncode == 1
        assert f"The database is in utf8mb3, which {SHORT}: ALTER DATABASE" in done.stderr
        assert "Traceback" not in done.stderr


def url_of(config: dict[str, Any]) -> str:
    port = config["PORT"] or 3306
    return f"mysql://{config['USER']}:{config['PASSWORD']}@{config['HOST']}:{port}/{config['NAME']}"


def test_sqlite_has_one_character_set(db: None) -> None:
    assert charset_faults(connection) == [] or connection.vendor == "mysql"


@pytest.mark.slow
@pytest.mark.one_database
def test_a_database_that_is_away_does_not_stop_the_server(tmp_path: Path) -> None:
    port = closed_port().rpartition(":")[2]
    (tmp_path / "static").mkdir()
    environment = PRODUCTION | {"DATABASE_URL": f"mysql://shop:pw@127.0.0.1:{port}/shop"}
    line = f"DATABASE_URL: no database answers at 127.0.0.1:{port}: start it, or write where it is."
    done = start(tmp_path, "-c", "import mxshop.wsgi; print('serves')", **environment)
    assert (done.returncode, done.stdout) == (0, "serves\n")
    [said] = done.stderr.splitlines()
    assert said.endswith(f"WARNING mxshop.startup.database [-] {line}")
    # Nor does the check that systemd and compose run before they serve.
    check = ("manage.py", "check", "--deploy", "--fail-level", "ERROR")
    done = start(tmp_path, *check, **environment)
    assert done.returncode == 0, done.stderr
    assert f"(mxshop.W002) {line}" in done.stderr


def test_a_wrong_database_ends_the_process(monkeypatch: Any) -> None:
    monkeypatch.setattr("mxshop.startup.database.charset_faults", lambda _: ["one", "two"])
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(SystemExit, match=r"^one\ntwo$"):
        refuse_database()


MYSQL = {"ENGINE": "django.db.backends.mysql", "HOST": "db", "PORT": "", "NAME": "shop",
         "USER": "me", "PASSWORD": "planted"}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        (1049, "Unknown database 'shop'", "there is no database shop at db:3306: CREATE DATABASE "
         "shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"),
        (1044, "Access denied", "me may not use the database shop at db:3306: "
         "GRANT ALL ON shop.* TO me@localhost;"),
        (1045, "Access denied", "db:3306 does not let me in: write its right user and password."),
        (2002, "Can't connect", "no database answers at db:3306: start it, or write where it is."),
        (2005, "Unknown host", "no database answers at db:3306: start it, or write where it is."),
        (1142, "CREATE command\ndenied", "db:3306 refuses (1142, CREATE command denied)."),
    ],
)  # fmt: skip
def test_each_refusal_is_one_line(code: int, said: str, line: str) -> None:
    assert database_refusal(OperationalError(code, said), MYSQL) == f"DATABASE_URL: {line}"


def test_a_file_that_is_no_database() -> None:
    config = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/tmp/x"}
    assert database_refusal(OperationalError("file is not a database"), config) == (
        "DATABASE_URL: SQLite cannot use /tmp/x (file is not a database): write another file."
    )


class TestDeployCheck:
    def ids(self) -> set[str]:
        found = run_checks(tags=["storage"], include_deployment_checks=True)
        return {message.id for message in found}

    def test_unapplied_migrations(self, db: None, monkeypatch: Any) -> None:
        assert "mxshop.E002" not in self.ids()
        monkeypatch.setattr(
            "mxshop.checks.MigrationExecutor.migration_plan", lambda self, targets: ["one"]
        )
        assert "mxshop.E002" in self.ids()

    def test_static_files(self, db: None, settings: Any, tmp_path: Path) -> None:
        settings.STATIC_ROOT = tmp_path
        assert "mxshop.W004" in self.ids()
        (tmp_path / "admin").mkdir()
        assert "mxshop.W004" not in self.ids()

    def test_what_is_allowed_is_warned_of(self, settings: Any) -> None:
        settings.ALLOWED_DANGERS = {"ALLOW_HTTP"}
        found = run_checks(tags=["security"], include_deployment_checks=True)
        assert [m.msg for m in found if m.id == "mxshop.W003"] == [
            "ALLOW_HTTP=true: this shop starts although that is dangerous."
        ]
