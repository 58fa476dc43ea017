"""Uploads in a bucket: a real server of the protocol (moto), through the API (docs/media.md)."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import GoodsImport
from apps.goods.services.descriptions import description_clean
from apps.goods.services.picture_making import pictures_make
from apps.goods.services.picture_sweep import pictures_sweep
from apps.goods.tests.factories import make_category, make_goods
from apps.user_operation.models import UserLeavingMessage
from mxshop.checks import bucket_answers
from mxshop.file_audit import checks
from mxshop.health import health_read
from mxshop.media_settings import Bucket, storages_config
from tests.sample_files import PDF, picture
from utils.pictures.naming import names_beside
from utils.pictures.sizes import SIZES
from utils.pictures.storing import picture_store
from utils.storage.failures import StoreAwayError

from .s3_server import KEY, SECRET, S3Server, s3_server
from .shop_settings import TOP

pytestmark = [pytest.mark.slow, pytest.mark.one_database, pytest.mark.django_db]

PICTURES = "https://pictures.example.com/media"
THERE = "a file that a row names is there"
BUYERS = "a buyer's file belongs to a message or a refund request"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture
def s3(server: S3Server) -> Any:
    """An empty bucket."""
    client = server.client
    client.create_bucket(Bucket="uploads")
    yield client
    for key in keys(client):
        client.delete_object(Bucket="uploads", Key=key)
    client.delete_bucket(Bucket="uploads")


@pytest.fixture(autouse=True)
def bucket(settings: Any, s3: Any, server: S3Server) -> Bucket:
    return use(settings, server.url)


def use(settings: Any, endpoint: str, name: str = "uploads", public_url: str = "") -> Bucket:
    given = Bucket(name, endpoint, "us-east-1", KEY, SECRET, "path", public_url)
    settings.MEDIA_S3 = given
    settings.STORAGES = storages_config(given, imports=Path(settings.VAR_DIR, "imports"))
    return given


def keys(s3: Any) -> list[str]:
    return [row["Key"] for row in s3.list_objects_v2(Bucket="uploads").get("Contents", ())]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def a_picture(folder: str = "goods") -> str:
    return picture_store(ContentFile(picture(size=(60, 60))), folder=folder)


def leave(client: APIClient, content: bytes = PDF, name: str = "x.pdf") -> Any:
    words = {"message_type": "3", "subject": "s", "message": "m"}
    file = SimpleUploadedFile(name, content, "application/pdf")
    return client.post("/messages/", {**words, "file": file}, format="multipart")


def test_a_picture_without_a_public_address(client: Client, s3: Any) -> None:
    name = a_picture()
    goods = make_goods(make_category(), goods_front_image=name)
    assert keys(s3) == sorted(f"media/{file}" for file in names_beside(name))
    shown = client.get(f"/goods/{goods.pk}/").json()["goods_front_image"]
    assert shown == f"http://testserver/media/{name}"
    response = client.get(f"/media/{name}")
    assert body(response) == s3.get_object(Bucket="uploads", Key=f"media/{name}")["Body"].read()
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    etag = response.headers["ETag"]
    assert client.get(f"/media/{name}", headers={"If-None-Match": etag}).status_code == 304
    assert client.head(f"/media/{name}").headers["Content-Length"] == str(
        response.headers["Content-Length"]
    )


def test_a_picture_with_a_public_address(
    client: Client, settings: Any, server: S3Server, s3: Any
) -> None:
    use(settings, server.url, public_url=PICTURES)
    name = a_picture()
    goods = make_goods(make_category(), goods_front_image=name)
    shown = client.get("/goods/").json()["results"][0]["goods_front_image"]
    small = name.replace(".page.", ".list.")
    assert shown == f"{PICTURES}/{small}"
    assert client.get(f"/goods/{goods.pk}/").json()["goods_front_image"] == f"{PICTURES}/{name}"
    # Descriptions name /media/, on whatever host.
    response = client.get(f"/media/{name}")
    assert (response.status_code, response.headers["Location"]) == (302, f"{PICTURES}/{name}")
    stored = s3.head_object(Bucket="uploads", Key=f"media/{name}")
    assert stored["ContentType"] == "image/webp"
    assert stored["CacheControl"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("public_url", ["", PICTURES])
def test_a_buyers_file(
    mine: APIClient, client: Client, settings: Any, server: S3Server, s3: Any, public_url: str
) -> None:
    """The shop's own address, always a download, and gone with its message."""
    use(settings, server.url, public_url=public_url)
    left = leave(mine).json()
    [key] = keys(s3)
    assert left["file"] == f"http://testserver/{key}"
    path = left["file"].removeprefix("http://testserver")
    response = client.get(path)
    assert body(response) == PDF
    assert response.headers["Content-Disposition"] == "attachment"
    assert response.headers["Cache-Control"] == "private"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert default_storage.url("refunds/x.png") == "/media/refunds/x.png"
    stored = s3.head_object(Bucket="uploads", Key=key)
    assert (stored["ContentDisposition"], stored["CacheControl"]) == ("attachment", "private")


