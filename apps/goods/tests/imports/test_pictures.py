"""Pictures by their names in zips."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from apps.goods.models import Goods
from apps.goods.services.goods_import.pictures import entry_name

from ..conftest import Catalogue
from .helpers import PAGE, UPLOAD, changes, csv_file, faults, picture, press, upload, zip_file

pytestmark = pytest.mark.django_db

HEADER = ["货号", "主图", "图片"]


def test_pictures_from_zips(staff: Client, catalogue: Catalogue, media_root: Any) -> None:
    orange = catalogue.in_orange
    own = list(orange.images.order_by("pk").values_list("image", flat=True))
    file = csv_file(HEADER, [orange.goods_sn, "橙.PNG", f"{own[1].split('/')[1]};b.jpg"])
    goods_import = upload(staff, file, zip_file({"目录/橙.png": picture()}))
    assert faults(goods_import) == [
        (2, "images", f"{own[1].split('/')[1]};b.jpg",
         "压缩包里没有这张图片。请把它放进压缩包一起上传。"),
    ]  # fmt: skip
    more = zip_file({"b.jpg": picture("JPEG"), "__MACOSX/b.jpg": b"x", ".b.jpg": b"x"})
    press(staff, goods_import, "pictures", pictures=[more])
    assert (goods_import.state, changes(goods_import)) == ("checked", {
        2: [["goods_front_image", "goods/orange.webp", "zip:橙.png"],
            ["images", own, [own[1], "zip:b.jpg"]]],
    })  # fmt: skip
    assert not list(media_root.rglob("*.*"))
    press(staff, goods_import, "start")
    orange.refresh_from_db()
    kept, new = orange.images.order_by("pk")
    assert kept.image.name == own[1]
    for image in (orange.goods_front_image, new.image):
        with Image.open(Path(image.path)) as stored:
            assert (stored.format, stored.size) == ("WEBP", (4, 3))


def test_a_row_that_fails_leaves_no_picture(
    staff: Client, catalogue: Catalogue, media_root: Any
) -> None:
    file = csv_file(["货号", "名称", "类别", "售价", "主图"], ["N1", "新", "橙子", "1", "a.png"])
    goods_import = upload(staff, file, zip_file({"a.png": picture()}))
    goods_import.rows.update(
        changes=[
            ["category", None, catalogue.meat.pk],
            ["shop_price", None, "-1"],
            ["goods_front_image", None, "zip:a.png"],
        ],
    )
    press(staff, goods_import, "start")
    row = goods_import.rows.get()
    assert (goods_import.state, row.outcome) == ("done", "failed")
    assert not Goods.objects.filter(goods_sn="N1").exists()
    assert not list(media_root.rglob("*.*"))


@pytest.mark.parametrize(
    ("files", "said"),
    [({"a.png": b"no picture"}, "BMP"),
     ({"1/a.png": picture(), "2/a.png": picture()}, "多个文件夹"),
     ({"A.png": picture(), "a.PNG": picture()}, "大小写"), ({"b.png": picture()}, "没有这张图片")],
)  # fmt: skip
def test_pictures_that_are_faults(
    staff: Client, catalogue: Catalogue, files: dict[str, bytes], said: str
) -> None:
    name = "a.Png" if "A.png" in files else "a.png"
    file = csv_file(HEADER, [catalogue.in_orange.goods_sn, name, ""])
    goods_import = upload(staff, file, zip_file(files))
    ((_row, column, value, text),) = faults(goods_import)
    assert (column, value) == ("goods_front_image", name)
    assert said in text


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(3), b"no zip", zip_file({}).read()])
def test_zips_that_cannot_be_read(staff: Client, catalogue: Catalogue, content: bytes) -> None:
    archive = BytesIO(content)
    archive.name = "p.zip"
    response: Any = staff.post(UPLOAD, {"file": csv_file(HEADER), "pictures": [archive]})
    assert response.context["form"].non_field_errors() == [
        "“p.zip”不是可以读取的 zip 压缩包：已损坏、有密码或文件太多。请重新打包图片。"
    ]
    assert staff.get(PAGE).context["cl"].result_count == 0


def test_names_as_chinese_windows_packs_them() -> None:
    assert entry_name("橙子.jpg".encode("gbk").decode("cp437")) == "橙子.jpg"
    assert entry_name("橙子.jpg".encode().decode("cp437")) == "橙子.jpg"
    assert entry_name("橙子.jpg") == "橙子.jpg"
    assert entry_name("plain.jpg") == "plain.jpg"
