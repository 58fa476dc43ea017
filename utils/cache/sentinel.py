"""Redis behind Sentinels: which of several servers is the master, they say.

``redis+sentinel://:password@10.0.0.1,10.0.0.2:26379/mxshop/0`` has the Sentinels, the name
under which they know the master, and the number of its database; the password is Redis's own.
"""

from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

SCHEME = "redis+sentinel"
PORT = 26379
# Seconds for one Sentinel: of three, two may be on machines that are gone.
SENTINEL_SECONDS = 0.5


class SentinelAddress(NamedTuple):
    sentinels: list[tuple[str, int]]
    master: str
    database: int
    password: str | None


def is_sentinel_url(url: str) -> bool:
    return url.startswith(f"{SCHEME}://")


def sentinel_url_parse(url: str) -> SentinelAddress:
    """Take such an address apart. Raises ValueError for any other text."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    master, _, database = parts.path.lstrip("/").partition("/")
    sentinels = [_host(text) for text in hosts.split(",")]
    if parts.scheme != SCHEME or not master or "/" in database or parts.query or parts.fragment:
        raise ValueError
    if credentials and not credentials.startswith(":"):
        raise ValueError
    password = unquote(credentials[1:]) or None
    return SentinelAddress(sentinels, master, int(database or 0), password)


def _host(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.path or "@" in text:
        raise ValueError
    return parts.hostname, parts.port or PORT


class MasterPool(SentinelConnectionPool):
    """Connections to whichever server is the master when they are made.

    A connection ends with its master: Redis closes it when the Sentinels make a master a replica,
    and the next one is made to the new master. Until the Sentinels agree on one, making a
    connection raises ConnectionError, or connects to a server that does not answer.
    """

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "MasterPool":
        address = sentinel_url_parse(url)
        manager = Sentinel(
            address.sentinels,
            sentinel_kwargs={
                "socket_timeout": SENTINEL_SECONDS,
                "socket_connect_timeout": SENTINEL_SECONDS,
                # The next Sentinel is asked rather than this one again.
                "retry": Retry(NoBackoff(), 0),
            },
        )
        return cls(
            address.master, manager, db=address.database, password=address.password, **options
        )
