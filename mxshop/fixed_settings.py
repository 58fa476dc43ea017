"""Settings that no variable changes and no reader of ``settings.py`` looks for."""

from django.utils.translation import gettext_lazy as _

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
