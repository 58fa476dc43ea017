"""Files that ask for far more work or memory than they cost their sender, made here.

``HOSTILE`` names a builder of each kind and what the file is judged to be: a suffix, or the text
of its refusal. Builders take the size to aim at; the bench and a test by hand use 10 MB.
"""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from utils.uploads import refusals

from .sample_files import archive, compound, open_xml, picture

FULL = 10 * 2**20


def filled(unit: bytes, size: int) -> bytes:
    return (unit * (size // len(unit) + 1))[:size]


def scans_jpeg(count: int, side: int = 64) -> bytes:
    """A whole progressive JPEG whose last scan is repeated: each is work over all its pixels."""
    content = picture_of_one_colour(side)
    place = content.rindex(b"\xff\xda")
    # The tables before the last scan stand once; the scan itself is what repeats.
    return content[:place] + content[place:-2] * count + b"\xff\xd9"


def picture_of_one_colour(side: int) -> bytes:
    file = BytesIO()
    Image.new("L", (side, side), 128).save(file, "JPEG", progressive=True)
    return file.getvalue()


def jpeg_of_data(unit: bytes) -> Callable[[int], bytes]:
    def build(size: int) -> bytes:
        content = picture("JPEG", size=(64, 64))
        scan = content.index(b"\xff\xda") + 14
        return content[:scan] + filled(unit, size - len(content)) + b"\xff\xd9"

    return build


def jpeg_of_segments(size: int) -> bytes:
    content = picture("JPEG")
    return content[:2] + b"\xff\xe1\x00\x02" * (size // 4) + content[2:]


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def png(*chunks: bytes, side: int = 8) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", header), *chunks, chunk(b"IEND")])


def gif(data: bytes) -> bytes:
    """A picture, and a comment whose sub-blocks are ``data``."""
    return picture("GIF")[:-1] + b"!\xfe" + data + b"\x00;"


def webp(data: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data


def webp_of_frames(count: int) -> bytes:
    frame = bytes(16) + picture("WEBP")[12:]
    return webp((b"ANMF" + struct.pack("<I", len(frame)) + frame) * count)


def pdf(unit: bytes) -> Callable[[int], bytes]:
    return lambda size: b"%PDF-1.4\n" + filled(unit, size - 20) + b"\n%%EOF\n"


def text(unit: bytes, first: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: first + filled(unit, size // len(unit) * len(unit))


def zip_of_entries(count: int) -> bytes:
    """A zip whose table of contents is a few bytes for each of many entries of no content."""
    local = b"PK\x03\x04" + b"\x00" * 26
    entry = b"PK\x01\x02" + b"\x00" * 42
    table = entry * count
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count % 65536, count % 65536, len(table), 30, 0
    )
    return local + table + end


def entry(name: bytes, data: bytes, offset: int) -> tuple[bytes, bytes]:
    """A stored entry: as it stands in the archive, and in the table of contents."""
    sizes = struct.pack("<3L", zlib.crc32(data), len(data), len(data))
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 0, 0, 0) + sizes
    local += struct.pack("<2H", len(name), 0) + name + data
    listed = b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, 0, 0, 0) + sizes
    return local, listed + struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, offset) + name


def docx_of_entries(*, inside: bool) -> bytes:
    """A .docx with an entry behind another one, or within its data: so bombs share their bytes."""
    types = b"wordprocessingml.document.main+xml"
    first, listed = entry(b"[Content_Types].xml", types, 0)
    inner_place = len(first) + (31 if inside else 0)
    inner, inner_listed = entry(b"b", b"hello", inner_place)
    outer_place = len(first) + (0 if inside else len(inner))
    outer, outer_listed = entry(b"a", inner if inside else b"", outer_place)
    content = first + (outer if inside else inner + outer)
    table = listed + outer_listed + inner_listed
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(table), len(content), 0)
    return content + table + end


def zip64(document: bytes) -> bytes:
    """The document with the numbers of its end record left to a zip64 record, as APPNOTE has it."""
    table_size, table = struct.unpack_from("<2L", document, len(document) - 10)
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 3, 3, table_size, table)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(document) - 22, 1)
    old = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    return document[:-22] + end + locator + old


def bomb(size: int) -> bytes:
    """A .docx whose list of parts unpacks to a thousand times its size."""
    return archive({"[Content_Types].xml": b" " * (size * 20), "word/document.xml": "<x/>"})


def compound_of_allocations(size: int) -> bytes:
    """A .doc whose allocation table is listed again and again in a chain that never ends."""
    content = bytearray(compound("WordDocument"))
    list_sector = len(content) // 512 - 1
    content += struct.pack("<128I", *[0] * 127, list_sector)
    struct.pack_into("<2I", content, 68, list_sector, 1)
    return bytes(content) + bytes(size - len(content))


