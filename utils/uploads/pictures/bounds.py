"""What a picture may ask of those who decode it."""

from ..refusals import BROKEN_PICTURE, ELABORATE_PICTURE, HUGE_PICTURE, FileRefusedError

# A phone's largest ordinary photo.
MAX_PIXELS = 50_000_000
# Pictures of an animation.
MAX_FRAMES = 2_000
# Segments of a JPEG or chunks of a PNG or WebP: PNG data often comes in chunks of 8 KB.
MAX_PARTS = 10_000


def broken() -> FileRefusedError:
    return FileRefusedError(BROKEN_PICTURE)


def elaborate() -> FileRefusedError:
    return FileRefusedError(ELABORATE_PICTURE)


def check_size(width: int, height: int, *, most: int = MAX_PIXELS) -> None:
    """Raise FileRefusedError unless a picture may have so many pixels."""
    if width <= 0 or height <= 0:
        raise broken()
    if width * height > most:
        raise FileRefusedError(HUGE_PICTURE)
