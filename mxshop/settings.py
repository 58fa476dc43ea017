"""Settings of the shop, read from the environment; .env.example explains every variable.

With DEBUG on, every variable has a default that works on one machine. What is nonsense, and
with DEBUG off what is dangerous, stops the start with one line per fault (mxshop/startup).
"""

import os
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from extra_apps.alipay_sandbox.keys import local_key_pair
from mxshop import startup
from mxshop.fixed_settings import *  # noqa: F403
from utils.cache.configured import cache_config
from utils.config.environment import Environment
from utils.config.local_secrets import local_secret

try:
    import MySQLdb  # noqa: F401  (mysqlclient, what production runs on)
except ImportError:
    import pymysql

    pymysql.install_as_MySQLdb()

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


# --- Secrets and doors ----------------------------------------------------------------

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
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600, at_most=63_072_000) * HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


# --- Applications ---------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "django_ckeditor_5",
    "social_django",
    "extra_apps.social_jwt",
    "extra_apps.idempotency",
    "apps.users",
    "apps.goods",
    "apps.user_operation",
    "apps.trade",
    "demo",
    "mxshop",
]

MIDDLEWARE = [
    "utils.api.middleware.LanguageMiddleware",  # first: a refusal has a language, too
    "utils.api.middleware.RequestSizeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "utils.api.outages.OutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "utils.api.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "utils.api.middleware.TooLargeNumberMiddleware",
    "mxshop.refusals.RefusalMiddleware",
    "utils.alipay.patience.GatewayPatienceMiddleware",
]

DEBUG_TOOLBAR = env.bool("DEBUG_TOOLBAR", default=False) and DEBUG
if DEBUG_TOOLBAR:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(0, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]

ROOT_URLCONF = "mxshop.urls"
WSGI_APPLICATION = "mxshop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "mxshop" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


# --- Database and cache ---------------------------------------------------------------

# Seconds that a server may take to accept a connection; a statement to get a lock; and, of a
# web process, the server to answer (utils/db/web_process.py). Less than uwsgi's harakiri.
DATABASE_CONNECT_SECONDS = env.int("DATABASE_CONNECT_SECONDS", default=3, at_least=1, at_most=10)
DATABASE_LOCK_SECONDS = env.int("DATABASE_LOCK_SECONDS", default=5, at_least=1, at_most=50)
DATABASE_READ_SECONDS = env.int("DATABASE_READ_SECONDS", default=20, at_least=1, at_most=25)

DATABASES = {"default": startup.database_config(env, default=VAR_DIR / "shop.sqlite3")}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60, at_most=86_400)
# A server may have closed the connection meanwhile; a file has not.
_database["CONN_HEALTH_CHECKS"] = _database["ENGINE"] != "django.db.backends.sqlite3"
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing in the middle.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif _database["ENGINE"] == "django.db.backends.mysql":
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "connect_timeout": DATABASE_CONNECT_SECONDS,
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',"
        f" innodb_lock_wait_timeout={DATABASE_LOCK_SECONDS}",
        # What a row lock protects must be read as it is now, not as at BEGIN.
        "isolation_level": "read committed",
    }
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}

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

# The tokens of the clients; apps/users/tokens.py is the one module that makes and reads them.
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),
    "ACCESS_TOKEN_LIFETIME": timedelta(days=7),
    "CHECK_REVOKE_TOKEN": True,  # a new password ends the old tokens
    # Seconds by which the clocks of two machines may differ.
    "LEEWAY": 30,
}

# Where verification codes go: "console" (the log and var/sms.log) or "yunpian".
SMS_BACKEND = env.choice("SMS_BACKEND", default="console", choices=("console", "yunpian"))
# As approved by the provider; #code# is where the code stands.
SMS_CODE_TEXT = env(
    "SMS_CODE_TEXT",
    default="【MxShop】您的验证码是#code#，5分钟内有效。如非本人操作，请忽略本短信。",
)
YUNPIAN_API_KEY = env("YUNPIAN_API_KEY", default="")
YUNPIAN_ORIGIN = "https://sms.yunpian.com"
# How many codes are sent at most: asked for by one address, and in all. A carrier puts many
# phones behind one address.
SMS_RATES = {
    "address": env("SMS_PER_ADDRESS", default="120/hour"),
    "shop": env("SMS_PER_SHOP", default="1000/hour"),
}
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
if ALIPAY_GATEWAY == "local" and DEBUG:
    INSTALLED_APPS.append("extra_apps.alipay_sandbox")
    _merchant = startup.kept(env, VAR_DIR / "alipay" / "merchant.pem", local_key_pair)
    _gateway = startup.kept(env, VAR_DIR / "alipay" / "gateway.pem", local_key_pair)
    ALIPAY_APP_ID, ALIPAY_SELLER_ID = "2021000000000001", "2088000000000001"
    ALIPAY_PRIVATE_KEY, ALIPAY_PUBLIC_KEY = _merchant.private, _gateway.public
    ALIPAY_SANDBOX = {
        "APP_ID": ALIPAY_APP_ID,
        "SELLER_ID": ALIPAY_SELLER_ID,
        "MERCHANT_PUBLIC_KEY": _merchant.public,
        "PRIVATE_KEY": _gateway.private,
    }
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


