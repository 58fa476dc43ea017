"""What staff do to orders. Not in a transaction: the gateway is asked over the network."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from utils.alipay import AlipayError, gateway_seconds_left
from utils.text.language import in_shop_language

from ..models import OrderInfo
from ..order_status import Event, MoveRefusedError
from ..services.asking import GatewaySilentError, order_ask
from ..services.closing import Outcome, order_close_via_gateway
from . import confirmation
from .cells import change_url

ORDERS_AT_ONCE = 50
# Of the time that the request has for the gateway: with less, no other order is begun.
SECONDS_FOR_ONE = 1.0


class Report(NamedTuple):
    """What became of one order; ``is_change``: to be kept in its history."""

    level: int
    text: Any
    is_change: bool = False
    is_silent: bool = False


SILENT = Report(messages.ERROR, _("Alipay did not answer; nothing was changed"), is_silent=True)
NOT_ASKED = Report(
    messages.ERROR, _("not asked about, because Alipay did not answer before; nothing was changed")
)
TIME_OVER = Report(
    messages.ERROR,
    _("not begun, because the time for one request was over; nothing was changed, choose it again"),
)
SETTLED = {
    Outcome.CLOSED: Report(messages.SUCCESS, _("closed"), is_change=True),
    Outcome.PAID: Report(
        messages.WARNING, _("not closed: Alipay says that it is paid, and now it is"),
        is_change=True,
    ),
    Outcome.UNCHANGED: Report(messages.INFO, _("closed before; nothing was changed")),
}  # fmt: skip


class OrderActions(admin.ModelAdmin):
    actions: Sequence[str] = ("close_unpaid", "ask_gateway")

    @admin.action(permissions=["change"], description=_("Close unpaid orders"))
    def close_unpaid(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> HttpResponse | None:
        question = _(
            "Close these orders? They cannot be paid any more, and their pieces go back to "
            "stock. Alipay is asked first: what turns out to be paid stays open."
        )
        return self._do(request, queryset, _close, name="close_unpaid", question=question)

    @admin.action(permissions=["change"], description=_("Ask Alipay now"))
    def ask_gateway(
        self, request: HttpRequest, queryset: QuerySet[OrderInfo]
    ) -> HttpResponse | None:
        return self._do(request, queryset, _ask, name="ask_gateway")

    def _do(
        self,
        request: HttpRequest,
        queryset: QuerySet[OrderInfo],
        do: Callable[[OrderInfo], Report],
        *,
        name: str,
        question: Any = None,
    ) -> HttpResponse | None:
        orders = list(queryset.order_by("pk")[: ORDERS_AT_ONCE + 1])
        if len(orders) > ORDERS_AT_ONCE:
            text = _("At most %(count)d orders at once; nothing was changed.")
            self.message_user(request, text % {"count": ORDERS_AT_ONCE}, messages.ERROR)
            return None
        if question is not None and not confirmation.is_confirmed(request):
            rows = [(order.pk, _row(order)) for order in orders]
            return confirmation.ask(self, request, action=name, question=question, rows=rows)
        self._report(request, orders, self._each(request, orders, do))
        if "back" in request.POST and len(orders) == 1:
            return HttpResponseRedirect(change_url("orderinfo", orders[0].pk))
        return None

    def _each(
        self,
        request: HttpRequest,
        orders: Sequence[OrderInfo],
        do: Callable[[OrderInfo], Report],
    ) -> list[Report]:
        """Do it to each, and keep each in its history before the next is begun.

        Once the gateway is silent, or the request's time for it is over, to none of the rest.
        """
        reports: list[Report] = []
        for order in orders:
            if any(report.is_silent for report in reports):
                reports.append(NOT_ASKED)
            elif gateway_seconds_left() < SECONDS_FOR_ONE and reports:
                reports.append(TIME_OVER)
            else:
                reports.append(do(order))
            if reports[-1].is_change:
                with in_shop_language():
                    self.log_change(request, order, str(reports[-1].text))
        return reports

    def _report(
        self, request: HttpRequest, orders: Sequence[OrderInfo], reports: Sequence[Report]
    ) -> None:
        """One message for each thing that happened, naming the orders to which it did."""
        numbers_by_text: dict[tuple[int, str], list[str]] = {}
        for order, report in zip(orders, reports, strict=True):
            text = str(report.text)
            numbers_by_text.setdefault((report.level, text), []).append(order.order_sn)
        for (level, text), numbers in numbers_by_text.items():
            heading = ngettext("Order %(orders)s: %(text)s.", "Orders %(orders)s: %(text)s.",
                               len(numbers))  # fmt: skip
            self.message_user(request, heading % {"orders": ", ".join(numbers), "text": text},
                              level)  # fmt: skip


def _row(order: OrderInfo) -> str:
    return f"{order.order_sn} · {order.get_pay_status_display()} · {order.order_mount:.2f}"


def _close(order: OrderInfo) -> Report:
    try:
        return SETTLED[order_close_via_gateway(order_id=order.pk, event=Event.STAFF_CLOSE)]
    except GatewaySilentError:
        return SILENT
    except MoveRefusedError:
        return Report(messages.ERROR, _("paid, and therefore not closed; nothing was changed"))


def _ask(order: OrderInfo) -> Report:
    before = order.pay_status
    try:
        is_known = order_ask(order_id=order.pk)
    except AlipayError:
        return SILENT
    if not is_known:
        return Report(messages.INFO, _("Alipay knows of no payment; nothing was changed"))
    order.refresh_from_db(fields=["pay_status"])
    if order.pay_status == before:
        return Report(messages.INFO, _("Alipay was asked, and had no news"))
    text = _("Alipay was asked; the order is now: %(status)s")
    return Report(
        messages.SUCCESS, text % {"status": order.get_pay_status_display()}, is_change=True
    )
