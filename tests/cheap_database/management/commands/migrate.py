"""What makes a test's database: the migrations, or a copy of what they made before."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from tests.cheap_database.templates import Template


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        # Django's own making of a test database asks for run_syncdb; nothing else does.
        is_new = options["run_syncdb"] and not connection.introspection.table_names()
        if not is_new:
            super().handle(*args, **options)
            return
        with Template(connection).alone() as template:
            if template.is_made():
                template.copy()
            else:
                super().handle(*args, **options)
                template.make()
