"""What the search box of orders finds, by indexes alone."""

import re
import unicodedata

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods

from ..carriers import number_clean
from ..models import OrderGoods, Payment, Shipment
from .search import IndexedSearchAdmin, buyers_found

# A mobile as people write it: 139 1689 6571, 139-1689-6571, +86 139...
_MOBILE = re.compile(r"(?:\+?86[ -]*)?(1[3-9]\d(?:[ -]*\d){8})(?!\d)", re.ASCII)
_TAIL = 4
# Of a shorter beginning, all orders of a year would be found.
_LEAST_OF_NUMBER = 6


class OrderSearch(IndexedSearchAdmin, admin.ModelAdmin):
    search_help_text = _(
        "Recipient, mobile (whole, or its last four digits), order number (or its beginning), "
        "tracking number, trade number, username, name of goods."
    )

    def words(self, text: str) -> list[str]:
        plain = unicodedata.normalize("NFKC", text)
        return _MOBILE.sub(lambda found: re.sub(r"[ -]", "", found[1]), plain).split()

    def found(self, word: str) -> Q:
        if word.isascii() and word.isdecimal() and len(word) == _TAIL:
            return Q(mobile_tail=word)
        # Keys, so that each part asks one index: an OR over tables would read them all.
        keys = {
            *Payment.objects.filter(trade_no=word).values_list("order_id", flat=True),
            *Shipment.objects.filter(tracking_no=number_clean(word)).values_list(
                "order_id", flat=True
            ),
        }
        found = Q(pk__in=keys) | Q(singer_mobile=word) | Q(trade_no=word)
        found |= Q(user__in=buyers_found(word))
        if len(word) >= _LEAST_OF_NUMBER:
            found |= Q(order_sn__istartswith=word)  # LIKE BINARY has no index
        if word.isdecimal():
            return found
        found |= Q(signer_name__istartswith=word)
        # By today's name, among some hundred goods, not by the name on every line ever sold.
        goods = Goods.objects.called(word).values_list("pk", flat=True)
        lines = OrderGoods.objects.filter(goods__in=list(goods))
        return found | Q(pk__in=lines.values("order_id"))
