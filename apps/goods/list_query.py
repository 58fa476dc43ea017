"""One spelling for each question that the goods list can be asked.

Clients write the same question in many ways, and anybody can add parameters that mean nothing.
The response cache and the links of a page know the one spelling alone (docs/response_cache.md).
"""

from decimal import Decimal, DecimalException

from django.http import QueryDict

from utils.api.lookups import parse_pk
from utils.api.pagination import StandardPagination
from utils.cache.responses import CanonicalQuery

from .filters import FLAGS, MAX_SEARCH_LENGTH, ORDERING_FIELDS, PRICE_LIMIT, price_bound

# Pages that people turn to.
BROWSED_PAGES = 20
# What stands for a category that nothing can be in.
NO_CATEGORY = "none"


class _UnclearError(Exception):
    """The value is refused, or read in a way that is not for this module to know."""


def goods_list_query(params: QueryDict) -> CanonicalQuery | None:
    """Return the question that ``params`` ask, in its one spelling.

    None when a value will be refused, or is an unusual spelling that is best left alone:
    such an answer is not kept. Parameters that mean nothing are left out, and so are those with
    the value that an absent one has.
    """
    try:
        browsing = {
            "top_category": _category(params.get("top_category")),
            "is_hot": _flag(params.get("is_hot")),
            "is_new": _flag(params.get("is_new")),
            "ordering": _ordering(params.get("ordering")),
            "page": _page(params),
            "format": _format(params.get("format")),
        }
        others = {
            "pricemin": _lowest(params),
            "pricemax": _highest(params),
            "search": _search(params.get("search")),
            "page_size": _page_size(params.get("page_size")),
        }
    except _UnclearError:
        return None
    page = browsing["page"]
    is_browsing = not any(others.values()) and not (page.isdigit() and int(page) > BROWSED_PAGES)
    return CanonicalQuery(
        {name: value for name, value in (browsing | others).items() if value},
        is_browsing=is_browsing,
    )


def _category(text: str | None) -> str:
    if not text:
        return ""
    if "\0" in text:
        raise _UnclearError
    key = parse_pk(text.strip())
    return NO_CATEGORY if key is None else str(key)


def _flag(text: str | None) -> str:
    if not text:
        return ""
    if text not in FLAGS:
        raise _UnclearError
    return "true" if FLAGS[text] else "false"


def _ordering(text: str | None) -> str:
    terms: dict[str, str] = {}
    for term in (text or "").split(","):
        field = term.strip().removeprefix("-")
        # A field that is there twice orders nothing the second time.
        if field in ORDERING_FIELDS:
            terms.setdefault(field, term.strip())
    return ",".join(terms.values())


def _page(params: QueryDict) -> str:
    text = params.get("page") or params.get("p") or "1"
    if text in StandardPagination.last_page_strings:
        return text
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _UnclearError
    return "" if int(text) == 1 else str(int(text))


def _page_size(text: str | None) -> str:
    """As DRF reads it: what is not a positive number counts as absent."""
    try:
        size = min(int(text or ""), StandardPagination.max_page_size)
    except ValueError:
        return ""
    return str(size) if size > 0 and size != StandardPagination.page_size else ""


def _format(text: str | None) -> str:
    if text not in (None, "", "json"):
        raise _UnclearError
    return text or ""


def _prices(params: QueryDict, *names: str) -> list[Decimal]:
    texts = [text for name in names if (text := params.get(name))]
    try:
        prices = [Decimal(text) for text in texts]
    except DecimalException as error:
        raise _UnclearError from error
    if not all(price.is_finite() for price in prices):
        raise _UnclearError
    return prices


def _lowest(params: QueryDict) -> str:
    bounds = [
        price_bound(price, is_lower=True) for price in _prices(params, "pricemin", "min_price")
    ]
    bound = max(bounds, default=Decimal(0))
    return _plain(bound) if bound > 0 else ""


def _highest(params: QueryDict) -> str:
    bounds = [
        price_bound(price, is_lower=False) for price in _prices(params, "pricemax", "max_price")
    ]
    bound = min(bounds, default=PRICE_LIMIT)
    if bound >= PRICE_LIMIT:
        return ""
    return _plain(bound) if bound >= 0 else "-1"


def _plain(amount: Decimal) -> str:
    return f"{(amount + 0).normalize():f}"  # + 0: -0 is 0


def _search(text: str | None) -> str:
    text = (text or "").strip()
    if "\0" in text or len(text) > MAX_SEARCH_LENGTH:
        raise _UnclearError
    return text
