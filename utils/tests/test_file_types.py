import io
import random
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.sample_files import BAD, GOOD, HTML, compound, open_xml, picture, png_header
from utils.uploads import documents, refusals
from utils.uploads.file_types import file_suffix
from utils.uploads.refusals import FileRefusedError

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("name", GOOD)
def test_accepted(name: str) -> None:
    suffix, content = GOOD[name]
    assert file_suffix(content) == suffix


@pytest.mark.parametrize("name", BAD)
def test_refused(name: str) -> None:
    with pytest.raises(FileRefusedError):
        file_suffix(BAD[name])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("html", refusals.ACTIVE_CONTENT),
        ("svg", refusals.ACTIVE_CONTENT),
        ("gif and html", refusals.ACTIVE_CONTENT),
        ("pdf and html", refusals.ACTIVE_CONTENT),
        ("pdf and zip", refusals.UNKNOWN_KIND),
        ("truncated png", refusals.BROKEN_PICTURE),
        ("picture of 400 megapixels", refusals.HUGE_PICTURE),
        ("docx with macros", refusals.WITH_MACROS),
        ("docm", refusals.WITH_MACROS),
        ("doc with macros", refusals.WITH_MACROS),
        ("xls with macros", refusals.WITH_MACROS),
        ("ppt with macros", refusals.WITH_MACROS),
        ("encrypted docx", refusals.UNKNOWN_KIND),
        ("truncated doc", refusals.BROKEN_DOCUMENT),
        ("elf", refusals.UNKNOWN_KIND),
    ],
)
def test_the_reason(name: str, reason: str) -> None:
    with pytest.raises(FileRefusedError) as error:
        file_suffix(BAD[name])
    assert error.value.args == (reason,)


def test_a_picture_with_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpack(*args: object) -> None:
        raise AssertionError("unpacked")

    content = png_header(7_100, 7_100) + picture("PNG")[33:]
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", unpack)
    with pytest.raises(FileRefusedError) as error:
        file_suffix(content)
    assert error.value.args == (refusals.HUGE_PICTURE,)


def test_a_phone_photo_with_a_second_picture_inside() -> None:
    file = io.BytesIO()
    first, second = (Image.new("RGB", (16, 16), colour) for colour in ("red", "blue"))
    first.save(file, "MPO", save_all=True, append_images=[second])
    assert file_suffix(file.getvalue()) == ".jpg"


def test_an_animation() -> None:
    file = io.BytesIO()
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert file_suffix(file.getvalue()) == ".gif"


def test_a_document_that_would_unpack_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    document = open_xml(".docx", {"word/media/x": b"x" * 5_000})
    assert file_suffix(document) == ".docx"
    monkeypatch.setattr(documents, "MAX_UNPACKED", 5_000)
    with pytest.raises(FileRefusedError):
        file_suffix(document)


def test_content_types_are_read_to_a_limit_only() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "wordprocessingml.document.main+xml"
        archive.writestr("[Content_Types].xml", " " * documents.MAX_CONTENT_TYPES + kind)
    with pytest.raises(FileRefusedError):
        file_suffix(file.getvalue())


def test_a_large_compound_file_with_more_allocation_sectors() -> None:
    # The header has room for 109; the rest hang on a chain of their own, here an empty one.
    content = bytearray(compound("WordDocument"))
    content[68:76] = b"\2\0\0\0\1\0\0\0"
    content += b"\xff" * 508 + b"\xfe\xff\xff\xff"
    assert file_suffix(bytes(content)) == ".doc"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_real_pictures_are_not_taken_for_polyglots(kind: str) -> None:
    for seed in range(5):
        random.seed(seed)
        content = picture(kind, size=(600, 400))
        assert file_suffix(content) == {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[kind]


@pytest.mark.parametrize(
    "content",
    [
        b"<" * 5_000_000,
        b"<a " * 1_500_000,
        b"<a " + b"x" * 5_000_000,
        b"<a on" * 1_000_000,
        b"<" + b"a" * 5_000_000,
        b"\xff\xd8\xff" + b"<a " * 1_500_000,
        b"\xff\xd8\xff" + b"<" + b"a" * 5_000_000,
        b"%PDF-" + b"<a on" * 1_000_000 + b"%%EOF",
        b"%PDF-" + b"<" + b"a" * 5_000_000 + b"%%EOF",
        b"%PDF-" + b"<a" * 2_500_000 + b"%%EOF",
        b"%PDF-" + b"<a " + b"onaaaaaaaaaaaaaaaaaaaaa " * 200_000 + b"%%EOF",
        b"PK\x03\x04" + b"PK\x01\x02" * 1_000_000 + b"PK\x05\x06" + b"\0" * 18,
    ],
    ids=range(12),
)
def test_no_content_takes_long(content: bytes) -> None:
    start = time.process_time()
    with suppress(FileRefusedError):
        file_suffix(content)
    assert time.process_time() - start < 5


STARTS = [content[:size] for _suffix, content in GOOD.values() for size in (8, 40, len(content))]


@pytest.mark.slow
@given(start=st.sampled_from([b"", *STARTS]), rest=st.binary(max_size=300))
@example(start=b"", rest=b"")
@settings(max_examples=400, deadline=None)
def test_any_bytes_have_an_answer(start: bytes, rest: bytes) -> None:
    with suppress(FileRefusedError):
        assert file_suffix(start + rest).startswith(".")


@pytest.mark.slow
@given(
    base=st.sampled_from([content for _suffix, content in GOOD.values()]),
    holes=st.lists(st.tuples(st.integers(0, 4_000), st.binary(min_size=1, max_size=4))),
)
@settings(max_examples=400, deadline=None)
def test_any_damage_has_an_answer(base: bytes, holes: list[tuple[int, bytes]]) -> None:
    content = bytearray(base)
    for place, patch in holes:
        start = place % len(content)
        content[start : start + len(patch)] = patch
    with suppress(FileRefusedError):
        file_suffix(bytes(content))


@pytest.mark.slow
@given(base=st.sampled_from([content for _suffix, content in GOOD.values()]), cut=st.integers(1))
@settings(max_examples=200, deadline=None)
def test_html_anywhere_is_refused(base: bytes, cut: int) -> None:
    place = cut % (len(base) + 1)
    if base.startswith((b"\xff\xfe",)):
        return  # inside UTF-16 these bytes are Chinese characters
    with pytest.raises(FileRefusedError):
        file_suffix(base[:place] + HTML + base[place:])
