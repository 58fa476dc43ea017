"""Answers of the gateway: which text is signed, whether it is, and what it says.

An answer looks like ``{"alipay_trade_query_response":{…},"sign":"…"}``, the two in either
order, ``error_response`` in the first one's place when the gateway did not get so far. The
signature is over the bytes between the colon and the comma, exactly as they came
(https://opendocs.alipay.com/common/02mse7). In certificate mode ``alipay_cert_sn`` stands beside
them: which certificate's key has signed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from Crypto.PublicKey import RSA

from .errors import (
    AlipayAnswerForgedError,
    AlipayAnswerUnsignedError,
    AlipayRefusedError,
    AlipayUnreachableError,
)
from .signing import verify
from .wire import parse_amount, parse_time

_SPACE = re.compile(r"[ \t\n\r]*")
_SUCCESS = "10000"
# Of https://opendocs.alipay.com/common/02km9f, those that say: not done. 20000 does not.
_REFUSED = re.compile(r"4[0-9]{4}|20001")
# isp.unknow-error, aop.unknow-error (spelled so), ACQ.SYSTEM_ERROR, aop.ACQ.SYSTEM_ERROR
_OUTCOME_UNKNOWN = re.compile(r"unknow|SYSTEM_ERROR$")


@dataclass(frozen=True, kw_only=True)
class Trade:
    """A trade as ``alipay.trade.query`` tells it.

    ``trade_status``: WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_FINISHED or TRADE_CLOSED (expired,
    closed, or refunded in full). ``total_amount`` in yuan. ``paid_at`` is Alipay's
    ``send_pay_date``, aware; None before the payment.
    """

    out_trade_no: str
    trade_no: str
    trade_status: str
    total_amount: Decimal
    buyer_logon_id: str
    paid_at: datetime | None


class CloseResult(Enum):
    """What ``alipay.trade.close`` came to."""

    CLOSED = "closed"  # nobody can pay it any more
    NOT_EXIST = "not exist"  # the buyer never logged in at the cashier: no trade was made
    STATE_REFUSED = "state refused"  # not waiting for payment, perhaps paid: ask with query()


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """An accepted ``alipay.trade.refund``.

    ``fund_changed``: this call moved money. A repeat with the same ``out_request_no`` moves
    none and says False, as does a refund that is still under way: refund_query() tells them
    apart. ``refund_fee``: yuan refunded of this trade so far, all its refunds together.
    """

    out_trade_no: str
    trade_no: str
    fund_changed: bool
    refund_fee: Decimal


@dataclass(frozen=True, kw_only=True)
class RefundQueryAnswer:
    """One refund as ``alipay.trade.fastpay.refund.query`` tells it; ``refund_amount`` in yuan."""

    out_trade_no: str
    trade_no: str
    out_request_no: str
    refund_status: str
    refund_amount: Decimal

    @property
    def money_moved(self) -> bool:
        return self.refund_status == "REFUND_SUCCESS"

    @property
    def has_failed(self) -> bool:
        """Neither this nor ``money_moved``: REFUND_PROCESSING, which can become both."""
        return self.refund_status == "REFUND_FAIL"


def read_answer(
    body: bytes, *, node: str, out_trade_no: str, key: RSA.RsaKey, cert_sn: str | None = None
) -> dict[str, Any]:
    """Return the object under ``node``, signed by ``key``, with code 10000.

    ``cert_sn`` is the serial number of Alipay's certificate, in certificate mode. Numbers come
    as they are written, as strings. Raises AlipayUnreachableError (no JSON, or a system error
    of Alipay's), AlipayAnswerForgedError (also when the answer names another trade than
    ``out_trade_no``, or another certificate), AlipayRefusedError.
    """
    text, charset = _text(body)
    try:
        parts = _top_level(text)
    except (ValueError, RecursionError):
        raise AlipayUnreachableError("the answer is not JSON") from None
    nodes = parts.keys() & {node, "error_response"}
    if len(nodes) != 1:
        raise AlipayAnswerForgedError(f"the answer has no {node}, or two nodes")
    raw, value = parts[nodes.pop()]
    if not isinstance(value, dict):
        raise AlipayAnswerForgedError("the answer is not an object")
    answer: dict[str, Any] = value
    sign = parts["sign"][1] if "sign" in parts else None
    if sign is None and answer.get("code") != _SUCCESS:
        raise AlipayAnswerUnsignedError(f"unsigned, not believed: {_refusal(answer)}")
    if cert_sn is not None:
        _check_certificate(parts, cert_sn)
    if not verify(raw.encode(charset), sign, key):
        # Some of Alipay's servers sign "/" and send "\\/"; what is read is what is signed.
        raw = raw.replace("\\/", "/")
        if not verify(raw.encode(charset), sign, key):
            raise AlipayAnswerForgedError("the signature does not fit the answer")
        answer = _decoder.decode(raw)
    if text_of(answer, "out_trade_no") not in ("", out_trade_no):
        raise AlipayAnswerForgedError("the answer is about another trade")
    if answer.get("code") == _SUCCESS:
        return answer
    refusal = _refusal(answer)
    if _REFUSED.fullmatch(refusal.code) and not _OUTCOME_UNKNOWN.search(refusal.sub_code):
        raise refusal
    raise AlipayUnreachableError(str(refusal))


def text_of(answer: Mapping[str, Any], name: str) -> str:
    """Return the text ``name`` of an answer, empty when there is none."""
    value = answer.get(name)
    # JSON can write half a surrogate pair, which no database and no log takes.
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def needed_text(answer: Mapping[str, Any], name: str) -> str:
    """Return the text ``name`` of an answer. Raises AlipayAnswerForgedError without one."""
    if text := text_of(answer, name):
        return text
    raise AlipayAnswerForgedError(f"the answer has no {name}")


def amount_of(answer: Mapping[str, Any], name: str) -> Decimal:
    """Return the yuan ``name`` of an answer. Raises AlipayAnswerForgedError without them."""
    text = text_of(answer, name)
    try:
        return parse_amount(text)
    except ValueError:
        raise AlipayAnswerForgedError(
            f"{name} of the answer is not an amount: {text[:30]!r}"
        ) from None


def time_of(answer: Mapping[str, Any], name: str) -> datetime | None:
    """Return the time ``name`` of an answer, aware. Raises AlipayAnswerForgedError."""
    text = text_of(answer, name)
    try:
        return parse_time(text) if text else None
    except ValueError:
        raise AlipayAnswerForgedError(
            f"{name} of the answer is not a time: {text[:30]!r}"
        ) from None


def _check_certificate(parts: Mapping[str, tuple[str, Any]], expected: str) -> None:
    found = text_of({name: value for name, (_raw, value) in parts.items()}, "alipay_cert_sn")
    if found != expected:
        raise AlipayAnswerForgedError(
            f"alipay_cert_sn of the answer is {found[:64]!r}, that of ALIPAY_PUBLIC_CERT is "
            f"{expected!r}: Alipay may have a new certificate, which its console gives out"
        )


def _refusal(answer: Mapping[str, Any]) -> AlipayRefusedError:
    code, sub_code, sub_message, message = (
        " ".join(text_of(answer, name).split())[:200]  # one line of a log
        for name in ("code", "sub_code", "sub_msg", "msg")
    )
    return AlipayRefusedError(code=code, sub_code=sub_code, message=sub_message or message)


def _text(body: bytes) -> tuple[str, str]:
    # utf-8 is asked for; early errors come in GBK. Content-Type is wrong as often as not.
    for charset in ("utf-8", "gbk"):
        try:
            return body.decode(charset), charset
        except UnicodeDecodeError:
            continue
    raise AlipayUnreachableError("the answer is not a text")


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise AlipayAnswerForgedError("the answer says a thing twice")
    return found


def _no_number(name: str) -> str:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unambiguous,
    parse_float=str,
    parse_int=str,
    parse_constant=_no_number,
    strict=False,  # a signed answer with a tab in a name is still an answer
)


def _top_level(text: str) -> dict[str, tuple[str, Any]]:
    """Return the members of the JSON object ``text``, each as it is written and as it reads.

    Raises ValueError, RecursionError, AlipayAnswerForgedError (a name twice).
    """
    members: list[tuple[str, tuple[str, Any]]] = []
    at = _after(text, 0, "{")
    while text[at : at + 1] != "}":
        if members:
            at = _after(text, at, ",")
        name, at = _decoder.raw_decode(text, at)
        if not isinstance(name, str) or text[at - 1] != '"':
            raise ValueError("not a name")
        start = _after(text, at, ":")
        value, end = _decoder.raw_decode(text, start)
        members.append((name, (text[start:end], value)))
        at = _skip_space(text, end)
    if _skip_space(text, at + 1) != len(text):
        raise ValueError("more than one value")
    return _unambiguous(members)


def _after(text: str, at: int, mark: str) -> int:
    """Return where the value behind ``mark`` begins, which stands at ``at`` but for space."""
    at = _skip_space(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"no {mark}")
    return _skip_space(text, at + 1)


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
