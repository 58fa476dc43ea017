"""Settings of the shop, read from the environment; .env.example explains every variable.

With DEBUG on, every variable has a default that works on one machine. With DEBUG off,
a secret that is missing stops the start with one line that names it.
"""

from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from extra_apps.alipay_sandbox.keys import local_key_pair
from utils.config.local_secrets import local_secret
from utils.config.numbers import positive_float, positive_int
from utils.limits.rates import parse_rate

try:
    import MySQLdb  # noqa: F401  (mysqlclient, what production runs on)
except ImportError:
    import pymysql

    pymysql.install_as_MySQLdb()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")
# A variable that is set to nothing counts as absent.
env.ENVIRON = {name: value for name, value in env.ENVIRON.items() if value}

DEBUG = env.bool("DEBUG", default=False)

# Whatever the running shop writes beside its uploads: database, secrets, logs.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))


# --- Secrets and doors ----------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = local_secret(VAR_DIR / "secret_key")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "SECRET_KEY must be set to at least 32 random characters when DEBUG is off "
        "(DEBUG=true makes one under var/)."
    )

# Links in answers are built from the request's host: a host not listed here is refused.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

CORS_ALLOWED_ORIGINS = env.list(
    "CORS_ALLOWED_ORIGINS",
    default=["http://localhost:8080", "http://127.0.0.1:8080"] if DEBUG else [],
)
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "imooc",  # the clients send it with every request
    "user-agent",
    "x-csrftoken",
    "x-requested-with",
]
CORS_EXPOSE_HEADERS = ["idempotency-replayed", "retry-after"]

# The reverse proxies in front of the shop, counted: 0 when it faces its clients itself.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)

if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=3600) if HTTPS else 0
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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "utils.api.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "utils.alipay.patience.GatewayPatienceMiddleware",
]

DEBUG_TOOLBAR = DEBUG and env.bool("DEBUG_TOOLBAR", default=False)
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

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'shop.sqlite3'}"),
}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
# A server may have closed the connection meanwhile; a file has not.
_database["CONN_HEALTH_CHECKS"] = _database["ENGINE"] != "django.db.backends.sqlite3"
if _database["ENGINE"] == "django.db.backends.sqlite3":
    Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a writer waits for its turn at BEGIN instead of failing in the middle.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif _database["ENGINE"] == "django.db.backends.mysql":
    _database["OPTIONS"] = {
        "charset": "utf8mb4",
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
        # What a row lock protects must be read as it is now, not as at BEGIN.
        "isolation_level": "read committed",
    }
    _database["TEST"] = {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")


def _cache(prefix: str, max_entries: int) -> dict:
    """One cache: in Redis where there is one, else in this process's memory."""
    if REDIS_URL:
        return {
            "BACKEND": "utils.cache.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": prefix,
            # A Redis that does not answer must not hold up a request.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": prefix,
        "OPTIONS": {"MAX_ENTRIES": max_entries},
    }


CACHES = {
    "default": _cache("mxshop", max_entries=10_000),
    "responses": _cache("mxshop-responses", max_entries=2_000),
}

# Seconds for which a public catalogue answer may be served again; 0 turns the cache off.
CATALOGUE_CACHE_SECONDS = env.int("CATALOGUE_CACHE_SECONDS", default=30)


# --- Accounts -------------------------------------------------------------------------

AUTH_USER_MODEL = "users.UserProfile"
AUTHENTICATION_BACKENDS = [
    "apps.users.backends.UsernameOrMobileBackend",
    "extra_apps.social_jwt.backends.WeiboOAuth2",
    "extra_apps.social_jwt.backends.QQOAuth2",
    "extra_apps.social_jwt.backends.WeixinOAuth2",
]
if DEBUG:
    # The demo's logins exist in this backend alone, so that they end where DEBUG ends.
    AUTHENTICATION_BACKENDS.append("demo.logins.DemoLoginBackend")

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# The tokens of the clients; apps/users/tokens.py is the one module that makes and reads them.
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT",),
    "ACCESS_TOKEN_LIFETIME": timedelta(days=7),
    "CHECK_REVOKE_TOKEN": True,  # a new password ends the old tokens
}

# Where verification codes go: "console" (the log and var/sms.log) or "yunpian".
SMS_BACKEND = env("SMS_BACKEND", default="console")
# As approved by the provider; #code# is where the code stands.
SMS_CODE_TEXT = env(
    "SMS_CODE_TEXT",
    default="【MxShop】您的验证码是#code#，5分钟内有效。如非本人操作，请忽略本短信。",
)
YUNPIAN_API_KEY = env("YUNPIAN_API_KEY", default="")
YUNPIAN_ORIGIN = "https://sms.yunpian.com"
if SMS_BACKEND not in ("console", "yunpian"):
    raise ImproperlyConfigured(f"SMS_BACKEND must be console or yunpian, not {SMS_BACKEND!r}.")
