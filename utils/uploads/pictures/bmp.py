"""BMP: a header that says how large the picture is, and its rows."""

import struct

from ..content import Content
from .bounds import broken, check_size

_DEPTHS = (1, 2, 4, 8, 16, 24, 32)
_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_RAW, _RUNS_8, _RUNS_4, _BIT_FIELDS, _ALPHA_BIT_FIELDS = 0, 1, 2, 3, 6
_END_OF_RUNS = b"\x00\x01"


def walk_bmp(content: Content) -> None:
    """Raise FileRefusedError unless all rows that the header promises are there."""
    start, header = struct.unpack_from("<II", content, 10)
    if header not in _HEADERS:
        raise broken()
    if header == 12:
        width, height, planes, depth = struct.unpack_from("<4H", content, 18)
        packing = _RAW
    else:
        width, height, planes, depth = struct.unpack_from("<iiHH", content, 18)
        packing = struct.unpack_from("<I", content, 30)[0] if header >= 40 else _RAW
    check_size(width, abs(height))
    if planes != 1 or depth not in _DEPTHS or start < 14 + header:
        raise broken()
    if packing in (_RAW, _BIT_FIELDS, _ALPHA_BIT_FIELDS):
        is_whole = start + (width * depth + 31) // 32 * 4 * abs(height) <= len(content)
    else:
        is_run = packing in (_RUNS_8, _RUNS_4)
        is_whole = is_run and _END_OF_RUNS in content[max(start, len(content) - 8) :]
    if not is_whole:
        raise broken()
