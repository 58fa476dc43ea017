"""Compound files (MS-CFB), as Office 97-2003 and WPS write them: .doc, .xls and .ppt.

A compound file is a small file system: sectors that form chains. Only the directory is read,
and each chain is followed for as many steps as the bounds below allow.
"""

import re
import struct
from collections.abc import Iterator

from .content import Content
from .refusals import BROKEN_DOCUMENT, UNKNOWN_KIND, WITH_MACROS, FileRefusedError

COMPOUND = {
    "WordDocument": ".doc",
    "Workbook": ".xls",
    "Book": ".xls",
    "PowerPoint Document": ".ppt",
}
MACRO_STORAGES = {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}
# MS-PPT 2.4.10 and 2.4.11: a VBAInfoContainer whose fHasMacros is set.
_POWERPOINT_MACROS = re.compile(
    rb"\x0f\x00\xff\x03\x14\x00\x00\x00\x02\x00\x00\x04\x0c\x00\x00\x00.{4}\x01\x00\x00\x00",
    re.DOTALL,
)

# Streams and storages of a file; a document has some dozens, and a few for each embedded object.
MAX_DIRECTORY_ENTRIES = 10_000
_ENTRY_SIZE = 128
_END_OF_CHAIN = 0xFFFFFFFA  # this and above are not sectors
_HEADER_ALLOCATIONS = 109


def compound_suffix(content: Content) -> str:
    """Return ``.doc``, ``.xls`` or ``.ppt``; raises FileRefusedError."""
    try:
        names = set(_directory_names(content))
    except (struct.error, UnicodeDecodeError, IndexError, ValueError) as error:
        raise FileRefusedError(BROKEN_DOCUMENT) from error
    if names & MACRO_STORAGES or _POWERPOINT_MACROS.search(content):
        raise FileRefusedError(WITH_MACROS)
    for name, suffix in COMPOUND.items():
        if name in names:
            return suffix
    raise FileRefusedError(UNKNOWN_KIND)


def _directory_names(content: Content) -> Iterator[str]:
    """Give the names in the directory; raises what compound_suffix() knows."""
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in (9, 12):
        raise ValueError("sectors have 512 or 4,096 bytes")
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", content, 48)
    allocations = _allocation_sectors(content, size)
    for _step in range(MAX_DIRECTORY_ENTRIES * _ENTRY_SIZE // size):
        if sector >= _END_OF_CHAIN:
            return
        start = (sector + 1) * size
        for entry in range(start, start + size, _ENTRY_SIZE):
            length, kind = struct.unpack_from("<HB", content, entry + 64)
            if kind and 2 <= length <= 64:
                yield content[entry : entry + length - 2].decode("utf-16-le")
        # The next sector stands in the allocation table, which is read where it lies.
        block, place = divmod(sector, size // 4)
        (sector,) = struct.unpack_from("<I", content, (allocations[block] + 1) * size + 4 * place)
    raise ValueError("the directory has no end")


def _allocation_sectors(content: Content, size: int) -> list[int]:
    """Return the sectors of the allocation table: no more than a file of this length needs."""
    needed = len(content) // size // (size // 4) + 1
    sectors = list(struct.unpack_from(f"<{_HEADER_ALLOCATIONS}I", content, 76))
    (more,) = struct.unpack_from("<I", content, 68)
    while more < _END_OF_CHAIN and len(sectors) < needed:
        *listed, more = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        sectors += listed
    used = [sector for sector in sectors if sector < _END_OF_CHAIN]
    if used and (max(used) + 2) * size > len(content):
        raise ValueError("the allocation table lies beyond the file")
    return used
