"""What the settings make of the environment: each case starts a Python of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
# What the settings want of a production shop; no key is read before something is signed.
PRODUCTION = {
    "SECRET_KEY": "s3cr3t-" * 8,
    "SITE_URL": "https://shop.example.com",
    "ALLOWED_HOSTS": "shop.example.com",
    "ALIPAY_APP_ID": "2021000000000009",
    "ALIPAY_SELLER_ID": "2088000000000009",
    "ALIPAY_PRIVATE_KEY": "a key",
    "ALIPAY_PUBLIC_KEY": "a key",
}


def start(tmp_path: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    names = ("PATH", "HOME", "LANG", "SYSTEMROOT", "COVERAGE_PROCESS_START")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=TOP,
        env={**kept, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mxshop.settings",
             **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def value_of(tmp_path: Path, expression: str, **environment: str) -> str:
    code = f"from django.conf import settings as s; print({expression})"
    done = start(tmp_path, code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("secret", ["", "too-short"])
def test_production_does_not_start_without_a_secret(tmp_path: Path, secret: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=TOP,
        env={"PATH": os.environ["PATH"], "SECRET_KEY": secret, "VAR_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr.splitlines() == [
        "SECRET_KEY must be set to at least 32 random characters when DEBUG is off "
        "(DEBUG=true makes one under var/)."
    ]


def test_development_makes_its_secret_once(tmp_path: Path) -> None:
    first = value_of(tmp_path, "s.SECRET_KEY", DEBUG="true")
    assert len(first) == 50
    assert value_of(tmp_path, "s.SECRET_KEY", DEBUG="true") == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_production_is_strict_by_default(tmp_path: Path) -> None:
    expression = (
        "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, "
        "s.CORS_ALLOWED_ORIGINS, any('Demo' in b for b in s.AUTHENTICATION_BACKENDS)"
    )
    value = value_of(tmp_path, expression, **PRODUCTION)
    assert value == "False True True True [] False"


def test_a_variable_set_to_nothing_counts_as_absent(tmp_path: Path) -> None:
    expression = "s.DATABASES['default']['ENGINE'], str(s.MEDIA_ROOT).endswith('media')"
    environment = {**PRODUCTION, "DATABASE_URL": "", "MEDIA_ROOT": "", "REDIS_URL": ""}
    assert value_of(tmp_path, expression, **environment) == "django.db.backends.sqlite3 True"


def test_every_variable_is_explained(tmp_path: Path) -> None:
    source = (TOP / "mxshop" / "settings.py").read_text()
    explained = (TOP / ".env.example").read_text()
    read = set(re.findall(r'(?:env(?:\.\w+)?\(|\(env,)\s*"([A-Z_]+)"', source))
    assert len(read) > 20
    assert read == set(re.findall(r"^([A-Z_]+)=", explained, re.M))


def test_proxies_are_believed_only_where_there_are_some(tmp_path: Path) -> None:
    expression = "hasattr(s, 'SECURE_PROXY_SSL_HEADER') and s.SECURE_PROXY_SSL_HEADER"
    assert "HTTP_X_FORWARDED_PROTO" not in value_of(tmp_path, expression, **PRODUCTION)
    assert "HTTP_X_FORWARDED_PROTO" in value_of(tmp_path, expression, **PRODUCTION, NUM_PROXIES="1")


@pytest.mark.parametrize("seconds", ["0", "-1", "abc", "1e3", "9" * 5000])
def test_a_wrong_number_of_seconds_is_named(tmp_path: Path, seconds: str) -> None:
    code = "import mxshop.settings"
    done = start(tmp_path, code, **PRODUCTION, DATABASE_LOCK_SECONDS=seconds)
    assert done.returncode != 0
    assert "DATABASE_LOCK_SECONDS must be a whole number from 1 to 50" in done.stderr


def test_what_the_database_may_take(tmp_path: Path) -> None:
    options = value_of(
        tmp_path, "s.DATABASES['default']['OPTIONS']", **PRODUCTION,
        DATABASE_URL="mysql://root@127.0.0.1/mxshop", DATABASE_LOCK_SECONDS="7",
    )  # fmt: skip
    assert "'connect_timeout': 3" in options
    assert 'innodb_lock_wait_timeout=7"' in options
    assert "read_timeout" not in options  # of web processes alone
