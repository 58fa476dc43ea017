"""Text messages, through the backend that SMS_BACKEND names: ``console`` or ``yunpian``."""

import logging
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from utils.api.errors import DomainError
from utils.api.outages import RETRY_AFTER, UNAVAILABLE
from utils.metrics.counters import SMS
from utils.sms.yunpian import YunpianClient, YunpianRefusedError, YunpianUnreachableError

logger = logging.getLogger(__name__)

# Where the code stands in SMS_CODE_TEXT; Yunpian's templates write it the same way.
CODE_MARK = "#code#"


class SmsRefusedError(DomainError):
    """The provider refused to send; the text of this error is the provider's, for the buyer."""

    field = "mobile"


class SmsUnreachableError(DomainError):
    """The provider did not answer; the client may try again soon."""

    status = 503
    message = UNAVAILABLE
    wait = RETRY_AFTER


def sms_send_code(*, mobile: str, code: str) -> None:
    """Send a verification code to ``mobile``.

    Waits for the provider, some seconds at worst: never call it inside a transaction.
    Raises SmsRefusedError, SmsUnreachableError.
    """
    text = settings.SMS_CODE_TEXT.replace(CODE_MARK, code)
    if settings.SMS_BACKEND == "yunpian":
        _send_by_yunpian(mobile, text)
    else:
        _write_to_log(mobile, text)


def _send_by_yunpian(mobile: str, text: str) -> None:
    outcome = "sent"
    client = YunpianClient(api_key=settings.YUNPIAN_API_KEY, origin=settings.YUNPIAN_ORIGIN)
    try:
        client.send(mobile=mobile, text=text)
    except YunpianRefusedError as error:
        outcome = "refused"
        raise SmsRefusedError(str(error)) from error
    except YunpianUnreachableError as error:
        outcome = "unreachable"
        raise SmsUnreachableError from error
    finally:
        SMS.labels(outcome).inc()


def _write_to_log(mobile: str, text: str) -> None:
    """Development: the message goes to the server's log and to var/sms.log."""
    logger.info("SMS to %s: %s", mobile, text)
    path = Path(settings.VAR_DIR) / "sms.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{timezone.localtime().isoformat(timespec='seconds')} {mobile} {text}\n")
