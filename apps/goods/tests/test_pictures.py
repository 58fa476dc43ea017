"""Pictures of the catalogue: on the wire, in orders, made in sizes, and swept."""

import base64
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from apps.goods.models import Banner, Goods, GoodsImage, PictureMark
from apps.goods.services.descriptions import description_clean
from apps.goods.services.picture_making import pictures_make
from apps.goods.services.picture_sweep import KEPT, pictures_sweep
from tests.sample_files import SVG, picture
from utils.pictures import picture_store, sized_name
from utils.pictures.naming import names_beside
from utils.uploads.refusals import FileRefusedError

from .conftest import Catalogue
from .factories import make_goods

pytestmark = pytest.mark.django_db


def photo(picture: Image.Image | None = None) -> ContentFile:
    file = BytesIO()
    (picture or Image.linear_gradient("L").resize((1000, 1000))).save(file, "JPEG")
    return ContentFile(file.getvalue(), "图" * 116 + ".jpg")


def address(name: str, size: str) -> str:
    return f"http://testserver/media/{sized_name(name, size)}"


def put(goods: Goods) -> str:
    goods.goods_front_image.save("x", photo())
    name: str = goods.goods_front_image.name
    return name


def test_the_list_gives_small_pictures_the_page_large_ones(
    api: APIClient, catalogue: Catalogue, media_root: Path
) -> None:
    goods = catalogue.in_meat
    front = put(goods)
    [gallery] = [GoodsImage.objects.create(goods=goods, image=photo()).image.name]
    [card] = api.get(f"/goods/?top_category={catalogue.meat.pk}").json()["results"]
    page = api.get(f"/goods/{goods.pk}/").json()

    assert card["goods_front_image"] == address(front, "list")
    assert card["images"] == [{"image": address(gallery, "page")}]
    assert page["goods_front_image"] == address(front, "page")
    assert page["images"] == [
        {"image": address(gallery, "page"), "thumb": address(gallery, "list"),
         "zoom": address(gallery, "zoom")}
    ]  # fmt: skip
    sizes = {}
    for size in ("list", "page", "zoom"):
        with Image.open(media_root / sized_name(gallery, size)) as image:
            sizes[size] = image.size
    assert sizes == {"list": (320, 320), "page": (800, 800), "zoom": (1000, 1000)}
    empty = api.get(f"/goods/{catalogue.in_fruit.pk}/").json()
    assert (empty["goods_front_image"], empty["images"]) == (None, [])
    response = api.get(f"/media/{sized_name(gallery, 'zoom')}")
    assert response.headers["Content-Type"] == "image/webp"
    assert "immutable" in response.headers["Cache-Control"]
    response.close()


def test_a_hundred_goods_are_under_a_megabyte(
    api: APIClient, catalogue: Catalogue, media_root: Path
) -> None:
    """Every picture is noise, which packs worst: the limit of bytes holds for each."""
    noise = Image.merge("RGB", [Image.effect_noise((400, 400), 200) for _ in range(3)])
    name = picture_store(photo(noise), folder="goods")
    for _ in range(100):
        make_goods(catalogue.meat, goods_front_image=name, name="名" * 30, goods_brief="简" * 60)
    response = api.get(f"/goods/?page_size=100&ordering=-add_time&top_category={catalogue.meat.pk}")
    cards = response.json()["results"]
    paths = [card["goods_front_image"].removeprefix("http://testserver/media/") for card in cards]
    total = sum((media_root / path).stat().st_size for path in paths)
    assert paths == [sized_name(name, "list")] * 100
    assert total + len(response.content) < 1_000_000


def test_a_refused_picture_leaves_no_file_and_no_row(
    catalogue: Catalogue, media_root: Path
) -> None:
    with pytest.raises(FileRefusedError):
        catalogue.in_meat.goods_front_image.save("x.png", ContentFile(SVG))
    catalogue.in_meat.refresh_from_db()
    assert not catalogue.in_meat.goods_front_image
    assert not list(media_root.rglob("*.webp"))


def old_file(name: str, content: bytes) -> str:
    return default_storage.save(name, ContentFile(content))


