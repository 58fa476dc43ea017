"""What the settings make of the environment, and what stops the start."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from .shop_settings import PRODUCTION, TOP, faults_of, settings_of, start, with_keys

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

STAGE = " (ALLOW_{}=true allows it on a test stage.)"
WEAK_KEY = (
    "SECRET_KEY is easy to guess (few different characters, or made by startproject): write what "
    "this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
)
SHORT_KEY = (
    "SECRET_KEY must be set to at least 32 random characters when DEBUG is off "
    "(DEBUG=true makes one under var/)."
)
ANY_HOST = (
    "ALLOWED_HOSTS=* lets anybody write the links in the shop's answers: write its names, such "
    "as shop.example.com."
)


def not_an_origin(name: str, value: str) -> str:
    return (
        f"{name}: {value!r} is not an origin: write its scheme, host and port, such as "
        "https://www.example.com, and no path or *."
    )


def bought(host: str) -> str:
    return (
        f"ALLOWED_HOSTS: {host!r} lets in names that anybody can buy: write the shop's own, such "
        "as .shop.example.com."
    )


def number(name: str, value: str, least: int, most: int, default: int) -> str:
    return (
        f"{name}={value!r} is not a whole number from {least} to {most}: write one, such as "
        f"{default}."
    )


def test_a_production_shop_starts(tmp_path: Path) -> None:
    assert faults_of(tmp_path, **PRODUCTION) == []


DANGERS = [
    ("SECRET_KEY", "", SHORT_KEY),
    ("SECRET_KEY", "too-short", SHORT_KEY),
    ("SECRET_KEY", "a" * 40, WEAK_KEY),
    ("SECRET_KEY", "0123456789abcdef" * 4, WEAK_KEY),
    ("SECRET_KEY", "django-insecure-" + PRODUCTION["SECRET_KEY"], WEAK_KEY),
    ("ALLOWED_HOSTS", "shop.example.com,*", ANY_HOST),
    ("ALLOWED_HOSTS", "shop.example.com,.com", bought(".com")),
    ("ALLOWED_HOSTS", "shop.example.com,.com.cn", bought(".com.cn")),
    (
        "ALLOWED_HOSTS",
        "shop.example.com,https://shop.example.com",
        "ALLOWED_HOSTS: 'https://shop.example.com' is not a host name: write shop.example.com, "
        "without scheme, port or path.",
    ),
    (
        "ALLOWED_HOSTS",
        "www.example.com",
        "ALLOWED_HOSTS lacks the host of SITE_URL, so every notice of Alipay's would be refused: "
        "add shop.example.com.",
    ),
    ("CORS_ALLOWED_ORIGINS", "*", not_an_origin("CORS_ALLOWED_ORIGINS", "*")),
    ("CORS_ALLOWED_ORIGINS", "a.example", not_an_origin("CORS_ALLOWED_ORIGINS", "a.example")),
    (
        "CORS_ALLOWED_ORIGINS",
        "https://a.example/",
        not_an_origin("CORS_ALLOWED_ORIGINS", "https://a.example/"),
    ),
    (
        "CORS_ALLOWED_ORIGINS",
        "https://*.a.example",
        not_an_origin("CORS_ALLOWED_ORIGINS", "https://*.a.example"),
    ),
    ("CSRF_TRUSTED_ORIGINS", "https://*", not_an_origin("CSRF_TRUSTED_ORIGINS", "https://*")),
    (
        "CSRF_TRUSTED_ORIGINS",
        "https://*.com",
        not_an_origin("CSRF_TRUSTED_ORIGINS", "https://*.com"),
    ),
    ("NUM_PROXIES", "-1", number("NUM_PROXIES", "-1", 0, 5, 0)),
    ("NUM_PROXIES", "9", number("NUM_PROXIES", "9", 0, 5, 0)),
    ("CART_HOLD_MINUTES", "0", number("CART_HOLD_MINUTES", "0", 1, 1440, 30)),
    ("CART_HOLD_MINUTES", "-5", number("CART_HOLD_MINUTES", "-5", 1, 1440, 30)),
    ("CART_MAX_NUMS", "-1", number("CART_MAX_NUMS", "-1", 1, 10000, 99)),
    ("ORDER_PAY_MINUTES", "0", number("ORDER_PAY_MINUTES", "0", 1, 1440, 30)),
    ("CONN_MAX_AGE", "abc", number("CONN_MAX_AGE", "abc", 0, 86400, 60)),
    (
        "SENTRY_TRACES_SAMPLE_RATE",
        "nan",
        "SENTRY_TRACES_SAMPLE_RATE='nan' is not a number from 0 to 1: write one, such as 0.",
    ),
    (
        "LOG_LEVEL",
        "WARN2",
        "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not 'WARN2'.",
    ),
    ("LOG_FORMAT", "xml", "LOG_FORMAT must be line or json, not 'xml'."),
    (
        "METRICS_ALLOW",
        "127.0.0.1,10.0.0.1/8",
        "METRICS_ALLOW: '10.0.0.1/8' is not an address or a network: write such as 10.0.0.0/8 or "
        "192.0.2.7.",
    ),
    ("DEBUG", "yess", "DEBUG='yess' is not a boolean: write true or false."),
    ("HTTPS", "maybe", "HTTPS='maybe' is not a boolean: write true or false."),
    (
        "SENTRY_DSN",
        "nonsense",
        "SENTRY_DSN is not a DSN: write the one of the project's page, https://key@host/1.",
    ),
    (
        "REDIS_URL",
        "127.0.0.1:6379",
        "REDIS_URL is not an address of Redis: write redis://127.0.0.1:6379/0.",
    ),
    (
        "REDIS_URL",
        "redis+sentinel://10.0.0.1:26379",
        "REDIS_URL does not name Sentinels and their master: write "
        "redis+sentinel://10.0.0.1:26379,10.0.0.2:26379,10.0.0.3:26379/mxshop/0.",
    ),
    ("THROTTLE_LOGIN", "often",
     'THROTTLE_LOGIN: \'often\' is not a rate: "30/min" (sec, min, hour, day) or "off".'),
    ("THROTTLE_CODE", "900000/min",
     "THROTTLE_CODE=900000/min is more than the shop can answer: write less, such as 30/min."),
    ("WEB_CONCURRENCY", "0",
     "WEB_CONCURRENCY='0' is not a whole number from 1 to 64: write one, such as 2."),
    ("APP_PROTOCOL", "http11",
     "APP_PROTOCOL='http11' is not offered any more, because idle connections would hold the "
     "workers: leave it out and put nginx in front (deploy/nginx.conf)."),
    ("MEDIA_ROOT", "/nowhere/media", "MEDIA_ROOT=/nowhere/media is not a folder: make it "
     "(install -d -o <user> /nowhere/media)."),
    ("FRONTEND_DIR", "/nowhere/dist", "FRONTEND_DIR=/nowhere/dist has no index.html: write the "
     "folder of a built shop (dist), or nothing."),
    ("GOODS_SEARCH", "google", "GOODS_SEARCH must be like or mroonga, not 'google'."),
    (
        "GOODS_SEARCH",
        "mroonga",
        "GOODS_SEARCH=mroonga needs MariaDB, which DATABASE_URL is not: write like.",
    ),
    ("SMS_BACKEND", "pigeon", "SMS_BACKEND must be console or yunpian, not 'pigeon'."),
    ("YUNPIAN_API_KEY", "", "SMS_BACKEND=yunpian needs YUNPIAN_API_KEY."),
    ("SMS_CODE_TEXT", "【店】no place",
     "SMS_CODE_TEXT must contain #code#, where the code stands."),
    ("SMS_CODE_TEXT", "your code is #code#",
     "SMS_CODE_TEXT must begin with the approved signature, such as 【MxShop】."),
    ("QQ_KEY", "q", "QQ_SECRET must be set where QQ_KEY is."),
    ("WEIXIN_SECRET", "s", "WEIXIN_KEY must be set where WEIXIN_SECRET is."),
    ("MEDIA_S3_REGION", "cn-north-1",
     "MEDIA_S3_REGION is set, and MEDIA_S3_BUCKET is not: write its name."),
    ("LANGUAGE_CODE", "zh-cn", "LANGUAGE_CODE must be zh-hans or en, not 'zh-cn'."),
]  # fmt: skip


def test_a_dangerous_value_stops_the_start(tmp_path: Path) -> None:
    for name, value, line in DANGERS:
        found = faults_of(tmp_path, **PRODUCTION | {name: value})
        if name == "SMS_BACKEND":  # the default, which takes its place, is one too
            assert line in found, (name, value)
        else:
            assert found == [line], (name, value)


def test_a_folder_of_uploads_that_cannot_be_written(tmp_path: Path, monkeypatch: Any) -> None:
    # Permissions do not stop root, as whom the tests may run.
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert faults_of(tmp_path, **PRODUCTION) == [
        f"VAR_DIR={tmp_path} is not writable: write a folder that this user may write to.",
        f"MEDIA_ROOT={tmp_path} is not writable for this user: chown or chmod it.",
    ]


ALLOWED = {
    "ALLOW_HTTP": [
        ({"HTTPS": "false"}, "HTTPS=false sends sessions in the clear: write true."),
        (
            {"SITE_URL": "http://shop.example.com"},
            "SITE_URL=http://shop.example.com is not https, where money is taken: write "
            "https://shop.example.com.",
        ),
        (
            {"CORS_ALLOWED_ORIGINS": "http://a.example"},
            "CORS_ALLOWED_ORIGINS: 'http://a.example' is not https: write https://.",
        ),
    ],
    "ALLOW_SANDBOX": [
        (
            {"ALIPAY_GATEWAY": "sandbox"},
            "ALIPAY_GATEWAY=sandbox is paid with play money: write live.",
        )
    ],
    "ALLOW_CONSOLE_SMS": [
        (
            {"SMS_BACKEND": "console"},
            "SMS_BACKEND=console writes codes to the log, where whoever reads it can log in: write "
            "yunpian.",
        )
    ],
    "ALLOW_NO_LIMITS": [
        (
            {name: "off"},
            f"{name}=off lets anybody try for ever: write a rate, such as 30/min.",
        )
        for name in ("THROTTLE_CODE", "THROTTLE_LOGIN", "THROTTLE_LOGIN_ACCOUNT", "THROTTLE_ANON")
    ],
    "ALLOW_SQLITE": [
        (
            {"WEB_CONCURRENCY": "2", "REDIS_URL": "redis://127.0.0.1:6379/8"},
            "DATABASE_URL is SQLite, under 2 processes that would wait for one another: write "
            "mysql://user:password@host:3306/name.",
        )
    ],
    "ALLOW_LOCAL_CACHE": [
        (
            {"WEB_CONCURRENCY": "2", "DATABASE_URL": "mysql://shop@localhost/shop"},
            "REDIS_URL is not set, so each of 2 processes would keep a cache and count limits of "
            "its own: write redis://127.0.0.1:6379/0.",
        )
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("allowance", "changes", "line"),
    [(name, *case) for name, cases in ALLOWED.items() for case in cases],
)
def test_a_test_stage_may_allow_it(
    tmp_path: Path, allowance: str, changes: dict[str, str], line: str
) -> None:
    environment = PRODUCTION | changes
    assert faults_of(tmp_path, **environment) == [
        line + STAGE.format(allowance.removeprefix("ALLOW_"))
    ]
    assert faults_of(tmp_path, **environment, **{allowance: "true"}) == []


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        ({}, 0),
        ({"SITE_URL": "http://192.168.1.5:8000", "ALLOWED_HOSTS": "192.168.1.5,nas.local,box"}, 0),
        ({"SITE_URL": "https://shop.example.com"}, 1),
        ({"ALLOWED_HOSTS": "shop.example.com"}, 1),
        ({"ALLOWED_HOSTS": "*"}, 1),
        ({**PRODUCTION, "ALIPAY_GATEWAY": "live"}, 3),
    ],
)
def test_debug_stays_at_home(tmp_path: Path, changes: dict[str, str], lines: int) -> None:
    folder = with_keys(tmp_path)
    faults = faults_of(folder, DEBUG="true", **changes)
    assert len(faults) == lines
    assert all(
        line.startswith("DEBUG=true beside ")
        and line.endswith(": write DEBUG=false." + STAGE.format("PUBLIC_DEBUG"))
        for line in faults
    )
    assert faults_of(folder, DEBUG="true", ALLOW_PUBLIC_DEBUG="true", **changes) == []


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, **PRODUCTION | {name: value for name, value, _ in DANGERS[-3:]})
    assert faults == [line for _, _, line in (DANGERS[-1], DANGERS[-3], DANGERS[-2])]
    assert len(faults_of(tmp_path)) == 7  # a shop that is told nothing


# --- Nonsense in every variable -----------------------------------------------------------


def variables() -> list[str]:
    return re.findall(r"^([A-Z_0-9]+)=", (TOP / ".env.example").read_text(), re.M)


# Any text is right for these, or any that has no space in it.
FREE = {
    "METRICS_DIR", "SENTRY_ENVIRONMENT", "STATIC_ROOT", "STOREFRONT_DIR", "VAR_DIR",
    "YUNPIAN_API_KEY",
}  # fmt: skip
NONSENSE = ["nonsense", "-1", "1e400", "9" * 30, "http://", "[::", "a b", "*", "💥", "x" * 5000]


def test_nonsense_is_told_in_one_line_that_names_its_variable(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)  # a folder of that name may be made
    environment = PRODUCTION | {"DATABASE_URL": "mysql://shop@localhost/shop"}
    names = [name for name in variables() if name not in FREE]
    assert len(names) > 90
    for name in names:
        found = faults_of(tmp_path, **environment | {name: "non sense"})
        assert [line for line in found if name in line], name
        # What hangs together with it may be named as well (a key and its secret).
        assert len(found) <= 2, (name, found)
        assert all(len(line) < 300 for line in found), (name, found)


@pytest.mark.parametrize("debug", ["true", "false"])
@pytest.mark.parametrize("value", NONSENSE, ids=[value[:10] for value in NONSENSE])
def test_no_nonsense_is_a_trace(tmp_path: Path, monkeypatch: Any, value: str, debug: str) -> None:
    monkeypatch.chdir(tmp_path)
    everything = dict.fromkeys(variables(), value)
    folder = with_keys(tmp_path)
    lines = faults_of(folder, **everything | {"DEBUG": debug, "VAR_DIR": str(tmp_path)})
    assert len(lines) > 15
    for line in lines:
        assert re.match(r"[A-Z_0-9]+\b", line), line


def test_no_secret_is_quoted(tmp_path: Path) -> None:
    secrets = {
        "SECRET_KEY": "planted",
        "DATABASE_URL": "mysql://shop:pla/nted@localhost/shop",
        "REDIS_URL": "redis//:planted@localhost",
        "ALIPAY_PRIVATE_KEY": "planted",
        "ALIPAY_PUBLIC_KEY": "planted",
        "SENTRY_DSN": "planted@sentry",
        "YUNPIAN_API_KEY": "planted planted",
        "WEIBO_SECRET": "planted planted",
    }
    lines = faults_of(tmp_path, **PRODUCTION | secrets)
    assert len(lines) == 9
    assert "planted" not in "".join(lines)
    assert "pla/nted" not in "".join(lines)


def test_every_variable_is_explained(tmp_path: Path) -> None:
    read = settings_of(tmp_path, **PRODUCTION)["env"].names
    assert len(read) > 50
    assert read == set(variables())


# --- Values -------------------------------------------------------------------------------


def test_production_is_strict_by_default(tmp_path: Path) -> None:
    shop = settings_of(tmp_path, **PRODUCTION)
    assert not shop["DEBUG"]
    assert shop["SECURE_SSL_REDIRECT"]
    assert shop["SESSION_COOKIE_SECURE"]
    assert shop["CSRF_COOKIE_SECURE"]
    assert shop["CORS_ALLOWED_ORIGINS"] == []
    assert not any("Demo" in backend for backend in shop["AUTHENTICATION_BACKENDS"])


def test_a_variable_set_to_nothing_counts_as_absent(tmp_path: Path) -> None:
    nothing = {"DATABASE_URL": "", "REDIS_URL": "", "CART_MAX_NUMS": "", "STATIC_ROOT": ""}
    shop = settings_of(tmp_path, **PRODUCTION, **nothing)
    assert shop["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert shop["STATIC_ROOT"] == tmp_path / "static"
    assert shop["CART_MAX_NUMS"] == 99


def test_development_makes_its_secret_once(tmp_path: Path) -> None:
    folder = with_keys(tmp_path)
    first = settings_of(folder, DEBUG="true")["SECRET_KEY"]
    assert len(first) == 50
    assert settings_of(folder, DEBUG="true")["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("file", ["secret_key", "alipay/merchant.pem"])
def test_a_damaged_file_of_ones_own(tmp_path: Path, file: str) -> None:
    path = with_keys(tmp_path) / file
    path.write_bytes(b"\xff" * 40)
    [line] = faults_of(tmp_path, DEBUG="true")
    assert line.startswith(f"{path} cannot be used (")
    assert line.endswith("): remove it, and the next start makes a new one.")


def test_proxies_are_believed_only_where_there_are_some(tmp_path: Path) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in settings_of(tmp_path, **PRODUCTION)
    behind_one = settings_of(tmp_path, **PRODUCTION, NUM_PROXIES="1")
    assert behind_one["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_keys_of_providers_are_made_up_under_debug_alone(tmp_path: Path) -> None:
    names = ("SOCIAL_AUTH_WEIBO_KEY", "SOCIAL_AUTH_QQ_KEY", "SOCIAL_AUTH_WEIXIN_KEY")
    keys = {"QQ_KEY": "q", "QQ_SECRET": "s"}
    shop = settings_of(tmp_path, **PRODUCTION, **keys)
    assert [shop[name] for name in names] == ["", "q", ""]
    developers = settings_of(with_keys(tmp_path), DEBUG="true")
    assert [developers[name] for name in names] == ["development"] * 3


# --- Processes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [["manage.py", "check"], ["manage.py", "run_jobs", "--once"], ["-c", "import mxshop.wsgi"]],
    ids=["check", "run_jobs", "WSGI"],
)
def test_every_command_says_the_same(tmp_path: Path, command: list[str]) -> None:
    wrong = {"ALLOWED_HOSTS": "shop.example.com,*", "NUM_PROXIES": "9", "CONN_MAX_AGE": "abc"}
    done = start(tmp_path, *command, **PRODUCTION | wrong)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        number("NUM_PROXIES", "9", 0, 5, 0),
        number("CONN_MAX_AGE", "abc", 0, 86400, 60),
        ANY_HOST,
    ]


def test_the_check_warns_of_slips_of_the_pen(tmp_path: Path, settings: Any) -> None:
    slips = {"ALOWED_HOSTS": "x", "CART_HOLD_MINUTE": "5", "EDITOR": "vi"}
    shop = settings_of(tmp_path, **PRODUCTION, **slips)
    settings.UNKNOWN_VARIABLES = shop["UNKNOWN_VARIABLES"]
    said = StringIO()
    call_command("check", stderr=said)
    assert re.findall(r"\(mxshop.W005\) (.*)", said.getvalue()) == [
        "ALOWED_HOSTS is not a variable of the shop: did you mean ALLOWED_HOSTS?",
        "CART_HOLD_MINUTE is not a variable of the shop: did you mean CART_HOLD_MINUTES?",
    ]
