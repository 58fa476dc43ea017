"""The cashier page: what a buyer sees of the gateway, with its switches."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from ..conf import sandbox_conf
from ..courier import wake
from ..messages_out import return_address
from ..models import SandboxTrade, TradeStatus
from ..refusals import RefusalError
from ..services.trades import trade_now, trade_pay
from ..switches import switches_of


@never_cache
@csrf_protect
@require_GET
def cashier(request: HttpRequest, trade_no: str) -> HttpResponse:
    """Show the trade, to be paid, paid, or closed, on the page of a computer or of a phone."""
    wake()
    return _page(request, _trade_or_404(trade_no))


@never_cache
@csrf_protect
@require_POST
def pay(request: HttpRequest, trade_no: str) -> HttpResponse:
    """Pay, as the switches in the form say, and send the browser back to the merchant."""
    trade = _trade_or_404(trade_no)
    try:
        trade = trade_pay(trade_no=trade_no, switches=switches_of(request.POST))
    except RefusalError as refusal:
        trade.refresh_from_db()
        return _page(request, trade, refusal, status=409)
    if trade.return_url:
        return HttpResponseRedirect(return_address(trade, conf=sandbox_conf()))
    return HttpResponseRedirect(reverse("alipay-sandbox-cashier", args=[trade_no]))


@never_cache
@csrf_protect
@require_POST
def cancel(request: HttpRequest, trade_no: str) -> HttpResponse:
    """Send the browser to return_url with nothing added: nothing was paid, nothing is signed.

    The trade stays as it is. Whoever thinks better of it can open the merchant's link again
    until its time is over, as at Alipay.
    """
    trade = _trade_or_404(trade_no)
    return HttpResponseRedirect(
        trade.return_url or reverse("alipay-sandbox-cashier", args=[trade_no])
    )


def _trade_or_404(trade_no: str) -> SandboxTrade:
    try:
        return trade_now(trade_no=trade_no)
    except RefusalError as refusal:
        raise Http404 from refusal


def _page(
    request: HttpRequest,
    trade: SandboxTrade,
    refusal: RefusalError | None = None,
    status: int = 200,
) -> HttpResponse:
    is_paid = trade.status in (TradeStatus.TRADE_SUCCESS, TradeStatus.TRADE_FINISHED)
    back = trade.return_url
    if is_paid and back:
        back = return_address(trade, conf=sandbox_conf())
    elif not is_paid and trade.is_of_a_phone:
        back = trade.quit_url
    seconds = int((trade.time_expire - timezone.now()).total_seconds())
    context = {
        "trade": trade,
        "is_open": trade.status == TradeStatus.WAIT_BUYER_PAY,
        "is_paid": is_paid,
        "is_refunded": trade.status == TradeStatus.TRADE_CLOSED and trade.paid_at is not None,
        "back": back,
        "refusal": refusal,
        "seconds_left": max(seconds, 0),
        "minutes_left": max(seconds // 60, 0),
    }
    template = "phone.html" if trade.is_of_a_phone else "cashier.html"
    return render(request, f"alipay_sandbox/{template}", context, status=status)