if SMS_BACKEND == "yunpian" and not YUNPIAN_API_KEY:
    raise ImproperlyConfigured("SMS_BACKEND=yunpian needs YUNPIAN_API_KEY.")
if "#code#" not in SMS_CODE_TEXT:
    raise ImproperlyConfigured("SMS_CODE_TEXT must contain #code#, where the code stands.")

# Sign-in with weibo, QQ and WeChat: the keys that their developer sites give out. Under
# DEBUG the way to a provider can be walked without one; there it ends.
_social_key = "development" if DEBUG else ""
SOCIAL_AUTH_WEIBO_KEY = env("WEIBO_KEY", default=_social_key)
SOCIAL_AUTH_WEIBO_SECRET = env("WEIBO_SECRET", default="")
SOCIAL_AUTH_QQ_KEY = env("QQ_KEY", default=_social_key)
SOCIAL_AUTH_QQ_SECRET = env("QQ_SECRET", default="")
SOCIAL_AUTH_WEIXIN_KEY = env("WEIXIN_KEY", default=_social_key)
SOCIAL_AUTH_WEIXIN_SECRET = env("WEIXIN_SECRET", default="")
SOCIAL_AUTH_STRATEGY = "extra_apps.social_jwt.strategy.CookieStrategy"
SOCIAL_AUTH_STORAGE = "extra_apps.social_jwt.storage.Storage"
SOCIAL_AUTH_PIPELINE = [
    "social_core.pipeline.social_auth.social_details",
    "social_core.pipeline.social_auth.social_uid",
    "social_core.pipeline.social_auth.auth_allowed",
    "social_core.pipeline.social_auth.social_user",
    "extra_apps.social_jwt.pipeline.username_from_nickname",
    "social_core.pipeline.user.get_username",
    "social_core.pipeline.user.create_user",
    "social_core.pipeline.social_auth.associate_user",
]
SOCIAL_AUTH_USER_FIELDS = ["username", "name"]
SOCIAL_AUTH_CLEAN_USERNAMES = False  # cleaned, a Chinese name has no letter left
SOCIAL_AUTH_REQUESTS_TIMEOUT = 5
SOCIAL_JWT_TOKEN_MAKER = "apps.users.tokens.token_make"  # noqa: S105  (a function's name)
SOCIAL_JWT_RETURN_PATH = "/index/"


# --- Cart, orders, payments -----------------------------------------------------------

# Minutes goods stay held in a cart after its line was last changed; pieces a line may have;
# lines a cart may have.
CART_HOLD_MINUTES = env.int("CART_HOLD_MINUTES", default=30)
CART_MAX_NUMS = env.int("CART_MAX_NUMS", default=99)
CART_MAX_LINES = env.int("CART_MAX_LINES", default=200)
# Minutes an order waits for its payment.
ORDER_PAY_MINUTES = env.int("ORDER_PAY_MINUTES", default=30)

# The shop's address as Alipay and the buyers reach it: notices and buyers come back there.
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000" if DEBUG else "").rstrip("/")

# "live" takes money; "sandbox" is Alipay's own; "local" is extra_apps/alipay_sandbox.
ALIPAY_GATEWAY = env("ALIPAY_GATEWAY", default="local" if DEBUG else "live")
_gateways = {
    "live": "https://openapi.alipay.com/gateway.do",
    "sandbox": "https://openapi-sandbox.dl.alipaydev.com/gateway.do",
    "local": f"{SITE_URL}/alipay-sandbox/gateway.do",
}
if ALIPAY_GATEWAY not in _gateways:
    raise ImproperlyConfigured(
        f"ALIPAY_GATEWAY must be live, sandbox or local, not {ALIPAY_GATEWAY!r}."
    )
