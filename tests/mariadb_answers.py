"""Exit 0 when the database of DATABASE_URL can be reached: ``python -m tests.mariadb_answers``."""

import os
import sys

import django
from django.db import DatabaseError, connections


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    connection = connections["default"]
    # As the test runner connects: the database itself does not have to exist.
    connection.settings_dict["NAME"] = ""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
