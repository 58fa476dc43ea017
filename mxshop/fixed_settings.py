"""Settings that no variable changes; settings.py has those that variables decide."""

from datetime import timedelta
from pathlib import Path

from .api_description.introduction import INTRODUCTION

# --- The API ---------------------------------------------------------------------------

# settings.py adds NUM_PROXIES.
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
        "utils.api.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_SCHEMA_CLASS": "utils.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "utils.api.exception_handler.exception_handler",
    "COERCE_DECIMAL_TO_STRING": False,
}

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
CORS_EXPOSE_HEADERS = ["idempotency-replayed", "retry-after", "x-request-id"]

# Of the uploads: what buyers sent to the shop, and nobody else: messages' files, pictures of refund
# requests.
PRIVATE_FOLDERS = ("messages/", "refunds/")

# A file of 10 MB and the form around it; as client_max_body_size in deploy/nginx.conf.
REQUEST_MAX_BYTES = 11 * 2**20
# From staff who are logged in: a photo of 108 megapixels, or several others.
STAFF_REQUEST_MAX_BYTES = 48 * 2**20
# What of a request is read into memory: JSON, a form without its files.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 50

SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "utils.api.schema.generator.SchemaGenerator",
    "TITLE": "MxShop",
    "DESCRIPTION": INTRODUCTION,
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "validatorUrl": None,
        "defaultModelsExpandDepth": 0,
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "mxshop.api_description.hooks.finish",
    ],
    # Docstrings are for who reads the code; summaries and help texts are for who calls it.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
}


# --- Accounts --------------------------------------------------------------------------

# The tokens of the clients; apps/users/tokens.py is the one module that makes and reads them.
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),
    "ACCESS_TOKEN_LIFETIME": timedelta(days=7),
    "CHECK_REVOKE_TOKEN": True,  # a new password ends the old tokens
    # Seconds by which the clocks of two machines may differ.
    "LEEWAY": 30,
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Sign-in with weibo, QQ and WeChat (docs/accounts.md).
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
    "extra_apps.social_jwt.pipeline.account_still_open",
]
SOCIAL_AUTH_USER_FIELDS = ["username", "name"]
SOCIAL_AUTH_CLEAN_USERNAMES = False  # cleaned, a Chinese name has no letter left
SOCIAL_AUTH_REQUESTS_TIMEOUT = 5
SOCIAL_JWT_TOKEN_MAKER = "apps.users.tokens.token_make"  # noqa: S105  (a function's name)
SOCIAL_JWT_RETURN_PATH = "/index/"


# --- Pages -----------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
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

STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "mxshop.storefront.finder.StorefrontFinder",
]

# What staff start and wait for (docs/jobs.md); run by `manage.py run_tasks`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

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

CSRF_FAILURE_VIEW = "mxshop.staff_errors.csrf_failure"
