"""PNG (W3C, third edition): a signature and chunks with a checksum, from IHDR to IEND."""

import struct
import zlib

from ..content import PIECE, Content
from .bounds import MAX_FRAMES, MAX_PARTS, broken, check_size, elaborate

# Texts and profiles that a reader unpacks, up to a megabyte each, before it sees the picture.
MAX_PACKED_TEXTS = 16
_PACKED_TEXTS = {b"zTXt", b"iTXt", b"iCCP"}

_COLOUR_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Deflate writes no more than 1,032 bytes for each that it reads.
_MOST_UNPACKED = 1032


def walk_png(content: Content) -> None:
    """Raise FileRefusedError unless all chunks are there, whole, down to IEND."""
    place, data, raw_size, texts, frames = 8, 0, 0, 0, 0
    for part in range(MAX_PARTS):
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content) or (kind == b"IHDR") != (part == 0):
            raise broken()
        if _checksum(content, place + 4, end - 4) != struct.unpack_from(">I", content, end - 4)[0]:
            raise broken()
        if kind == b"IHDR":
            raw_size = _check_header(content, place + 8, length)
        elif kind == b"IDAT":
            data += length
        elif kind == b"IEND":
            if length or data * _MOST_UNPACKED < raw_size:
                raise broken()
            return
        elif kind == b"fcTL":
            frames += 1
        elif kind in _PACKED_TEXTS:
            texts += 1
        if texts > MAX_PACKED_TEXTS or frames > MAX_FRAMES:
            raise elaborate()
        place = end
    raise elaborate()


def _checksum(content: Content, start: int, end: int) -> int:
    checksum = 0
    for place in range(start, end, PIECE):
        checksum = zlib.crc32(content[place : min(end, place + PIECE)], checksum)
    return checksum


def _check_header(content: Content, place: int, length: int) -> int:
    """Return how many bytes the picture has before it is packed, at least."""
    if length != 13:
        raise broken()
    width, height, depth, colour, packing, filtering, interlacing = struct.unpack_from(
        ">IIBBBBB", content, place
    )
    check_size(width, height)
    if depth not in _COLOUR_DEPTHS.get(colour, ()) or packing or filtering or interlacing > 1:
        raise broken()
    raw_size: int = height * (1 + (width * depth * _CHANNELS[colour] + 7) // 8)
    return raw_size
