import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from rest_framework.test import APIClient

from apps.user_operation.models import UserLeavingMessage
from apps.user_operation.services.messages import message_reply
from apps.users.models import UserProfile
from tests.clients import send
from tests.sample_files import BAD, GOOD, HTML, PDF, SVG, open_xml, picture
from utils.uploads import handlers as uploads

pytestmark = pytest.mark.django_db

MIB = 2**20
WORDS = {"message_type": "3", "subject": "发货", "message": "什么时候发货？"}


def leave(client: APIClient, content: Any = None, name: str = "x.png", **values: Any) -> Any:
    """Post a message as the clients do: multipart, the file among the fields."""
    body = {**WORDS, **values}
    if content is not None:
        body["file"] = SimpleUploadedFile(name, content, "image/png")
    return client.post("/messages/", body, format="multipart")


def stored(media_root: Path) -> list[str]:
    return sorted(str(p.relative_to(media_root)) for p in media_root.rglob("*") if p.is_file())


def path_of(body: dict[str, Any]) -> str:
    address: str = body["file"]
    assert address.startswith("http://testserver/media/messages/")
    return address.removeprefix("http://testserver/media/")


def test_leave_a_message(mine: APIClient, buyer: UserProfile, time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T11:00:42+08:00", tick=False)
    response = leave(mine)
    row = UserLeavingMessage.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": row.pk, "message_type": 3, "subject": "发货", "message": "什么时候发货？",
        "file": None, "file_name": "", "reply": "", "replied_at": None,
        "add_time": "2026-11-23 11:00",
    }  # fmt: skip
    assert row.user == buyer
    assert mine.get("/messages/").json() == [response.json()]
    assert mine.get(f"/messages/{row.pk}/").json() == response.json()


def test_as_json_and_as_a_form(mine: APIClient) -> None:
    assert mine.post("/messages/", WORDS, format="json").json()["message_type"] == 3
    text = "message_type=3&subject=a&message=b&file=undefined"
    response = mine.post("/messages/", text, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["file"]) == (201, None)


def test_newest_first(mine: APIClient) -> None:
    ids = [leave(mine).json()["id"] for _ in range(3)]
    assert [row["id"] for row in mine.get("/messages/").json()] == ids[::-1]


@pytest.mark.parametrize("value", ["1", "2", "3", "4", "5", 1, 5])
def test_types(mine: APIClient, value: Any) -> None:
    for format_ in ("json", "multipart"):
        body = {**WORDS, "message_type": value}
        response = mine.post("/messages/", body, format=format_)
        assert (response.status_code, response.json()["message_type"]) == (201, int(value))


@pytest.mark.parametrize("value", ["", None, "absent"])
def test_no_type_means_1(mine: APIClient, value: Any) -> None:
    body = {**WORDS, "message_type": value}
    if value == "absent":
        del body["message_type"]
    response = mine.post("/messages/", body, format="json")
    assert (response.status_code, response.json()["message_type"]) == (201, 1)
    if value is not None:
        assert mine.post("/messages/", body, format="multipart").json()["message_type"] == 1


@pytest.mark.parametrize(
    "value", ["0", 0, "6", -1, "x", "1.5", 1.5, True, [], [1], {}, 10**30, "\0", "\ud800", "٣"],
    ids=repr,
)  # fmt: skip
def test_no_such_type(mine: APIClient, value: Any) -> None:
    response = send(mine, "post", "/messages/", {**WORDS, "message_type": value})
    assert response.status_code == 400
    assert response.json() == {"message_type": ["请填写 1 到 5 的数字。"]}
    assert not UserLeavingMessage.objects.exists()


@pytest.mark.parametrize("field", ["subject", "message"])
@pytest.mark.parametrize(
    "value",
    ["", "  ", "a\0b", "\ud800", None, [], {}, True, "x" * 10_001],
    ids=lambda value: repr(value)[:8],
)
def test_no_text(mine: APIClient, field: str, value: Any) -> None:
    response = send(mine, "post", "/messages/", {**WORDS, field: value})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert not UserLeavingMessage.objects.exists()


