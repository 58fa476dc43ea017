"""Settings of the shop, read from the environment; .env.example explains every variable.

Some subjects have modules of their own: applications.py (apps and middleware, in their order),
database_settings.py, rate_settings.py, log_settings.py, local_gateway_settings.py, and
fixed_settings.py for what no variable changes.

With DEBUG on, every variable has a default that works on one machine. What is nonsense, and
with DEBUG off what is dangerous, stops the start with one line per fault (mxshop/startup).
"""

import os
from functools import partial
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from mxshop import applications, log_settings, startup
from mxshop import local_gateway_settings as local_payment
from mxshop.database_settings import database_config
from mxshop.fixed_settings import *  # noqa: F403
from mxshop.fixed_settings import REST_FRAMEWORK
from mxshop.local_gateway_settings import local_gateway
from mxshop.log_settings import log_config
from mxshop.media_settings import bucket_read, storages_config
from mxshop.rate_settings import sms_rates, throttle_rates
from mxshop.storefront.headers import keep_hashed_files
from utils.cache.configured import cache_config
from utils.config.environment import Environment
from utils.config.local_secrets import local_secret
from utils.metrics.processes import is_worker, metrics_share

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(os.environ, BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
env.refuse()  # nothing below can be judged while this is not known
# What is dangerous without DEBUG, and allowed all the same (.env.example).
ALLOWED_DANGERS = {name for name in startup.ALLOWANCES if env.bool(name, default=False)}

# Whatever the running shop writes beside its uploads: database, secrets, logs.
VAR_DIR = env.path("VAR_DIR", default=BASE_DIR / "var")
if DEBUG and not startup.folder_made(env, "VAR_DIR", VAR_DIR):
    env.refuse()  # the secrets below are made there


# --- Secrets and access ----------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = startup.kept(env, VAR_DIR / "secret_key", local_secret)

# Links in answers are built from the request's host: a host not listed here is refused.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

CORS_ALLOWED_ORIGINS = env.list(
    "CORS_ALLOWED_ORIGINS",
    default=["http://localhost:8080", "http://127.0.0.1:8080"] if DEBUG else [],
)
# The reverse proxies in front of the shop, counted: 0 when it faces its clients itself.
NUM_PROXIES = env.int("NUM_PROXIES", default=0, at_most=5)

if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600, at_most=63_072_000) * HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


# --- Applications ---------------------------------------------------------------------

INSTALLED_APPS = [*applications.APPS]
MIDDLEWARE = [*applications.MIDDLEWARE]

DEBUG_TOOLBAR = env.bool("DEBUG_TOOLBAR", default=False) and DEBUG
if DEBUG_TOOLBAR:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(0, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]

ROOT_URLCONF = "mxshop.urls"
WSGI_APPLICATION = "mxshop.wsgi.application"


# --- Database and cache ---------------------------------------------------------------

# Seconds that a server may take to accept a connection; a statement to get a lock; and, of a
# web process, the server to answer (utils/db/web_process.py). Less than uwsgi's harakiri.
DATABASE_CONNECT_SECONDS = env.int("DATABASE_CONNECT_SECONDS", default=3, at_least=1, at_most=10)
DATABASE_LOCK_SECONDS = env.int("DATABASE_LOCK_SECONDS", default=5, at_least=1, at_most=50)
DATABASE_READ_SECONDS = env.int("DATABASE_READ_SECONDS", default=20, at_least=1, at_most=25)

DATABASES = {
    "default": database_config(
        env, default=VAR_DIR / "shop.sqlite3",
        connect_seconds=DATABASE_CONNECT_SECONDS, lock_seconds=DATABASE_LOCK_SECONDS,
    )
}  # fmt: skip

# What finds the words of a search: "like", on every database, or "mroonga", an index of MariaDB's
# plugin of that name (docs/search.md).
GOODS_SEARCH = env.choice("GOODS_SEARCH", default="like", choices=("like", "mroonga"))

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
CACHES = {
    "default": cache_config("mxshop", REDIS_URL, max_entries=10_000),
    "responses": cache_config("mxshop-responses", REDIS_URL, max_entries=2_000),
}