def test_a_deleted_message_takes_its_file(
    mine: APIClient, client: Client, s3: Any, django_capture_on_commit_callbacks: Any
) -> None:
    left = leave(mine).json()
    path = left["file"].removeprefix("http://testserver")
    with django_capture_on_commit_callbacks(execute=True):
        assert mine.delete(f"/messages/{left['id']}/").status_code == 204
    assert keys(s3) == []
    assert client.get(path).status_code == 404


def test_staff_see_the_picture_of_a_message(mine: APIClient, admin_client: Client) -> None:
    content = picture()
    left = leave(mine, content, "x.png").json()
    page = f"/admin/user_operation/userleavingmessage/{left['id']}"
    response = admin_client.get(f"{page}/picture/")
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["Content-Type"] == "image/png"
    assert f"/media/{UserLeavingMessage.objects.get().file.name}" in (
        admin_client.get(f"{page}/change/").content.decode()
    )


@pytest.mark.parametrize(
    "path",
    ["../imports/x", "goods/../../imports/x", "nothing.webp", "goods/", "messages//x", "%00", "."],
)
def test_nothing_else_is_to_be_had(client: Client, s3: Any, path: str) -> None:
    s3.put_object(Bucket="uploads", Key="imports/x", Body=b"secret")
    assert client.get(f"/media/{path}").status_code == 404


def test_a_pasted_picture_keeps_a_path_of_the_shop(
    settings: Any, server: S3Server, s3: Any
) -> None:
    use(settings, server.url, public_url=PICTURES)
    data = base64.b64encode(picture()).decode()
    html = description_clean(f'<p><img src="data:image/png;base64,{data}"></p>').html
    assert '<img src="/media/descriptions/' in html
    assert keys(s3)[0].startswith("media/descriptions/")


def test_imports_are_where_every_worker_finds_them(
    monkeypatch: pytest.MonkeyPatch, s3: Any
) -> None:
    field = GoodsImport._meta.get_field("file")
    monkeypatch.setattr(field, "storage", storages["imports"])
    row = GoodsImport(name="goods.csv")
    row.file.save("x", ContentFile(b"name,price\n"), save=False)
    assert keys(s3) == [f"imports/{row.file.name}"]
    with row.file.open("rb") as file:
        assert file.read() == b"name,price\n"
    with pytest.raises(ValueError, match="not accessible"):
        _ = row.file.url


def test_sizes_are_made_of_a_picture_from_before(s3: Any) -> None:
    default_storage.save("goods/old.png", ContentFile(picture()))
    goods = make_goods(make_category(), goods_front_image="goods/old.png")
    assert pictures_make() == {"made": 1, "unusable": 0}
    goods.refresh_from_db()
    name = str(goods.goods_front_image.name)
    made = [f"media/{file}" for file in names_beside(name)]
    assert keys(s3) == sorted(["media/goods/old.png", *made])


def test_the_audit_and_the_sweep(mine: APIClient, s3: Any, time_machine: Any) -> None:
    kept, lost, unused = a_picture(), a_picture(), a_picture()
    category = make_category()
    make_goods(category, goods_front_image=kept)
    make_goods(category, goods_front_image=lost)
    leave(mine)
    default_storage.save("messages/stray.pdf", ContentFile(PDF))
    default_storage.delete(lost)
    found = {check.name: check for check in checks()}
    assert found[THERE].breaches == [f"goods.Goods.goods_front_image: {lost}"]
    assert (found[THERE].counted, found[BUYERS].counted, found[BUYERS].breaches) == (7, 1, [])
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    assert {c.name: c.breaches for c in checks()}[BUYERS] == ["messages/stray.pdf"]
    shard = unused.split("/")[1]
    assert pictures_sweep(shard=shard) == 0  # marked
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert pictures_sweep(shard=shard) == 1
    assert not any(default_storage.exists(name) for name in names_beside(unused))
    assert all(default_storage.exists(name) for name in names_beside(kept))