def test_lengths(mine: APIClient) -> None:
    assert leave(mine, subject="题" * 100, message="信" * 10_000).status_code == 201
    assert list(leave(mine, subject="题" * 101).json()) == ["subject"]


# --- Files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD)
def test_a_file(mine: APIClient, media_root: Path, name: str) -> None:
    suffix, content = GOOD[name]
    response = leave(mine, content, name="我的 文件.exe")
    assert response.status_code == 201, response.content
    body = response.json()
    path = path_of(body)
    assert re.fullmatch(r"messages/[0-9a-f]{32}\.[a-z]+", path)
    assert path.endswith(suffix)
    assert body["file_name"] == "我的 文件.exe"
    assert (media_root / path).read_bytes() == content
    assert stored(media_root) == [path]


def test_a_file_is_a_plain_link_and_a_download(mine: APIClient) -> None:
    body = leave(mine, picture("PNG")).json()
    response = Client().get("/media/" + path_of(body))
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private"
    response.close()


@pytest.mark.parametrize("detour", ["", "./", "/", "goods/../", "//./"])
def test_no_detour_to_another_disposition(mine: APIClient, detour: str) -> None:
    path = path_of(leave(mine, picture("PNG")).json())
    response = Client().get(f"/media/{detour}{path}")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment"
    response.close()


def test_the_same_file_twice_has_two_names(mine: APIClient) -> None:
    first, second = (path_of(leave(mine, PDF).json()) for _ in range(2))
    assert first != second


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("pretended", ["x.png"])
def test_a_refused_file(mine: APIClient, media_root: Path, name: str, pretended: str) -> None:
    response = leave(mine, BAD[name], name=pretended)
    assert response.status_code == 400
    assert list(response.json()) == ["file"]
    assert not UserLeavingMessage.objects.exists()
    assert stored(media_root) == []


def test_why_a_file_is_refused_in_chinese(mine: APIClient) -> None:
    for content, text in [
        (HTML, "文件含有网页或脚本内容，不能上传。"),
        (SVG, "文件含有网页或脚本内容，不能上传。"),
        (picture("GIF") + HTML, "文件含有网页或脚本内容，不能上传。"),
        (b"\x7fELF\0", "只接受图片、PDF、文本和办公文档。"),
        (b"", "提交的是空文件。"),
    ]:
        assert leave(mine, content).json() == {"file": [text]}


@pytest.mark.parametrize("value", ["", "undefined", "null", " ", None])
def test_nothing_chosen(mine: APIClient, media_root: Path, value: Any) -> None:
    response = mine.post("/messages/", {**WORDS, "file": value}, format="json")
    assert (response.status_code, response.json()["file"]) == (201, None)
    if value is not None:
        response = leave(mine, file=value)
        assert (response.status_code, response.json()["file"]) == (201, None)
    assert stored(media_root) == []


@pytest.mark.parametrize("value", ["x", "undefined2", 1, True, [], {}, [1], "\0", "\ud800"])
def test_no_file(mine: APIClient, value: Any) -> None:
    response = send(mine, "post", "/messages/", {**WORDS, "file": value})
    assert (response.status_code, list(response.json())) == (400, ["file"])
    assert not UserLeavingMessage.objects.exists()


def test_ten_megabytes_fit_and_one_byte_more_does_not(mine: APIClient, media_root: Path) -> None:
    content = b"a" * (10 * MIB)
    assert leave(mine, content).status_code == 201
    response = leave(mine, content + b"a")
    assert response.status_code == 400
    assert response.json() == {"file": ["文件不能超过 10 MB。"]}
    assert len(stored(media_root)) == UserLeavingMessage.objects.count() == 1


