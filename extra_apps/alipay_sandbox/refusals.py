"""How the gateway says no, in Alipay's codes.

https://opendocs.alipay.com/common/02km9f (common codes); the ``ACQ.`` ones are of the pages
of each call.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

MISSING, INVALID, FAILED = "40001", "40002", "40004"

MESSAGES = {
    MISSING: "Missing Required Arguments",
    INVALID: "Invalid Arguments",
    FAILED: "Business Failed",
}


@dataclass
class RefusalError(Exception):
    """A request that is not done.

    ``code`` is one of MESSAGES, ``sub_code`` Alipay's word for the reason and ``text`` ours,
    translated; ``parameter`` names what is wrong; ``signed_text`` is what a wrong signature
    should have been of.
    """

    code: str
    sub_code: str
    text: str
    parameter: str = ""
    signed_text: str = ""

    def __str__(self) -> str:
        return f"{self.sub_code}: {self.text}"

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


def missing(parameter: str) -> RefusalError:
    word = {"sign": "signature", "sign_type": "signature-type"}.get(
        parameter, parameter.replace("_", "-")
    )
    text = _("The parameter %(name)s is missing.") % {"name": parameter}
    return RefusalError(MISSING, f"isv.missing-{word}", text, parameter)


def invalid(parameter: str, text: str, *, sub_code: str = "isv.invalid-parameter") -> RefusalError:
    """Return the refusal of a parameter of every call."""
    return RefusalError(INVALID, sub_code, text, parameter)


def invalid_content(parameter: str, text: str) -> RefusalError:
    """Return the refusal of a key of biz_content."""
    return RefusalError(FAILED, "ACQ.INVALID_PARAMETER", text, parameter)


def failed(sub_code: str, text: str) -> RefusalError:
    """Return the refusal of something that the trade's state does not allow."""
    return RefusalError(FAILED, sub_code, text)


def trade_missing() -> RefusalError:
    """Return the refusal of a call about a trade that nobody opened."""
    return failed("ACQ.TRADE_NOT_EXIST", _("There is no such trade."))
