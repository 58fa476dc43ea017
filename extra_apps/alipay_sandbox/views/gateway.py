"""gateway.do: the one address that the merchant knows."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..calls import CALLS
from ..conf import SandboxConf, sandbox_conf
from ..content import cashier_content, content_parse
from ..courier import wake
from ..messages_out import answer_text, error_text
from ..refusals import FAILED, RefusalError
from ..requests_in import CASHIERS, SignedRequest, params_of, request_read
from ..services.trades import trade_open


@csrf_exempt  # the signature says who asks
@never_cache
@require_http_methods(["GET", "POST"])
def gateway(request: HttpRequest) -> HttpResponse:
    """Lead a browser to the cashier, or answer a server in JSON.

    A faulty link gets a page (400) that names the parameter; a faulty call gets Alipay's
    codes, with HTTP status 200 as there.
    """
    wake()
    conf = sandbox_conf()
    method = request.POST.get("method") or request.GET.get("method") or ""
    if method in CALLS or (request.method == "POST" and method not in CASHIERS):
        return _answer(request, conf, method)
    try:
        trade_no = _open(request_read(params_of(request), conf=conf), conf)
    except RefusalError as refusal:
        return render(request, "alipay_sandbox/refused.html", {"refusal": refusal}, status=400)
    return HttpResponseRedirect(reverse("alipay-sandbox-cashier", args=[trade_no]))


def _open(signed: SignedRequest, conf: SandboxConf) -> str:
    content = cashier_content(
        content_parse(signed.biz_content), method=signed.method, conf=conf, now=timezone.now()
    )
    trade = trade_open(content=content, notify_url=signed.notify_url, return_url=signed.return_url)
    return trade.trade_no


def _answer(request: HttpRequest, conf: SandboxConf, method: str) -> HttpResponse:
    try:
        signed = request_read(params_of(request), conf=conf)
        fields = CALLS[signed.method](content_parse(signed.biz_content))
    except RefusalError as refusal:
        fields = {
            "code": refusal.code, "msg": refusal.message,
            "sub_code": refusal.sub_code, "sub_msg": _explained(refusal),
        }  # fmt: skip
        if refusal.code != FAILED:
            return _json(error_text(fields))
    return _json(answer_text(method, fields, conf=conf))


def _explained(refusal: RefusalError) -> str:
    parts = [refusal.parameter, refusal.text, refusal.signed_text]
    return " | ".join(filter(None, parts))


def _json(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/json; charset=utf-8")
