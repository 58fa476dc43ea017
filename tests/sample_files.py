"""Small files of every kind, made here so that each test can see what is in them."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><path d="M0 0"/></svg>'
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n"
    b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n97\n%%EOF\n"
)


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + header + struct.pack(">I", zlib.crc32(header))


def archive(members: dict[str, str | bytes], comment: bytes = b"") -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
        made.comment = comment
    return file.getvalue()


OPEN_XML = {
    ".docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    ".xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    ".pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}


def open_xml(suffix: str, extra: dict[str, str | bytes] | None = None, **options: Any) -> bytes:
    """A .docx, .xlsx or .pptx as far as its packaging goes."""
    part, kind = OPEN_XML[suffix]
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.{kind}"/></Types>'
    )
    return archive({"[Content_Types].xml": types, part: "<x/>", **(extra or {})}, **options)


def compound(*names: str, tail: bytes = b"") -> bytes:
    """A compound file (MS-CFB) whose directory holds these names: a .doc, .xls or .ppt."""
    entries = [("Root Entry", 5), *((name, 2) for name in names)]
    entries += [("", 0)] * (-len(entries) % 4)
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0")
        + struct.pack("<HB", 2 * len(name) + 2 if name else 0, kind)
        + b"\1" + b"\xff" * 12 + b"\0" * 48
        for name, kind in entries
    )  # fmt: skip
    sectors = len(directory) // 512
    chain = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    allocation = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    header += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + allocation + directory + tail


GOOD: dict[str, tuple[str, bytes]] = {
    "jpeg": (".jpg", picture("JPEG")),
    "png": (".png", picture("PNG")),
    "gif": (".gif", picture("GIF")),
    "webp": (".webp", picture("WEBP")),
    "bmp": (".bmp", picture("BMP")),
    "pdf": (".pdf", PDF),
    "docx": (".docx", open_xml(".docx")),
    "xlsx": (".xlsx", open_xml(".xlsx")),
    "pptx": (".pptx", open_xml(".pptx")),
    "doc": (".doc", compound("WordDocument", "1Table")),
    "xls": (".xls", compound("Workbook")),
    "old xls": (".xls", compound("Book")),
    "ppt": (".ppt", compound("Current User", "PowerPoint Document")),
    "ascii": (".txt", b"a < b, c > d; x <foo@example.com>\r\n\tif (a<b && c>d) 3 <4\n"),
    "utf-8": (".txt", "你好，我想退货。".encode()),
    "utf-8 with mark": (".txt", "你好".encode("utf-8-sig")),
    "utf-16": (".txt", "你好，退货".encode("utf-16")),
    "gbk": (".txt", "你好，我想退货。".encode("gbk")),
    "csv": (".txt", "订单,数量\n1,2\n".encode("gb18030")),
    "text that begins as a bitmap": (".txt", "BMW 的包裹还没到".encode()),
}

BAD: dict[str, bytes] = {
    "html": HTML,
    "html fragment": b"hello <img src=x onerror=alert(1)>",
    "html link": b'see <a href="https://evil.example">here</a>',
    "html in utf-16": HTML.decode().encode("utf-16"),
    "html in gbk": "<p>你好</p>".encode("gbk"),
    "html after 20,000 bytes": b"hello world " * 2000 + HTML,
    "upper case html": HTML.upper(),
    "svg": SVG,
    "svg with declaration": b'<?xml version="1.0"?>\n' + SVG,
    "xml": b'<?xml version="1.0"?><note/>',
    "xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "rtf": b"{\\rtf1\\ansi hello}",
    "postscript": b"%!PS-Adobe-3.0\n",
    "gif and html": picture("GIF") + HTML,
    "gif that is a script": b"GIF89a/*" + picture("GIF")[8:] + b"*/=1;alert(1)",
    "gif header and script": b"GIF89a=1;alert(document.cookie)//",
    "png header and html": b"\x89PNG\r\n\x1a\n" + HTML,
    "png and html": picture("PNG") + HTML,
    "png and svg": picture("PNG") + SVG,
    "jpeg and html": picture("JPEG") + HTML,
    "jpeg with html in a comment": picture("JPEG", comment=HTML),
    "jpeg with a handler in a comment": picture("JPEG", comment=b"<a  onmouseover = 'x()'>"),
    "jpeg and php": picture("JPEG") + b"<?php system($_GET[0]); ?>",
    "png and zip": picture("PNG") + archive({"x.txt": "x"}),
    "gif and pdf": picture("GIF", size=(2, 2)) + PDF,
    "pdf and html": PDF + HTML + b"%%EOF",
    "pdf with a script link": PDF.replace(b"%%EOF", b"/URI (javascript:alert(1))\n%%EOF"),
    "html and pdf": HTML + PDF,
    "pdf and zip": PDF + archive({"x.txt": "x"}),
    "pdf behind text": b"hello\n" + PDF,
    "pdf without its end": PDF.replace(b"%%EOF", b""),
    "truncated png": picture("PNG", size=(64, 64))[:-40],
    "truncated jpeg": picture("JPEG", size=(64, 64))[:-400],
    "picture of 400 megapixels": png_header(20_000, 20_000) + picture("PNG")[33:],
    "zip": archive({"x.txt": "x"}),
    "jar": open_xml(".docx", {"META-INF/MANIFEST.MF": "Main-Class: Evil"}),
    "docx with macros": open_xml(".docx", {"word/vbaProject.bin": b"x"}),
    "docm": archive(
        {
            "[Content_Types].xml": '<Override PartName="/word/document.xml" ContentType='
            '"application/vnd.ms-word.document.macroEnabled.main+xml"/>',
            "word/document.xml": "<x/>",
        }
    ),
    "docx and html": open_xml(".docx") + HTML,
    "docx with html in its comment": open_xml(".docx", comment=HTML),
    "html and docx": HTML + open_xml(".docx"),
    "docx behind a file": b"PK\x03\x04junk" + open_xml(".docx"),
    "truncated docx": open_xml(".docx")[:-30],
    "odt": archive({"mimetype": "application/vnd.oasis.opendocument.text"}),
    "doc with macros": compound("WordDocument", "Macros", "VBA"),
    "xls with macros": compound("Workbook", "_VBA_PROJECT_CUR"),
    "ppt with macros": compound(
        "PowerPoint Document",
        tail=struct.pack("<HHIHHIIII", 0xF, 0x3FF, 0x14, 2, 0x400, 0xC, 7, 1, 2),
    ),
    "doc and html": compound("WordDocument", tail=HTML),
    "msi": compound("\u4840\u3f3f\u4577"),
    "encrypted docx": compound("EncryptedPackage", "EncryptionInfo"),
    "truncated doc": compound("WordDocument")[:700],
    "doc header alone": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "doc with a chain of circles": compound("Root").replace(
        struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE), struct.pack("<II", 0xFFFFFFFD, 1)
    ),
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "exe": b"MZ\x90\x00\x03\x00\x00\x00",
    "mp4": b"\0\0\0\x18ftypmp42" + b"\0" * 20,
    "tiff": picture("TIFF"),
    "bytes": bytes(range(256)) * 4,
    "nulls": b"\0" * 100,
    "text with a null": b"hello\0world",
    "text with an escape": b"hello \x1b]0;x\x07",
}
