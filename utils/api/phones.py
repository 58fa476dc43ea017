"""Whether a request comes from a phone, by its User-Agent."""

import re

# What calls itself mobile and is not a phone: tablets, and what shows the pages of computers.
# An iPad calls itself a Macintosh, with or without Mobile.
_NOT_A_PHONE = re.compile(
    r"iPad|Tablet|PlayBook|Kindle|Silk/|(?-i:\bKF[A-Z]{2,5}\b)|Nexus (?:7|9|10)\b|\bXoom\b"
    r"|Macintosh|Windows NT|X11;|\bCrOS\b|\(PC;|\b(?:Smart|Google)?TV\b",
    re.IGNORECASE,
)
# Android and HarmonyOS say Mobile on phones alone; the rest are names of phones.
_PHONE = re.compile(
    r"\bMobile\b|iPhone|iPod|Windows Phone|IEMobile|\(Phone;|Opera M(?:ini|obi)|BlackBerry|BB10"
    r"|KAIOS|Symbian|J2ME|MIDP|\bUCWEB",
    re.IGNORECASE,
)


def is_phone(user_agent: str) -> bool:
    """Return whether a browser of this User-Agent runs on a phone.

    Tablets and computers are none, nor is what does not say what it is. WeChat's and Alipay's own
    browsers say what they run on as others do.
    """
    return bool(_PHONE.search(user_agent)) and not _NOT_A_PHONE.search(user_agent)
