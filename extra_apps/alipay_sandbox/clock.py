"""Alipay's times: ``YYYY-MM-DD HH:MM:SS`` in Shanghai, without a zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"


def to_text(moment: datetime) -> str:
    """Return an aware moment as Alipay writes it."""
    return moment.astimezone(SHANGHAI).strftime(FORMAT)


def from_text(text: str) -> datetime:
    """Return the aware moment that ``text`` names; raises ValueError on any other format."""
    moment = datetime.strptime(text, FORMAT).replace(tzinfo=SHANGHAI)
    if to_text(moment) != text:  # strptime() takes 2026-1-2, too
        raise ValueError(text)
    return moment
