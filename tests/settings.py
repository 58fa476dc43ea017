"""The shop's settings as the tests run them: production's, but quick and on their own files."""

import os
import secrets
import tempfile

from extra_apps.alipay_sandbox.keys import key_pair_make

os.environ["DEBUG"] = "false"
os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
os.environ["HTTPS"] = "false"
os.environ["VAR_DIR"] = os.environ["MEDIA_ROOT"] = tempfile.mkdtemp(prefix="mxshop-tests-")
os.environ.setdefault("LOG_LEVEL", "WARNING")
# What only a merchant has: generated keys; the gateway's address is closed to tests.
merchant, gateway = key_pair_make(), key_pair_make()
os.environ["SITE_URL"] = "http://testserver"
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1,[::1],testserver"
os.environ["ALIPAY_GATEWAY"] = "sandbox"
for name in ("HTTP", "SQLITE", "LOCAL_CACHE", "CONSOLE_SMS", "SANDBOX", "NO_LIMITS"):
    os.environ[f"ALLOW_{name}"] = "true"
os.environ["ALIPAY_APP_ID"] = "2021000000000009"
os.environ["ALIPAY_SELLER_ID"] = "2088000000000009"
os.environ["ALIPAY_PRIVATE_KEY"] = merchant.private
os.environ["ALIPAY_PUBLIC_KEY"] = gateway.public
# A sweep works in the test's own thread and transaction; races ask for more.
os.environ["JOBS_CALLS_AT_ONCE"] = "1"
for name in (
    "FRONTEND_DIR",
    "STOREFRONT_DIR",
    "REDIS_URL",
    "SENTRY_DSN",
    "CATALOGUE_CACHE_SECONDS",
):
    os.environ[name] = ""

from mxshop.settings import *  # noqa: E402, F403
from mxshop.settings import INSTALLED_APPS, LOGGING, MIDDLEWARE  # noqa: E402

# A loop of queries that one query could answer fails the test that runs it.
# tests.cheap_database makes the database, and empties it between tests, at less cost.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal", "extra_apps.alipay_sandbox", "tests.cheap_database"]
# An answer that the OpenAPI description does not know fails the test that got it.
MIDDLEWARE = [
    "zeal.middleware.zeal_middleware", "tests.described.DescribedMiddleware", *MIDDLEWARE,
]  # fmt: skip
ZEAL_RAISE = True
ZEAL_ALLOWLIST = [
    # Django's own formset looks up each row of an inline that the admin saves.
    {"model": "goods.GoodsImage"},
    # Each service locks its order and payment anew: one row several times, not several rows.
    {"model": "trade.OrderInfo", "field": "get()"},
    {"model": "trade.Payment", "field": "get()"},
    # Whoever asks, and the account that is asked about.
    {"model": "users.UserProfile", "field": "get()"},
    # The gateway answers from within the request that asks it.
    {"model": "alipay_sandbox.*"},
]

# Thousands of refusals are meant, and a line (with a trace for some) is written of each.
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405

# The local gateway, which DEBUG alone installs elsewhere; the tests' gateway is closed
# until one points ALIPAY_GATEWAY_URL at it.
ALIPAY_GATEWAY_URL = "http://127.0.0.1:9/gateway.do"
ALIPAY_SANDBOX = {
    "APP_ID": os.environ["ALIPAY_APP_ID"],
    "SELLER_ID": os.environ["ALIPAY_SELLER_ID"],
    "MERCHANT_PUBLIC_KEY": merchant.public,
    "PRIVATE_KEY": gateway.private,
    "NOTIFY_IN_BACKGROUND": False,
}
# Installed although DEBUG is off: here, and nowhere else.
SILENCED_SYSTEM_CHECKS = ["alipay_sandbox.E001"]
