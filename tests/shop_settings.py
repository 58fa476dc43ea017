"""The settings of some environment: in this process, or in a Python of its own."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any
from unittest import mock

from Crypto.PublicKey import RSA
from django.core.exceptions import ImproperlyConfigured

from extra_apps.alipay_sandbox import keys

TOP = Path(__file__).parent.parent
# What a production shop needs beside a folder for its uploads; the keys are the tests' own.
PRODUCTION = {
    "SECRET_KEY": "Vf0rTn3wq9-xB7kLz_2mCeYhGd4sPaJu8iR1oKXtQb5",
    "SITE_URL": "https://shop.example.com",
    "ALLOWED_HOSTS": "shop.example.com",
    "ALIPAY_APP_ID": "2021000000000009",
    "ALIPAY_SELLER_ID": "2088000000000009",
    "ALIPAY_PRIVATE_KEY": os.environ["ALIPAY_PRIVATE_KEY"],
    "ALIPAY_PUBLIC_KEY": os.environ["ALIPAY_PUBLIC_KEY"],
    "SMS_BACKEND": "yunpian",
    "YUNPIAN_API_KEY": "0123456789abcdef0123456789abcdef",
}
_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "COVERAGE_PROCESS_START")


# What proves that a key is one takes longer than all the rest, and the keys are a few.
_import_key = cache(RSA.import_key)
_load_pem_private_key = cache(keys.load_pem_private_key)


def settings_of(folder: Path, **environment: str) -> dict[str, Any]:
    """Return what mxshop/settings.py makes of an environment. Raises ImproperlyConfigured."""
    own = {"VAR_DIR": str(folder), "MEDIA_ROOT": str(folder)}
    shop = {"__name__": "shop_settings", "__file__": str(_SETTINGS)}
    with (
        mock.patch.dict(os.environ, own | environment, clear=True),
        mock.patch.object(RSA, "import_key", _import_key),
        mock.patch.object(keys, "load_pem_private_key", _load_pem_private_key),
    ):
        exec(_code(), shop)
    return shop


_SETTINGS = TOP / "mxshop" / "settings.py"


@cache
def _code() -> CodeType:
    return compile(_SETTINGS.read_text(), _SETTINGS, "exec")


def with_keys(folder: Path) -> Path:
    """Return the folder with the keys that a developer's shop would make there."""
    (folder / "alipay").mkdir(parents=True)
    for name in ("merchant", "gateway"):
        (folder / "alipay" / f"{name}.pem").write_text(_ready_key(name))
    return folder


@cache
def _ready_key(name: str) -> str:
    return keys.key_pair_make().private


def faults_of(folder: Path, **environment: str) -> list[str]:
    """Return the lines with which a shop of this environment refuses to start."""
    try:
        settings_of(folder, **environment)
    except ImproperlyConfigured as refusal:
        return str(refusal).splitlines()
    return []


def start(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with an environment of its own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = {"VAR_DIR": str(folder), "MEDIA_ROOT": str(folder),
           "DJANGO_SETTINGS_MODULE": "mxshop.settings"}  # fmt: skip
    return subprocess.run(
        [sys.executable, *command],
        cwd=TOP, env=kept | own | environment, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