def test_too_large_a_file_is_neither_kept_nor_read(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    def read(content: bytes) -> str:
        raise AssertionError("read")

    monkeypatch.setattr("apps.user_operation.serializers.upload_suffix", read)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    written: list[int] = []
    original = uploads.LimitedUploadHandler.file_complete

    def look(self: Any, file_size: int) -> Any:
        written.extend(p.stat().st_size for p in settings.FILE_UPLOAD_TEMP_DIR.iterdir())
        return original(self, file_size)

    monkeypatch.setattr(uploads.LimitedUploadHandler, "file_complete", look)
    assert leave(mine, b"a" * (10 * MIB + 1)).json() == {"file": ["文件不能超过 10 MB。"]}
    assert written == []


def test_far_too_large_a_request_is_not_read_at_all(mine: APIClient) -> None:
    class Body(BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("read")

    for path, length in (("/messages/", 11 * MIB + 1), ("/login/", 10**30), ("/nowhere/", 10**12)):
        response = mine.post(
            path,
            content_type="multipart/form-data; boundary=b",
            CONTENT_LENGTH=str(length),
            **{"wsgi.input": Body()},
        )
        assert (response.status_code, response.json()) == (413, {"detail": "请求内容过大。"})


def test_no_temporary_file_stays(mine: APIClient, settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    for content in (PDF, HTML, b"a" * (11 * MIB), b""):
        leave(mine, content)
    assert os.listdir(settings.FILE_UPLOAD_TEMP_DIR) == []  # noqa: PTH208


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("照片.png", "照片.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.png", "a.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("<script>.png", "<script>.png"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
        ("😀.png", "😀.png"),
        (".htaccess", ".htaccess"),
    ],
)
def test_the_name_is_kept_as_words_only(
    mine: APIClient, media_root: Path, name: str, kept: str
) -> None:
    boundary = "b0undary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in WORDS.items()
    ]
    quoted = name.replace("\\", "\\\\")
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        "Content-Type: text/html\r\n\r\n".encode()
        + PDF
        + f"\r\n--{boundary}--\r\n".encode()
    )
    response = mine.generic(
        "POST", "/messages/", b"".join(parts), f"multipart/form-data; boundary={boundary}"
    )
    assert response.status_code == 201, response.content
    assert response.json()["file_name"] == kept
    [path] = stored(media_root)
    assert re.fullmatch(r"messages/[0-9a-f]{32}\.pdf", path)


MULTIPART = b'--b\r\nContent-Disposition: form-data; name="subject"\r\n\r\nx\r\n'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
        (b"", "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data; boundary=b"),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (MULTIPART + b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n',
         "multipart/form-data; boundary=b"),
        (MULTIPART + b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n'
         b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--b--\r\n",
         "multipart/form-data; boundary=b"),
        (MULTIPART + b'--b\r\nContent-Disposition: form-data; filename="x"\r\n\r\nx\r\n--b--\r\n',
         "multipart/form-data; boundary=b"),
        (MULTIPART, "multipart/form-data; boundary=\u00e9"),
        (MULTIPART, "multipart/form-data; boundary=" + "b" * 500),
        (MULTIPART, "multipart/form-data; boundary=b; charset=nonsense"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"\xff", "application/json"),
        (b"NaN", "application/json"),
        (b'{"message_type": NaN}', "application/json"),
        (b'{"message_type": ' + b"9" * 5000 + b"}", "application/json"),
        (b"x", "application/json; charset=nonsense"),
        (b"x", "text/plain"),
        (b"x", ""),
        (b"x", "\x00"),
    ],
    ids=range(21),
)  # fmt: skip
def test_broken_bodies(mine: APIClient, body: bytes, content_type: str) -> None:
    response = mine.generic("POST", "/messages/", body, content_type)
    assert response.status_code in {400, 415}, response.content
    assert not UserLeavingMessage.objects.exists()


def test_a_form_field_that_is_too_large(mine: APIClient) -> None:
    assert leave(mine, message="x" * (3 * MIB)).status_code == 400
    assert not UserLeavingMessage.objects.exists()


def test_what_is_the_shops_to_write_is_ignored(mine: APIClient, other: UserProfile) -> None:
    body = {
        **WORDS, "user": other.pk, "id": 77, "reply": "ok", "replied_at": "2026-01-01 00:00",
        "file_name": "x", "add_time": "1999-01-01 00:00",
    }  # fmt: skip
    answer = mine.post("/messages/", body, format="json").json()
    assert (answer["reply"], answer["replied_at"], answer["file_name"]) == ("", None, "")
    assert answer["id"] != 77
    assert answer["add_time"] != "1999-01-01 00:00"
    assert mine.get("/messages/").json() == [answer]


