"""How Alipay writes times and amounts, and which texts it takes."""

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")  # of every time on Alipay's wire
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
# Nobody paid by Alipay before. A time in the year 1 may have no equal in UTC.
OLDEST_YEAR = 2000

MIN_AMOUNT, MAX_AMOUNT = Decimal("0.01"), Decimal("100000000.00")

_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
# "/", "=" and "&" are forbidden in a subject; their wide forms read the same.
_WIDE = str.maketrans("/=&", "／＝＆")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f]+")


def write_time(moment: datetime) -> str:
    """Return an aware time as Alipay writes it."""
    return moment.astimezone(SHANGHAI).strftime(TIME_FORMAT)


def parse_time(text: str) -> datetime:
    """Return a time of Alipay's, aware; a fraction of a second is cut off. Raises ValueError."""
    moment = datetime.strptime(text.partition(".")[0], TIME_FORMAT).replace(tzinfo=SHANGHAI)
    if moment.year < OLDEST_YEAR:
        raise ValueError(text)
    return moment


def parse_amount(text: str) -> Decimal:
    """Return an amount in yuan, of at most 9 digits before the point. Raises ValueError."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def write_amount(amount: Decimal) -> str:
    """Return yuan as Alipay reads them.

    Raises ValueError for what is not a Decimal from 0.01 to 100000000.00 with two decimals.
    """
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise ValueError(f"{amount!r} is not a Decimal")
    if not MIN_AMOUNT <= amount <= MAX_AMOUNT:
        raise ValueError(f"{amount} is not from {MIN_AMOUNT} to {MAX_AMOUNT}")
    if amount != round(amount, 2):
        raise ValueError(f"{amount} has more than two decimals")
    return f"{amount:.2f}"


def clean_text(text: str, length: int) -> str:
    """Return a text as Alipay takes one: in one line, of at most ``length`` characters."""
    clean = _UNSEEN.sub(" ", text.translate(_WIDE)).strip()
    return clean if len(clean) <= length else clean[: length - 1] + "…"
