"""The envelope of every request: common parameters, and whether the merchant signed them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from .addresses import is_address
from .clock import from_text
from .conf import SandboxConf
from .refusals import RefusalError, invalid, missing
from .signing import is_signed, request_text

PAGE_PAY, WAP_PAY = CASHIERS = ("alipay.trade.page.pay", "alipay.trade.wap.pay")
SERVER_CALLS = (
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
)
METHODS = (*CASHIERS, *SERVER_CALLS)

_REQUIRED = (
    "method", "app_id", "charset", "sign_type", "timestamp", "version", "sign", "biz_content",
)  # fmt: skip
_URL_MAX = 256


@dataclass(frozen=True)
class SignedRequest:
    """What the merchant has proven to have sent; the addresses are "" where it gave none."""

    method: str
    biz_content: str
    notify_url: str
    return_url: str


def params_of(request: HttpRequest) -> dict[str, str]:
    """Return query and form as one; raises RefusalError where a name comes twice.

    Alipay's own clients put the common parameters into the query and biz_content into the
    form of one and the same POST.
    """
    params: dict[str, str] = {}
    for source in (request.GET, request.POST):
        for name, values in source.lists():
            if name in params or len(values) > 1:
                raise invalid(name, _("The parameter %(name)s comes twice.") % {"name": name})
            params[name] = str(values[0])
    return params


def request_read(params: Mapping[str, str], *, conf: SandboxConf) -> SignedRequest:
    """Check the common parameters in Alipay's manner; raises RefusalError at the first fault."""
    for name in _REQUIRED:
        if not params.get(name):
            raise missing(name)
    for name, is_right, text, sub_code in (
        ("method", params["method"] in METHODS,
         _("There is no such method here."), "isv.invalid-method"),
        ("app_id", params["app_id"] == conf.app_id,
         _("No application has this app_id."), "isv.invalid-app-id"),
        ("charset", params["charset"].lower() == "utf-8",
         _("This gateway reads utf-8 only."), "isv.invalid-charset"),
        ("sign_type", params["sign_type"] == "RSA2",
         _("The signature type must be RSA2."), "isv.invalid-signature-type"),
        ("version", params["version"] == "1.0",
         _("The version must be 1.0."), "isv.invalid-version"),
        ("format", params.get("format", "").lower() in ("", "json"),
         _("The format must be JSON."), "isv.invalid-format"),
        ("timestamp", _is_time(params["timestamp"]),
         _("The timestamp must look like 2026-11-24 08:00:00."), "isv.invalid-timestamp"),
    ):  # fmt: skip
        if not is_right:
            raise invalid(name, text, sub_code=sub_code)
    _check_certificates(params, conf.serials)
    signed_text = request_text(params)
    if not is_signed(signed_text, params["sign"], public_key=conf.merchant_public_key):
        raise RefusalError(
            code="40002",
            sub_code="isv.invalid-signature",
            text=_("The signature is not that of the merchant's key over the text shown below."),
            parameter="sign",
            signed_text=signed_text,
        )
    return SignedRequest(
        method=params["method"],
        biz_content=params["biz_content"],
        notify_url=_url(params, "notify_url"),
        return_url=_url(params, "return_url"),
    )


def _check_certificates(params: Mapping[str, str], serials: Mapping[str, str]) -> None:
    for name, number in serials.items():
        if not params.get(name):
            raise missing(name)
        if params[name] != number:
            word = name.replace("_", "-")
            text = _("The application has another certificate, or Alipay other roots.")
            raise invalid(name, text, sub_code=f"isv.invalid-{word}")


def _is_time(text: str) -> bool:
    try:
        from_text(text)
    except ValueError:
        return False
    return True


def _url(params: Mapping[str, str], name: str) -> str:
    url = params.get(name, "")
    if url and not is_address(url, max_length=_URL_MAX):
        raise invalid(name, _("This must be a whole http or https address."))
    return url
