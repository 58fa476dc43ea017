"""What of the payments' settings stops the start, and what `manage.py check` says of the keys."""

from typing import Any

import pytest
from django.core.checks import run_checks

from extra_apps.alipay_sandbox.keys import key_pair_make
from tests.test_settings import PRODUCTION, start, value_of

MERCHANT_NEEDS = (
    "SITE_URL", "ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY",
)  # fmt: skip


def last_words(tmp_path: Any, **environment: str) -> str:
    """The line with which a shop of this environment refuses to start."""
    done = start(tmp_path, "from django.conf import settings; settings.DEBUG", **environment)
    assert done.returncode != 0
    return done.stderr.splitlines()[-1].removeprefix(
        "django.core.exceptions.ImproperlyConfigured: "
    )


@pytest.mark.parametrize("name", MERCHANT_NEEDS)
def test_production_does_not_start_without(tmp_path, name):
    environment = {k: v for k, v in PRODUCTION.items() if k != name}
    line = f"{name} must be set, unless ALIPAY_GATEWAY is local."
    assert last_words(tmp_path, **environment) == line
    assert last_words(tmp_path, **environment, **{name: ""}) == line


def test_neither_does_a_developers_shop_at_alipays_sandbox(tmp_path):
    line = "ALIPAY_APP_ID must be set, unless ALIPAY_GATEWAY is local."
    assert last_words(tmp_path, DEBUG="true", ALIPAY_GATEWAY="sandbox") == line


def test_the_local_gateway_needs_debug(tmp_path):
    line = "ALIPAY_GATEWAY=local pays with nothing: it needs DEBUG=true."
    assert last_words(tmp_path, **PRODUCTION, ALIPAY_GATEWAY="local") == line


@pytest.mark.parametrize("gateway", ["Live", "https://openapi.alipay.com/gateway.do", "none"])
def test_no_other_gateway(tmp_path, gateway):
    line = f"ALIPAY_GATEWAY must be live, sandbox or local, not {gateway!r}."
    assert last_words(tmp_path, **PRODUCTION, ALIPAY_GATEWAY=gateway) == line
    assert last_words(tmp_path, DEBUG="true", ALIPAY_GATEWAY=gateway) == line


def test_gateways(tmp_path):
    expression = "s.ALIPAY_GATEWAY, s.ALIPAY_GATEWAY_URL, hasattr(s, 'ALIPAY_SANDBOX')"
    assert value_of(tmp_path, expression, **PRODUCTION) == (
        "live https://openapi.alipay.com/gateway.do False"
    )
    assert value_of(tmp_path, expression, **PRODUCTION, ALIPAY_GATEWAY="sandbox") == (
        "sandbox https://openapi-sandbox.dl.alipaydev.com/gateway.do False"
    )
    assert value_of(tmp_path, expression, DEBUG="true") == (
        "local http://127.0.0.1:8000/alipay-sandbox/gateway.do True"
    )
    elsewhere = {"DEBUG": "true", "SITE_URL": "http://192.168.1.5:8000/"}
    assert value_of(tmp_path, expression, **elsewhere) == (
        "local http://192.168.1.5:8000/alipay-sandbox/gateway.do True"
    )


