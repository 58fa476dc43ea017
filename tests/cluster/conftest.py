import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from bench.lab.galera import Cluster, galera
from tests.nursery import Nursery
from tests.other_database import default_database
from tests.own_redis import OwnRedis

from .server import gateway_url
from .shops import Shops, cluster_nursery, shops

# No disk has to keep it.
QUICK = ("--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=8M", "--max-connections=300")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with (
        tempfile.TemporaryDirectory(prefix="mxshop-cluster-") as folder,
        galera(Path(folder), 2, *QUICK) as nodes,
    ):
        yield nodes


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mxshop-cluster-") as folder:
        redis = OwnRedis(Path(folder))
        redis.start()
        yield redis.url
        redis.kill()


@pytest.fixture(scope="session")
def nursery(cluster: Cluster, redis_url: str) -> Iterator[Nursery]:
    with cluster_nursery(cluster, redis_url=redis_url) as found:
        yield found


@pytest.fixture(scope="session")
def _guarded(cluster: Cluster, nursery: Nursery, django_db_blocker: Any) -> Iterator[Shops]:
    database_make(cluster, "guarded", django_db_blocker)
    with shops(cluster, nursery, database="guarded") as found:
        yield found


@pytest.fixture(scope="session")
def _unguarded(cluster: Cluster, nursery: Nursery, django_db_blocker: Any) -> Iterator[Shops]:
    database_make(cluster, "unguarded", django_db_blocker)
    with shops(cluster, nursery, "unguarded", database="unguarded") as found:
        yield found


@pytest.fixture
def guarded(_guarded: Shops, settings: Any, django_db_blocker: Any) -> Iterator[Shops]:
    """The shops as they are; the test itself is at the first node."""
    yield from _beside(_guarded, settings, django_db_blocker)


@pytest.fixture
def unguarded(_unguarded: Shops, settings: Any, django_db_blocker: Any) -> Iterator[Shops]:
    """The shops with locks that only one node knows, on a database of their own."""
    yield from _beside(_unguarded, settings, django_db_blocker)


def database_make(cluster: Cluster, name: str, blocker: Any) -> None:
    """Make a database as the run's own is made: a copy of what the migrations make."""
    cluster.create(name)
    with blocker.unblock(), default_database(f"{cluster.nodes[0].url}/{name}"):
        call_command("migrate", run_syncdb=True, verbosity=0)


def _beside(found: Shops, settings: Any, blocker: Any) -> Iterator[Shops]:
    """Let the test work on the shops' database, by their settings."""
    settings.SITE_URL = found.each[0].origin
    settings.ALIPAY_GATEWAY_URL = gateway_url(found.each[0].origin)
    settings.ZEAL_NPLUSONE_THRESHOLD = 100_000  # the test looks at many buyers' rows
    with blocker.unblock(), default_database(found.databases[0]):
        yield found
