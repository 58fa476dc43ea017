"""The groups of the description, in the order in which a shop front is built.

A tag is a word of the code (generated clients name their modules by it); its text is translated.
"""

import re
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Tag(NamedTuple):
    name: str
    text: Any
    paths: tuple[str, ...]  # how paths of the group begin, in the order of reading


TAGS = (
    Tag(
        "catalogue",
        _(
            "Home page, category menu, goods list with filters and search, goods page. Open to "
            "everybody; a token is not looked at. Answers are kept for some seconds and carry an "
            "ETag, so that a browser asks again cheaply (304)."
        ),
        ("/indexgoods/", "/banners/", "/hotsearchs/", "/categorys/", "/goods/"),
    ),
    Tag(
        "account",
        _(
            "Register with a code that is sent to the mobile, log in, and keep the token: every "
            "group below wants it. The profile is the caller's own, whatever id stands in the "
            "path. A sign-in with Weibo, QQ or WeChat is a plain link that the browser follows."
        ),
        (
            "/codes/", "/users/", "/login/", "/login/providers/", "/api-token-refresh/",
            "/api-token-verify/", "/logout/", "/password/", "/login/{provider}/",
            "/complete/{provider}/",
        ),
    ),
    Tag(
        "cart",
        _(
            "One line for each kind of goods, named by the id of the goods. What is in the cart is "
            "held for the buyer until `held_until`; after that another buyer may be faster."
        ),
        ("/shopcarts/",),
    ),
    Tag(
        "orders",
        _(
            "From the cart to an order, and what becomes of it. Send an `Idempotency-Key` with "
            "`POST /orders/`, so that a request that got lost can be repeated without a second "
            "order. `order_mount` and `singer_mobile` are spelled so on purpose."
        ),
        ("/orders/",),
    ),
    Tag(
        "payment",
        _(
            "To pay, the browser goes to `alipay_url` of the order; it comes back by "
            "`/alipay/return/`, which leads on to the list of orders. Whether the order is paid "
            "says its `pay_status` alone. Alipay's own notices are not described: no client sends "
            "them."
        ),
        ("/alipay/return/",),
    ),
    Tag(
        "after-sale",
        _("Ask for money back, and see what became of it."),
        ("/orders/{id}/refunds/", "/refunds/"),
    ),
    Tag(
        "favourites",
        _("Goods that the buyer marked, named by the id of the goods."),
        ("/userfavs/",),
    ),
    Tag(
        "messages",
        _(
            "What a buyer writes to the shop, with a file if need be (multipart), and the shop's "
            "reply."
        ),
        ("/messages/",),
    ),
    Tag(
        "addresses",
        _("Where orders go. One of the addresses is the default."),
        ("/address/",),
    ),
)  # fmt: skip


def _shape(path: str) -> str:
    """Return a path whose parameters have no names."""
    return re.sub(r"\{\w+\}", "{}", path)


_RULES = [
    (_shape(path), (group, place))
    for group, tag in enumerate(TAGS)
    for place, path in enumerate(tag.paths)
]


def place_of(path: str) -> tuple[int, int] | None:
    """Return the group of a path and its place there; None for a path of no group."""
    found = [rule for rule in _RULES if _shape(path).startswith(rule[0])]
    return max(found, key=lambda rule: len(rule[0]))[1] if found else None
