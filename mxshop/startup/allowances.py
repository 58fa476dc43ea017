"""The dangers that a test stage may run with: each has a variable that says so."""

from types import SimpleNamespace

ALLOWANCES = (
    "ALLOW_HTTP",  # addresses without https, HTTPS=false
    "ALLOW_SQLITE",  # SQLite under several processes
    "ALLOW_LOCAL_CACHE",  # a cache in each of several processes
    "ALLOW_CONSOLE_SMS",  # codes go to the log
    "ALLOW_SANDBOX",  # Alipay's test gateway, where goods are paid with play money
    "ALLOW_NO_LIMITS",  # throttles that are off
    "ALLOW_PUBLIC_DEBUG",  # DEBUG=true beside a public address or live keys
)

# What others than the settings read: bin/, deploy/, uwsgi, the containers.
FOREIGN_VARIABLES = (
    "ACME_WEBROOT", "APP_PROTOCOL", "APP_SOCKET", "CERTIFICATES", "DB_PASSWORD", "HOST",
    "PIP_INDEX_URL", "PORT", "PYTHON", "SHOP_DOMAIN", "TEST_MYSQL_URL", "TEST_REDIS_URL",
    "WEB_CONCURRENCY",
)  # fmt: skip


def refused(shop: SimpleNamespace, allowance: str) -> bool:
    """Whether what ``allowance`` allows stops this start: without DEBUG, unless it is set."""
    return not shop.DEBUG and allowance not in shop.ALLOWED_DANGERS


def unless(allowance: str) -> str:
    """Return the end of a line: how a test stage allows it."""
    return f" ({allowance}=true allows it on a test stage.)"
