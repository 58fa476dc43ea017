"""What becomes of an uploaded picture: its sizes, its direction, its colours, what is left out."""

import struct
import threading
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from utils.pictures import decoding, picture_prepare, sized_name
from utils.pictures.sizes import LIST
from utils.uploads.pictures.jpeg import JpegLimits
from utils.uploads.refusals import FileRefusedError

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def prepared(content: bytes, folder: str = "goods") -> dict[str, Image.Image]:
    files = picture_prepare(ContentFile(content), folder=folder).files
    return {size: Image.open(BytesIO(file)) for size, file in files.items()}


def near(pixel: Any, wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(
    ("folder", "size", "sizes"),
    [
        ("goods", (2000, 1000), {"list": (320, 160), "page": (800, 400), "zoom": (1600, 800)}),
        ("goods", (500, 900), {"list": (178, 320), "page": (444, 800), "zoom": (500, 900)}),
        ("banners", (100, 40), {"list": (100, 40), "page": (100, 40), "zoom": (100, 40)}),
        ("descriptions", (2400, 6000), {"page": (1200, 3000)}),
        ("goods", (1, 3000), {"list": (1, 320), "page": (1, 800), "zoom": (1, 1600)}),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_sizes(folder: str, size: tuple[int, int], sizes: dict[str, Any], kind: str) -> None:
    pictures = prepared(encoded(Image.new("RGB", size, RED), kind), folder)
    assert {name: picture.size for name, picture in pictures.items()} == sizes
    assert {picture.format for picture in pictures.values()} == {"WEBP"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_and_tell_nothing(orientation: int, kind: str) -> None:
    # As seen upright: red on top, blue below, taller than wide.
    upright = Image.new("RGB", (64, 96), BLUE)
    upright.paste(RED, (0, 0, 64, 48))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that undoes each
    lying = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Phone of Zhang"
    content = encoded(lying, kind, exif=exif)
    assert b"Zhang" in content

    for picture in prepared(content).values():
        assert picture.size == (64, 96)
        assert near(picture.getpixel((30, 8)), RED)
        assert near(picture.getpixel((30, 88)), BLUE)
        assert not picture.getexif()
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize(
    ("mode", "kind", "fill", "seen"),
    [
        ("L", "JPEG", 128, (128, 128, 128)),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("I;16", "PNG", 0x8080, (128, 128, 128)),
        ("P", "GIF", 0, (0, 0, 0)),
        ("RGBA", "PNG", (200, 30, 30, 255), RED),
        ("RGBA", "PNG", (200, 30, 30, 0), (200, 30, 30, 0)),
        ("LA", "PNG", (128, 100), (128, 128, 128, 100)),
        ("RGB", "BMP", RED, RED),
    ],
)
def test_kinds_of_colours(mode: str, kind: str, fill: Any, seen: tuple[int, ...]) -> None:
    page = prepared(encoded(Image.new(mode, (40, 40), fill), kind))["page"]
    pixel = page.convert("RGBA" if len(seen) == 4 else page.mode).getpixel((20, 20))
    if seen[3:] == (0,):
        assert pixel[3] == 0  # type: ignore[index]
    else:
        assert near(pixel, seen)


@pytest.mark.parametrize("transparency", [(), (100,)])
def test_colours_of_a_profile_are_converted(transparency: tuple[int, ...]) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # In this one, the number for red means blue.
    swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    picture = Image.new("RGBA" if transparency else "RGB", (20, 20), (*RED, *transparency))
    for profile, seen in [(srgb, RED), (swapped, BLUE), (b"junk", RED)]:
        page = prepared(encoded(picture, "PNG", icc_profile=profile))["page"]
        assert near(page.getpixel((9, 9)), (*seen, *transparency))


@pytest.mark.slow
def test_a_list_of_pictures_is_light_whatever_they_show() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1200, 1200), 200) for _ in range(3)])
    files = picture_prepare(ContentFile(encoded(noise)), folder="goods").files
    assert len(files["list"]) <= LIST.most_bytes < len(files["page"])


def test_a_bare_webp_is_not_encoded_again() -> None:
    bare = encoded(Image.effect_noise((700, 700), 50).convert("RGB"), "WEBP", quality=50)
    files = picture_prepare(ContentFile(bare), folder="goods").files
    assert files["page"] == files["zoom"] == bare
    told = encoded(Image.open(BytesIO(bare)), "WEBP", exif=b"Exif\0\0II*\0Zhang")
    files = picture_prepare(ContentFile(told), folder="goods").files
    assert all(b"Zhang" not in file for file in files.values())


@pytest.mark.slow
def test_large_photos_shrink_as_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for what is decoded. (The largest photos: python -m bench pictures.)"""
    monkeypatch.setitem(decoding.MOST_PIXELS, ".jpg", 5_000_000)
    monkeypatch.setattr(
        "utils.pictures.preparing.JPEG_LIMITS",
        JpegLimits(row_by_row=20_000_000, kept_whole=5_000_000),
    )
    photo = Image.new("RGB", (4000, 4000), RED)
    assert prepared(encoded(photo))["zoom"].size == (1600, 1600)
    for content in (
        encoded(photo, progressive=True),
        encoded(photo.resize((5000, 5000))),
    ):
        with pytest.raises(FileRefusedError, match="像素过大"):
            prepared(content)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_other_kinds_are_decoded_whole_so_their_pixels_are_few(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(decoding.MOST_PIXELS, f".{kind.lower()}", 9_999)
    with pytest.raises(FileRefusedError, match="像素过大"):
        prepared(encoded(Image.new("RGB", (100, 100)), kind))


def test_damaged_inside() -> None:
    """Whole as far as its parts go, but no decoder can make a picture of them."""
    content = bytearray(encoded(Image.effect_noise((64, 64), 90), "PNG"))

    place = content.index(b"IDAT")
    (length,) = struct.unpack_from(">I", content, place - 4)
    content[place + 4 : place + 4 + length] = b"\1" * length
    struct.pack_into(
        ">I", content, place + 4 + length, zlib.crc32(content[place : place + 4 + length])
    )
    with pytest.raises(FileRefusedError, match="图片已损坏"):
        prepared(bytes(content))


def test_names_derive_from_the_name_of_the_page() -> None:
    stem = "goods/3f/3f" + "0" * 30
    assert sized_name(f"{stem}.page.webp", "list") == f"{stem}.list.webp"
    assert sized_name(f"{stem}.page.webp", "zoom") == f"{stem}.zoom.webp"
    for other in (
        "goods/a.webp",
        "goods/a.page.webp",
        f"{stem}.list.webp",
        f"x/{stem}.page.webp",
        "",
    ):
        assert sized_name(other, "list") == other
    text = stem.replace("goods", "descriptions") + ".page.webp"
    assert sized_name(text, "list") == text


@pytest.mark.slow
def test_one_picture_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]
    decode = decoding.decode

    def counted(*args: Any, **kwargs: Any) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        picture = decode(*args, **kwargs)
        inside[0] -= 1
        return picture

    monkeypatch.setattr("utils.pictures.preparing.decode", counted)
    content = encoded(Image.new("RGB", (1500, 1500), RED))
    threads = [threading.Thread(target=prepared, args=(content,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
