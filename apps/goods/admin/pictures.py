from django.db.models.fields.files import FieldFile
from django.utils.html import format_html
from django.utils.safestring import SafeString


def thumbnail(picture: FieldFile | None, *, height: int = 48) -> SafeString | str:
    """Return an <img> of an uploaded picture, or a dash."""
    if not picture:
        return "–"
    return format_html(
        '<img src="{}" alt="" loading="lazy" style="height:{}px;border-radius:6px">',
        picture.url,
        height,
    )