ALIPAY_GATEWAY_URL = _gateways[ALIPAY_GATEWAY]
# Keys: the key itself, or the path of its file; PEM or as Alipay's console shows it.
ALIPAY_APP_ID = env("ALIPAY_APP_ID", default="")
ALIPAY_SELLER_ID = env("ALIPAY_SELLER_ID", default="")
ALIPAY_PRIVATE_KEY = env("ALIPAY_PRIVATE_KEY", default="")
ALIPAY_PUBLIC_KEY = env("ALIPAY_PUBLIC_KEY", default="")
if ALIPAY_GATEWAY == "local":
    if not DEBUG:
        raise ImproperlyConfigured("ALIPAY_GATEWAY=local pays with nothing: it needs DEBUG=true.")
    INSTALLED_APPS.append("extra_apps.alipay_sandbox")
    _merchant = local_key_pair(VAR_DIR / "alipay" / "merchant.pem")
    _gateway = local_key_pair(VAR_DIR / "alipay" / "gateway.pem")
    ALIPAY_APP_ID, ALIPAY_SELLER_ID = "2021000000000001", "2088000000000001"
    ALIPAY_PRIVATE_KEY, ALIPAY_PUBLIC_KEY = _merchant.private, _gateway.public
    ALIPAY_SANDBOX = {
        "APP_ID": ALIPAY_APP_ID,
        "SELLER_ID": ALIPAY_SELLER_ID,
        "MERCHANT_PUBLIC_KEY": _merchant.public,
        "PRIVATE_KEY": _gateway.private,
    }
for _name in (
    "SITE_URL", "ALIPAY_APP_ID", "ALIPAY_SELLER_ID", "ALIPAY_PRIVATE_KEY", "ALIPAY_PUBLIC_KEY",
):  # fmt: skip
    if not globals()[_name]:
        raise ImproperlyConfigured(f"{_name} must be set, unless ALIPAY_GATEWAY is local.")
# Seconds that all calls of the gateway in one web request may take together; how many web
# requests of one process may wait for it at once (fewer than a process has threads); and
# seconds without a call after three in a row that it did not answer.
GATEWAY_SECONDS = positive_float(env, "GATEWAY_SECONDS", default=6, at_most=20)
GATEWAY_CALLS_AT_ONCE = positive_int(env, "GATEWAY_CALLS_AT_ONCE", default=2, at_most=100)
GATEWAY_REST_SECONDS = positive_float(env, "GATEWAY_REST_SECONDS", default=10, at_most=600)


# --- Background work ------------------------------------------------------------------

# Calls of the gateway that a sweep makes at once, and seconds that one sweep may take before
# it leaves the rest for its next turn.
JOBS_CALLS_AT_ONCE = positive_int(env, "JOBS_CALLS_AT_ONCE", default=8, at_most=64)
JOBS_SWEEP_SECONDS = positive_float(env, "JOBS_SWEEP_SECONDS", default=30, at_most=600)


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
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "utils.api.errors.exception_handler",
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
}
for _scope, _rate in THROTTLE_RATES.items():
    try:
        parse_rate(_rate)
    except ValueError as error:
        raise ImproperlyConfigured(f"THROTTLE_{_scope.upper()}: {error}") from error

SPECTACULAR_SETTINGS = {
    "TITLE": "MxShop",
    "DESCRIPTION": _("The shop's API: catalogue, accounts, cart, orders and payments."),
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "COMPONENT_SPLIT_REQUEST": True,
    # Docstrings are for who reads the code; summaries and help texts are for who calls it.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
}


# --- Language, time, files ------------------------------------------------------------

LANGUAGE_CODE = env("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / "media")))

# A built single-page shop: its index.html is /index/, its static/ joins ours.
FRONTEND_DIR = Path(env("FRONTEND_DIR")) if env("FRONTEND_DIR", default="") else None

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [
    folder for folder in ([FRONTEND_DIR / "static"] if FRONTEND_DIR else []) if folder.is_dir()
]
# Without collectstatic (development) files are served from where they lie.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
if DEBUG:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)


# --- Admin ----------------------------------------------------------------------------

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

CKEDITOR_5_FILE_UPLOAD_PERMISSION = "staff"
CKEDITOR_5_MAX_FILE_SIZE = 5  # MB
CKEDITOR_5_UPLOAD_FILE_TYPES = ["jpeg", "jpg", "png", "gif", "webp"]
CKEDITOR_5_CONFIGS = {
    "default": {
        "language": "zh-cn",
        "toolbar": [
            "heading", "|", "bold", "italic", "link", "|",
            "bulletedList", "numberedList", "blockQuote", "insertTable", "imageUpload", "|",
            "undo", "redo",
        ],
        "image": {"toolbar": ["imageTextAlternative", "imageStyle:inline", "imageStyle:block"]},
    },
}  # fmt: skip


# --- Watching over it -----------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}

SENTRY_DSN = env("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        environment=env("SENTRY_ENVIRONMENT", default="production"),
        traces_sample_rate=env.float("SENTRY_TRACES_SAMPLE_RATE", default=0.0),
        send_default_pii=False,
    )
