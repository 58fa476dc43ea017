"""System checks of the project as a whole: ``manage.py check``, and with ``--deploy``.

What the environment alone decides has stopped the start before this (mxshop/startup). These
look at the rest: the database, the collected files, and what a developer may do.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from mxshop.startup.payments import site_is_answered
from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal

# Not Tags.database, which is run on request only, and then asks a database that is away.
STORAGE = "storage"


@register(Tags.security)
def site_url_is_answered(**kwargs: Any) -> list[CheckMessage]:
    """A developer may look at the shop under another address, and pay nothing."""
    if not settings.DEBUG or site_is_answered(settings.SITE_URL, settings.ALLOWED_HOSTS):
        return []
    return [
        Warning(
            "ALLOWED_HOSTS lacks the host of SITE_URL: every notice of Alipay's would be refused.",
            hint="ALLOWED_HOSTS=shop.example.com for SITE_URL=https://shop.example.com",
            id="mxshop.W001",
        )
    ]


@register(STORAGE)
def database_charset(**kwargs: Any) -> list[CheckMessage]:
    """Names, messages and addresses hold emoji and rare characters."""
    try:
        faults = charset_faults(connection)
    except DatabaseError as error:
        return [_database_away(error)]
    return [Error(line, id="mxshop.E001") for line in faults]


@register(STORAGE, deploy=True)
def migrations_applied(**kwargs: Any) -> list[CheckMessage]:
    """Code that is newer than its tables answers 500."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return [_database_away(error)]
    if not plan:
        return []
    return [
        Error(
            f"{len(plan)} migrations are not applied to the database.",
            hint="manage.py migrate",
            id="mxshop.E002",
        )
    ]


def _database_away(error: DatabaseError) -> CheckMessage:
    """Return a warning: the web server starts without its database, and waits for it."""
    return Warning(database_refusal(error, connection.settings_dict), id="mxshop.W002")


@register(STORAGE, deploy=True)
def static_files_collected(**kwargs: Any) -> list[CheckMessage]:
    if settings.DEBUG or (settings.STATIC_ROOT / "admin").is_dir():
        return []
    return [
        Warning(
            f"STATIC_ROOT={settings.STATIC_ROOT} holds no files: the admin would have no styles.",
            hint="manage.py collectstatic --noinput",
            id="mxshop.W004",
        )
    ]


@register(Tags.security, deploy=True)
def nothing_is_allowed(**kwargs: Any) -> list[CheckMessage]:
    return [
        Warning(
            f"{name}=true: this shop starts although that is dangerous.",
            hint="For test stages alone; .env.example says what it allows.",
            id="mxshop.W003",
        )
        for name in sorted(settings.ALLOWED_DANGERS)
    ]


@register()
def variables_are_known(**kwargs: Any) -> list[CheckMessage]:
    return [Warning(line, id="mxshop.W005") for line in settings.UNKNOWN_VARIABLES]
