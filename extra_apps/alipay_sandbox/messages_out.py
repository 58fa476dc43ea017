"""What the gateway tells the merchant: notices, the return of the browser, answers.

https://opendocs.alipay.com/open/270/105902 (notice and return of alipay.trade.page.pay);
https://opendocs.alipay.com/open/203/105286 (of alipay.trade.wap.pay).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.utils import timezone

from .certificates import certificate_number
from .clock import to_text
from .conf import SandboxConf
from .models import SandboxRefund, SandboxTrade, TradeStatus
from .signing import notice_text, sign, strangers_key
from .switches import Switches

STRANGE_APP_ID = "2021999999999999"
STRANGE_SELLER_ID = "2088999999999999"
TOO_LITTLE = "0.01"


def money(amount: Decimal) -> str:
    """Return yuan with two decimals."""
    return f"{amount:.2f}"


def notice_params(
    trade: SandboxTrade,
    *,
    conf: SandboxConf,
    notify_id: str,
    switches: Switches,
    status: str | None = None,
    refund: SandboxRefund | None = None,
) -> dict[str, str]:
    """Return a notice about ``trade`` as it is now, without notify_time and signature."""
    total = TOO_LITTLE if switches.underpay else money(trade.total_amount)
    app_id = STRANGE_APP_ID if switches.wrong_app else conf.app_id
    params = {
        "notify_type": "trade_status_sync",
        "notify_id": notify_id,
        "charset": "utf-8",
        "version": "1.0",
        "app_id": app_id,
        "auth_app_id": app_id,
        "seller_id": STRANGE_SELLER_ID if switches.wrong_seller else conf.seller_id,
        "trade_no": trade.trade_no,
        "out_trade_no": trade.out_trade_no,
        "trade_status": status or trade.status,
        "subject": trade.subject,
        "body": trade.body,
        "passback_params": trade.passback_params,
        "total_amount": total,
        "gmt_create": to_text(trade.created_at),
    }
    if params["trade_status"] != TradeStatus.WAIT_BUYER_PAY:
        assert trade.paid_at is not None
        params |= {
            "buyer_id": trade.buyer_id,
            "buyer_logon_id": trade.buyer_logon_id,
            "gmt_payment": to_text(trade.paid_at),
            "receipt_amount": total,
            "invoice_amount": total,
            "buyer_pay_amount": total,
            "point_amount": "0.00",
            "fund_bill_list": json.dumps(
                [{"amount": total, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")
            ),
        }
    if refund is not None:
        at = refund.created_at
        params |= {
            "out_biz_no": refund.out_request_no,
            "refund_fee": money(trade.refunded_amount),
            "gmt_refund": f"{to_text(at)}.{at.microsecond // 1000:03}",
        }
        if trade.closed_at is not None:
            params["gmt_close"] = to_text(trade.closed_at)
    return {name: value for name, value in params.items() if value}


def notice_form(
    params: Mapping[str, str], *, conf: SandboxConf, now: datetime, is_forged: bool
) -> dict[str, str]:
    """Return what one attempt posts: ``params``, dated and signed."""
    dated = {**params, "notify_time": to_text(now)}
    return _signed(dated, strangers_key() if is_forged else conf.private_key)


def return_address(trade: SandboxTrade, *, conf: SandboxConf) -> str:
    """Return where the browser goes after a payment: return_url with signed parameters.

    As at Alipay they have no trade_status, so they do not prove a payment.
    """
    method = "alipay.trade.wap.pay" if trade.is_of_a_phone else "alipay.trade.page.pay"
    params = {
        "charset": "utf-8",
        "out_trade_no": trade.out_trade_no,
        "method": f"{method}.return",
        "total_amount": money(trade.total_amount),
        "trade_no": trade.trade_no,
        "auth_app_id": conf.app_id,
        "version": "1.0",
        "app_id": conf.app_id,
        "seller_id": conf.seller_id,
        "timestamp": to_text(timezone.now()),
    }
    parts = urlsplit(trade.return_url)
    query = "&".join(filter(None, [parts.query, urlencode(_signed(params, conf.private_key))]))
    return urlunsplit(parts._replace(query=query))


def answer_text(method: str, fields: Mapping[str, Any], *, conf: SandboxConf) -> str:
    """Return the answer to a server call; the signature is over its node as it stands there.

    In certificate mode it names the gateway's certificate.
    """
    node = _compact(fields)
    signature = sign(node, private_key=conf.private_key)
    number = certificate_number(conf.public_cert) if conf.public_cert else ""
    label = f'"alipay_cert_sn":"{number}",' if number else ""
    return f'{{"{method.replace(".", "_")}_response":{node},{label}"sign":"{signature}"}}'


def error_text(fields: Mapping[str, Any]) -> str:
    """Return the unsigned answer to a request that the merchant did not sign."""
    return f'{{"error_response":{_compact(fields)}}}'


def _compact(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _signed(params: Mapping[str, str], private_key: str) -> dict[str, str]:
    signature = sign(notice_text(params), private_key=private_key)
    return {**params, "sign": signature, "sign_type": "RSA2"}
