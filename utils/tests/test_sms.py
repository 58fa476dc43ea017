"""The two SMS backends, up to the answers that a client sees."""

import json
import logging
import stat
from typing import Any

import pytest

from tests.http_server import Answer, closed_port, http_server
from utils.sms.sending import SmsRefusedError, SmsUnreachableError, sms_send_code

pytestmark = pytest.mark.one_database

MOBILE = "13912345678"


class TestConsole:
    @pytest.fixture(autouse=True)
    def _var(self, settings: Any, tmp_path: Any) -> None:
        settings.VAR_DIR = tmp_path / "var"
        settings.SMS_BACKEND = "console"
        settings.SMS_CODE_TEXT = "【店】验证码#code#。"

    def test_the_log_and_the_file(self, caplog, tmp_path):
        caplog.set_level(logging.INFO, logger="utils.sms.sending")
        sms_send_code(mobile=MOBILE, code="0042")
        sms_send_code(mobile=MOBILE, code="1234")
        assert caplog.messages == [
            f"SMS to {MOBILE}: 【店】验证码0042。", f"SMS to {MOBILE}: 【店】验证码1234。",
        ]  # fmt: skip
        path = tmp_path / "var" / "sms.log"
        lines = path.read_text().splitlines()
        assert [line.split(" ", 1)[1] for line in lines] == [
            f"{MOBILE} 【店】验证码0042。", f"{MOBILE} 【店】验证码1234。",
        ]  # fmt: skip
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class TestYunpian:
    @pytest.fixture(autouse=True)
    def _settings(self, settings: Any) -> None:
        settings.SMS_BACKEND = "yunpian"
        settings.YUNPIAN_API_KEY = "a-key"
        settings.SMS_CODE_TEXT = "【店】验证码#code#。"

    def test_sent(self, settings):
        texts = []

        def answer(received: Any) -> Answer:
            texts.append(received.form["text"])
            return Answer(body='{"code": 0}')

        with http_server(answer) as settings.YUNPIAN_ORIGIN:
            sms_send_code(mobile=MOBILE, code="0042")
        assert texts == ["【店】验证码0042。"]

    def test_refused(self, settings):
        refusal = Answer(400, json.dumps({"code": 3, "msg": "账户余额不足"}))
        with (
            http_server(lambda _received: refusal) as settings.YUNPIAN_ORIGIN,
            pytest.raises(SmsRefusedError, match=r"^账户余额不足$"),
        ):
            sms_send_code(mobile=MOBILE, code="0042")

    def test_unreachable(self, settings):
        settings.YUNPIAN_ORIGIN = closed_port()
        with pytest.raises(SmsUnreachableError):
            sms_send_code(mobile=MOBILE, code="0042")

    @pytest.mark.django_db
    def test_what_the_client_sees(self, settings, api):
        refusal = Answer(400, json.dumps({"code": 3, "msg": "账户余额不足"}))
        with http_server(lambda _received: refusal) as settings.YUNPIAN_ORIGIN:
            response = api.post("/codes/", {"mobile": MOBILE})
        assert (response.status_code, response.json()) == (400, {"mobile": ["账户余额不足"]})
        settings.YUNPIAN_ORIGIN = closed_port()
        response = api.post("/codes/", {"mobile": MOBILE})
        assert response.status_code == 503
        assert response.json() == {"detail": "服务暂时不可用，请稍后再试。"}
        with http_server(lambda _received: Answer(body='{"code": 0}')) as settings.YUNPIAN_ORIGIN:
            response = api.post("/codes/", {"mobile": MOBILE})
        assert (response.status_code, response.json()) == (201, {"mobile": MOBILE})
