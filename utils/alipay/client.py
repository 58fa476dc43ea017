"""The calls of Alipay's gateway that a shop needs, for payments on a computer's page.

Source: the pages of open.alipay.com named at each call; the wire's common part is
https://opendocs.alipay.com/common/057k53. All amounts are yuan.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from Crypto.PublicKey import RSA

from .answers import (
    CloseResult,
    Refund,
    RefundState,
    Trade,
    amount_of,
    needed_text,
    read_answer,
    text_of,
    time_of,
)
from .errors import AlipayAnswerForgedError, AlipayError, AlipayNotAskedError, AlipayRefusedError
from .keys import read_private_key, read_public_key
from .patience import gateway_call
from .signing import sign_request, verify_received
from .transport import post
from .wire import write_time

logger = logging.getLogger(__name__)

MIN_AMOUNT, MAX_AMOUNT = Decimal("0.01"), Decimal("100000000.00")
SUBJECT_LENGTH, BODY_LENGTH, REASON_LENGTH = 256, 128, 256

_TRADE_NOT_EXIST = "ACQ.TRADE_NOT_EXIST"
_REFUND_NOT_EXIST = "ACQ.REFUND_NOT_EXIST"
_NOT_WAITING_FOR_PAYMENT = {
    "ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.REASON_ILLEGAL_STATUS",
}  # fmt: skip
# "/", "=" and "&" are forbidden in a subject; their wide forms read the same.
_WIDE = str.maketrans("/=&", "／＝＆")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True, eq=False)
class AlipayClient:
    """One app at one gateway; immutable, and safe to share between threads.

    ``private_key`` is the app's, ``alipay_public_key`` Alipay's (keys.py says in which forms).
    How long a call may take is said by patience.py. Raises AlipayKeyError.
    """

    app_id: str
    gateway_url: str
    private_key: InitVar[str]
    alipay_public_key: InitVar[str]
    _private: RSA.RsaKey = field(init=False, repr=False)
    _public: RSA.RsaKey = field(init=False, repr=False)

    def __post_init__(self, private_key: str, alipay_public_key: str) -> None:
        object.__setattr__(self, "_private", read_private_key(private_key))
        object.__setattr__(self, "_public", read_public_key(alipay_public_key))

    @cached_property
    def identity(self) -> tuple[str, str, str]:
        """Gateway, app and a hash of the app's public key: what every link of it shares."""
        digest = hashlib.sha256(str(self._private.n).encode()).hexdigest()
        return self.gateway_url, self.app_id, digest

    @property
    def public_key_is_own(self) -> bool:
        """Whether Alipay's public key is the app's own: the classic mistake of the setup."""
        return bool(self._public.n == self._private.n)

    def page_pay_url(
        self,
        *,
        out_trade_no: str,
        total_amount: Decimal,
        subject: str,
        notify_url: str,
        return_url: str,
        time_expire: datetime,
        body: str = "",
    ) -> str:
        """Return the address of the cashier for one payment; asks nobody, takes about 1 ms.

        ``total_amount`` 0.01 to 100000000.00; ``time_expire`` aware, after which Alipay takes
        no payment; ``subject`` is what the buyer reads, shortened and cleaned as Alipay wants
        it. Raises ValueError for another amount or a naive time.
        https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay
        """
        if time_expire.tzinfo is None:
            raise ValueError("time_expire must be aware")
        content = {
            "out_trade_no": out_trade_no,
            "total_amount": _amount(total_amount),
            "subject": _clean(subject, SUBJECT_LENGTH) or out_trade_no,
            "body": _clean(body, BODY_LENGTH),
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": write_time(time_expire),
        }
        sent = self._signed(
            "alipay.trade.page.pay", content, notify_url=notify_url, return_url=return_url
        )
        return f"{self.gateway_url}?{urlencode(sent)}"

    def query(self, *, out_trade_no: str) -> Trade | None:
        """Return the trade, None when Alipay has none (yet): it is made at the cashier's login.

        Raises AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/bff76748_alipay.trade.query
        """
        try:
            said = self._ask("alipay.trade.query", {"out_trade_no": out_trade_no})
        except AlipayRefusedError as refusal:
            if refusal.sub_code == _TRADE_NOT_EXIST:
                return None
            raise
        return Trade(
            out_trade_no=needed_text(said, "out_trade_no"),
            trade_no=needed_text(said, "trade_no"),
            trade_status=needed_text(said, "trade_status"),
            total_amount=amount_of(said, "total_amount"),
            buyer_logon_id=text_of(said, "buyer_logon_id"),
            paid_at=time_of(said, "send_pay_date"),
        )

    def close(self, *, out_trade_no: str) -> CloseResult:
        """Close an unpaid trade, so that it cannot be paid any more.

        After NOT_EXIST the buyer can still make the trade, until its ``time_expire``. Raises
        AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/8dc9ebb3_alipay.trade.close
        """
        try:
            said = self._ask("alipay.trade.close", {"out_trade_no": out_trade_no})
        except AlipayRefusedError as refusal:
            if refusal.sub_code == _TRADE_NOT_EXIST:
                return CloseResult.NOT_EXIST
            if refusal.sub_code in _NOT_WAITING_FOR_PAYMENT:
                return CloseResult.STATE_REFUSED
            raise
        needed_text(said, "out_trade_no")
        return CloseResult.CLOSED

    def refund(
        self,
        *,
        out_trade_no: str,
        out_request_no: str,
        refund_amount: Decimal,
        refund_reason: str,
        trade_no: str = "",
    ) -> Refund:
        """Give ``refund_amount`` back to the buyer, once for every ``out_request_no``.

        ``trade_no`` says out of which trade, where an order may have been paid by several; the
        gateway goes by it before it goes by ``out_trade_no``.

        After AlipayUnreachableError and AlipayAnswerForgedError the money may have moved: ask
        refund_query(), or repeat with the same ``out_request_no``, which moves no more.
        AlipayRefusedError: it did not. Raises ValueError for an amount as page_pay_url().
        https://opendocs.alipay.com/open/f60979b3_alipay.trade.refund
        """
        said = self._ask(
            "alipay.trade.refund",
            {
                "out_trade_no": out_trade_no,
                "trade_no": trade_no,
                "out_request_no": out_request_no,
                "refund_amount": _amount(refund_amount),
                "refund_reason": _clean(refund_reason, REASON_LENGTH),
            },
        )
        return Refund(
            out_trade_no=needed_text(said, "out_trade_no"),
            trade_no=_trade_no(said, trade_no),
            fund_changed=text_of(said, "fund_change") == "Y",
            refund_fee=amount_of(said, "refund_fee"),
        )

    def refund_query(
        self, *, out_trade_no: str, out_request_no: str, trade_no: str = ""
    ) -> RefundState | None:
        """Return the state of a refund, None when Alipay knows of none that came to anything.

        ``trade_no`` as in refund().

        Alipay says "no refund" with an answer that names no trade. Raises
        AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/357441a2_alipay.trade.fastpay.refund.query
        """
        try:
            said = self._ask(
                "alipay.trade.fastpay.refund.query",
                {
                    "out_trade_no": out_trade_no,
                    "trade_no": trade_no,
                    "out_request_no": out_request_no,
                },
            )
        except AlipayRefusedError as refusal:
            if refusal.sub_code in (_TRADE_NOT_EXIST, _REFUND_NOT_EXIST):
                return None
            raise
        if not text_of(said, "refund_status"):
            return None
        if needed_text(said, "out_request_no") != out_request_no:
            raise AlipayAnswerForgedError("the answer is about another refund")
        return RefundState(
            out_trade_no=needed_text(said, "out_trade_no"),
            trade_no=_trade_no(said, trade_no),
            out_request_no=out_request_no,
            refund_status=text_of(said, "refund_status"),
            refund_amount=amount_of(said, "refund_amount"),
        )

    def verify_notify(self, params: Mapping[str, str]) -> bool:
        """Return whether Alipay signed ``params``; never raises.

        For the form of a notice and the query of the return page, decoded, every parameter
        once: a repeated one has to be refused before. Whether they are about this app, seller,
        order and amount is the caller's to check. https://opendocs.alipay.com/open/270/105902
        """
        return verify_received(params, self._public)

    def _signed(self, method: str, content: Mapping[str, str], **more: str) -> dict[str, str]:
        filled = {name: value for name, value in content.items() if value}
        return sign_request(
            {
                "app_id": self.app_id,
                "method": method,
                "format": "JSON",
                "charset": "utf-8",
                "sign_type": "RSA2",
                "timestamp": write_time(datetime.now(UTC)),
                "version": "1.0",
                # ASCII alone: the same bytes whatever charset somebody reads them in.
                "biz_content": json.dumps(filled, separators=(",", ":")),
                **more,
            },
            self._private,
        )

    def _ask(self, method: str, content: Mapping[str, str]) -> dict[str, Any]:
        try:
            return read_answer(
                self._post(self._signed(method, content)),
                node=f"{method.replace('.', '_')}_response",
                out_trade_no=content["out_trade_no"],
                key=self._public,
            )
        except AlipayError as error:
            expected = isinstance(error, (AlipayRefusedError, AlipayNotAskedError))
            logger.log(
                logging.INFO if expected else logging.ERROR,
                "%s of %s: %s: %s", method, content["out_trade_no"], type(error).__name__, error,
            )  # fmt: skip
            raise

    def _post(self, sent: Mapping[str, str]) -> bytes:
        """Return the body of the answer. Raises AlipayUnreachableError, AlipayNotAskedError."""
        with gateway_call() as left:
            return post(
                self.gateway_url,
                body=urlencode(sent),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
                    "Accept": "application/json",
                },
                left=left,
            )


def _trade_no(said: Mapping[str, Any], asked_for: str) -> str:
    """Return the answer's trade. Raises AlipayAnswerForgedError when another was asked for."""
    trade_no = needed_text(said, "trade_no")
    if asked_for and trade_no != asked_for:
        raise AlipayAnswerForgedError("the answer is about another trade")
    return trade_no


def _amount(amount: Decimal) -> str:
    """Return an amount as Alipay reads it. Raises ValueError."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise ValueError(f"{amount!r} is not a Decimal")
    if not MIN_AMOUNT <= amount <= MAX_AMOUNT:
        raise ValueError(f"{amount} is not from {MIN_AMOUNT} to {MAX_AMOUNT}")
    if amount != round(amount, 2):
        raise ValueError(f"{amount} has more than two decimals")
    return f"{amount:.2f}"


def _clean(text: str, length: int) -> str:
    clean = _UNSEEN.sub(" ", text.translate(_WIDE)).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"
