"""Pictures, judged by their structure: JPEG, PNG, GIF, WebP and BMP.

Nothing is decoded here. A picture costs what its sender wants once it is decoded: 752 KB of
JPEG can hold 9,000 scans of 49 megapixels, which are 32 s of CPU. So the parts of a file are
walked from the first to the last instead, their sizes and numbers bounded, and a picture whose
last part is missing is refused as damaged. Whoever lets Pillow open a picture asks
picture_suffix() first, because Pillow's own limit knows pixels only.
"""

import re
import struct
from collections.abc import Callable
from functools import partial

from ..active_content import refuse_active_content
from ..archives import ends_as_archive
from ..content import Content
from ..refusals import BROKEN_PICTURE, UNKNOWN_KIND, FileRefusedError
from .bmp import walk_bmp
from .gif import walk_gif
from .jpeg import AS_OTHER_KINDS, JpegLimits, walk_jpeg
from .png import walk_png
from .webp import walk_webp

# By how they begin; "BM" alone begins a text as well.
_KINDS: tuple[tuple[re.Pattern[bytes], str, Callable[[Content], None]], ...] = (
    (re.compile(rb"\xff\xd8\xff"), ".jpg", walk_jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), ".png", walk_png),
    (re.compile(rb"GIF8[79]a"), ".gif", walk_gif),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), ".webp", walk_webp),
    (re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL), ".bmp", walk_bmp),
)


def picture_suffix(content: Content, *, jpeg: JpegLimits = AS_OTHER_KINDS) -> str | None:
    """Return ``.jpg``, ``.png``, ``.gif``, ``.webp`` or ``.bmp``; None when it is not a picture.

    ``jpeg``: how many pixels a JPEG may have, for who can decode more of one than of others.

    Raises FileRefusedError when the picture is damaged, too large or elaborate to be decoded by
    anybody, or something else as well: markup in a comment, an archive behind it.
    """
    for start, suffix, walk in _KINDS:
        if start.match(content):
            if suffix == ".jpg":
                walk = partial(walk_jpeg, limits=jpeg)
            try:
                walk(content)
            except struct.error as error:  # a header that is cut off
                raise FileRefusedError(BROKEN_PICTURE) from error
            _refuse_second_nature(content)
            return suffix
    return None


def _refuse_second_nature(content: Content) -> None:
    """Raise FileRefusedError when a picture is a web page, script, PDF or archive as well."""
    refuse_active_content(content)
    # A PDF may begin anywhere in the first 1,024 bytes.
    if b"%PDF-" in content[:1024] or ends_as_archive(content):
        raise FileRefusedError(UNKNOWN_KIND)