# Seconds for which a public catalogue answer may be served again; 0 turns the cache off.
CATALOGUE_CACHE_SECONDS = env.int("CATALOGUE_CACHE_SECONDS", default=30, at_most=3600)


# --- Accounts -------------------------------------------------------------------------

AUTH_USER_MODEL = "users.UserProfile"
AUTHENTICATION_BACKENDS = [
    "apps.users.backends.UsernameOrMobileBackend",
    "extra_apps.social_jwt.backends.WeiboOAuth2",
    "extra_apps.social_jwt.backends.QQOAuth2",
    "extra_apps.social_jwt.backends.WeixinOAuth2",
]
if DEBUG:
    # The demo's logins exist in this backend alone, so that they end where DEBUG ends. First,
    # so that their right password is not counted as a wrong one by the next backend.
    AUTHENTICATION_BACKENDS.insert(0, "demo.logins.DemoLoginBackend")

# Where verification codes go: "console" (the log and var/sms.log) or "yunpian".
SMS_BACKEND = env.choice("SMS_BACKEND", default="console", choices=("console", "yunpian"))
# As approved by the provider; #code# is where the code stands.
SMS_CODE_TEXT = env(
    "SMS_CODE_TEXT",
    default="【MxShop】您的验证码是#code#，5分钟内有效。如非本人操作，请忽略本短信。",
)
YUNPIAN_API_KEY = env("YUNPIAN_API_KEY", default="")
YUNPIAN_ORIGIN = "https://sms.yunpian.com"
SMS_RATES = sms_rates(env)

# Sign-in with weibo, QQ and WeChat: the keys that their developer sites give out. Under
# DEBUG the way to a provider can be walked without one; there it ends.
_social_key = "development" if DEBUG else ""
SOCIAL_AUTH_WEIBO_KEY = env("WEIBO_KEY", default=_social_key)
SOCIAL_AUTH_WEIBO_SECRET = env("WEIBO_SECRET", default="")
SOCIAL_AUTH_QQ_KEY = env("QQ_KEY", default=_social_key)
SOCIAL_AUTH_QQ_SECRET = env("QQ_SECRET", default="")
SOCIAL_AUTH_WEIXIN_KEY = env("WEIXIN_KEY", default=_social_key)
SOCIAL_AUTH_WEIXIN_SECRET = env("WEIXIN_SECRET", default="")


# --- Cart, orders, payments -----------------------------------------------------------

# Minutes goods stay held in a cart after its line was last changed, and for twice as long since
# it first held them; lines a cart may have.
CART_HOLD_MINUTES = env.int("CART_HOLD_MINUTES", default=30, at_least=1, at_most=1440)
CART_MAX_LINES = env.int("CART_MAX_LINES", default=200, at_least=1, at_most=1000)
# What one buyer may hold, in the cart and in unpaid orders together: pieces of one kind; pieces
# of all kinds. And how many unpaid orders.
CART_MAX_NUMS = env.int("CART_MAX_NUMS", default=99, at_least=1, at_most=10_000)
HOLD_MAX_PIECES = env.int("HOLD_MAX_PIECES", default=500, at_least=1, at_most=1_000_000)
ORDER_MAX_UNPAID = env.int("ORDER_MAX_UNPAID", default=5, at_least=1, at_most=1000)
# Minutes an order waits for its payment.
ORDER_PAY_MINUTES = env.int("ORDER_PAY_MINUTES", default=30, at_least=1, at_most=1440)
# Days after which a shipped order counts as received.
ORDER_CONFIRM_DAYS = env.int("ORDER_CONFIRM_DAYS", default=10, at_least=1, at_most=365)

# The shop's address as Alipay and the buyers reach it: notices and buyers come back there.
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000" if DEBUG else "").rstrip("/")

