"""A MariaDB of the tests' own that has Mroonga, for what the search index does.

The servers that the suite runs on are without the plugin, and a package that is installed later
does not reach one that runs already.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from .other_database import default_database

PLUGIN = "ha_mroonga.so"
PLUGIN_FOLDERS = [
    Path(folder)
    for folder in (
        os.environ.get("TEST_MROONGA_PLUGIN_DIR", ""),
        "/usr/lib/mysql/plugin",
        "/usr/lib/x86_64-linux-gnu/mariadb19/plugin",
        "/usr/lib64/mariadb/plugin",
    )
    if folder
]
HOW_TO_GET_IT = "apt-get install mariadb-plugin-mroonga (TEST_MROONGA_PLUGIN_DIR)"
DATABASE = "mxshop_search"


def plugin_folder() -> Path | None:
    """Return where a server finds the plugin, if it is there and a server is."""
    if _mariadbd() is None:
        return None
    return next((folder for folder in PLUGIN_FOLDERS if (folder / PLUGIN).exists()), None)


def _mariadbd() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


@contextmanager
def mroonga_server(
    *options: str, folder: Path | None = None, has_plugin: bool = True
) -> Iterator[str]:
    """Run a server in a folder, of its own unless there is one; give its address."""
    program, plugins = _mariadbd(), plugin_folder()
    assert program
    assert plugins
    plugin = (f"--plugin-dir={plugins}", f"--plugin-load-add={PLUGIN}") if has_plugin else ()
    own = tempfile.TemporaryDirectory(prefix="mroonga-") if folder is None else nullcontext(folder)
    with own as folder:
        _tables_install(Path(folder))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [
                program, "--no-defaults", f"--datadir={folder}", f"--socket={folder}/socket",
                f"--port={port}", "--bind-address=127.0.0.1", f"--pid-file={folder}/pid",
                *plugin, "--skip-log-bin", f"--init-file={folder}/functions.sql",
                "--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
                "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M",
                *(["--user=root"] if os.geteuid() == 0 else []), *options,
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield f"mysql://root@127.0.0.1:{port}/{DATABASE}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _tables_install(folder: Path) -> None:
    """Make the system tables, unless they are there: a server without them has no functions.

    The functions are what Debian's package makes of them.
    """
    if (folder / "mysql").exists():
        return
    program = shutil.which("mariadb-install-db")
    assert program
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [program, "--no-defaults", *user, f"--datadir={folder}", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    (folder / "functions.sql").write_text(
        f"CREATE FUNCTION IF NOT EXISTS mroonga_command RETURNS STRING SONAME '{PLUGIN}';\n"
    )


def wait_until_it_answers() -> None:
    """Wait for a server that was just started, and make the database unless it is there."""
    settings = connection.settings_dict
    for _try in range(300):
        settings["NAME"] = ""
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"CREATE DATABASE IF NOT EXISTS {DATABASE}"
                    " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
                )
            break
        except DatabaseError:  # it is still starting
            time.sleep(0.1)
    connection.close()
    settings["NAME"] = DATABASE


def create_tables() -> None:
    """Make the tables in a new database: from the models, which is quicker than to migrate."""
    with connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 0")  # to tables that are still to be made
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if not model._meta.proxy:
                editor.create_model(model)
    with connection.cursor() as cursor:
        cursor.execute("SET foreign_key_checks = 1")


@pytest.fixture(scope="session")
def _mroonga_url(django_db_blocker: Any) -> Iterator[str]:
    with mroonga_server() as url:
        with django_db_blocker.unblock(), default_database(url):
            wait_until_it_answers()
            create_tables()
        yield url


@pytest.fixture
def mroonga(_mroonga_url: str, settings: Any, django_db_blocker: Any) -> Iterator[None]:
    """A shop without goods whose searches are answered by an index that is up to date."""
    from apps.goods.models import Goods, GoodsCategory
    from apps.goods.services.search_index.building import search_index_build
    from apps.goods.services.search_index.catching_up import search_index_sweep
    from apps.goods.services.search_index.faults import search_index_fault

    settings.GOODS_SEARCH = "mroonga"
    settings.CATALOGUE_CACHE_SECONDS = 0  # an answer that was kept would say nothing
    with django_db_blocker.unblock(), default_database(_mroonga_url):
        with connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for model in apps.get_app_config("goods").get_models():
                if model in (Goods, GoodsCategory) or "search" not in model._meta.db_table:
                    cursor.execute(f"DELETE FROM {model._meta.db_table}")
            cursor.execute("SET foreign_key_checks = 1")
        if search_index_fault():
            search_index_build()
        search_index_sweep()
        yield
