"""Which sizes of a picture are kept: one for lists, one for pages, one to zoom in."""

from typing import NamedTuple

# WebP knows no longer side.
LONGEST_SIDE = 16_383


class Size(NamedTuple):
    """A box that a picture is shrunk to fit in, never enlarged; and what it may weigh.

    ``quality`` is WebP's (0-100). Where ``most_bytes`` is not 0, the quality falls, and then the
    size, until the file is not larger.
    """

    width: int
    height: int
    quality: int
    most_bytes: int = 0

    def fitting(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return width and height of a picture of this ``size``, shrunk into the box."""
        share = min(1.0, self.width / size[0], self.height / size[1])
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))


# 100 goods with their pictures of this size and the JSON of their cards are less than 1 MB.
LIST = Size(320, 320, quality=76, most_bytes=8_500)

# By folder: what the pictures in it are for. Every folder has the size "page".
SIZES: dict[str, dict[str, Size]] = {
    "goods": {"list": LIST, "page": Size(800, 800, 80), "zoom": Size(1600, 1600, 80)},
    "brands": {"list": LIST, "page": Size(800, 800, 80), "zoom": Size(1600, 1600, 80)},
    "categories": {"list": LIST, "page": Size(800, 800, 80)},
    "banners": {"list": LIST, "page": Size(1600, 1600, 80), "zoom": Size(2400, 2400, 80)},
    # In the text of a page; many are as wide as a phone and very long.
    "descriptions": {"page": Size(1200, LONGEST_SIDE, 80)},
}
