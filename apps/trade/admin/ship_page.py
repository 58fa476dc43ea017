"""The page on which staff record a parcel of one order, and correct it; ship_many.py has several.

A number is scanned or typed in for each parcel; the carrier is the one that this staff member
chose last.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.text.language import in_shop_language

from ..carriers import Carrier
from ..models import OrderInfo, Shipment
from ..services.shipping import (
    Shipped,
    order_ship,
    shipment_correct,
)
from .cells import change_url
from .parcel_forms import OneParcelForm, ParcelForm

# In the session of a staff member: the carrier to start from.
CARRIER_KEY = "carrier"


class ShipPage(admin.ModelAdmin):
    """For the admin of orders: recording parcels takes the permission to change an order."""

    def get_urls(self) -> list[Any]:
        page = path(
            "<int:order_id>/ship/", self.admin_site.admin_view(self.ship_view),
            name="trade_orderinfo_ship",
        )  # fmt: skip
        return [page, *super().get_urls()]

    def ship_view(self, request: HttpRequest, order_id: int) -> HttpResponse:
        """Record a parcel of an order; with ``?correct=<id>`` what is right about that one."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        order = get_object_or_404(with_contents(OrderInfo.objects.all()), pk=order_id)
        wrong = _shipment_of(order, request.GET.get("correct"))
        if request.method != "POST":
            first = {"carrier": request.session.get(CARRIER_KEY, Carrier.SF)}
            if wrong:
                first = {"carrier": wrong.carrier, "tracking_no": wrong.tracking_no}
            form: ParcelForm = OneParcelForm(initial=first)
        else:
            form = OneParcelForm(request.POST)
            if form.is_valid() and self._record(request, order, form, wrong):
                return HttpResponseRedirect(change_url("orderinfo", order.pk))
        title = _("Correct the parcel") if wrong else _("Ship")
        return self._show(
            request, [(order, form)], title=title, wrong=wrong,
            back=change_url("orderinfo", order.pk),
        )  # fmt: skip

    def _record(
        self, request: HttpRequest, order: OrderInfo, form: ParcelForm,
        wrong: Shipment | None = None, *, is_one_of_many: bool = False,
    ) -> bool:  # fmt: skip
        """Do what a valid form says, and keep it in the order's history; return whether it was
        done. The reason of a refusal stands in the form."""
        assert request.user.pk is not None
        values = {
            "carrier": form.cleaned_data["carrier"],
            "tracking_no": form.cleaned_data["tracking_no"],
            "staff_id": request.user.pk,
        }
        try:
            if wrong:
                shipped = shipment_correct(shipment_id=wrong.pk, **values)
            else:
                shipped = order_ship(order_id=order.pk, **values)
        except DomainError as error:
            form.add_error(error.field, str(error))
            return False
        self._tell(request, order, shipped, wrong, is_one_of_many=is_one_of_many)
        if values["carrier"] != Carrier.OTHER:
            request.session[CARRIER_KEY] = values["carrier"]
        return True

    def _tell(
        self, request: HttpRequest, order: OrderInfo, shipped: Shipped, wrong: Shipment | None,
        *, is_one_of_many: bool,
    ) -> None:  # fmt: skip
        def entry() -> str:
            if wrong:
                values = {"wrong": wrong, "right": shipped.shipment}
                return gettext("parcel corrected: %(right)s instead of %(wrong)s") % values
            return gettext("parcel shipped: %(parcel)s") % {"parcel": shipped.shipment}

        with in_shop_language():
            self.log_change(request, order, entry())
        if not is_one_of_many:
            self.message_user(request, named(order, entry()), messages.SUCCESS)
        if shipped.also_of:
            text = _("The same number belongs to: %(orders)s. Right if they are packed together.")
            numbers = ", ".join(shipped.also_of)
            shared = text % {"orders": numbers}
            self.message_user(
                request, named(order, shared) if is_one_of_many else shared, messages.WARNING
            )

    def _show(
        self,
        request: HttpRequest,
        rows: Sequence[tuple[OrderInfo, ParcelForm]],
        *,
        title: Any,
        back: str,
        **more: Any,
    ) -> HttpResponse:
        if rows:
            rows[0][1].fields["tracking_no"].widget.attrs["autofocus"] = True
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "rows": rows,
            "back": back,
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, "admin/trade/orderinfo/ship.html", context)


def with_contents(orders: QuerySet[OrderInfo]) -> QuerySet[OrderInfo]:
    return orders.prefetch_related("lines", "shipments")


def _shipment_of(order: OrderInfo, text: str | None) -> Shipment | None:
    if not text:
        return None
    pk = int(text) if text.isdecimal() and len(text) < 19 else 0
    return get_object_or_404(order.shipments, pk=pk)


def named(order: OrderInfo, text: Any) -> str:
    return gettext("Order %(order)s: %(text)s") % {"order": order.order_sn, "text": text}
