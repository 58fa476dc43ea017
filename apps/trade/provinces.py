"""The provinces of China, and how one is found in an address as a buyer wrote it."""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _


class Province(models.TextChoices):
    """Values are the first two digits of the codes of GB/T 2260."""

    BEIJING = "11", _("Beijing")
    TIANJIN = "12", _("Tianjin")
    HEBEI = "13", _("Hebei")
    SHANXI = "14", _("Shanxi")
    NEIMENGGU = "15", _("Inner Mongolia")
    LIAONING = "21", _("Liaoning")
    JILIN = "22", _("Jilin")
    HEILONGJIANG = "23", _("Heilongjiang")
    SHANGHAI = "31", _("Shanghai")
    JIANGSU = "32", _("Jiangsu")
    ZHEJIANG = "33", _("Zhejiang")
    ANHUI = "34", _("Anhui")
    FUJIAN = "35", _("Fujian")
    JIANGXI = "36", _("Jiangxi")
    SHANDONG = "37", _("Shandong")
    HENAN = "41", _("Henan")
    HUBEI = "42", _("Hubei")
    HUNAN = "43", _("Hunan")
    GUANGDONG = "44", _("Guangdong")
    GUANGXI = "45", _("Guangxi")
    HAINAN = "46", _("Hainan")
    CHONGQING = "50", _("Chongqing")
    SICHUAN = "51", _("Sichuan")
    GUIZHOU = "52", _("Guizhou")
    YUNNAN = "53", _("Yunnan")
    XIZANG = "54", _("Tibet")
    SHAANXI = "61", _("Shaanxi")
    GANSU = "62", _("Gansu")
    QINGHAI = "63", _("Qinghai")
    NINGXIA = "64", _("Ningxia")
    XINJIANG = "65", _("Xinjiang")
    TAIWAN = "71", _("Taiwan")
    XIANGGANG = "81", _("Hong Kong")
    AOMEN = "82", _("Macao")


# Every official name ("广东省", "广西壮族自治区") begins with one of these.
NAMES = {
    "北京": Province.BEIJING,
    "天津": Province.TIANJIN,
    "河北": Province.HEBEI,
    "山西": Province.SHANXI,
    "内蒙古": Province.NEIMENGGU,
    "辽宁": Province.LIAONING,
    "吉林": Province.JILIN,
    "黑龙江": Province.HEILONGJIANG,
    "上海": Province.SHANGHAI,
    "江苏": Province.JIANGSU,
    "浙江": Province.ZHEJIANG,
    "安徽": Province.ANHUI,
    "福建": Province.FUJIAN,
    "江西": Province.JIANGXI,
    "山东": Province.SHANDONG,
    "河南": Province.HENAN,
    "湖北": Province.HUBEI,
    "湖南": Province.HUNAN,
    "广东": Province.GUANGDONG,
    "广西": Province.GUANGXI,
    "海南": Province.HAINAN,
    "重庆": Province.CHONGQING,
    "四川": Province.SICHUAN,
    "贵州": Province.GUIZHOU,
    "云南": Province.YUNNAN,
    "西藏": Province.XIZANG,
    "陕西": Province.SHAANXI,
    "甘肃": Province.GANSU,
    "青海": Province.QINGHAI,
    "宁夏": Province.NINGXIA,
    "新疆": Province.XINJIANG,
    "台湾": Province.TAIWAN,
    "香港": Province.XIANGGANG,
    "澳门": Province.AOMEN,
}
COUNTRY = ("中华人民共和国", "中国")

# As Hong Kong, Macao and Taiwan write the names above.
_SIMPLIFIED = str.maketrans(
    "遼龍蘇廣東慶貴雲陝肅寧臺灣門內國華", "辽龙苏广东庆贵云陕肃宁台湾门内国华"
)
_BETWEEN = " ,.;:、。·-—_/|"
# What only begins like a province: a street of another city (北京东路), two districts of Qinghai.
_NOT_A_PROVINCE = re.compile(r"[东西南北中]?(路|街|大街|大道|道|巷)|藏族|蒙古族自治县")


def province_of(*texts: str) -> Province | None:
    """Return the province that the first of ``texts`` to begin with one names; None: unknown.

    ``texts`` are the province field of an address, or a whole address: "广东省深圳市…". Spaces,
    the country's name, full-width and traditional characters do not matter.
    """
    for text in texts:
        start = "".join(unicodedata.normalize("NFKC", text).split()).translate(_SIMPLIFIED)
        start = start.lstrip(_BETWEEN)
        for country in COUNTRY:
            start = start.removeprefix(country).lstrip(_BETWEEN)
        for name, province in NAMES.items():
            if start.startswith(name) and not _NOT_A_PROVINCE.match(start, len(name)):
                return province
    return None