# "live" takes money; "sandbox" is Alipay's own; "local" is extra_apps/alipay_sandbox.
_ALIPAY_GATEWAYS = {
    "live": "https://openapi.alipay.com/gateway.do",
    "sandbox": "https://openapi-sandbox.dl.alipaydev.com/gateway.do",
    "local": f"{SITE_URL}/alipay-sandbox/gateway.do",
}
ALIPAY_GATEWAY = env.choice(
    "ALIPAY_GATEWAY", default="local" if DEBUG else "live", choices=_ALIPAY_GATEWAYS
)
ALIPAY_GATEWAY_URL = _ALIPAY_GATEWAYS[ALIPAY_GATEWAY]
# Keys: the key itself, or the path of its file; PEM or as Alipay's console shows it.
ALIPAY_APP_ID = env("ALIPAY_APP_ID", default="")
ALIPAY_SELLER_ID = env("ALIPAY_SELLER_ID", default="")
ALIPAY_PRIVATE_KEY = env("ALIPAY_PRIVATE_KEY", default="")
ALIPAY_PUBLIC_KEY = env("ALIPAY_PUBLIC_KEY", default="")
# Certificates in place of ALIPAY_PUBLIC_KEY: each the text, or the path of its file.
ALIPAY_APP_CERT = env("ALIPAY_APP_CERT", default="")
ALIPAY_ROOT_CERT = env("ALIPAY_ROOT_CERT", default="")
ALIPAY_PUBLIC_CERT = env("ALIPAY_PUBLIC_CERT", default="")
# Whether the local gateway works with certificates, too: those of a chain of its own.
ALIPAY_LOCAL_CERTIFICATES = env.bool("ALIPAY_LOCAL_CERTIFICATES", default=False)
if ALIPAY_GATEWAY == "local" and DEBUG:
    INSTALLED_APPS.append("extra_apps.alipay_sandbox")
    _local = local_gateway(env, VAR_DIR / "alipay", certificates=ALIPAY_LOCAL_CERTIFICATES)
    ALIPAY_APP_ID, ALIPAY_SELLER_ID = local_payment.APP_ID, local_payment.SELLER_ID
    ALIPAY_PRIVATE_KEY, ALIPAY_PUBLIC_KEY = _local.private_key, _local.public_key
    ALIPAY_APP_CERT, ALIPAY_ROOT_CERT = _local.app_cert, _local.root_cert
    ALIPAY_PUBLIC_CERT, ALIPAY_SANDBOX = _local.public_cert, _local.sandbox
# Seconds that all calls of the gateway in one web request may take together; how many web
# requests of one process may wait for it at once (fewer than a process has threads); and
# seconds without a call after three in a row that it did not answer.
GATEWAY_SECONDS = env.float("GATEWAY_SECONDS", default=6, at_least=0.1, at_most=20)
GATEWAY_CALLS_AT_ONCE = env.int("GATEWAY_CALLS_AT_ONCE", default=2, at_least=1, at_most=100)
GATEWAY_REST_SECONDS = env.float("GATEWAY_REST_SECONDS", default=10, at_least=0.1, at_most=600)


# --- Background work ------------------------------------------------------------------

# Calls of the gateway that a sweep makes at once, and seconds that one sweep may take before
# it leaves the rest for its next turn.
JOBS_CALLS_AT_ONCE = env.int("JOBS_CALLS_AT_ONCE", default=8, at_least=1, at_most=64)
JOBS_SWEEP_SECONDS = env.float("JOBS_SWEEP_SECONDS", default=30, at_least=0.1, at_most=600)


# --- What a client may ask ------------------------------------------------------------

REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": NUM_PROXIES}
THROTTLE_RATES = throttle_rates(env)

