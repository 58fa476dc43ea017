"""What can go wrong with Alipay, by what the shop may conclude from it."""


class AlipayError(Exception):
    """Base of all errors of this package. Their texts are for logs and staff, not for buyers.

    ``outcome`` is how the call is counted (utils/metrics/counters.py).
    """

    outcome = "failed"


class AlipayKeyError(AlipayError, ValueError):
    """A key cannot be used; the text names the setting and never quotes it."""


class AlipayRefusedError(AlipayError):
    """Alipay refuses, under its signature: nothing was done.

    ``code`` such as ``40004``, ``sub_code`` such as ``ACQ.SELLER_BALANCE_NOT_ENOUGH`` and
    ``message``, Alipay's own words (Chinese); https://opendocs.alipay.com/common/02km9f
    """

    outcome = "refused"

    def __init__(self, *, code: str, sub_code: str, message: str) -> None:
        self.code, self.sub_code, self.message = code, sub_code, message
        super().__init__(f"{code} {sub_code}: {message}")


class AlipayUnreachableError(AlipayError):
    """No answer, or one that says "system error": done or not done, nobody knows.

    Ask with query() or refund_query(), or repeat the call: every call may be repeated.
    """

    outcome = "unreachable"


class AlipayNotAskedError(AlipayError):
    """Nothing was sent: the time is over, too many wait, or it was silent a moment ago."""

    outcome = "not_asked"


class AlipayAnswerForgedError(AlipayError):
    """An answer that must not be believed: not signed by Alipay, or not about what was asked.

    Like AlipayUnreachableError it says nothing about what was done.
    """

    outcome = "forged"


class AlipayAnswerUnsignedError(AlipayAnswerForgedError):
    """An error without a signature: so Alipay answers an app or a signature it does not know.

    The text quotes it for the staff, who may have to correct the settings.
    """
