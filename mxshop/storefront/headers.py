"""Headers of the front's page and files. No Django here: the settings name a function of it."""

from collections.abc import Iterable, MutableMapping

# The front's files have a hash in their names: a year, as long as a browser takes seriously.
KEPT = "public, max-age=31536000, immutable"
_KEPT_BELOW = "/static/shop/assets/"

# Articles of goods bring `style` attributes and pictures of other hosts (utils/text/rich_text.py);
# scripts and styles come from the shop alone. Vant's icons are a font in its style sheet.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob: https:",
        "media-src 'self' blob: https:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The start page has its styles in itself.
START_PAGE_POLICY = CONTENT_SECURITY_POLICY.replace(
    "style-src 'self'", "style-src 'self' 'unsafe-inline'"
)


def page_policy(picture_sources: Iterable[str]) -> str:
    """Return CONTENT_SECURITY_POLICY for a shop whose pictures come from these sources, too."""
    return CONTENT_SECURITY_POLICY.replace(
        "img-src 'self'", " ".join(["img-src 'self'", *picture_sources])
    )


def keep_hashed_files(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Let browsers keep the front's hashed files; WhiteNoise calls this for each static file."""
    if url.startswith(_KEPT_BELOW):
        headers["Cache-Control"] = KEPT
