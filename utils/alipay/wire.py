"""How Alipay writes times and amounts, in its answers and in its notices."""

import re
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")  # of every time on Alipay's wire
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
# Nobody paid by Alipay before. A time in the year 1 may have no equal in UTC.
OLDEST_YEAR = 2000

_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


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
