"""The fields by which staff upload pictures that Pillow opens."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ImageFile

from apps.goods.admin.goods import GoodsForm
from apps.goods.models import Banner, Goods, GoodsCategoryBrand, GoodsImage
from tests.hostile_files import scans_jpeg
from tests.sample_files import HTML, picture, png_header
from utils.pictures.fields import PictureFormField
from utils.pictures.naming import page_name

EDITOR = "/ckeditor5/image_upload/"

REFUSED = {
    "many scans": ("x.jpg", scans_jpeg(200), "图片的组成部分过多。"),
    "many pixels": ("x.png", png_header(20_000, 20_000) + picture()[33:], "图片像素过大。"),
    "half a picture": ("x.jpg", picture("JPEG", size=(64, 64))[:-90], "图片已损坏。"),
    "a page": ("x.gif", picture("GIF") + HTML, "文件含有网页或脚本内容，不能上传。"),
    "text": ("x.png", b"hello", "只接受 JPEG、PNG、GIF、WebP 和 BMP 图片。"),
    "tiff": ("x.png", picture("TIFF"), "不接受 TIFF 图片。请另存为 JPEG、PNG 或 WebP。"),
    "heic": (
        "x.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 20,
        "不接受 HEIC 图片（iPhone）。请改用 JPEG：在手机上选择“设置 > 相机 > 格式 > 兼容性最佳”，"
        "或直接用手机浏览器上传，会自动转换。",
    ),
    "avif": (
        "x.jpg", b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1" + b"\0" * 20,
        "不接受 AVIF 图片。请另存为 JPEG、PNG 或 WebP。",
    ),
}  # fmt: skip


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What Pillow was asked to open."""
    files: list[Any] = []
    original = ImageFile.ImageFile.__init__

    def spy(reader: Any, file: Any, *args: Any, **kwargs: Any) -> None:
        files.append(file)
        original(reader, file, *args, **kwargs)

    monkeypatch.setattr(ImageFile.ImageFile, "__init__", spy)
    return files


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


def stored(media_root: Path) -> list[str]:
    files = (path for path in media_root.rglob("*") if path.is_file())
    return [path.relative_to(media_root).as_posix() for path in files]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_a_form_before_pillow_sees_it(opened: list[Any], name: str) -> None:
    file_name, content, text = REFUSED[name]
    form = GoodsForm(data={}, files={"goods_front_image": SimpleUploadedFile(file_name, content)})
    assert form.errors["goods_front_image"] == [text]
    assert opened == []


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_the_editor_before_pillow_sees_it(
    staff: Client, media_root: Path, opened: list[Any], name: str
) -> None:
    file_name, content, text = REFUSED[name]
    response = staff.post(EDITOR, {"upload": SimpleUploadedFile(file_name, content)})
    assert (response.status_code, response.json()) == (400, {"error": {"message": text}})
    assert (opened, stored(media_root)) == ([], [])


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x", ".png", "🍎.jpg", "图" * 116 + ".jpg"])
def test_the_editor_takes_pictures_of_any_name(
    staff: Client, media_root: Path, opened: list[Any], name: str
) -> None:
    response = staff.post(EDITOR, {"upload": SimpleUploadedFile(name, picture())})
    assert response.status_code == 200
    assert response.json() == {"url": f"/media/{stored(media_root)[0]}"}
    [kept] = stored(media_root)
    assert page_name(kept) == kept
    assert kept.startswith("descriptions/")
    assert len(opened) == 1  # so that the tests above see what they must not see


@pytest.mark.parametrize(
    "body", [{}, {"upload": "x"}, {"upload": SimpleUploadedFile("x.png", b"")}]
)
def test_the_editor_without_a_file(staff: Client, body: dict[str, Any]) -> None:
    response = staff.post(EDITOR, body)
    assert response.status_code == 400
    assert response.json() == {"error": {"message": "没有提交任何文件。"}}


def test_the_editor_is_the_staffs(client: Client, media_root: Path, db: None) -> None:
    body = {"upload": SimpleUploadedFile("x.png", picture())}
    assert client.post(EDITOR, body).status_code == 403
    assert stored(media_root) == []


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Goods, "goods_front_image"),
        (GoodsImage, "image"),
        (GoodsCategoryBrand, "image"),
        (Banner, "image"),
    ],
)
def test_every_picture_of_the_catalogue_is_checked(model: Any, name: str) -> None:
    field = model._meta.get_field(name).formfield()
    assert isinstance(field, PictureFormField)
    for kind, suffix in [("JPEG", "jpeg"), ("PNG", "PNG"), ("WEBP", "webp"), ("GIF", "gif")]:
        upload = SimpleUploadedFile(f"x.{suffix}", picture(kind))
        assert field.clean(upload) is upload
        assert upload.tell() == 0
