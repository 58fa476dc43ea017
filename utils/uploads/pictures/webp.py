"""WebP (RFC 9649): chunks in a RIFF container that says how long it is."""

import struct

from ..content import Content
from .bounds import MAX_FRAMES, MAX_PARTS, broken, check_size, elaborate


def walk_webp(content: Content) -> None:
    """Raise FileRefusedError unless the container is whole and has a picture in it."""
    (size,) = struct.unpack_from("<I", content, 4)
    end = size + 8
    if end > len(content):
        raise broken()
    place, frames, pictures = 12, 0, 0
    for part in range(MAX_PARTS):
        if place == end:
            if not pictures:
                raise broken()
            return
        kind, place, after = _chunk(content, place, end)
        if kind in (b"VP8 ", b"VP8L"):
            pictures += 1
            _check_picture(content, kind, place)
        elif kind == b"VP8X":
            if part or after - place < 10:
                raise broken()
            check_size(_number(content, place + 4) + 1, _number(content, place + 7) + 1)
        elif kind == b"ANMF":
            pictures += 1
            frames += 1
            _check_frame(content, place, after)
        if frames > MAX_FRAMES or pictures > max(1, frames):
            raise elaborate()
        place = after
    raise elaborate()


def _chunk(content: Content, place: int, end: int) -> tuple[bytes, int, int]:
    """Return a chunk's kind, where its data begins, and where the next chunk begins."""
    kind, size = struct.unpack_from("<4sI", content, place)
    after = place + 8 + size + size % 2
    # Some writers leave out the last byte of padding.
    if place + 8 > end or after - size % 2 > end:
        raise broken()
    return kind, place + 8, min(after, end)


def _number(content: Content, place: int) -> int:
    return int.from_bytes(content[place : place + 3], "little")


def _check_frame(content: Content, place: int, end: int) -> None:
    """A frame of an animation has chunks of its own: perhaps one with its alpha, and a picture."""
    check_size(_number(content, place + 6) + 1, _number(content, place + 9) + 1)
    place += 16
    for _part in range(3):
        kind, place, after = _chunk(content, place, end)
        if kind in (b"VP8 ", b"VP8L"):
            _check_picture(content, kind, place)
            return
        place = after
    raise broken()


def _check_picture(content: Content, kind: bytes, place: int) -> None:
    if kind == b"VP8L":
        signature, bits = struct.unpack_from("<BI", content, place)
        if signature != 0x2F:
            raise broken()
        check_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        return
    start, width, height = struct.unpack_from("<3sHH", content, place + 3)
    if start != b"\x9d\x01\x2a":
        raise broken()
    check_size(width & 0x3FFF, height & 0x3FFF)
