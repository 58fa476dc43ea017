"""Another database than the run's, for the tests of a server that they start."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from mxshop.database_settings import database_config
from utils.config.environment import Environment


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """Let ``url`` be the shop's database: of this thread, and of those that it starts."""
    config = database_config(
        Environment({"DATABASE_URL": url}), default=Path(), connect_seconds=10, lock_seconds=10
    )
    before, settings_before = connections["default"], connections.settings["default"]
    connections.settings["default"] = connections.configure_settings({"default": config})["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = settings_before, before
