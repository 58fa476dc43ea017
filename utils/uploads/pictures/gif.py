"""GIF (version 89a): blocks, whose data comes in sub-blocks of up to 255 bytes."""

import struct

from ..content import Content
from .bounds import MAX_FRAMES, broken, check_size, elaborate

# 10 MB of full sub-blocks are 41,000 of them. Who writes one byte each wants them counted.
MAX_SUB_BLOCKS = 60_000

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B


def walk_gif(content: Content) -> None:
    """Raise FileRefusedError unless all blocks are there, down to the trailer."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    check_size(width, height)
    place = 13 + _table_size(flags)
    frames, sub_blocks = 0, 0
    while True:
        if place >= len(content):
            raise broken()
        kind = content[place]
        if kind == _TRAILER:
            if not frames:
                raise broken()
            return
        if kind == _IMAGE:
            frames += 1
            if frames > MAX_FRAMES:
                raise elaborate()
            width, height, flags = struct.unpack_from("<HHB", content, place + 5)
            check_size(width, height)
            # After the table of colours, one byte says how wide the codes are.
            place += 10 + _table_size(flags) + 1
        elif kind == _EXTENSION:
            place += 2
        elif kind:
            raise broken()
        # A zero between two blocks is an end without a block, which some programs write.
        place, count = _after_sub_blocks(content, place, MAX_SUB_BLOCKS - sub_blocks)
        if kind == _IMAGE and not count:
            raise broken()
        sub_blocks += count + 1


def _table_size(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_sub_blocks(content: Content, place: int, most: int) -> tuple[int, int]:
    """Return the place after the block's end, and how many sub-blocks it has."""
    for count in range(most):
        if place >= len(content):
            raise broken()
        size = content[place]
        place += 1 + size
        if not size:
            return place, count
    raise elaborate()
