"""The calls of Alipay's gateway that a shop needs, for payments on a computer's page or a phone's.

Source: the pages of open.alipay.com named at each call; the wire's common part is
https://opendocs.alipay.com/common/057k53. All amounts are yuan.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Unpack
from urllib.parse import urlencode

from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import rsa

from utils.metrics.counters import GATEWAY_CALLS

from .answers import (
    CloseResult,
    RefundAnswer,
    RefundQueryAnswer,
    Trade,
    amount_of,
    needed_text,
    read_answer,
    text_of,
    time_of,
)
from .cashier import PayTerms, page_content, wap_content
from .certificates import Certificates
from .errors import AlipayAnswerForgedError, AlipayError, AlipayNotAskedError, AlipayRefusedError
from .keys import read_private_key, read_public_key
from .patience import gateway_call
from .signing import sign_request, signing_key, verify_received
from .transport import post
from .wire import clean_text, write_amount, write_time

logger = logging.getLogger(__name__)

REASON_LENGTH = 256

_TRADE_NOT_EXIST = "ACQ.TRADE_NOT_EXIST"
_REFUND_NOT_EXIST = "ACQ.REFUND_NOT_EXIST"
_NOT_WAITING_FOR_PAYMENT = {
    "ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID", "ACQ.REASON_ILLEGAL_STATUS",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class AlipayClient:
    """One app at one gateway; immutable, and safe to share between threads.

    ``private_key`` is the app's, ``alipay_public_key`` Alipay's (keys.py says in which forms).
    With ``certificates`` the app is one in certificate mode, and Alipay's key is that of its
    certificate. How long a call may take is set by patience.py. Raises AlipayKeyError.
    """

    app_id: str
    gateway_url: str
    private_key: InitVar[str]
    alipay_public_key: InitVar[str] = ""
    certificates: Certificates | None = field(default=None, repr=False)
    _private: RSA.RsaKey = field(init=False, repr=False)
    _public: RSA.RsaKey = field(init=False, repr=False)
    _signing: rsa.RSAPrivateKey = field(init=False, repr=False)

    def __post_init__(self, private_key: str, alipay_public_key: str) -> None:
        object.__setattr__(self, "_private", read_private_key(private_key))
        object.__setattr__(self, "_signing", signing_key(self._private))
        public = (
            RSA.import_key(self.certificates.alipay_public_key)
            if self.certificates
            else read_public_key(alipay_public_key)
        )
        object.__setattr__(self, "_public", public)

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """What every link of this client shares.

        Gateway, app, a hash of the app's public key, and the certificates' serial numbers.
        """
        digest = hashlib.sha256(str(self._private.n).encode()).hexdigest()
        return self.gateway_url, self.app_id, digest, *self._serials.values()

    @property
    def _serials(self) -> dict[str, str]:
        """What every request of certificate mode carries."""
        if self.certificates is None:
            return {}
        return {
            "app_cert_sn": self.certificates.app_cert_sn,
            "alipay_root_cert_sn": self.certificates.alipay_root_cert_sn,
        }

    @property
    def public_key_is_own(self) -> bool:
        """Whether Alipay's public key is the app's own: the classic mistake of the setup."""
        return bool(self._public.n == self._private.n)

    def page_pay_url(self, **terms: Unpack[PayTerms]) -> str:
        """Return the address of a computer's cashier for one payment; asks nobody, 0.4 ms.

        Raises ValueError for terms that are none of PayTerms.
        https://opendocs.alipay.com/open/59da99d0_alipay.trade.page.pay
        """
        return self._cashier("alipay.trade.page.pay", page_content(terms), terms)

    def wap_pay_url(self, *, quit_url: str, **terms: Unpack[PayTerms]) -> str:
        """Return the address of a phone's cashier for one payment; asks nobody, 0.4 ms.

        ``quit_url`` is where a buyer goes who leaves that cashier. Raises ValueError as
        page_pay_url(). https://opendocs.alipay.com/open/29ae8cb6_alipay.trade.wap.pay
        """
        return self._cashier("alipay.trade.wap.pay", wap_content(terms, quit_url), terms)

    def query(self, *, out_trade_no: str) -> Trade | None:
        """Return the trade, None when Alipay has none (yet): it is made at the cashier's login.

        Raises AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/bff76748_alipay.trade.query
        """
        try:
            answer = self._ask("alipay.trade.query", {"out_trade_no": out_trade_no})
        except AlipayRefusedError as refusal:
            if refusal.sub_code == _TRADE_NOT_EXIST:
                return None
            raise
        return Trade(
            out_trade_no=needed_text(answer, "out_trade_no"),
            trade_no=needed_text(answer, "trade_no"),
            trade_status=needed_text(answer, "trade_status"),
            total_amount=amount_of(answer, "total_amount"),
            buyer_logon_id=text_of(answer, "buyer_logon_id"),
            paid_at=time_of(answer, "send_pay_date"),
        )

    def close(self, *, out_trade_no: str) -> CloseResult:
        """Close an unpaid trade, so that it cannot be paid any more.

        After NOT_EXIST the buyer can still make the trade, until its ``time_expire``. Raises
        AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/8dc9ebb3_alipay.trade.close
        """
        try:
            answer = self._ask("alipay.trade.close", {"out_trade_no": out_trade_no})
        except AlipayRefusedError as refusal:
            if refusal.sub_code == _TRADE_NOT_EXIST:
                return CloseResult.NOT_EXIST
            if refusal.sub_code in _NOT_WAITING_FOR_PAYMENT:
                return CloseResult.STATE_REFUSED
            raise
        needed_text(answer, "out_trade_no")
        return CloseResult.CLOSED

    def refund(
        self,
        *,
        out_trade_no: str,
        out_request_no: str,
        refund_amount: Decimal,
        refund_reason: str,
        trade_no: str = "",
    ) -> RefundAnswer:
        """Give ``refund_amount`` back to the buyer, once for every ``out_request_no``.

        ``trade_no`` says out of which trade, where an order may have been paid by several; the
        gateway goes by it before it goes by ``out_trade_no``.

        After AlipayUnreachableError and AlipayAnswerForgedError the money may have moved: ask
        refund_query(), or repeat with the same ``out_request_no``, which moves no more.
        AlipayRefusedError: it did not. Raises ValueError for an amount as page_pay_url().
        https://opendocs.alipay.com/open/f60979b3_alipay.trade.refund
        """
        answer = self._ask(
            "alipay.trade.refund",
            {
                "out_trade_no": out_trade_no,
                "trade_no": trade_no,
                "out_request_no": out_request_no,
                "refund_amount": write_amount(refund_amount),
                "refund_reason": clean_text(refund_reason, REASON_LENGTH),
            },
        )
        return RefundAnswer(
            out_trade_no=needed_text(answer, "out_trade_no"),
            trade_no=_trade_no(answer, trade_no),
            fund_changed=text_of(answer, "fund_change") == "Y",
            refund_fee=amount_of(answer, "refund_fee"),
        )

    def refund_query(
        self, *, out_trade_no: str, out_request_no: str, trade_no: str = ""
    ) -> RefundQueryAnswer | None:
        """Return the state of a refund, None when Alipay knows of none that came to anything.

        ``trade_no`` as in refund().

        Alipay says "no refund" with an answer that names no trade. Raises
        AlipayUnreachableError, AlipayAnswerForgedError, AlipayRefusedError.
        https://opendocs.alipay.com/open/357441a2_alipay.trade.fastpay.refund.query
        """
        try:
            answer = self._ask(
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
        if not text_of(answer, "refund_status"):
            return None
        if needed_text(answer, "out_request_no") != out_request_no:
            raise AlipayAnswerForgedError("the answer is about another refund")
        return RefundQueryAnswer(
            out_trade_no=needed_text(answer, "out_trade_no"),
            trade_no=_trade_no(answer, trade_no),
            out_request_no=out_request_no,
            refund_status=text_of(answer, "refund_status"),
            refund_amount=amount_of(answer, "refund_amount"),
        )

    def verify_notify(self, params: Mapping[str, str]) -> bool:
        """Return whether Alipay signed ``params``; never raises.

        For the form of a notice and the query of the return page, decoded, every parameter
        once: a repeated one has to be refused before. Whether they are about this app, seller,
        order and amount is the caller's to check. https://opendocs.alipay.com/open/270/105902
        """
        if self.certificates is None or "alipay_cert_sn" not in params:
            return verify_received(params, self._public)
        if params["alipay_cert_sn"] != self.certificates.alipay_cert_sn:
            return False
        # Alipay's own clients count the field as signed, others as the key's label alone.
        unlabelled = {name: params[name] for name in params if name != "alipay_cert_sn"}
        return verify_received(params, self._public) or verify_received(unlabelled, self._public)

    def _cashier(self, method: str, content: Mapping[str, str], terms: PayTerms) -> str:
        addresses = {"notify_url": terms["notify_url"], "return_url": terms["return_url"]}
        return f"{self.gateway_url}?{urlencode(self._signed(method, content, **addresses))}"

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
                **self._serials,
                **more,
            },
            self._signing,
        )

    def _ask(self, method: str, content: Mapping[str, str]) -> dict[str, Any]:
        outcome = "answered"
        try:
            return read_answer(
                self._post(self._signed(method, content)),
                node=f"{method.replace('.', '_')}_response",
                out_trade_no=content["out_trade_no"],
                key=self._public,
                cert_sn=self.certificates.alipay_cert_sn if self.certificates else None,
            )
        except AlipayError as error:
            outcome = error.outcome
            expected = isinstance(error, (AlipayRefusedError, AlipayNotAskedError))
            logger.log(
                logging.INFO if expected else logging.ERROR,
                "%s of %s: %s: %s", method, content["out_trade_no"], type(error).__name__, error,
            )  # fmt: skip
            raise
        finally:
            GATEWAY_CALLS.labels(method, outcome).inc()

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


def _trade_no(answer: Mapping[str, Any], asked_for: str) -> str:
    """Return the answer's trade. Raises AlipayAnswerForgedError when another was asked for."""
    trade_no = needed_text(answer, "trade_no")
    if asked_for and trade_no != asked_for:
        raise AlipayAnswerForgedError("the answer is about another trade")
    return trade_no
