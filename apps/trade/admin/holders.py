from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..holders import Held, buyers_by_held, buyers_named, goods_by_held, goods_named
from ..models import Holder
from ..order_status import UNPAID
from .cells import when
from .read_only import ReadOnlyAdmin

ROWS = 50


@admin.register(Holder)
class HolderAdmin(ReadOnlyAdmin):
    """Who keeps most of the stock from others, in carts and in unpaid orders. To be read.

    ``?by=goods``: of which goods most is held; ``?goods=<id>``: who holds those. Four queries
    beside those for session, user and permissions.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There is the list, and no page of one buyer."""
        return obj is None and super().has_view_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)  # which refuses
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied  # there are no actions
        goods_id = _number(request.GET.get("goods", ""))
        by_goods = request.GET.get("by") == "goods"
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "by_goods": by_goods,
            "rows_at_most": ROWS,
            **(self._goods() if by_goods else self._buyers(request, goods_id)),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/trade/holders.html", context)

    def _buyers(self, request: HttpRequest, goods_id: int | None) -> dict[str, Any]:
        now = timezone.now()
        held = buyers_by_held(now=now, limit=ROWS, goods_id=goods_id)
        users = buyers_named([row.key for row in held], now=now, goods_id=goods_id)
        goods = goods_named([goods_id]).get(goods_id) if goods_id is not None else None
        title = self.opts.verbose_name_plural
        if goods is not None:
            title = _("%(plural)s: %(name)s") % {"plural": title, "name": goods.name}
        rows = [
            {
                "held": row,
                "user": users[row.key],
                "oldest": when(users[row.key].oldest),
                **self._links(request, row, goods_id),
            }
            for row in held
            if row.key in users
        ]
        return {"title": title, "goods": goods, "rows": rows}

    def _goods(self) -> dict[str, Any]:
        held = goods_by_held(now=timezone.now(), limit=ROWS)
        goods = goods_named([row.key for row in held])
        rows = [
            {
                "held": row,
                "goods": goods[row.key],
                "share": round(100 * row.pieces / (row.pieces + max(goods[row.key].goods_num, 0))),
            }
            for row in held
            if row.key in goods
        ]
        return {"title": _("Goods by what is held of them"), "rows": rows}

    def _links(self, request: HttpRequest, row: Held, goods_id: int | None) -> dict[str, str]:
        """Where what a buyer holds is seen, and ended, for who may see it."""
        lists = {
            name: reverse(f"admin:trade_{name}_changelist") for name in ("cartline", "orderinfo")
        }
        links = {}
        if row.in_cart and request.user.has_perm("trade.view_cartline"):
            asked: dict[str, Any] = {"hold": "held", "user__id__exact": row.key}
            if goods_id is not None:
                asked["goods__id__exact"] = goods_id
            links["cart_url"] = f"{lists['cartline']}?{urlencode(asked)}"
        if row.in_orders and request.user.has_perm("trade.view_orderinfo"):
            asked = {"pay_status__in": ",".join(UNPAID), "user__id__exact": row.key}
            links["orders_url"] = f"{lists['orderinfo']}?{urlencode(asked)}"
        return links


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
