"""Pictures that are not taken, called by their names."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from utils.uploads.content import Content

NO_PICTURE = _("Only JPEG, PNG, GIF, WebP and BMP pictures are accepted.")
HEIC = _(
    "HEIC pictures (iPhone) are not accepted. Send the photo as JPEG: on the phone choose "
    "Settings > Camera > Formats > Most Compatible, or upload from the phone's own browser, which "
    "converts it."
)
AVIF = _("AVIF pictures are not accepted. Please save the picture as JPEG, PNG or WebP.")
TIFF = _("TIFF pictures are not accepted. Please save the picture as JPEG, PNG or WebP.")
SVG = _("SVG drawings are not accepted. Please save the picture as PNG or WebP.")

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def why_not(content: Content) -> str | Promise:
    """Return what staff are told of a file that is not one of the five kinds."""
    start = content[:32]
    if start[4:8] == b"ftyp":
        # A HEIC file may call itself mif1 first; an AVIF file says so somewhere in its brands.
        if b"avif" in start or b"avis" in start:
            return AVIF
        if start[8:12] in _HEIC_BRANDS:
            return HEIC
    if start[:4] in (b"II*\0", b"MM\0*"):
        return TIFF
    if b"<svg" in content[:512].lower():
        return SVG
    return NO_PICTURE
