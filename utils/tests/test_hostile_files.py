"""Uploads that would be expensive to look at: what is answered, and that little is looked at."""

import tracemalloc
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from tests.hostile_files import FULL, HOSTILE, chunk, filled, gif, png, scans_jpeg
from tests.sample_files import GOOD, compound, open_xml, picture
from utils.uploads import active_content, text
from utils.uploads.content import PIECE
from utils.uploads.file_types import file_suffix, upload_suffix
from utils.uploads.refusals import ACTIVE_CONTENT, ELABORATE_PICTURE, FileRefusedError

pytestmark = [pytest.mark.one_database, pytest.mark.slow]

# Enough to be beyond every bound that a file of 10 MB would be beyond.
SIZE = 2**20


def verdict(content: bytes) -> str:
    """Return the suffix, or the text of the refusal."""
    try:
        return file_suffix(content)
    except FileRefusedError as error:
        return str(error.args[0])


@pytest.fixture(autouse=True)
def _nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("decoded")

    for name in ("PIL.Image.open", "PIL.ImageFile.ImageFile.load"):
        monkeypatch.setattr(name, refuse)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_answer(name: str) -> None:
    build, expected = HOSTILE[name]
    assert verdict(build(SIZE)) == str(expected)


@pytest.mark.parametrize(
    "name",
    [
        "jpeg of openings", "png of openings", "pdf of openings", "zip of entries",
        "docx that is a bomb", "doc with an endless table", "doc with an endless directory",
        "text of one line", "text with one wide character", "text in utf-16",
    ],
)  # fmt: skip
def test_the_memory_for_ten_megabytes(name: str) -> None:
    build, _expected = HOSTILE[name]
    with TemporaryUploadedFile("x", "", 0, None) as upload:
        upload.write(build(FULL))
        upload.size = upload.tell()
        tracemalloc.start()
        try:
            upload_suffix(upload)
        except FileRefusedError:
            pass
        finally:
            _now, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 6 * 2**20
        assert upload.tell() == 0


@pytest.mark.parametrize("name", GOOD)
def test_a_file_is_the_same_on_disk_and_in_memory(name: str) -> None:
    suffix, content = GOOD[name]
    assert upload_suffix(SimpleUploadedFile("x", content)) == suffix
    with TemporaryUploadedFile("x", "", 0, None) as upload:
        upload.write(content)
        upload.size = len(content)
        assert upload_suffix(upload) == suffix
        assert upload.read() == content


def test_a_picture_has_a_hundred_scans_at_most() -> None:
    usual = scans_jpeg(1).count(b"\xff\xda") - 1
    assert verdict(scans_jpeg(100 - usual)) == ".jpg"
    assert verdict(scans_jpeg(101 - usual)) == str(ELABORATE_PICTURE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP"])
def test_half_a_picture_is_damaged(kind: str) -> None:
    content = picture(kind, size=(64, 64))
    for size in (12, 20, 30, 60, len(content) // 2, len(content) - 1):
        assert not verdict(content[:size]).startswith("."), size


def test_a_png_is_checked_chunk_by_chunk() -> None:
    content = bytearray(picture("PNG"))
    content[content.index(b"IDAT") + 9] ^= 1
    assert not verdict(bytes(content)).startswith(".")


def test_programs_that_write_a_zero_between_blocks_of_a_gif() -> None:
    assert verdict(picture("GIF")[:-1] + b"\0\0;") == ".gif"


@pytest.mark.parametrize(
    "size", [7_100 * 7_100, 50_000_001], ids=["square", "one more than fifty million"]
)
def test_a_frame_of_an_animation_is_bounded_too(size: int) -> None:
    side = int(size**0.5) + 1
    dimensions = side.to_bytes(2, "little") * 2
    frame = b",\0\0\0\0" + dimensions + b"\0\2\2D\1\0"
    assert not verdict(picture("GIF")[:-1] + frame + b";").startswith(".")


def test_a_tag_is_found_where_two_pieces_meet() -> None:
    tags = [b"<script>", b"<p onclick=x>", b"<img " + b"a" * 190 + b" onerror=x", b" javascript:x"]
    for tag in tags:
        for place in range(PIECE - len(tag) - 3, PIECE + 3):
            content = b"a" * place + tag + b" " * 600
            assert verdict(content) == str(ACTIVE_CONTENT), (tag, place)
            # A word that ends with one is none, also where the piece begins within it.
            assert verdict(content.replace(b" javascript", b"xjavascript")) == (
                ".txt" if b"javascript" in tag else str(ACTIVE_CONTENT)
            )
    binary = gif((b"\xff" + filled(b"x", 255)) * 1_030)
    at = binary[: PIECE - 4] + b"<svg onload=1" + binary[PIECE + 9 :]
    assert verdict(at) == str(ACTIVE_CONTENT)


def test_characters_that_lie_in_two_pieces() -> None:
    for shift in range(4):
        for encoding in ("utf-8", "gb18030"):
            assert verdict(b"a" * (PIECE - shift) + "退😀货".encode(encoding)) == ".txt"
    assert verdict("退😀货".encode("utf-16") * PIECE) == ".txt"


def test_programs_and_lists_of_addresses_are_text() -> None:
    line = b"Somebody <somebody@example.com>, vector<int> v; if (a <b) return;\r\n"
    assert verdict(line * 20_000) == ".txt"
    assert len(line) > text.BYTES_PER_OPENING * 3


def test_a_large_compound_file_lists_its_allocations_outside_the_header() -> None:
    """Beyond 7 MB the header has no room; the directory is found through the list."""
    small = compound("WordDocument", "1Table")
    sectors = 110 * 128  # so many that 110 sectors of allocations are needed
    content = bytearray(small[:512]) + bytes(512 * sectors)
    table, directory = 1, 109 * 128 + 5
    content[68:76] = (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    content[48:52] = directory.to_bytes(4, "little")
    for number in range(109):
        content[76 + 4 * number : 80 + 4 * number] = (table + 1).to_bytes(4, "little")
    content[512:516], content[1020:1024] = table.to_bytes(4, "little"), b"\xfe\xff\xff\xff"
    content[516:1020] = b"\xff" * 504
    at = 512 * (table + 1)
    content[at + 4 * 5 : at + 4 * 6] = (directory + 1).to_bytes(4, "little")
    content[at + 4 * 6 : at + 4 * 7] = b"\xfe\xff\xff\xff"
    empty = small[1024:1536].replace("WordDocument".encode("utf-16-le"), bytes(24))
    content[512 * (directory + 1) : 512 * (directory + 2)] = empty
    content[512 * (directory + 2) : 512 * (directory + 3)] = small[1024:1536]
    assert verdict(bytes(content)) == ".doc"


def test_a_chance_handler_costs_a_bounded_number_of_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_content, "MAX_HANDLER_WORDS", 3)
    assert verdict(b"%PDF-" + b" onabc=1" * 3 + b"%%EOF") == ".pdf"
    assert verdict(b"%PDF-" + b" onabc=1" * 4 + b"%%EOF") == str(ACTIVE_CONTENT)
    assert verdict(png(chunk(b"tEXt", b" onabc=1" * 4), chunk(b"IDAT", b"x"))) == (
        str(ACTIVE_CONTENT)
    )


def test_an_archive_has_ten_thousand_entries_at_most() -> None:
    parts = {f"{number}": "" for number in range(9_998)}
    assert verdict(open_xml(".docx", parts)) == ".docx"
    assert not verdict(open_xml(".docx", {**parts, "one more": ""})).startswith(".")
