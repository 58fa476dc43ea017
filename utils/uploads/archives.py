"""Zip archives as far as an upload is concerned: their table of contents, within bounds.

zipfile would make an object of each of 200,000 entries that fit into 10 MB, and unpack what
it is told to. Here the table is measured before it is read, and one entry is unpacked to a limit.
APPNOTE.TXT 6.3.10 names the records.
"""

import struct
import zlib
from typing import NamedTuple

from .content import Content

ENTRY, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
_END_SIZE, _ENTRY_SIZE, _LOCAL_SIZE = 22, 46, 30

# Far more than the largest office document has.
MAX_ENTRIES = 10_000
MAX_TABLE = 2 * 2**20

STORED, DEFLATED = 0, 8
_ENCRYPTED = 0x1
_UTF_8 = 0x800


class BrokenArchiveError(Exception):
    """No whole archive of the plain kind: damaged, encrypted, split, zip64, or beyond a bound."""


class Entry(NamedTuple):
    name: str
    method: int
    checksum: int
    packed_size: int
    size: int  # as it is declared
    offset: int  # of its local header
    data: int  # where its packed bytes begin


def ends_as_archive(content: Content) -> bool:
    """Whether an archive ends where the file ends: it is read from there, whatever is before."""
    tail_size = _END_SIZE + 0xFFFF
    tail = content[max(0, len(content) - tail_size) :]
    place = tail.find(END)
    while place != -1 and place + _END_SIZE <= len(tail):
        comment_length = int.from_bytes(tail[place + 20 : place + 22], "little")
        if place + _END_SIZE + comment_length == len(tail):
            return True
        place = tail.find(END, place + 1)
    return False


def archive_entries(content: Content) -> list[Entry]:
    """Return the entries of an archive that is the whole file, has no comment and no overlaps.

    Raises BrokenArchiveError. Only the sizes that are declared are known then.
    """
    end = len(content) - _END_SIZE
    if end < 0 or content[end : end + 4] != END:
        raise BrokenArchiveError
    disk, table_disk, here, count, table_size, table = struct.unpack_from("<4H2L", content, end + 4)
    if disk or table_disk or here != count or not 0 < count <= MAX_ENTRIES:
        raise BrokenArchiveError
    if table_size > MAX_TABLE or table + table_size != end:
        raise BrokenArchiveError
    entries, place = [], table
    for _number in range(count):
        if place + _ENTRY_SIZE > end or content[place : place + 4] != ENTRY:
            raise BrokenArchiveError
        entry, place = _read_entry(content, place, table)
        entries.append(entry)
    if place != end:
        raise BrokenArchiveError
    _refuse_overlaps(entries)
    return entries


def _read_entry(content: Content, place: int, table: int) -> tuple[Entry, int]:
    (flags, method, checksum, packed_size, size, name_size, extra_size, comment_size, offset) = (
        struct.unpack_from("<8x2H4x3L3H8xL", content, place)
    )
    if flags & _ENCRYPTED or method not in (STORED, DEFLATED):
        raise BrokenArchiveError
    name = content[place + _ENTRY_SIZE : place + _ENTRY_SIZE + name_size]
    if offset + _LOCAL_SIZE > table or content[offset : offset + 4] != LOCAL:
        raise BrokenArchiveError
    local_name_size, local_extra_size = struct.unpack_from("<2H", content, offset + 26)
    data = offset + _LOCAL_SIZE + local_name_size + local_extra_size
    if data + packed_size > table or content[offset + 30 : offset + 30 + name_size] != name:
        raise BrokenArchiveError
    try:
        text = name.decode("utf-8" if flags & _UTF_8 else "cp437")
    except UnicodeDecodeError as error:
        raise BrokenArchiveError from error
    entry = Entry(text, method, checksum, packed_size, size, offset, data)
    return entry, place + _ENTRY_SIZE + name_size + extra_size + comment_size


def _refuse_overlaps(entries: list[Entry]) -> None:
    """Thousands of entries that share their bytes unpack to far more than the file's size."""
    reached = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < reached:
            raise BrokenArchiveError
        reached = entry.data + entry.packed_size


def entry_content(content: Content, entry: Entry, *, limit: int) -> bytes:
    """Unpack one entry, which declares at most ``limit`` bytes; raises BrokenArchiveError."""
    if max(entry.size, entry.packed_size) > limit:
        raise BrokenArchiveError
    packed = content[entry.data : entry.data + entry.packed_size]
    if entry.method == STORED:
        unpacked = packed
    else:
        try:
            unpacked = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise BrokenArchiveError from error
    if len(unpacked) != entry.size or zlib.crc32(unpacked) != entry.checksum:
        raise BrokenArchiveError
    return unpacked
