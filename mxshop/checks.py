"""System checks of the project as a whole: ``manage.py check``, and with ``--deploy``.

What the environment alone decides has stopped the start before this (mxshop/startup). These
look at the rest: the database, the collected files, and what a developer may do.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.goods.services.search_index.faults import search_index_fault, search_index_left
from mxshop.startup.payments import certificate_settings, site_is_answered
from mxshop.storefront.places import STAMP
from mxshop.storefront.sources import sources_hash
from mxshop.storefront.state import STATIC_FOLDER
from utils.alipay.certificate_faults import certificates_end, unproven_chains
from utils.db.charset import charset_faults
from utils.db.refusals import database_refusal
from utils.storage.failures import StoreAwayError, StoreRefusedError

# Not Tags.database, which is run on request only, and then asks a database that is away.
STORAGE = "storage"

# How long before its end a certificate of Alipay's is warned of.
CERTIFICATE_NOTICE = timedelta(days=30)


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


@register(Tags.security)
def certificates_last(**kwargs: Any) -> list[CheckMessage]:
    """After its end the next start is refused (mxshop/startup/payments.py)."""
    given = certificate_settings(settings)
    if not all(given):
        return []
    found: list[CheckMessage] = [
        Warning(
            f"{name} expires on {end:%Y-%m-%d}.",
            hint="Alipay's console gives out the next one; restart the shop with it.",
            id="mxshop.W006",
        )
        for name, end in certificates_end(given)
        if end - timezone.now() < CERTIFICATE_NOTICE
    ]
    return found + [
        Info(
            f"{name} does not hold the certificate of its authority ({issuer}), so that its way to "
            "ALIPAY_ROOT_CERT is known by name alone.",
            hint="That is so with the files of Alipay's console, and nothing has to be done.",
            id="mxshop.I001",
        )
        for name, issuer in unproven_chains(given)
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


@register(STORAGE)
def bucket_answers(**kwargs: Any) -> list[CheckMessage]:
    """A shop whose bucket is away starts, and waits for it, as it does for its database."""
    if not settings.MEDIA_S3.name:
        return []
    try:
        default_storage.probe()  # type: ignore[attr-defined]
    except StoreAwayError as error:
        return [Warning(f"MEDIA_S3_ENDPOINT: {error}", id="mxshop.W009")]
    except (StoreRefusedError, FileNotFoundError) as error:
        return [
            Error(
                f"MEDIA_S3_BUCKET={settings.MEDIA_S3.name} cannot be used: {error}.",
                hint="Its name, region, keys and what they may do: docs/media.md.",
                id="mxshop.E003",
            )
        ]
    return []


@register(STORAGE)
def search_index_used(**kwargs: Any) -> list[CheckMessage]:
    """Without its index a shop searches by LIKE, which is right, and slow where there are many."""
    try:
        if settings.GOODS_SEARCH == "mroonga":
            fault = search_index_fault()
            text = f"GOODS_SEARCH=mroonga, but LIKE answers searches: {fault}." if fault else ""
        else:
            text = search_index_left()
    except DatabaseError as error:
        return [_database_away(error)]
    return [Warning(text, hint="docs/search.md", id="mxshop.W008")] if text else []


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


@register(STORAGE, deploy=True)
def storefront_collected(**kwargs: Any) -> list[CheckMessage]:
    """Production shows the front that collectstatic copied, and its own sources are beside it."""
    if settings.DEBUG or settings.FRONTEND_DIR is not None:
        return []
    stamp = settings.STATIC_ROOT / STATIC_FOLDER / STAMP
    try:
        is_ours = stamp.read_text(encoding="utf-8") == sources_hash()
        fault = "" if is_ours else f"STATIC_ROOT={settings.STATIC_ROOT} holds an older build"
    except OSError:
        fault = f"STATIC_ROOT={settings.STATIC_ROOT} holds no build"
    if not fault:
        return []
    return [
        Warning(
            f"{fault} of the shop's own front, which /index/ shows.",
            hint="manage.py build_storefront, then manage.py collectstatic --noinput; or another "
            "front in FRONTEND_DIR.",
            id="mxshop.W007",
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
