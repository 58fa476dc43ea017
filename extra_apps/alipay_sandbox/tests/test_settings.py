"""The gateway exists under DEBUG alone."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from extra_apps.alipay_sandbox.conf import sandbox_conf

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

TOP = Path(__file__).parents[3]


def manage(*arguments: str, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=TOP, env={**kept, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_check_refuses_it_with_debug_off(settings: Any) -> None:
    """Whoever puts it into INSTALLED_APPS by hand, as the tests' settings do."""
    settings.SILENCED_SYSTEM_CHECKS = []
    with pytest.raises(SystemCheckError, match=r"\(alipay_sandbox.E001\)"):
        call_command("check")
    settings.DEBUG = True
    call_command("check")


def test_the_settings_refuse_it_with_debug_off(tmp_path: Path) -> None:
    done = manage("check", tmp_path=tmp_path, SECRET_KEY="s" * 50, ALIPAY_GATEWAY="local")
    assert done.returncode != 0
    assert "ALIPAY_GATEWAY=local pays with nothing: it needs DEBUG=true." in done.stderr


def test_development_has_it(tmp_path: Path) -> None:
    done = manage("check", "--fail-level", "WARNING", tmp_path=tmp_path, DEBUG="true")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", ["", "gateway.do", "cashier/1/"])
def test_a_server_that_runs_no_checks_refuses_it(settings: Any, path: str) -> None:
    settings.SILENCED_SYSTEM_CHECKS = []
    with pytest.raises(ImproperlyConfigured, match="needs DEBUG=true"):
        Client().get(f"/alipay-sandbox/{path}")


def test_the_check_says_nothing_under_debug(settings: Any) -> None:
    settings.SILENCED_SYSTEM_CHECKS = []
    assert "alipay_sandbox.E001" in {message.id for message in run_checks(tags=["security"])}
    settings.DEBUG = True
    assert "alipay_sandbox.E001" not in {message.id for message in run_checks(tags=["security"])}


def test_a_wrong_key_of_the_setting_is_named(settings: Any) -> None:
    settings.ALIPAY_SANDBOX = {**settings.ALIPAY_SANDBOX, "NOTIFY_SPEED": 1}
    with pytest.raises(ImproperlyConfigured, match="notify_speed"):
        sandbox_conf()
    settings.ALIPAY_SANDBOX = {"APP_ID": "1"}
    with pytest.raises(ImproperlyConfigured, match="seller_id"):
        sandbox_conf()
