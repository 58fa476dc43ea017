"""The database says "not now": 503 with Retry-After, one line in the log, for every request."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from rest_framework.test import APIClient

from apps.goods.tests.factories import make_category, make_goods
from apps.trade import callbacks
from apps.user_operation.models import UserLeavingMessage
from utils.api import outages as answers
from utils.db import outages

pytestmark = pytest.mark.django_db

BUSY_TEXT = "服务暂时不可用，请稍后再试。"


def sqlite_busy() -> OperationalError:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = OperationalError("database is locked")
    error.__cause__ = cause
    return error


OUTAGES: list[Callable[[], Exception]] = [
    *(lambda code=code: OperationalError(code, "away")
      for code in (1205, 1213, 1020, 2002, 2003, 2006, 2013, 1040, 1047, 1180, 1317)),
    lambda: InterfaceError(0, ""),
    sqlite_busy,
]  # fmt: skip


@contextmanager
def database_says(error: Exception) -> Iterator[None]:
    def run(*args: Any) -> None:
        raise error

    with connection.execute_wrapper(run):
        yield


def assert_told(response: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    [line] = caplog.records
    assert (line.name, line.levelname) == ("utils.api.outages", "WARNING")
    assert line.exc_info is None


@pytest.mark.parametrize("make_error", OUTAGES)
def test_an_api_view(make_error: Any, caplog: pytest.LogCaptureFixture) -> None:
    with database_says(make_error()):
        response = APIClient().get("/goods/")
    assert_told(response, caplog)
    assert response.json() == {"detail": BUSY_TEXT}


def test_what_is_no_outage_stays_an_error() -> None:
    with database_says(OperationalError(1054, "Unknown column")):
        assert APIClient(raise_request_exception=False).get("/goods/").status_code == 500
    assert not outages.is_outage(OperationalError("no such table: x"))
    assert not outages.is_outage(ValueError(2013))


def test_authentication(mine: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    with database_says(OperationalError(2006, "gone")):
        response = mine.get("/orders/")
    assert_told(response, caplog)


def test_the_browsable_api(caplog: pytest.LogCaptureFixture) -> None:
    with database_says(OperationalError(2006, "gone")):
        response = Client().get("/goods/", HTTP_ACCEPT="text/html")
    assert response.status_code == 503


def test_a_notice_is_not_accepted(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Believer:
        def verify_notify(self, params: Any) -> bool:
            return True

    monkeypatch.setattr(callbacks, "client_from_settings", Believer)
    with database_says(OperationalError(1205, "Lock wait timeout exceeded")):
        response = client.post("/alipay/notify/", {"out_trade_no": "1", "notify_id": "1"})
    assert_told(response, caplog)
    assert b"success" not in response.content


def test_staff_see_a_page(admin_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with database_says(OperationalError(2013, "lost")):
        response = admin_client.get("/admin/goods/goods/")
    assert_told(response, caplog)
    assert response.headers["Content-Type"].startswith("text/html")
    assert BUSY_TEXT in response.content.decode()


def test_what_a_template_asks_the_database(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """The list itself is read as its page is rendered, after the view has returned."""

    def run(execute: Any, sql: str, *args: Any) -> Any:
        if "auth_group" in sql and "COUNT(" not in sql:
            raise OperationalError(2013, "lost")
        return execute(sql, *args)

    with connection.execute_wrapper(run):
        response = admin_client.get("/admin/auth/group/")
    assert_told(response, caplog)


def test_a_session_that_cannot_be_saved(
    django_user_model: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised by a middleware: no other middleware sees it, and Django would log its trace."""
    django_user_model.objects.create_superuser("root", password="secret-words")

    def save(*args: Any, **kwargs: Any) -> None:
        raise OperationalError(2013, "lost")

    client = Client(raise_request_exception=False)
    monkeypatch.setattr(SessionStore, "save", save)
    response = client.post("/admin/login/", {"username": "root", "password": "secret-words"})
    assert_told(response, caplog)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_disk_that_is_full(
    mine: APIClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def save(*args: Any, **kwargs: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(FileSystemStorage, "_save", save)
    file = ContentFile(b"a note for the shop\n", "note.txt")
    response = mine.post("/messages/", {"subject": "s", "message": "m", "file": file})
    assert_told(response, caplog)
    assert UserLeavingMessage.objects.count() == 0


def test_other_errors_of_files_stay_errors(mine: APIClient, monkeypatch: Any) -> None:
    def save(*args: Any, **kwargs: Any) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(FileSystemStorage, "_save", save)
    mine.raise_request_exception = False
    file = ContentFile(b"a note for the shop\n", "note.txt")
    assert (
        mine.post("/messages/", {"subject": "s", "message": "m", "file": file}).status_code == 500
    )


def test_without_the_answers_it_is_a_500(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(answers, "is_outage", lambda error: False)
    with database_says(OperationalError(2013, "lost")):
        response = APIClient(raise_request_exception=False).get("/goods/")
    assert response.status_code == 500
    assert caplog.records[0].exc_info


def test_a_kept_answer_and_a_sign_of_life_need_no_database() -> None:
    make_goods(make_category())
    api = APIClient()
    assert api.get("/goods/").status_code == 200
    with database_says(OperationalError(2013, "lost")):
        for path in ("/goods/", "/healthz/", "/index/"):
            assert api.get(path).status_code == 200
