"""What of the accounts' settings stops the start, each with one line that names it."""

import pytest

from tests.test_settings import PRODUCTION, start, value_of


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"SMS_BACKEND": "pigeon"}, "SMS_BACKEND must be console or yunpian, not 'pigeon'."),
        ({"SMS_BACKEND": "yunpian"}, "SMS_BACKEND=yunpian needs YUNPIAN_API_KEY."),
        (
            {"SMS_CODE_TEXT": "no place for it"},
            "SMS_CODE_TEXT must contain #code#, where the code stands.",
        ),
        (
            {"THROTTLE_LOGIN": "often"},
            'THROTTLE_LOGIN: \'often\' is no rate: "30/min" (sec, min, hour, day) or "off".',
        ),
        (
            {"MESSAGES_MAX": "0"},
            "MESSAGES_MAX must be a number from 1 to 999999, not '0'.",
        ),
        (
            {"MESSAGE_MB_PER_DAY": "much"},
            "MESSAGE_MB_PER_DAY must be a number from 1 to 999999, not 'much'.",
        ),
        (
            {"THROTTLE_UPLOAD": "0/min"},
            'THROTTLE_UPLOAD: \'0/min\' is no rate: "30/min" (sec, min, hour, day) or "off".',
        ),
    ],
)
def test_nonsense_does_not_start(tmp_path, environment, line):
    code = "from django.conf import settings; settings.SMS_BACKEND"
    done = start(tmp_path, code, **PRODUCTION, **environment)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == (f"django.core.exceptions.ImproperlyConfigured: {line}")


def test_keys_of_providers_are_made_up_under_debug_alone(tmp_path):
    expression = "(s.SOCIAL_AUTH_WEIBO_KEY, s.SOCIAL_AUTH_QQ_KEY, s.SOCIAL_AUTH_WEIXIN_KEY)"
    assert value_of(tmp_path, expression, **PRODUCTION) == "('', '', '')"
    assert value_of(tmp_path, expression, **PRODUCTION, QQ_KEY="q") == "('', 'q', '')"
    under_debug = value_of(tmp_path, expression, DEBUG="true")
    assert under_debug == "('development', 'development', 'development')"
