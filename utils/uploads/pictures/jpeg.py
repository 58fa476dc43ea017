"""JPEG (ITU-T T.81, annex B): segments with a length, and entropy-coded data between them."""

import re
import struct
from typing import NamedTuple

from ..content import Content
from .bounds import MAX_PARTS, MAX_PIXELS, broken, check_size, elaborate

# A progressive picture has about 10 scans. Each is work over all pixels for whoever decodes it,
# and may be written with 75 bytes.
MAX_SCANS = 100


class JpegLimits(NamedTuple):
    """The most pixels of a picture, by how a decoder reads it.

    One scan that holds all components is decoded row by row, and may be shrunk on the way. Of any
    other picture a decoder keeps all coefficients in memory, up to six bytes for each pixel.
    """

    row_by_row: int = MAX_PIXELS
    kept_whole: int = MAX_PIXELS


AS_OTHER_KINDS = JpegLimits()


_END, _SCAN = 0xD9, 0xDA
# Baseline, extended and progressive, Huffman or arithmetic: what libjpeg decodes.
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_PROGRESSIVE = {0xC2, 0xCA}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}

# Data ends at a marker that is neither a stuffed 0xFF nor a restart, nor a fill byte.
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")


class _Frame(NamedTuple):
    width: int
    height: int
    components: int
    is_progressive: bool


def walk_jpeg(content: Content, limits: JpegLimits = AS_OTHER_KINDS) -> None:
    """Raise FileRefusedError unless one whole picture is there, down to its end marker.

    What follows the end marker is left alone: phones put a second, larger picture there (MPO).
    """
    place, scans = 2, 0
    frame: _Frame | None = None
    for _part in range(MAX_PARTS):
        marker, place = _next_marker(content, place)
        if marker == _END:
            if not scans:
                raise broken()
            return
        if marker in _WITHOUT_LENGTH:
            continue
        (length,) = struct.unpack_from(">H", content, place)
        if length < 2 or place + length > len(content):
            raise broken()
        if marker in _FRAMES:
            if frame is not None:
                raise broken()
            frame = _read_frame(content, place, length, marker)
        elif marker in _OTHER_FRAMES:
            raise broken()
        if marker == _SCAN:
            if frame is None:
                raise broken()
            scans += 1
            if scans > MAX_SCANS:
                raise elaborate()
            is_whole = content[place + 2] == frame.components and not frame.is_progressive
            most = limits.row_by_row if is_whole and scans == 1 else limits.kept_whole
            check_size(frame.width, frame.height, most=most)
            place = _end_of_data(content, place + length)
        else:
            place += length
    raise elaborate()


def _next_marker(content: Content, place: int) -> tuple[int, int]:
    """Return the marker at ``place``, behind fill bytes, and the place after it."""
    if content[place : place + 1] != b"\xff":
        raise broken()
    match = _NOT_FILL.match(content, place)
    if match is None:
        raise broken()
    return content[match.end() - 1], match.end()


_NOT_FILL = re.compile(rb"\xff+[^\xff]")


def _read_frame(content: Content, place: int, length: int, marker: int) -> _Frame:
    precision, height, width, components = struct.unpack_from(">BHHB", content, place + 2)
    if precision != 8 or components not in (1, 3, 4) or length != 8 + 3 * components:
        raise broken()
    return _Frame(width, height, components, marker in _PROGRESSIVE)


def _end_of_data(content: Content, place: int) -> int:
    match = _MARKER.search(content, place)
    if match is None or match.start() == place:
        raise broken()
    return match.start()
