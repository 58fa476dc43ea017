"""What empties the database after a test with transactions of its own."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

# What migrations leave and no test changes. Django would delete these rows and make them anew,
# which takes ten times as long as all the rest.
KEPT = {"django_content_type", "auth_permission"}


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        tables = [
            table
            for table in connection.introspection.django_table_names(
                only_existing=True, include_views=False
            )
            if table not in KEPT
        ]
        connection.ops.execute_sql_flush(connection.ops.sql_flush(self.style, tables))
