"""How much a buyer may leave: uploads a minute; messages, files and bytes a day and altogether."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from rest_framework.test import APIClient

from apps.user_operation.models import MessageUsage, UserLeavingMessage
from apps.users.models import UserProfile
from tests.hostile_files import HOSTILE
from tests.sample_files import HTML, PDF

from .test_messages import leave, stored

pytestmark = pytest.mark.django_db

MIB = 2**20
TODAY, TOMORROW = "2026-11-23T23:00:00+08:00", "2026-11-24T00:00:01+08:00"


@pytest.fixture(autouse=True)
def _limits(settings: Any, time_machine: Any) -> None:
    time_machine.move_to(TODAY, tick=False)
    settings.MESSAGES_PER_DAY, settings.MESSAGES_MAX = 3, 100
    settings.MESSAGE_FILES_PER_DAY, settings.MESSAGE_FILES_MAX = 2, 100
    settings.MESSAGE_MB_PER_DAY, settings.MESSAGE_MB_MAX = 100, 100


def refused(response: Any, status: int, body: dict[str, Any]) -> None:
    assert (response.status_code, response.json()) == (status, body)
    # Until the shop's midnight.
    assert response.headers.get("Retry-After") == ("3601" if status == 429 else None)


def test_messages_of_a_day(mine: APIClient, theirs: APIClient, time_machine: Any) -> None:
    ids = [leave(mine).json()["id"] for _ in range(3)]
    text = "每天最多留言 3 条，请明天再来。"
    refused(leave(mine), 429, {"detail": text})
    # What is deleted was left all the same.
    mine.delete(f"/messages/{ids[0]}/")
    refused(leave(mine), 429, {"detail": text})
    assert leave(theirs).status_code == 201
    assert UserLeavingMessage.objects.count() == 3
    time_machine.move_to(TOMORROW, tick=False)
    assert [leave(mine).status_code for _ in range(4)] == [201, 201, 201, 429]


def test_files_of_a_day(mine: APIClient, media_root: Path) -> None:
    assert leave(mine, HTML).status_code == 400  # refused files are not counted
    assert [leave(mine, PDF).status_code for _ in range(2)] == [201, 201]
    refused(leave(mine, PDF), 429, {"detail": "每天最多上传 2 个文件，请明天再来。"})
    assert len(stored(media_root)) == 2
    assert leave(mine).status_code == 201


def test_bytes_of_a_day(mine: APIClient, media_root: Path, settings: Any) -> None:
    settings.MESSAGE_MB_PER_DAY = 1
    assert leave(mine, b"a" * MIB).status_code == 201
    refused(leave(mine, b"a"), 429, {"detail": "每天最多上传 1 MB 文件，请明天再来。"})
    assert leave(mine).status_code == 201
    assert len(stored(media_root)) == 1


@pytest.mark.parametrize(
    ("setting", "content", "field", "text"),
    [
        ("MESSAGES_MAX", None, "non_field_errors", "最多保留 1 条留言，请先删除一些。"),
        ("MESSAGE_FILES_MAX", PDF, "file", "最多保留 1 个文件，请先删除一些带文件的留言。"),
        ("MESSAGE_MB_MAX", b"a" * MIB, "file", "最多保留 1 MB 文件，请先删除一些带文件的留言。"),
    ],
)
def test_altogether(
    mine: APIClient,
    media_root: Path,
    settings: Any,
    setting: str,
    content: Any,
    field: str,
    text: str,
) -> None:
    setattr(settings, setting, 1)
    first = leave(mine, content).json()
    refused(leave(mine, content), 400, {field: [text]})
    assert UserLeavingMessage.objects.count() == 1
    assert len(stored(media_root)) == (content is not None)
    mine.delete(f"/messages/{first['id']}/")
    assert leave(mine, content).status_code == 201


def test_in_english(mine: APIClient, settings: Any) -> None:
    settings.MESSAGES_MAX = 1
    with translation.override("en"):
        leave(mine)
        assert leave(mine).json() == {
            "non_field_errors": ["At most 1 messages are kept; please delete some."]
        }


def test_the_figures(mine: APIClient, buyer: UserProfile) -> None:
    leave(mine, PDF)
    leave(mine)
    usage = MessageUsage.objects.get(user=buyer)
    figures = (str(usage.day), usage.messages, usage.files, usage.file_bytes)
    assert figures == ("2026-11-23", 2, 1, len(PDF))
    sizes = UserLeavingMessage.objects.order_by("pk").values_list("file_size", flat=True)
    assert list(sizes) == [len(PDF), 0]


def test_a_file_that_comes_too_often_is_not_judged(
    mine: APIClient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "upload": "2/min"}
    settings.MESSAGES_PER_DAY = settings.MESSAGE_FILES_PER_DAY = 100
    assert [leave(mine, content).status_code for content in (PDF, HTML)] == [201, 400]
    monkeypatch.setattr("apps.user_operation.serializers.upload_suffix", None)
    response = leave(mine, PDF)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    # Messages without one are not counted, "undefined" among them.
    assert leave(mine, file="undefined").status_code == 201
    assert leave(mine).status_code == 201


@pytest.mark.parametrize("name", [name for name, (_, to) in HOSTILE.items() if to[0] != "."])
def test_of_a_hostile_file_nothing_stays(
    mine: APIClient, media_root: Path, settings: Any, tmp_path: Path, name: str
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    build, text = HOSTILE[name]
    response = leave(mine, build(2**20))
    assert (response.status_code, response.json()) == (400, {"file": [str(text)]})
    assert not UserLeavingMessage.objects.exists()
    assert not MessageUsage.objects.exists()
    assert stored(media_root) == []
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


# --- The request around it -------------------------------------------------------------------

FILE = b'Content-Disposition: form-data; name="file"; filename="x.txt"'


def part(header: bytes, body: bytes = b"x") -> bytes:
    return b"--b\r\n" + header + b"\r\n\r\n" + body + b"\r\n"


REQUESTS: dict[str, tuple[bytes, str]] = {
    "parts without a name": (part(b"X: y") * 20_000, "multipart/form-data; boundary=b"),
    "fields": (
        part(b'Content-Disposition: form-data; name="a"') * 20_000,
        "multipart/form-data; boundary=b",
    ),
    "two files": (part(FILE) * 2, "multipart/form-data; boundary=b"),
    "files": (part(FILE) * 20_000, "multipart/form-data; boundary=b"),
    "preamble": (b"x" * 2**20 + part(FILE), "multipart/form-data; boundary=b"),
    "a long header": (
        part(b'Content-Disposition: form-data; name="' + b"a" * 2**20 + b'"'),
        "multipart/form-data; boundary=b",
    ),
    "broken base64": (
        part(FILE + b"\r\nContent-Transfer-Encoding: base64", b"!" * 2**20),
        "multipart/form-data; boundary=b",
    ),
    "a long field": (
        part(b'Content-Disposition: form-data; name="message"', b"a" * (2**20 + 1)),
        "multipart/form-data; boundary=b",
    ),
    "nested JSON": (b"[" * 10**6, "application/json"),
    "nested objects": (b'{"a":' * 10**5, "application/json"),
    "long JSON": (b"[" + b"[]," * 400_000 + b"1]", "application/json"),
    "long form": (b"a=" + b"%41" * 400_000, "application/x-www-form-urlencoded"),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_hostile_request(
    buyer: UserProfile, settings: Any, tmp_path: Path, name: str, api: APIClient
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    api.force_authenticate(buyer)
    body, content_type = REQUESTS[name]
    if content_type.startswith("multipart"):
        # Nothing but the fault is wrong with it.
        words = [b"subject", b"message"]
        fields = [part(b'Content-Disposition: form-data; name="%b"' % word) for word in words]
        body = (body if name == "preamble" else b"".join(fields) + body) + b"--b--\r\n"
    response = api.generic("POST", "/messages/", body, content_type)
    assert response.status_code == 400, response.content
    assert not UserLeavingMessage.objects.exists()
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


@pytest.mark.parametrize("path", ["/login/", "/users/", "/codes/"])
def test_the_bodies_of_strangers_are_bounded_too(api: APIClient, path: str) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        response = api.generic("POST", path, b"[" + b"[]," * 400_000 + b"1]", content_type)
        assert (response.status_code, response.json()) == (400, {"detail": "错误的请求。"})
