"""The shop's settings as the tests run them: production's, but quick and on their own files."""

import os
import secrets
import tempfile

os.environ["DEBUG"] = "false"
os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
os.environ["HTTPS"] = "false"
os.environ["VAR_DIR"] = os.environ["MEDIA_ROOT"] = tempfile.mkdtemp(prefix="mxshop-tests-")
os.environ.setdefault("LOG_LEVEL", "WARNING")
for name in ("FRONTEND_DIR", "REDIS_URL", "SENTRY_DSN", "CATALOGUE_CACHE_SECONDS"):
    os.environ[name] = ""

from mxshop.settings import *  # noqa: E402, F403
from mxshop.settings import INSTALLED_APPS, MIDDLEWARE  # noqa: E402

# A loop of queries that one query could answer fails the test that runs it.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
ZEAL_ALLOWLIST = [
    # Django's own formset looks up each row of an inline that the admin saves.
    {"model": "goods.GoodsImage"},
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