def test_the_file_does_not_stay_when_the_row_cannot_be_written(
    mine: APIClient, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, **kwargs: Any) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(UserLeavingMessage, "save", fail)
    with pytest.raises(DatabaseError):
        leave(mine, PDF)
    assert stored(media_root) == []


# --- Removing ------------------------------------------------------------------------------


def test_removing_a_message_removes_its_file(
    mine: APIClient, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    kept, gone = (leave(mine, PDF).json() for _ in range(2))
    with django_capture_on_commit_callbacks(execute=True):
        response = mine.delete(f"/messages/{gone['id']}/")
        # Not before it is committed: the database may still say no.
        assert len(stored(media_root)) == 2
    assert (response.status_code, response.content) == (204, b"")
    assert stored(media_root) == [path_of(kept)]
    assert mine.get("/messages/").json() == [kept]
    assert Client().get("/media/" + path_of(gone)).status_code == 404


def test_a_removal_that_is_rolled_back_keeps_the_file(
    mine: APIClient, media_root: Path, django_capture_on_commit_callbacks: Any
) -> None:
    body = leave(mine, PDF).json()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        UserLeavingMessage.objects.get().delete()
        transaction.set_rollback(True)
    assert stored(media_root) == [path_of(body)]


def test_a_file_that_cannot_be_removed_is_no_error(
    mine: APIClient, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(self: Any, name: str) -> None:
        raise PermissionError

    body = leave(mine, PDF).json()
    monkeypatch.setattr(FileSystemStorage, "delete", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        assert mine.delete(f"/messages/{body['id']}/").status_code == 204
    assert not UserLeavingMessage.objects.exists()


def test_a_deleted_account_takes_its_files_along(
    mine: APIClient,
    theirs: APIClient,
    buyer: UserProfile,
    media_root: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    leave(mine, PDF)
    kept = leave(theirs, open_xml(".docx")).json()
    with django_capture_on_commit_callbacks(execute=True):
        buyer.delete()
    assert stored(media_root) == [path_of(kept)]


# --- Answers -------------------------------------------------------------------------------


def test_the_buyer_reads_the_reply(mine: APIClient, time_machine: Any) -> None:
    body = leave(mine).json()
    time_machine.move_to("2026-11-24T09:30:00+08:00", tick=False)
    message_reply(message_id=body["id"], reply="明天发货。")
    [row] = mine.get("/messages/").json()
    assert row == {**body, "reply": "明天发货。", "replied_at": "2026-11-24 09:30"}


def test_pages(mine: APIClient, django_assert_num_queries: Any) -> None:
    ids = [leave(mine).json()["id"] for _ in range(3)][::-1]
    with django_assert_num_queries(2 + 2):  # session, user; count, messages
        body = mine.get("/messages/?page=1&page_size=2").json()
    assert ([row["id"] for row in body["results"]], body["count"]) == (ids[:2], 3)
    assert body["next"] == "http://testserver/messages/?page=2&page_size=2"
    assert body["previous"] is None


def test_the_newest_hundred(mine: APIClient, buyer: UserProfile) -> None:
    UserLeavingMessage.objects.bulk_create(
        UserLeavingMessage(user=buyer, subject=f"{n}", message="x") for n in range(101)
    )
    rows = mine.get("/messages/").json()
    assert [row["subject"] for row in rows] == [f"{n}" for n in range(100, 0, -1)]


@pytest.mark.parametrize("count", [1, 12])
def test_queries_of_the_list(mine: APIClient, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        leave(mine, PDF)
    with django_assert_num_queries(2 + 1):  # session, user; messages
        assert len(mine.get("/messages/").json()) == count


def test_uploads_lie_under_the_media_folder(media_root: Path) -> None:
    assert Path(default_storage.path("messages/x")).parent == media_root / "messages"
