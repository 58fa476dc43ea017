"""An uploaded file becomes a picture in sizes, in memory."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from PIL import Image

from utils.uploads.content import Content, content_of
from utils.uploads.pictures import picture_suffix
from utils.uploads.refusals import HUGE_FILE, FileRefusedError

from .decoding import JPEG_LIMITS, decode, one_at_a_time
from .other_kinds import why_not
from .sizes import SIZES, Size

# Bytes of one file. A photo of 108 megapixels has 20 to 35 million.
MOST_BYTES = 40 * 2**20

# How WebP spends its time: 0 is fast, 6 is small. 4 is libwebp's own choice.
_METHOD = 4
_LOWER_QUALITIES = (62, 48, 34, 20)
_SMALLER = 0.75


@dataclass(frozen=True)
class PreparedPicture:
    """``files``: the WebP file of each size of the ``folder``."""

    folder: str
    files: dict[str, bytes]


def picture_prepare(file: Any, *, folder: str) -> PreparedPicture:
    """Return the picture in an open Django ``file``, in all sizes of ``folder`` (sizes.py).

    It is judged by its content, turned upright, and kept without metadata (place, time, camera).
    The position of ``file`` is 0 afterwards. Raises FileRefusedError, whose text is for staff.
    """
    if file.size > MOST_BYTES:
        raise FileRefusedError(HUGE_FILE)
    with content_of(file) as content:
        suffix = picture_suffix(content, jpeg=JPEG_LIMITS)
        if suffix is None:
            raise FileRefusedError(why_not(content))
        bare = content[:] if suffix == ".webp" and _is_bare_webp(content) else b""
    with one_at_a_time:
        prepared = PreparedPicture(folder, _files(file, suffix, SIZES[folder], bare))
    file.seek(0)
    return prepared


def _files(file: Any, suffix: str, sizes: dict[str, Size], bare: bytes) -> dict[str, bytes]:
    """Return the WebP file of each size.

    ``bare``: the content, if it can stand as it is wherever nothing has to be shrunk: encoding
    it again would cost time and quality.
    """
    descending = sorted(sizes.items(), key=lambda item: item[1].width, reverse=True)
    original = picture = decode(_opened(file), suffix, largest=descending[0][1])
    files = {}
    for name, size in descending:
        picture = _resized(picture, size.fitting(picture.size))
        is_as_it_was = bare and picture is original and not size.most_bytes
        files[name] = bare if is_as_it_was else _encoded(picture, size)
    return files


def _opened(file: Any) -> Any:
    """Return what Pillow reads: the file below Django's, which lies on the disk or in memory."""
    return file.file if isinstance(file, UploadedFile) else file


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS)


def _encoded(picture: Image.Image, size: Size) -> bytes:
    """Return a picture as WebP, with less quality and then smaller if it weighs too much."""
    encoded = _webp(picture, size.quality)
    for quality in _LOWER_QUALITIES:
        if not size.most_bytes or len(encoded) <= size.most_bytes:
            return encoded
        encoded = _webp(picture, quality)
    while len(encoded) > size.most_bytes:
        smaller = tuple(max(1, int(side * _SMALLER)) for side in picture.size)
        picture = _resized(picture, smaller)  # type: ignore[arg-type]
        encoded = _webp(picture, _LOWER_QUALITIES[-1])
    return encoded


def _webp(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=quality, method=_METHOD, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()


def _is_bare_webp(content: Content) -> bool:
    """Say whether a whole WebP file holds one picture and nothing else."""
    size = int.from_bytes(content[16:20], "little")
    return content[12:16] in (b"VP8 ", b"VP8L") and len(content) == 20 + size + size % 2
