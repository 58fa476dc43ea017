"""/healthz/ and /readyz/: what a load balancer and whoever watches the shop are told."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from mxshop import health
from mxshop.heartbeats import heartbeat_finish, heartbeat_start
from mxshop.models import Heartbeat
from utils.db import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_root")]

WELL = {
    "status": "ok", "database": "ok", "migrations": "ok", "jobs": "ok", "cache": "ok",
    "media": "ok",
}  # fmt: skip


class Disk(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture(autouse=True)
def _jobs_run() -> None:
    heartbeat_start(sweep="close_expired_orders", every=30)


def answer(client: Client) -> tuple[int, dict[str, str]]:
    """The status, and what differs from a shop that is well."""
    response = client.get("/readyz/")
    said = response.json()
    assert said.keys() == WELL.keys()
    return response.status_code, {
        part: value for part, value in said.items() if value != WELL[part]
    }


def test_alive_without_a_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz/").json() == {"status": "ok"}


def test_well(client: Client, django_assert_num_queries: Any) -> None:
    assert answer(client) == (200, {})
    with django_assert_num_queries(3):  # once the migrations were seen
        assert answer(client) == (200, {})


def test_no_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert answer(client) == (
        503,
        {
            "status": "unavailable", "database": "unreachable", "migrations": "unknown",
            "jobs": "unknown",
        },
    )  # fmt: skip


def test_no_cache(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(key: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(caches["default"], "get", refuse)
    assert answer(client) == (200, {"cache": "unreachable"})


def test_a_migration_is_pending(client: Client) -> None:
    """Until it is applied; after that nobody is asked again."""
    health.migrations_forget()
    [(app, name)] = MigrationLoader(connection).graph.leaf_nodes("mxshop")
    MigrationRecorder(connection).record_unapplied(app, name)
    pending = {"status": "unavailable", "migrations": "pending", "jobs": "unknown"}
    assert answer(client) == (503, pending)
    MigrationRecorder(connection).record_applied(app, name)
    assert answer(client) == (200, {})


def test_uploads_cannot_be_written(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "unmounted"
    assert answer(client) == (200, {"media": "unwritable"})


@pytest.mark.parametrize(("free", "said"), [(64 * 2**20, {}), (64 * 2**20 - 1, {"media": "full"})])
def test_no_room_for_uploads(
    client: Client, monkeypatch: pytest.MonkeyPatch, free: int, said: dict[str, str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(2**30, 0, free))
    assert answer(client) == (200, said)


@pytest.mark.parametrize(("seconds", "said"), [(290, {}), (310, {"jobs": "silent"})])
def test_background_work_is_silent(client: Client, seconds: int, said: dict[str, str]) -> None:
    since = clock.database_now() - timedelta(seconds=seconds)
    Heartbeat.objects.update(started_at=since, finished_at=since, went_well_at=since)
    # A timer's chore says nothing of the sweeps.
    heartbeat_start(sweep="backup", every=86_400)
    heartbeat_finish(sweep="backup", went_well=True, result="")
    assert answer(client) == (200, said)


def test_background_work_never_began(client: Client) -> None:
    Heartbeat.objects.all().delete()
    assert answer(client) == (200, {"jobs": "silent"})
