"""Rules about what the shop leans on: processes, database, cache, SMS, sign-in, folders, Sentry."""

import os
import re
import sys
from collections.abc import Iterator
from types import SimpleNamespace

from .allowances import refused, unless

MAX_PROCESSES = 64


def process_count() -> int:
    """Return how many workers serve: uwsgi's own word, else WEB_CONCURRENCY, else 1.

    Raises ValueError for a WEB_CONCURRENCY that is not a number from 1 to 64.
    """
    uwsgi = sys.modules.get("uwsgi")  # uwsgi itself puts it there
    if uwsgi is not None:
        return int(uwsgi.numproc)
    count = int(os.environ.get("WEB_CONCURRENCY") or 1)
    if not 1 <= count <= MAX_PROCESSES:
        raise ValueError
    return count


def shared_data(shop: SimpleNamespace) -> Iterator[str]:
    """Several processes need one database that bears it, and one cache: limits would multiply."""
    try:
        processes = process_count()
    except ValueError:
        yield (
            f"WEB_CONCURRENCY={os.environ['WEB_CONCURRENCY'][:40]!r} is not a whole number from 1 "
            f"to {MAX_PROCESSES}: write one, such as 2."
        )
        return
    if processes == 1:
        return
    on_sqlite = shop.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if on_sqlite and refused(shop, "ALLOW_SQLITE"):
        yield (
            f"DATABASE_URL is SQLite, under {processes} processes that would wait for one another: "
            "write mysql://user:password@host:3306/name." + unless("ALLOW_SQLITE")
        )
    if not shop.REDIS_URL and refused(shop, "ALLOW_LOCAL_CACHE"):
        yield (
            f"REDIS_URL is not set, so each of {processes} processes would keep a cache and count "
            "limits of its own: write redis://127.0.0.1:6379/0." + unless("ALLOW_LOCAL_CACHE")
        )


def search(shop: SimpleNamespace) -> Iterator[str]:
    if shop.GOODS_SEARCH == "mroonga" and not shop.DATABASES["default"]["ENGINE"].endswith("mysql"):
        yield "GOODS_SEARCH=mroonga needs MariaDB, which DATABASE_URL is not: write like."


def redis_url(shop: SimpleNamespace) -> Iterator[str]:
    if not shop.REDIS_URL:
        return
    from redis.connection import parse_url

    from utils.cache.sentinel import is_sentinel_url, sentinel_url_parse

    # Without the value: it may hold a password.
    try:
        if is_sentinel_url(shop.REDIS_URL):
            sentinel_url_parse(shop.REDIS_URL)
        else:
            parse_url(shop.REDIS_URL)
    except (ValueError, TypeError):
        if is_sentinel_url(shop.REDIS_URL):
            yield (
                "REDIS_URL does not name Sentinels and their master: write "
                "redis+sentinel://10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379/mxshop/0."
            )
        else:
            yield "REDIS_URL is not an address of Redis: write redis://127.0.0.1:6379/0."


def sms(shop: SimpleNamespace) -> Iterator[str]:
    if shop.SMS_BACKEND == "console" and refused(shop, "ALLOW_CONSOLE_SMS"):
        yield (
            "SMS_BACKEND=console writes codes to the log, where whoever reads it can log in: "
            "write yunpian." + unless("ALLOW_CONSOLE_SMS")
        )
    if shop.SMS_BACKEND == "yunpian" and not shop.YUNPIAN_API_KEY:
        yield "SMS_BACKEND=yunpian needs YUNPIAN_API_KEY."
    if not shop.YUNPIAN_API_KEY.isascii() or len(shop.YUNPIAN_API_KEY.split()) > 1:
        yield "YUNPIAN_API_KEY is not a key: write the one of Yunpian's console."
    if "#code#" not in shop.SMS_CODE_TEXT:
        yield "SMS_CODE_TEXT must contain #code#, where the code stands."
    elif shop.SMS_CODE_TEXT.count("#code#") > 1:
        yield "SMS_CODE_TEXT contains #code# more than once: write the approved template."
    if shop.SMS_BACKEND == "yunpian" and not re.match(r"【[^【】]+】", shop.SMS_CODE_TEXT):
        yield "SMS_CODE_TEXT must begin with the approved signature, such as 【MxShop】."


def social_keys(shop: SimpleNamespace) -> Iterator[str]:
    """A key without its secret sends buyers to the provider and fails when they come back."""
    for provider in ("WEIBO", "QQ", "WEIXIN"):
        key = getattr(shop, f"SOCIAL_AUTH_{provider}_KEY")
        secret = getattr(shop, f"SOCIAL_AUTH_{provider}_SECRET")
        if bool(key) != bool(secret) and not shop.DEBUG:
            missing = f"{provider}_{'SECRET' if key else 'KEY'}"
            yield f"{missing} must be set where {provider}_{'KEY' if key else 'SECRET'} is."
        for name, value in (("KEY", key), ("SECRET", secret)):
            if not value.isascii() or len(value.split()) > 1:
                yield f"{provider}_{name} is not a key: write the one of the provider's console."


def folders(shop: SimpleNamespace) -> Iterator[str]:
    media = shop.MEDIA_ROOT
    if not shop.DEBUG:  # with DEBUG, folder_made() has seen to it
        if shop.MEDIA_S3.name:
            pass  # nothing is written there
        elif not media.is_dir():
            yield f"MEDIA_ROOT={media} is not a folder: make it (install -d -o <user> {media})."
        elif not os.access(media, os.W_OK | os.X_OK):
            yield f"MEDIA_ROOT={media} is not writable for this user: chown or chmod it."
        if shop.STATIC_ROOT.exists() and not shop.STATIC_ROOT.is_dir():
            yield f"STATIC_ROOT={shop.STATIC_ROOT} is not a folder: write one for collectstatic."
    if shop.FRONTEND_DIR is not None and not (shop.FRONTEND_DIR / "index.html").is_file():
        yield (
            f"FRONTEND_DIR={shop.FRONTEND_DIR} has no index.html: write the folder of a built "
            "shop (dist), or nothing."
        )


def sentry(shop: SimpleNamespace) -> Iterator[str]:
    if not shop.SENTRY_DSN:
        return
    from sentry_sdk.utils import BadDsn, Dsn

    try:
        Dsn(shop.SENTRY_DSN)
    except (BadDsn, ValueError):
        yield "SENTRY_DSN is not a DSN: write the one of the project's page, https://key@host/1."


def server_protocol(_shop: SimpleNamespace) -> Iterator[str]:
    """uwsgi could speak HTTP once, and each connection that a client kept took a thread."""
    protocol = os.environ.get("APP_PROTOCOL") or "uwsgi"
    if protocol != "uwsgi":
        yield (
            f"APP_PROTOCOL={protocol[:40]!r} is not offered any more, because idle connections "
            "would hold the workers: leave it out and put nginx in front (deploy/nginx.conf)."
        )


RULES = (server_protocol, shared_data, search, redis_url, sms, social_keys, folders, sentry)