def test_sizes_are_made_of_old_pictures(
    api: APIClient, catalogue: Catalogue, media_root: Path
) -> None:
    goods, jpeg = catalogue.in_meat, photo().read()
    old = old_file("goods/old 图.jpg", jpeg)
    drawing = old_file("banners/logo.svg", SVG)
    Goods.objects.filter(pk=goods.pk).update(goods_front_image=old)
    images = [GoodsImage.objects.create(goods=goods, image=old) for _ in range(2)]
    banner = Banner.objects.create(goods=goods, image=drawing, index=1)
    gone = Banner.objects.create(goods=goods, image="banners/gone.png", index=2)
    own = put(catalogue.in_fruit)
    api.get("/indexgoods/")  # into the cache
    orange = catalogue.in_orange  # whose files are not there
    others = {orange.goods_front_image.name, *orange.images.values_list("image", flat=True)}

    assert pictures_make() == {"made": 1, "unusable": 2 + len(others)}

    goods.refresh_from_db()
    name = goods.goods_front_image.name
    assert {GoodsImage.objects.get(pk=image.pk).image.name for image in images} == {name}
    assert all((media_root / file).is_file() for file in names_beside(name))
    assert (media_root / old).read_bytes() == jpeg  # an order may show it
    for row, unchanged in [(banner, drawing), (gone, "banners/gone.png")]:
        row.refresh_from_db()
        assert row.image.name == unchanged
    assert Goods.objects.get(pk=catalogue.in_fruit.pk).goods_front_image.name == own

    assert pictures_make() == {"made": 0, "unusable": 0}
    (media_root / "banners/gone.png").write_bytes(picture())  # it was found again
    output = StringIO()
    call_command("pictures_make", "--again", stdout=output)
    assert "1 made" in output.getvalue()
    gone.refresh_from_db()
    assert gone.image.name.endswith(".page.webp")


