"""With which headers an upload is handed out, by the shop and by a bucket alike."""

import mimetypes

KEPT = "public, max-age=31536000, immutable"


def content_type_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def headers_of(name: str, *, is_private: bool, is_kept: bool) -> dict[str, str]:
    """Return the headers of the file ``name`` beside those of its content.

    ``is_private``: a buyer sent it: always a download, and no business of any shared cache.
    ``is_kept``: another content would have another name.
    """
    if is_private:
        return {"Content-Disposition": "attachment", "Cache-Control": "private"}
    headers = {}
    content_type = content_type_of(name)
    if not content_type.startswith("image/") or content_type == "image/svg+xml":
        # A file that is not a picture could run as a page of the shop.
        headers["Content-Disposition"] = "attachment"
    if is_kept:
        headers["Cache-Control"] = KEPT
    return headers
