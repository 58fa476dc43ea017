"""Pixels out of an uploaded file: bounded in memory and time, upright, in sRGB.

The file was judged before (utils/uploads/pictures): its structure is whole, and its kind is known.
Pillow is asked for that kind alone: none of its forty other readers sees a file from outside.
"""

import io
import threading
from contextlib import suppress
from typing import Any

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from utils.uploads.pictures.bounds import broken
from utils.uploads.pictures.jpeg import JpegLimits
from utils.uploads.refusals import HUGE_PICTURE, FileRefusedError

from .sizes import Size

# In memory: eight bytes each at most, 16 where libwebp has a copy of its own (docs/pictures.md).
MOST_PIXELS = {".webp": 16_000_000, **dict.fromkeys((".jpg", ".png", ".gif", ".bmp"), 30_000_000)}
# A JPEG in one scan shrinks as it is decoded, so that a photo of the largest sensors of phones
# (200 megapixels) takes less memory than one of 30 megapixels in another format.
JPEG_LIMITS = JpegLimits(row_by_row=210_000_000, kept_whole=MOST_PIXELS[".jpg"])

_READERS: dict[str, type[ImageFile.ImageFile]] = {
    ".jpg": JpegImagePlugin.JpegImageFile,
    ".png": PngImagePlugin.PngImageFile,
    ".webp": WebPImagePlugin.WebPImageFile,
    ".gif": GifImagePlugin.GifImageFile,
    ".bmp": BmpImagePlugin.BmpImageFile,
}

# What stands in the EXIF data under this tag, and what turns such a picture upright.
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_THE_SIDE = (
    Image.Transpose.TRANSPOSE, Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270,
)  # fmt: skip
_MOST_PROFILE_BYTES = 4 * 2**20

# One picture at a time in each process: the bounds above hold for one.
one_at_a_time = threading.Lock()


def decode(file: Any, suffix: str, *, largest: Size) -> Image.Image:
    """Return the picture in ``file``, not smaller than it will be in ``largest``; RGB or RGBA.

    Of an animation, the first frame. Raises FileRefusedError when it is damaged or too large.
    """
    try:
        picture: Image.Image = _READERS[suffix](file)
        profile = picture.info.get("icc_profile")
        # Of a PNG, to ask for the EXIF data is to decode the picture; of a JPEG it is not.
        turn = _turn(picture) if suffix == ".jpg" else None
        wanted = _wanted(picture.size, largest, turn)
        if suffix == ".jpg":
            picture.draft(None, wanted)  # type: ignore[arg-type]
        if picture.width * picture.height > MOST_PIXELS[suffix]:
            raise FileRefusedError(HUGE_PICTURE)
        picture.load()
        if suffix != ".jpg":
            turn = _turn(picture)
            wanted = _wanted(picture.size, largest, turn)
        picture = _shrunk(picture, wanted)
        picture = _in_srgb(picture, profile)
    except (FileRefusedError, MemoryError):
        raise
    except Exception as error:
        # Of a damaged file Pillow's readers raise whatever they stumble over.
        raise broken() from error
    return picture.transpose(turn) if turn is not None else picture


def _wanted(size: tuple[int, int], largest: Size, turn: Image.Transpose | None) -> tuple[int, int]:
    """Return the size that a picture as it lies in its file will be shrunk to, at least."""
    is_turned = turn in _ON_THE_SIDE
    upright = size[::-1] if is_turned else size
    wanted = largest.fitting(upright)
    return wanted[::-1] if is_turned else wanted


def _turn(picture: Image.Image) -> Image.Transpose | None:
    with suppress(Exception):  # EXIF data that nobody can read turns nothing
        return _TURNS.get(picture.getexif().get(_ORIENTATION))  # type: ignore[arg-type]
    return None


def _shrunk(picture: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """Make a large picture a little smaller at once, before it is copied into another mode."""
    factor = min(have // want for have, want in zip(picture.size, wanted, strict=True))
    # Indices of colours cannot be averaged.
    return picture if factor < 2 or picture.mode in ("1", "P", "PA") else picture.reduce(factor)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture as RGB, or RGBA if it is transparent somewhere, in the web's colours.

    The profile goes away with the metadata: without this, photos of phones (Display P3) would
    be pale, and those made for printing (CMYK) wrong.
    """
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile and len(profile) <= _MOST_PROFILE_BYTES:
        picture = _converted(picture if picture.mode == "CMYK" else picture.convert(mode), profile)
    picture = picture.convert(mode)
    if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
        return picture.convert("RGB")
    return picture


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in sRGB; as it is, where its profile makes no sense."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture,
            source,
            ImageCms.createProfile("sRGB"),
            outputMode="RGB" if picture.mode == "CMYK" else picture.mode,
        )
        return converted or picture
    return picture
