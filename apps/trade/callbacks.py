"""Where Alipay calls: its notices, and the buyer whom it sends back.

Open to everybody, without session, CSRF token or throttle: a message proves itself by its
signature or is refused.
"""

import logging

from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from utils.alipay import AlipayError, client_from_settings
from utils.cache.breaker import CacheUnreachableError
from utils.db.outages import is_lock_wait
from utils.limits.counters import counter_add

from .models import OrderInfo
from .services.asking import order_ask_on_return
from .services.notices import REFUSED, notice_keep, notice_process
from .services.pay_links import ORDERS_PAGE

logger = logging.getLogger(__name__)

FRONT_PAGE = "/index/"
# Messages with a wrong signature that are kept and logged in an hour; anybody can send them.
FORGERIES_KEPT = 60
MAX_FORGERY = 20_000  # characters that are kept of one
# A notice of Alipay's has some 30 fields and 3 KB; what is more is not read at all.
MAX_NOTICE_BYTES, MAX_NOTICE_FIELDS = 64 * 1024, 100
# What Django raises on messages that it will not read: too long, too many fields, no form.
UNREADABLE = (SuspiciousOperation, MultiPartParserError)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def alipay_return(request: HttpRequest) -> HttpResponse:
    """GET: the buyer comes back. POST: a notice, at the address the old shop gave."""
    if request.method == "POST":
        return _notice(request)
    try:
        order = _order_of(request.GET)
    except UNREADABLE:
        order = None
    if order is None:
        return HttpResponseRedirect(FRONT_PAGE)
    if not order.payments.exists():
        # That the buyer is back proves nothing: what counts is what the gateway says.
        try:
            order_ask_on_return(order_id=order.pk)
        except AlipayError as error:
            logger.warning("order %s: %s", order.order_sn, error)
        except OperationalError as error:
            # Staff or a sweep hold the order. It is asked about again, by the sweep; the buyer is
            # not kept from the list of orders.
            if not is_lock_wait(error):
                raise
            logger.warning("order %s: %s", order.order_sn, error)
    return HttpResponseRedirect(ORDERS_PAGE)


@csrf_exempt
@require_POST
def alipay_notify(request: HttpRequest) -> HttpResponse:
    """A notice of Alipay's: stored, processed, and answered ``success`` when it is ours."""
    return _notice(request)


def _notice(request: HttpRequest) -> HttpResponse:
    if _length(request) > MAX_NOTICE_BYTES:
        return _answer(is_accepted=False)
    try:
        fields, raw = _received(request)
    except UNREADABLE:
        return _answer(is_accepted=False)
    if sum(len(values) for _name, values in fields.lists()) > MAX_NOTICE_FIELDS:
        return _answer(is_accepted=False)
    params = _params(fields)
    if params is None or not client_from_settings().verify_notify(params):
        _keep_forgery(fields, raw)
        return _answer(is_accepted=False)
    if not params.get("notify_id") or "method" in params:
        # Signed by Alipay, and not a notice: such as the address of a return, which says
        # nothing of a payment. Who has it could send it any number of times.
        return _answer(is_accepted=False)
    notice = notice_keep(params=params, raw=raw, is_genuine=True)
    verdict = notice_process(notice_id=notice.pk)
    if verdict in REFUSED:
        logger.warning("notice %s for order %r: %s", notice.pk, notice.out_trade_no, verdict.value)
    return _answer(is_accepted=verdict not in REFUSED)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # Django reads nothing of it then


def _received(request: HttpRequest) -> tuple[QueryDict, str]:
    """Return the fields of a notice, and its text; raises UNREADABLE."""
    if request.content_type == "application/x-www-form-urlencoded":
        raw = request.body.decode(errors="replace")
        return QueryDict(raw), raw
    return request.POST, request.POST.urlencode()


def _answer(*, is_accepted: bool) -> HttpResponse:
    text, status = ("success", 200) if is_accepted else ("failure", 400)
    return HttpResponse(text, status=status, content_type="text/plain")


def _order_of(fields: QueryDict) -> OrderInfo | None:
    """Return the order that a signed return is about, or None."""
    params = _params(fields)
    if params is None or not client_from_settings().verify_notify(params):
        return None
    return OrderInfo.objects.filter(order_sn=params.get("out_trade_no", "")).first()


def _params(fields: QueryDict) -> dict[str, str] | None:
    """Return the fields, or None when one is there twice: Alipay never sends that."""
    if any(len(values) != 1 for _name, values in fields.lists()):
        return None
    return _flat(fields)


def _keep_forgery(fields: QueryDict, raw: str) -> None:
    """Keep what has a wrong signature: should our key be the wrong one, it is money."""
    try:
        if counter_add(key="alipay:forgeries", seconds=3600) > FORGERIES_KEPT:
            return
    except CacheUnreachableError:
        return
    notice = notice_keep(params=_flat(fields), raw=raw[:MAX_FORGERY], is_genuine=False)
    logger.warning("notice %s for order %r: wrong signature", notice.pk, notice.out_trade_no)


def _flat(fields: QueryDict) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items()}