def test_a_picture_that_changed_meanwhile_stays(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = catalogue.in_meat
    Goods.objects.filter(pk=goods.pk).update(
        goods_front_image=old_file("goods/a.jpg", photo().read())
    )

    def overtaken(*args: Any, **kwargs: Any) -> str:
        Goods.objects.filter(pk=goods.pk).update(goods_front_image="goods/newer.page.webp")
        return picture_store(*args, **kwargs)

    monkeypatch.setattr("apps.goods.services.picture_making.picture_store", overtaken)
    pictures_make()
    goods.refresh_from_db()
    assert goods.goods_front_image.name == "goods/newer.page.webp"


def test_one_picture_that_fails_stops_no_other(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [old_file(f"goods/{n}.jpg", photo().read()) for n in "ab"]
    for goods, name in zip((catalogue.in_fruit, catalogue.in_meat), names, strict=True):
        Goods.objects.filter(pk=goods.pk).update(goods_front_image=name)

    def fail_once(file: Any, **kwargs: Any) -> str:
        if file.name.endswith(names[0]):
            raise ConnectionError("storage")
        return picture_store(file, **kwargs)

    monkeypatch.setattr("apps.goods.services.picture_making.picture_store", fail_once)
    with pytest.raises(ExceptionGroup, match="1 pictures failed"):
        pictures_make()
    catalogue.in_meat.refresh_from_db()
    catalogue.in_fruit.refresh_from_db()
    assert catalogue.in_fruit.goods_front_image.name == names[0]
    assert catalogue.in_meat.goods_front_image.name.endswith(".page.webp")
    monkeypatch.undo()
    assert pictures_make()["made"] == 1


@pytest.fixture
def sweep() -> Any:
    """Return a function that sweeps the shards of pictures, ``days`` from now."""
    start = timezone.now()

    def run(*names: str, days: float = 0) -> int:
        moment: datetime = start + timedelta(days=days)
        # Two may have the same.
        shards = {name.split("/")[1] for name in names}
        return sum(pictures_sweep(now=moment, shard=shard) for shard in shards)

    return run


def exist(name: str) -> list[bool]:
    return [default_storage.exists(file) for file in names_beside(name)]


def test_what_no_row_names_is_swept_after_a_week(catalogue: Catalogue, sweep: Any) -> None:
    goods = catalogue.in_meat
    first = put(goods)
    second = put(goods)
    assert exist(first) == [True] * 3  # nothing is deleted with its row
    with transaction.atomic():
        third = put(goods)
        transaction.set_rollback(True)
    late = KEPT.days + 0.1
    assert sweep(first, second, third) == 0
    assert set(PictureMark.objects.values_list("name", flat=True)) == {first, third}
    assert sweep(first, third, days=KEPT.days - 0.1) == 0
    assert sweep(first, second, third, days=late) == 2
    assert (exist(first), exist(second), exist(third)) == ([False] * 3, [True] * 3, [False] * 3)
    assert not PictureMark.objects.exists()


def test_what_comes_back_in_time_stays(catalogue: Catalogue, sweep: Any) -> None:
    goods = catalogue.in_meat
    name = put(goods)
    Goods.objects.filter(pk=goods.pk).update(goods_front_image="")
    sweep(name)
    Goods.objects.filter(pk=goods.pk).update(goods_front_image=name)
    sweep(name, days=5)
    Goods.objects.filter(pk=goods.pk).update(goods_front_image="")
    assert sweep(name, days=8) == 0  # the week begins anew
    assert exist(name) == [True] * 3
    assert sweep(name, days=16) == 1


def test_pictures_in_texts_stay(catalogue: Catalogue, sweep: Any) -> None:
    shown = picture_store(photo(), folder="descriptions")
    copied, unused = picture_store(photo(), folder="goods"), picture_store(photo(), folder="goods")
    text = f'<img src="/media/{shown}"><img src="/media/{sized_name(copied, "zoom")}">'
    Goods.objects.filter(pk=catalogue.in_meat.pk).update(goods_desc=text)
    assert [sweep(shown, copied, unused, days=days) for days in (0, 8)] == [0, 1]
    assert [exist(name)[0] for name in (shown, copied, unused)] == [True, True, False]


def test_files_of_other_names_are_never_swept(sweep: Any) -> None:
    names = ["goods/aa/holiday.webp", "goods/aa/" + "aa" * 16 + ".webp", "goods/old.jpg"]
    for name in names:
        old_file(name, picture())
    for days in (0, 8):
        assert sweep("goods/aa/x", days=days) == 0
    assert all(default_storage.exists(name) for name in names)


def test_half_written_pictures_are_swept(sweep: Any) -> None:
    name = "goods/ab/ab" + "0" * 30 + ".zoom.webp"
    old_file(name, picture("WEBP"))
    for days in (0, 8):
        deleted = sweep(name, days=days)
    assert (deleted, default_storage.exists(name)) == (1, False)


def test_pasted_pictures_become_files_and_losses_are_named(media_root: Path) -> None:
    pasted = base64.b64encode(picture("PNG", size=(30, 20))).decode()
    html = (
        '<p style="color:red;position:fixed" onclick="x()">a'
        f'<img src="data:image/png;base64,{pasted}">'
        '<img src="data:image/png;base64,AAAA"><iframe src="//x"></iframe>'
        '<a href="javascript:x()">b</a><script>alert(1)</script><!-- Word --></p>'
    )
    cleaned = description_clean(html)
    [file] = (media_root / "descriptions").rglob("*.webp")
    assert f'<img src="/media/{file.relative_to(media_root)}">' in cleaned.html
    assert cleaned.taken_away == [
        "粘贴的图片（只接受 JPEG、PNG、GIF、WebP 和 BMP 图片。）",
        "<iframe>", "<script>", "style: position", "onclick", "href=javascript:x()",
    ]  # fmt: skip
    assert description_clean(cleaned.html).taken_away == []
    editors = (
        '<figure class="image"><img style="aspect-ratio:640/480;" src="/media/a.webp" width="640" '
        'height="480"><figcaption>图</figcaption></figure><figure class="table"><table><tbody><tr>'
        '<td>1</td></tr></tbody></table></figure><p><a href="https://example.com">x</a></p>'
    )
    assert description_clean(editors).taken_away == []