def test_a_developers_keys_pass_the_check_and_are_made_once(tmp_path):
    code = (
        "import django; django.setup(); from django.core.checks import run_checks; "
        "from django.conf import settings; from utils.alipay import client_from_settings; "
        "print([m.id for m in run_checks(tags=['security'])], "
        "hash(settings.ALIPAY_PRIVATE_KEY), client_from_settings().public_key_is_own)"
    )
    environment = {"DEBUG": "true", "PYTHONHASHSEED": "0"}
    first, second = (start(tmp_path, code, **environment) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert first.stdout.startswith("[] ")
    assert first.stdout.endswith(" False\n")


def found(tag: str = "security", **kwargs: Any) -> list[tuple[str, str]]:
    messages = run_checks(tags=[tag], **kwargs)
    return [(m.id, m.msg) for m in messages if m.id.startswith("mxshop.") and m.id != "mxshop.W001"]


class TestTheCheck:
    def test_the_keys_of_the_tests(self):
        assert found() == []

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("ALIPAY_PRIVATE_KEY", "/nowhere.pem", "ALIPAY_PRIVATE_KEY is neither a key nor a "
             "file that can be read (FileNotFoundError)."),
            ("ALIPAY_PUBLIC_KEY", "none", "ALIPAY_PUBLIC_KEY is neither a key nor a file that "
             "can be read (FileNotFoundError)."),
            ("ALIPAY_PUBLIC_KEY", key_pair_make().private, "ALIPAY_PUBLIC_KEY is a private key; "
             "Alipay's public key belongs there."),
        ],
        ids=["private", "public", "private as public"],
    )  # fmt: skip
    def test_a_key_that_cannot_be_used(self, settings, name, value, message):
        setattr(settings, name, value)
        assert found() == [("mxshop.E001", message)]

    def test_the_apps_public_key_in_place_of_alipays(self, settings):
        pair = key_pair_make()
        settings.ALIPAY_PRIVATE_KEY, settings.ALIPAY_PUBLIC_KEY = pair
        assert found() == [(
            "mxshop.E002",
            "ALIPAY_PUBLIC_KEY is the app's own, the other half of ALIPAY_PRIVATE_KEY: nothing "
            "that Alipay signs would be believed.",
        )]  # fmt: skip

    @pytest.mark.parametrize(
        ("url", "hosts", "is_right"),
        [
            ("https://shop.example.com", ["shop.example.com"], True),
            ("https://shop.example.com:8443", ["localhost", ".example.com"], True),
            ("https://shop.example.com", ["*"], True),
            ("http://[::1]:8000", ["[::1]"], True),
            ("https://pay.example.com", ["shop.example.com"], False),
            ("https://shop.example.com", [], False),
            ("shop.example.com", ["shop.example.com"], False),
        ],
    )
    def test_notices_are_let_in(self, settings, url, hosts, is_right):
        settings.SITE_URL, settings.ALLOWED_HOSTS = url, hosts
        line = (
            "mxshop.E003",
            "ALLOWED_HOSTS lacks the host of SITE_URL: every notice of Alipay's would be refused.",
        )
        assert found() == ([] if is_right else [line])
        if not is_right:
            for settings.DEBUG in (True, False):
                [stops] = [m.is_serious() for m in run_checks() if m.id == "mxshop.E003"]
                assert stops != settings.DEBUG

    @pytest.mark.parametrize(
        ("gateway", "url", "debug", "warned"),
        [
            ("live", "http://shop.example.com", False, True),
            ("live", "https://shop.example.com", False, False),
            ("sandbox", "http://shop.example.com", False, False),
            ("live", "http://shop.example.com", True, False),
        ],
    )
    def test_money_is_taken_under_https(self, settings, gateway, url, debug, warned):
        settings.ALIPAY_GATEWAY, settings.SITE_URL, settings.DEBUG = gateway, url, debug
        settings.ALLOWED_HOSTS = ["shop.example.com"]
        line = ("mxshop.W002", "SITE_URL is not https, where money is taken.")
        assert found(include_deployment_checks=True) == ([line] if warned else [])
        assert found() == []


def test_the_check_runs_where_no_address_was_looked_up(tmp_path):
    code = "import django; django.setup(); from django.core.management import call_command as c; "
    done = start(tmp_path, code + "c('check')", **PRODUCTION)
    assert done.returncode != 0
    assert "(mxshop.E001) ALIPAY_PRIVATE_KEY is neither a key nor a file" in done.stderr
    merchant, alipay = key_pair_make(), key_pair_make()
    keys = {"ALIPAY_PRIVATE_KEY": merchant.private, "ALIPAY_PUBLIC_KEY": alipay.public}
    done = start(tmp_path, code + "c('check', deploy=True)", **{**PRODUCTION, **keys})
    assert done.returncode == 0, done.stderr
    assert "mxshop.E" not in done.stderr
    assert "(mxshop.W001) REDIS_URL is not set" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("GATEWAY_SECONDS", "abc", "must be above 0, up to 20"),
        ("GATEWAY_SECONDS", "nan", "must be above 0, up to 20"),
        ("GATEWAY_CALLS_AT_ONCE", "0", "must be a whole number from 1 to 100"),
        ("JOBS_CALLS_AT_ONCE", "1.5", "must be a whole number from 1 to 64"),
        ("JOBS_SWEEP_SECONDS", "-1", "must be above 0, up to 600"),
    ],
)
def test_a_number_that_is_none_names_its_variable(tmp_path, name, value, rule):
    assert last_words(tmp_path, **PRODUCTION, **{name: value}) == f"{name} {rule}, not {value!r}."
