"""What the links to Alipay's cashiers say: one for computers, one for phones."""

from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict

from .wire import clean_text, write_amount, write_time

SUBJECT_LENGTH, BODY_LENGTH = 256, 128


class PayTerms(TypedDict):
    """One payment.

    ``total_amount`` in yuan, 0.01 to 100000000.00; ``time_expire`` aware, after which Alipay
    takes no payment; ``subject`` is what the buyer reads, shortened and cleaned as Alipay wants
    it. Alipay sends its notices to ``notify_url``, and a buyer who has paid to ``return_url``.
    """

    out_trade_no: str
    total_amount: Decimal
    subject: str
    notify_url: str
    return_url: str
    time_expire: datetime
    body: NotRequired[str]


def page_content(terms: PayTerms) -> dict[str, str]:
    """Return the biz_content of a computer's cashier.

    Raises ValueError for another amount or a naive time.
    """
    return _content(terms, product_code="FAST_INSTANT_TRADE_PAY")


def wap_content(terms: PayTerms, quit_url: str) -> dict[str, str]:
    """Return the biz_content of a phone's cashier. Raises ValueError as page_content()."""
    return _content(terms, product_code="QUICK_WAP_WAY", quit_url=quit_url)


def _content(terms: PayTerms, **product: str) -> dict[str, str]:
    if terms["time_expire"].tzinfo is None:
        raise ValueError("time_expire must be aware")
    return {
        "out_trade_no": terms["out_trade_no"],
        "total_amount": write_amount(terms["total_amount"]),
        "subject": clean_text(terms["subject"], SUBJECT_LENGTH) or terms["out_trade_no"],
        "body": clean_text(terms.get("body", ""), BODY_LENGTH),
        **product,
        "time_expire": write_time(terms["time_expire"]),
    }