_count = partial(env.int, at_least=1, at_most=999_999)
# What a buyer may leave with the shop, in a day (of TIME_ZONE) and altogether: messages, their
# files, and megabytes of files.
MESSAGES_PER_DAY = _count("MESSAGES_PER_DAY", default=50)
MESSAGES_MAX = _count("MESSAGES_MAX", default=1_000)
MESSAGE_FILES_PER_DAY = _count("MESSAGE_FILES_PER_DAY", default=30)
MESSAGE_FILES_MAX = _count("MESSAGE_FILES_MAX", default=300)
MESSAGE_MB_PER_DAY = _count("MESSAGE_MB_PER_DAY", default=100)
MESSAGE_MB_MAX = _count("MESSAGE_MB_MAX", default=500)
# Refund requests of a buyer in a day, for one order, and megabytes of their pictures altogether.
REFUND_REQUESTS_PER_DAY = _count("REFUND_REQUESTS_PER_DAY", default=10)
REFUND_REQUESTS_PER_ORDER = _count("REFUND_REQUESTS_PER_ORDER", default=10)
REFUND_PICTURES_MB_MAX = _count("REFUND_PICTURES_MB_MAX", default=200)


# --- Language, time, files ------------------------------------------------------------

LANGUAGE_CODE = env.choice("LANGUAGE_CODE", default="zh-hans", choices=("zh-hans", "en"))
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "media")
# In place of that folder, a bucket of S3 (docs/media.md).
MEDIA_S3 = bucket_read(env)
STORAGES = storages_config(MEDIA_S3, imports=VAR_DIR / "imports")
if DEBUG and not MEDIA_S3.name:
    startup.folder_made(env, "MEDIA_ROOT", MEDIA_ROOT)

# A built single-page shop: its index.html is /index/, its static/ and what lies beside
# index.html join our static files.
FRONTEND_DIR = env.path("FRONTEND_DIR", default=Path()) if env("FRONTEND_DIR") else None
# Otherwise the shop's own front is shown (storefront/): where its builds lie, and whether
# bin/serve makes one.
STOREFRONT_DIR = env.path("STOREFRONT_DIR", default=VAR_DIR / "storefront")
STOREFRONT_BUILD = env.bool("STOREFRONT_BUILD", default=True)

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = startup.static_folders(FRONTEND_DIR)
WHITENOISE_ADD_HEADERS_FUNCTION = keep_hashed_files
# Without collectstatic (development) files are served from where they lie.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
if DEBUG:
    startup.folder_made(env, "STATIC_ROOT", STATIC_ROOT)


# --- Watching over it -----------------------------------------------------------------

LOG_LEVEL = env.choice(
    "LOG_LEVEL", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = log_config(
    level=LOG_LEVEL, form=env.choice("LOG_FORMAT", default="line", choices=log_settings.FORMATS)
)
DJANGO_GUID = log_settings.REQUEST_IDS

# The folder in which the workers count together (utils/metrics/processes.py); without it, each
# counts for itself. Who may read /metrics: addresses and networks.
METRICS_DIR = env.path("METRICS_DIR", default=Path()) if env("METRICS_DIR") else None
if METRICS_DIR and is_worker() and startup.folder_made(env, "METRICS_DIR", METRICS_DIR):
    metrics_share(METRICS_DIR)
METRICS_ALLOW = env.networks("METRICS_ALLOW", default=["127.0.0.1", "::1"])

SENTRY_DSN = env("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env("SENTRY_ENVIRONMENT", default="production")
SENTRY_TRACES_SAMPLE_RATE = env.float("SENTRY_TRACES_SAMPLE_RATE", default=0.0, at_most=1.0)

# Variables that look like a slip of the pen: `manage.py check` warns of them.
UNKNOWN_VARIABLES = env.misspelt(also=startup.FOREIGN_VARIABLES)

startup.refuse_dangers(env, globals())

if SENTRY_DSN:
    from utils.config.sentry import secrets_of, sentry_start

    sentry_start(
        dsn=SENTRY_DSN,
        environment=SENTRY_ENVIRONMENT,
        traces_sample_rate=SENTRY_TRACES_SAMPLE_RATE,
        secrets=secrets_of(
            DATABASES["default"], SECRET_KEY, ALIPAY_PRIVATE_KEY, YUNPIAN_API_KEY, REDIS_URL,
            MEDIA_S3.secret, SOCIAL_AUTH_WEIBO_SECRET, SOCIAL_AUTH_QQ_SECRET,
            SOCIAL_AUTH_WEIXIN_SECRET,
        ),
    )  # fmt: skip
