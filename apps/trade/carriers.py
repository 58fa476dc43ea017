"""The carriers of parcels: what their numbers look like, and where each shows a parcel."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _

MAX_LENGTH = 40


class Carrier(models.TextChoices):
    """``carrier`` on the wire."""

    SF = "sf", _("SF Express")
    ZTO = "zto", _("ZTO Express")
    YTO = "yto", _("YTO Express")
    YUNDA = "yunda", _("Yunda Express")
    STO = "sto", _("STO Express")
    JT = "jt", _("J&T Express")
    JD = "jd", _("JD Logistics")
    EMS = "ems", _("China Post EMS")
    DEPPON = "deppon", _("Deppon Express")
    OTHER = "other", _("other")


# What people and other programs call them besides, without what _KINDS_OF_FIRMS finds behind.
SHORT_NAMES = {
    "顺丰": Carrier.SF, "中通": Carrier.ZTO, "圆通": Carrier.YTO, "韵达": Carrier.YUNDA,
    "申通": Carrier.STO, "极兔": Carrier.JT, "京东": Carrier.JD, "邮政": Carrier.EMS,
    "中国邮政": Carrier.EMS, "中国邮政ems": Carrier.EMS, "邮政ems": Carrier.EMS,
    "德邦": Carrier.DEPPON, "其它": Carrier.OTHER, "自送": Carrier.OTHER, "自提": Carrier.OTHER,
}  # fmt: skip
_KINDS_OF_FIRMS = re.compile(r"(?:快递|速递|速运|物流|快运|express|logistics)+(?:有限公司|公司)?\Z")

# {number} is the parcel's. Where it is missing, no address that takes a number is known for sure:
# the buyer types the number in at the carrier's own site.
TRACKING_PAGES = {
    Carrier.SF: "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{number}",
    Carrier.ZTO: "https://www.zto.com/express/expressCheck.html?txtBill={number}",
    Carrier.YTO: "https://www.yto.net.cn/",
    Carrier.YUNDA: "https://www.yundaex.com/",
    Carrier.STO: "https://www.sto.cn/",
    Carrier.JT: "https://www.jtexpress.cn/",
    Carrier.JD: "https://www.jdl.com/orderSearch/?waybillCodes={number}",
    Carrier.EMS: "https://www.ems.com.cn/queryList?mailNum={number}",
    Carrier.DEPPON: "https://www.deppon.com/",
}


class NumberShape(NamedTuple):
    """What the numbers of a carrier look like, and one of them as an example."""

    pattern: re.Pattern[str]
    example: str


def _shape(pattern: str, example: str) -> NumberShape:
    return NumberShape(re.compile(rf"(?:{pattern})\Z", re.ASCII), example)


# Wide enough for what carriers still print today, old rolls of labels included; narrow enough
# that a mobile, or the number of another carrier with letters in front, is noticed.
NUMBER_SHAPES = {
    Carrier.SF: _shape(r"SF\d{12,15}|\d{12}|\d{15}", "SF1234567890123"),
    Carrier.ZTO: _shape(r"\d{12,15}|[A-Z]{1,3}\d{10,15}", "78123456789012"),
    Carrier.YTO: _shape(r"YT\d{13}|[A-Z]{1,2}\d{9,16}|\d{10,18}", "YT1234567890123"),
    Carrier.YUNDA: _shape(r"\d{13}|\d{15}", "462123456789012"),
    Carrier.STO: _shape(r"\d{12,15}|STO\d{10,12}", "773123456789012"),
    Carrier.JT: _shape(r"JT\d{13}|\d{12,15}", "JT1234567890123"),
    # One of several parcels has "-1-3-" at its end.
    Carrier.JD: _shape(r"JD[0-9A-Z]{9,18}(?:-\d{1,3}){0,3}-?|V[A-Z]?\d{9,14}", "JD0123456789012"),
    Carrier.EMS: _shape(r"[A-Z]{2}\d{9}[A-Z]{2}|\d{13}", "1123456789012"),
    Carrier.DEPPON: _shape(r"DPK\d{12}|\d{8,10}|\d{12,15}", "DPK123456789012"),
    Carrier.OTHER: _shape(r"[0-9A-Z][0-9A-Z-]{4,38}[0-9A-Z-]", "1234567890"),
}
# Never a parcel's: a mobile, which is copied from the line above it, and one digit repeated.
NONSENSE = re.compile(r"1[3-9]\d{9}\Z|(?:[A-Z]*)(\d)\1+\Z", re.ASCII)
INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}


def carrier_named(text: str) -> Carrier | None:
    """Return the carrier of a code or a name in either language, as people write it; else None."""
    return _carriers_by_name().get(_plain_name(text))


@cache
def _carriers_by_name() -> dict[str, Carrier]:
    known = dict(SHORT_NAMES)
    for carrier in Carrier:
        known[_plain_name(carrier.value)] = carrier
        for language in ("en", "zh-hans"):
            with translation.override(language):
                known[_plain_name(str(carrier.label))] = carrier
    return known


def _plain_name(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return _KINDS_OF_FIRMS.sub("", plain) or plain


def number_clean(text: str) -> str:
    """Return a number as it is kept: capitals, half-width, without spaces and invisible signs."""
    plain = unicodedata.normalize("NFKC", text)
    # Dashes of word processors are hyphens.
    shown = "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain)
    return "".join(c for c in shown if unicodedata.category(c) not in INVISIBLE).upper()


def number_fits(carrier: Carrier, number: str) -> bool:
    """Whether a cleaned number can be one of the carrier's; "" fits Carrier.OTHER alone."""
    if not number:
        return carrier == Carrier.OTHER
    has_digits = sum(c.isdigit() for c in number) >= 4
    return bool(
        has_digits and NUMBER_SHAPES[carrier].pattern.match(number) and not NONSENSE.match(number)
    )


def tracking_url(carrier: str, number: str) -> str | None:
    """Return the carrier's page for a parcel; None where there is no number or no such page."""
    page = TRACKING_PAGES.get(Carrier(carrier))
    return page.format(number=quote(number, safe="")) if page and number else None
