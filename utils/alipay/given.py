"""A setting that is a text, or the path of the file with the text."""

import re
from pathlib import Path

from .errors import AlipayKeyError

_MAX_FILE_BYTES = 64 * 1024
# The base64 of any DER sequence as long as a key's begins so, and no path does.
_BARE_BASE64 = re.compile(r"MI[A-Za-z0-9+/\s\\]{100,}={0,2}\s*")


def content_of(text_or_path: str, setting: str, *, what: str) -> str | bytes:
    """Return the text that a setting gives, or bytes where its file holds DER.

    ``what`` names the thing in the error. Raises AlipayKeyError.
    """
    text = text_or_path.strip()
    if not text:
        raise AlipayKeyError(f"{setting} is empty.")
    if "-----BEGIN" in text or _BARE_BASE64.fullmatch(text):
        return text
    content = _file(text, setting, what)
    if content[:1] == b"0":  # DER: a sequence
        return content
    return content.decode("utf-8-sig", errors="replace").strip()


def _file(path: str, setting: str, what: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_FILE_BYTES)
    except (OSError, ValueError) as error:
        # The value is not quoted: it could be a key with a character lost.
        raise AlipayKeyError(
            f"{setting} is neither a {what} nor a file that can be read ({type(error).__name__})."
        ) from None
