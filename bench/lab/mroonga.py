"""MariaDB's search engine Mroonga, in a server that the benchmark starts."""

import shutil
from functools import cache
from pathlib import Path

PLUGIN = "ha_mroonga.so"
FOLDERS = (
    "/usr/lib/mysql/plugin", "/usr/lib/x86_64-linux-gnu/mariadb19/plugin",
    "/usr/lib64/mariadb/plugin",
)  # fmt: skip
# Debian's package does this for its own server.
MAKE_FUNCTION = f"CREATE FUNCTION IF NOT EXISTS mroonga_command RETURNS STRING SONAME '{PLUGIN}'"


@cache
def is_installed() -> bool:
    """Whether the server can load it: ``apt-get install mariadb-plugin-mroonga``."""
    has_server = shutil.which("mariadbd", path="/usr/sbin:/usr/bin:/usr/local/bin")
    return bool(has_server) and any(Path(folder, PLUGIN).exists() for folder in FOLDERS)


def server_options() -> tuple[str, ...]:
    """Return the options of a server that has it; none where it is not installed."""
    return (f"--plugin-load-add={PLUGIN}",) if is_installed() else ()