def compound_of_entries(size: int) -> bytes:
    """A .doc whose directory is the rest of the file."""
    content = compound("WordDocument")
    sectors = size // 512
    tables = sectors // 128 + 1
    header = bytearray(content[:512])
    struct.pack_into("<I", header, 48, tables)
    struct.pack_into(f"<{min(tables, 109)}I", header, 76, *range(min(tables, 109)))
    chain = struct.pack(f"<{tables * 128}I", *range(1, tables * 128 + 1))
    return bytes(header) + chain + content[1024:1536] * (sectors - tables - 1)


PARTS, PICTURE = refusals.ELABORATE_PICTURE, refusals.BROKEN_PICTURE
DOCUMENT, ACTIVE = refusals.BROKEN_DOCUMENT, refusals.ACTIVE_CONTENT

HOSTILE: dict[str, tuple[Callable[[int], bytes], str]] = {
    "jpeg of 9,000 scans": (lambda size: scans_jpeg(9_000), PARTS),
    "jpeg of empty segments": (jpeg_of_segments, PARTS),
    "jpeg of stuffed bytes": (jpeg_of_data(b"\xff\x00"), ".jpg"),
    "jpeg of fill bytes": (jpeg_of_data(b"\xff"), ".jpg"),
    "jpeg of restarts": (jpeg_of_data(b"\xff\xd0"), ".jpg"),
    "jpeg of openings": (jpeg_of_data(b"<s"), ".jpg"),
    "png of empty chunks": (lambda size: png(*[chunk(b"IDAT")] * (size // 12)), PARTS),
    "png of packed texts": (
        lambda size: png(*[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(size // 20)))] * 17),
        PARTS,
    ),
    "png of frames": (lambda size: png(*[chunk(b"fcTL", bytes(26))] * (size // 38)), PARTS),
    "png with no data to speak of": (lambda size: png(chunk(b"IDAT", b"x"), side=7_000), PICTURE),
    "png of openings": (lambda size: png(chunk(b"IDAT", filled(b"<s", size - 60))), ".png"),
    "gif of short blocks": (lambda size: gif(b"\x01a" * (size // 2)), PARTS),
    "gif of frames": (
        lambda size: picture("GIF")[:-1]
        + b",\0\0\0\0\1\0\1\0\0\2\2D\1\0" * (size // 15) + b";",
        PARTS,
    ),
    "gif of zeros": (lambda size: picture("GIF")[:-1] + bytes(size) + b";", PARTS),
    "webp of chunks": (lambda size: webp(b"ABCD\0\0\0\0" * (size // 8)), PARTS),
    "webp of frames": (lambda size: webp_of_frames(size // 100), PARTS),
    "pdf of openings": (pdf(b"<s"), ".pdf"),
    "pdf of words like handlers": (pdf(b" on" + b"a" * 20), ".pdf"),
    "pdf of handlers without tags": (pdf(b"> onabc=1"), ACTIVE),
    "zip of entries": (lambda size: zip_of_entries(size // 46), DOCUMENT),
    "zip of more entries than it says": (lambda size: zip_of_entries(65_536 + 5_000), DOCUMENT),
    "docx of entries one after the other": (
        lambda size: docx_of_entries(inside=False), ".docx",
    ),
    "docx of entries in one place": (lambda size: docx_of_entries(inside=True), DOCUMENT),
    "docx with zip64 numbers": (lambda size: zip64(open_xml(".docx", {"a": "x"})), DOCUMENT),
    "docx that is a bomb": (bomb, DOCUMENT),
    "doc with an endless table": (compound_of_allocations, ".doc"),
    "doc with an endless directory": (compound_of_entries, DOCUMENT),
    "text of openings": (text(b"<t", b"x"), ACTIVE),
    "text of openings among words": (text(b"x <tx,yz", b"x"), ACTIVE),
    "text of closings": (text(b"</a", b"x"), ACTIVE),
    "text of angles": (text(b"<"), ACTIVE),
    "text of spaces": (text(b" "), ".txt"),
    "text of one line": (text(b"a"), ".txt"),
    "text of tags that do not close": (
        text(b"<a" + b" " * 20 + b"a" * 30 + b" " * 20, b"x"), ".txt",
    ),
    "text of words like handlers": (text(b" onaaaa"), ".txt"),
    "text in utf-16": (text("退货".encode("utf-16-le"), b"\xff\xfe"), ".txt"),
    "text in gb18030": (text("退货".encode("gb18030")), ".txt"),
    "text of two bytes each": (text("é".encode()), ".txt"),
    "text with one wide character": (
        lambda size: text(b"a")(size - 4) + "😀".encode(), ".txt",
    ),
    "text that is gb18030 at its end": (
        lambda size: text("é".encode())(size - 4) + "退货".encode("gb18030"), ".txt",
    ),
}  # fmt: skip
