"""The menu of the administration, in the order of the shop's work and not by app."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

# What is not named here stands at the end of the last section.
SECTIONS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("orders", _("Orders"), (
        "trade.orderinfo", "trade.refundrequest", "trade.cartline", "trade.holder",
        "trade.freightrule",
    )),
    ("goods", _("Goods"), (
        "goods.goods", "goods.goodscategory", "goods.goodscategorybrand", "goods.stockmovement",
        "goods.goodsimport",
    )),
    ("service", _("Customer service"), (
        "user_operation.userleavingmessage", "user_operation.quickreply", "users.buyer",
        "user_operation.useraddress", "user_operation.userfav", "users.verifycode",
    )),
    ("marketing", _("Marketing"), ("goods.banner", "goods.indexad", "goods.hotsearchwords")),
    ("finance", _("Finance"), ("trade.payment", "trade.refund", "trade.paymentnotice")),
    ("system", _("System"), (
        "mxshop.journalentry", "users.staffaccount", "auth.group", "mxshop.heartbeat",
    )),
)  # fmt: skip


def menu_of(apps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return Django's list of apps as sections, each with its pages; without empty ones.

    What is in it was asked for its permissions already: nothing is added.
    """
    pages = {
        f"{app['app_label']}.{page['object_name'].lower()}": page
        for app in apps
        for page in app["models"]
    }
    named = {key for _label, _name, keys in SECTIONS for key in keys}
    others = [key for key in pages if key not in named]
    last = SECTIONS[-1][0]
    menu = []
    for label, name, keys in SECTIONS:
        wanted = [*keys, *others] if label == last else keys
        models = [pages[key] for key in wanted if key in pages]
        if models:
            menu.append({
                "name": name, "app_label": label, "app_url": models[0]["admin_url"],
                "has_module_perms": True, "models": models,
            })  # fmt: skip
    return menu
