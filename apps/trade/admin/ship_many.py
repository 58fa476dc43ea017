"""Parcels of many orders on one page: those that were chosen in a list, or all that wait."""

from collections.abc import Iterable, Sequence

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from utils.api.lookups import parse_pk

from ..carriers import Carrier
from ..models import OrderInfo
from ..order_status import PAID
from ..services.shipping import NotShippableError
from .parcel_forms import ParcelForm
from .ship_page import CARRIER_KEY, ShipPage, named, with_contents

ROWS = 50
NAMED = 5
MOST_SKIPPED = 10**9  # more than there are
Rows = list[tuple[OrderInfo, ParcelForm]]


class ShipMany(ShipPage):
    """An order whose number is filled in is shipped; a row that is left empty is not."""

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "ship/", self.admin_site.admin_view(self.ship_many_view),
            name="trade_orderinfo_ship_many",
        )  # fmt: skip
        return [page, *super().get_urls()]

    def ship_many_view(self, request: HttpRequest) -> HttpResponse:
        """All orders that can be shipped now, ROWS at a time, those that wait longest first.

        What is left empty stays where it is; ``?skip=50`` begins behind it.
        """
        if not self.has_change_permission(request):
            raise PermissionDenied
        skip = min(parse_pk(request.GET.get("skip", "")) or 0, MOST_SKIPPED)
        rows: Rows = []
        if request.method == "POST":
            ids = [pk for text in request.POST.getlist(ACTION_CHECKBOX_NAME)[:ROWS]
                   if (pk := parse_pk(text)) is not None]  # fmt: skip
            left = self._ship(request, _in_order(ids))
            # Asked again are those that were wrong. The others the page shows by itself.
            rows = [(order, form) for order, form in left if form.is_bound]
            if not rows:
                return HttpResponseRedirect(request.get_full_path())
        waiting = OrderInfo.objects.to_ship_now()
        count = waiting.count()
        if not rows:
            orders = with_contents(waiting.order_by("pay_time", "pk"))[skip : skip + ROWS]
            rows = [(order, self._row_form(request, order)) for order in orders]
        return self._show(
            request, rows, title=_("Ship"), back=reverse("admin:trade_orderinfo_changelist"),
            hidden=_chosen_fields(rows), is_many=True, waiting=count,
            skip_to=skip + ROWS if skip + ROWS < count else None, skip_back=bool(skip),
        )  # fmt: skip

    @admin.action(permissions=["change"], description=_("Ship, with carrier and number"))
    def ship_orders(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> HttpResponse | None:
        """Record a parcel for each order whose number is filled in, and ask for the rest again.

        Any number of orders: ROWS of them are shown, and the next when those are done.
        """
        ids = list(queryset.order_by("pk").values_list("pk", flat=True))
        later = [pk for text in request.POST.get("later", "").split(",")
                 if (pk := parse_pk(text)) is not None]  # fmt: skip
        shown, later = ids[:ROWS], [*ids[ROWS:], *later]
        left: Rows = self._ship(request, _in_order(shown))
        while later and not left:
            shown, later = later[:ROWS], later[ROWS:]
            left = self._ship(request, _in_order(shown))
        if not left:
            return None
        return self._show(
            request, left, title=_("Ship"), back=reverse("admin:trade_orderinfo_changelist"),
            hidden=[
                ("action", "ship_orders"), ("later", ",".join(map(str, later))),
                *_chosen_fields(left),
            ],
            is_many=True, is_action=True, later=len(later),
        )  # fmt: skip

    def _ship(self, request: HttpRequest, orders: Sequence[OrderInfo]) -> Rows:
        """Ship those of the orders whose rows are filled in; return the others with their forms."""
        is_sent = "confirmed" in request.POST
        left: Rows = []
        not_paid, done = [], 0
        for order in orders:
            if order.pay_status not in PAID:
                not_paid.append(order)
                continue
            form = self._row_form(request, order, is_sent=is_sent)
            if form.is_bound and form.is_valid() and self._record(
                request, order, form, is_one_of_many=True
            ):  # fmt: skip
                done += 1
            else:
                left.append((order, form))
        if done:
            text = ngettext("%(count)d parcel was recorded.", "%(count)d parcels were recorded.",
                            done)  # fmt: skip
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
        self._tell_not_paid(request, not_paid)
        return left

    def _tell_not_paid(self, request: HttpRequest, orders: Sequence[OrderInfo]) -> None:
        for order in orders[:NAMED]:
            self.message_user(request, named(order, NotShippableError.message), messages.ERROR)
        if more := len(orders[NAMED:]):
            text = ngettext(
                "Nor can %(count)d other order.", "Nor can %(count)d other orders.", more
            )
            self.message_user(request, text % {"count": more}, messages.ERROR)

    def _row_form(
        self, request: HttpRequest, order: OrderInfo, *, is_sent: bool = False
    ) -> ParcelForm:
        prefix = f"parcel-{order.pk}"
        if is_sent and f"{prefix}-carrier" in request.POST:
            form = ParcelForm(request.POST, prefix=prefix)
            if not form.is_left_out():
                return form
        first = request.session.get(CARRIER_KEY, Carrier.SF)
        return ParcelForm(initial={"carrier": first}, prefix=prefix)


def _in_order(ids: Sequence[int]) -> list[OrderInfo]:
    found = with_contents(OrderInfo.objects.all()).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _chosen_fields(rows: Iterable[tuple[OrderInfo, ParcelForm]]) -> list[tuple[str, str]]:
    """Return what makes the form be about these orders."""
    chosen = [(ACTION_CHECKBOX_NAME, str(order.pk)) for order, _form in rows]
    return [("confirmed", "yes"), *chosen]
