"""What each server call answers: https://opendocs.alipay.com/open/028sm9 and its neighbours."""

from collections.abc import Callable, Mapping
from typing import Any

from .clock import to_text
from .content import refund_content, refund_query_number, trade_key
from .messages_out import money
from .models import SandboxRefund, SandboxTrade
from .services.refunds import trade_refund
from .services.trades import trade_close, trade_now

SUCCESS = {"code": "10000", "msg": "Success"}


def trade_query(content: Mapping[str, Any]) -> dict[str, str]:
    trade = trade_now(**trade_key(content))
    answer = {
        **SUCCESS, **_numbers(trade),
        "trade_status": trade.status,
        "total_amount": money(trade.total_amount),
    }  # fmt: skip
    if trade.paid_at is None:
        return answer
    return {
        **answer, **_buyer(trade),
        "buyer_pay_amount": money(trade.total_amount),
        "receipt_amount": money(trade.total_amount),
        "invoice_amount": money(trade.total_amount),
        "point_amount": "0.00",
        "send_pay_date": to_text(trade.paid_at),
    }  # fmt: skip


def trade_close_call(content: Mapping[str, Any]) -> dict[str, str]:
    return {**SUCCESS, **_numbers(trade_close(**trade_key(content)))}


def trade_refund_call(content: Mapping[str, Any]) -> dict[str, str]:
    wanted = refund_content(content)
    done = trade_refund(
        trade_no=trade_now(**trade_key(content)).trade_no,
        amount=wanted.refund_amount,
        out_request_no=wanted.out_request_no,
        reason=wanted.refund_reason,
    )
    return {
        **SUCCESS, **_numbers(done.trade), **_buyer(done.trade),
        "fund_change": "Y" if done.is_new else "N",
        "refund_fee": money(done.trade.refunded_amount),  # of all refunds so far
        "send_back_fee": money(done.refund.amount) if done.is_new else "0.00",
        "gmt_refund_pay": to_text(done.refund.created_at),
    }  # fmt: skip


def refund_query(content: Mapping[str, Any]) -> dict[str, str]:
    """A refund that never was is a success, too, without a word of a refund in it."""
    number = refund_query_number(content)
    trade = trade_now(**trade_key(content))
    refund = SandboxRefund.objects.filter(trade=trade, out_request_no=number).first()
    if refund is None:
        return {**SUCCESS}
    return {
        **SUCCESS, **_numbers(trade),
        "out_request_no": refund.out_request_no,
        "refund_reason": refund.reason,
        "total_amount": money(trade.total_amount),
        "refund_amount": money(refund.amount),
        "refund_status": "REFUND_SUCCESS",
        "gmt_refund_pay": to_text(refund.created_at),
    }  # fmt: skip


CALLS: dict[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    "alipay.trade.query": trade_query,
    "alipay.trade.close": trade_close_call,
    "alipay.trade.refund": trade_refund_call,
    "alipay.trade.fastpay.refund.query": refund_query,
}


def _numbers(trade: SandboxTrade) -> dict[str, str]:
    return {"trade_no": trade.trade_no, "out_trade_no": trade.out_trade_no}


def _buyer(trade: SandboxTrade) -> dict[str, str]:
    return {"buyer_user_id": trade.buyer_id, "buyer_logon_id": trade.buyer_logon_id}