# --- The wire -------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.users.tokens.JWTAuthentication",  # first: it names the header of a 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": [
        "utils.limits.throttling.GeneralThrottle",
        "utils.limits.throttling.ScopedThrottle",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "utils.api.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_SCHEMA_CLASS": "utils.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "utils.api.exception_handler.exception_handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "NUM_PROXIES": NUM_PROXIES,
}

# Requests by scope (utils/limits/throttling.py); "off" lifts a limit. A home page makes 8 of them,
# and behind one address of a mobile network there are many phones.
THROTTLE_RATES = {
    "anon": env("THROTTLE_ANON", default="1200/min"),
    "user": env("THROTTLE_USER", default="600/min"),
    "code": env("THROTTLE_CODE", default="30/min"),
    "login": env("THROTTLE_LOGIN", default="30/min"),
    "login_account": env("THROTTLE_LOGIN_ACCOUNT", default="60/hour"),
    "register": env("THROTTLE_REGISTER", default="30/min"),
    "reset": env("THROTTLE_RESET", default="30/min"),
    "social": env("THROTTLE_SOCIAL", default="30/min"),
    "checkout": env("THROTTLE_CHECKOUT", default="60/min"),
    "search": env("THROTTLE_SEARCH", default="120/min"),
    "upload": env("THROTTLE_UPLOAD", default="20/min"),
}

# --- What a request may cost ----------------------------------------------------------

# A file of 10 MB and the form around it; as client_max_body_size in deploy/nginx.conf.
REQUEST_MAX_BYTES = 11 * 2**20
# What of a request is read into memory: JSON, a form without its files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50

# What a buyer may leave with the shop, in a day (of TIME_ZONE) and altogether: messages, their
# files, and megabytes of files.
MESSAGES_PER_DAY = env.int("MESSAGES_PER_DAY", default=50, at_least=1, at_most=999_999)
MESSAGES_MAX = env.int("MESSAGES_MAX", default=1_000, at_least=1, at_most=999_999)
MESSAGE_FILES_PER_DAY = env.int("MESSAGE_FILES_PER_DAY", default=30, at_least=1, at_most=999_999)
MESSAGE_FILES_MAX = env.int("MESSAGE_FILES_MAX", default=300, at_least=1, at_most=999_999)
MESSAGE_MB_PER_DAY = env.int("MESSAGE_MB_PER_DAY", default=100, at_least=1, at_most=999_999)
MESSAGE_MB_MAX = env.int("MESSAGE_MB_MAX", default=500, at_least=1, at_most=999_999)


# --- Language, time, files ------------------------------------------------------------

LANGUAGE_CODE = env.choice("LANGUAGE_CODE", default="zh-hans", choices=("zh-hans", "en"))
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=BASE_DIR / "media")
if DEBUG:
    startup.folder_made(env, "MEDIA_ROOT", MEDIA_ROOT)

# A built single-page shop: its index.html is /index/, its static/ and what lies beside
# index.html join our static files.
FRONTEND_DIR = env.path("FRONTEND_DIR", default=Path()) if env("FRONTEND_DIR") else None

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=VAR_DIR / "static")
STATICFILES_DIRS = startup.static_folders(FRONTEND_DIR)
# Without collectstatic (development) files are served from where they lie.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
if DEBUG:
    startup.folder_made(env, "STATIC_ROOT", STATIC_ROOT)


# --- Watching over it -----------------------------------------------------------------

LOG_LEVEL = env.choice(
    "LOG_LEVEL", default="INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}

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
            _database, SECRET_KEY, ALIPAY_PRIVATE_KEY, YUNPIAN_API_KEY, REDIS_URL,
            SOCIAL_AUTH_WEIBO_SECRET, SOCIAL_AUTH_QQ_SECRET, SOCIAL_AUTH_WEIXIN_SECRET,
        ),
    )  # fmt: skip
