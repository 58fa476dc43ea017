"""Client of Yunpian, a provider of text messages.

Its wire, from https://www.yunpian.com/official/document/sms/zh_CN/domestic_single_send:
``POST /v2/sms/single_send.json`` with a form of ``apikey``, ``mobile`` and ``text``. The
answer is JSON: ``{"code": 0, "msg": "发送成功", "sid": …}``, or, with HTTP status 400,
``{"code": 22, "msg": "…", "detail": "…"}``.
"""

import json
import logging
from typing import Any

import requests

logger = logging.getLogger(__name__)

SEND_PATH = "/v2/sms/single_send.json"
TIMEOUT = (3.05, 5.0)  # seconds to connect, and between two bytes of the answer


class YunpianError(Exception):
    """Base of what send() raises."""


class YunpianRefusedError(YunpianError):
    """Yunpian answered and did not send; the text of this error is its own message."""

    def __init__(self, *, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


class YunpianUnreachableError(YunpianError):
    """No answer, or none that could be read: the message may or may not have gone out."""


class YunpianClient:
    def __init__(
        self, *, api_key: str, origin: str = "https://sms.yunpian.com", timeout: Any = TIMEOUT
    ) -> None:
        self._api_key = api_key
        self._url = origin.rstrip("/") + SEND_PATH
        self._timeout = timeout

    def send(self, *, mobile: str, text: str) -> None:
        """Send ``text``, which must fit a template approved at Yunpian.

        Raises YunpianRefusedError with Yunpian's own message, YunpianUnreachableError. The
        key is in the body alone and in no error and no log.
        """
        try:
            response = requests.post(
                self._url,
                data={"apikey": self._api_key, "mobile": mobile, "text": text},
                headers={"Accept": "application/json"},
                timeout=self._timeout,
                allow_redirects=False,  # the key goes to no other host
            )
            answer = json.loads(response.content)
        except (requests.RequestException, ValueError) as error:
            logger.error("Yunpian is unreachable: %s", type(error).__name__)
            raise YunpianUnreachableError(type(error).__name__) from error
        code = answer.get("code") if isinstance(answer, dict) else None
        if not isinstance(code, int) or isinstance(code, bool):
            logger.error("Yunpian answered nonsense, HTTP status %d", response.status_code)
            raise YunpianUnreachableError(f"HTTP status {response.status_code}")
        if code != 0:
            message = str(answer.get("msg") or code).replace(self._api_key, "***")
            logger.warning("Yunpian refused: code %d, %s", code, message)
            raise YunpianRefusedError(code=code, message=message)