def test_a_server_that_is_away(
    mine: APIClient, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """503 with Retry-After, no row, and readyz says so; the shop sells on."""
    use(settings, "http://127.0.0.1:9")
    response = leave(mine)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert UserLeavingMessage.objects.count() == 0
    assert client.get("/media/goods/x.webp").status_code == 503
    assert client.get("/goods/").status_code == 200
    assert health_read()["media"] == "unreachable"
    [warning] = bucket_answers()
    assert warning.id == "mxshop.W009"
    assert "MEDIA_S3_ENDPOINT: the server of the uploads does not answer" in warning.msg


def test_a_bucket_that_is_not_there(mine: APIClient, settings: Any, server: S3Server) -> None:
    use(settings, server.url, name="another")
    assert leave(mine).status_code == 503
    assert UserLeavingMessage.objects.count() == 0
    assert health_read()["media"] == "refused"
    [error] = bucket_answers()
    assert (error.id, error.msg.partition(":")[0]) == (
        "mxshop.E003", "MEDIA_S3_BUCKET=another cannot be used",
    )  # fmt: skip


def test_all_is_well() -> None:
    assert health_read()["media"] == "ok"
    assert bucket_answers() == []


def test_the_audit_does_not_take_an_absent_server_for_lost_files(settings: Any) -> None:
    name = a_picture()
    make_goods(make_category(), goods_front_image=name)
    use(settings, "http://127.0.0.1:9")
    with pytest.raises(StoreAwayError):
        list(checks())


def test_from_a_folder_into_the_bucket_and_back(tmp_path: Path, s3: Any, capsys: Any) -> None:
    name = "goods/3f/3f" + "0" * 30 + ".page.webp"
    for path, content in ((name, b"one"), ("messages/a.pdf", b"two")):
        (tmp_path / "old" / path).parent.mkdir(parents=True)
        (tmp_path / "old" / path).write_bytes(content)
    call_command("media_copy", "up", tmp_path / "old")
    assert keys(s3) == [f"media/{name}", "media/messages/a.pdf"]
    assert s3.head_object(Bucket="uploads", Key="media/messages/a.pdf")["CacheControl"] == "private"
    call_command("media_copy", "up", tmp_path / "old")
    call_command("media_copy", "down", tmp_path / "new")
    assert (tmp_path / "new" / name).read_bytes() == b"one"
    default_storage.delete("messages/a.pdf")
    call_command("media_copy", "down", tmp_path / "new")
    assert not (tmp_path / "new" / "messages" / "a.pdf").exists()
    # An empty bucket is a wrong setting rather than a shop without pictures.
    default_storage.delete(name)
    call_command("media_copy", "down", tmp_path / "new")
    assert (tmp_path / "new" / name).exists()
    assert capsys.readouterr().out.splitlines() == [
        "2 copied, 0 were there, 0 deleted", "0 copied, 2 were there, 0 deleted",
        "2 copied, 0 were there, 0 deleted", "0 copied, 1 were there, 1 deleted",
        "0 copied, 0 were there, 0 deleted",
    ]  # fmt: skip


def test_what_strangers_get(settings: Any, server: S3Server, s3: Any, capsys: Any) -> None:
    """With the policy of deploy/conf, pictures alone; one that opens more is found."""
    use(settings, server.url, public_url=f"{server.url}/uploads/media")
    with pytest.raises(CommandError) as refused:
        call_command("media_check")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        f"media/{folder}/ has pictures that nobody sees" for folder in SIZES
    ]
    policy = json.loads((TOP / "deploy" / "conf" / "bucket_policy.json").read_text())
    s3.put_bucket_policy(Bucket="uploads", Policy=open_to(policy["Statement"][0]["Resource"]))
    call_command("media_check")
    assert capsys.readouterr().out == "strangers get pictures, and nothing else\n"
    s3.put_bucket_policy(Bucket="uploads", Policy=open_to(["arn:aws:s3:::mxshop-uploads/*"]))
    with pytest.raises(CommandError) as refused:
        call_command("media_check")
    assert {line.partition(":")[0] for line in str(refused.value).splitlines()} == {
        f"{folder} has files that anybody reads"
        for folder in ("media/messages/", "media/refunds/", "imports/")
    }  # fmt: skip
    assert keys(s3) == []


def open_to(resources: list[str]) -> str:
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": [resource.replace("mxshop-uploads", "uploads") for resource in resources],
    }  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
