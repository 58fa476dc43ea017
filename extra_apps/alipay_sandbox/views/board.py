"""The page that lists what the gateway knows, for the curious."""

import secrets

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_POST

from ..content import amount_parse
from ..courier import wake
from ..models import SandboxTrade
from ..refusals import RefusalError, invalid_content
from ..services.notices import notice_resend
from ..services.refunds import trade_refund

SHOWN = 50


@never_cache
@csrf_protect
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The newest trades with their refunds, and their notices with every answer."""
    wake()
    return _page(request)


@never_cache
@csrf_protect
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a notice due at once."""
    if not notice_resend(pk=pk):
        raise Http404
    wake()
    return HttpResponseRedirect(reverse("alipay-sandbox-board"))


@never_cache
@csrf_protect
@require_POST
def refund(request: HttpRequest, trade_no: str) -> HttpResponse:
    """Give the posted ``amount`` back, as a merchant's clerk would on Alipay's own site."""
    try:
        amount = amount_parse(request.POST.get("amount"))
        if amount is None:
            raise invalid_content("amount", _("An amount in yuan with at most two decimals."))
        trade_refund(
            trade_no=trade_no,
            amount=amount,
            out_request_no=f"board_{secrets.token_hex(8)}",
            reason=_("refunded on the page of the sandbox"),
        )
    except RefusalError as refusal:
        return _page(request, refusal, status=409)
    return HttpResponseRedirect(reverse("alipay-sandbox-board"))


def _page(
    request: HttpRequest, refusal: RefusalError | None = None, status: int = 200
) -> HttpResponse:
    trades = SandboxTrade.objects.prefetch_related("refunds", "notices")[:SHOWN]
    context = {"trades": trades, "refusal": refusal}
    return render(request, "alipay_sandbox/board.html", context, status=status)
