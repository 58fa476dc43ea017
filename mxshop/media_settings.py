"""Where uploads are kept: in folders, or in a bucket (docs/media.md)."""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from utils.config.environment import Environment

from .fixed_settings import PRIVATE_FOLDERS

_ENGINE = "django.contrib.staticfiles.storage.StaticFilesStorage"


class Bucket(NamedTuple):
    """What the variables MEDIA_S3_... say; ``name`` is empty where there is no bucket."""

    name: str
    endpoint: str
    region: str
    key_id: str
    secret: str
    addressing: str
    public_url: str

    @property
    def picture_sources(self) -> list[str]:
        """What a page has to allow beside https: to show pictures (Content-Security-Policy)."""
        parts = urlsplit(self.public_url)
        return [f"http://{parts.netloc}"] if parts.scheme == "http" else []


def bucket_read(env: Environment) -> Bucket:
    return Bucket(
        name=env("MEDIA_S3_BUCKET"),
        endpoint=env("MEDIA_S3_ENDPOINT").rstrip("/"),
        region=env("MEDIA_S3_REGION"),
        key_id=env("MEDIA_S3_KEY_ID"),
        secret=_secret(env),
        addressing=env.choice(
            "MEDIA_S3_ADDRESSING", default="auto", choices=("auto", "path", "virtual")
        ),
        public_url=env("MEDIA_S3_PUBLIC_URL").rstrip("/"),
    )


def _secret(env: Environment) -> str:
    """The secret itself, or the first line of the file with this path."""
    given = env("MEDIA_S3_SECRET")
    if not given.startswith("/"):
        return given
    try:
        with Path(given).open(encoding="ascii") as file:
            return file.readline().strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not ASCII"
        env.fault(f"MEDIA_S3_SECRET is the path of a file that cannot be read ({why}).")
        return ""


def storages_config(bucket: Bucket, *, imports: Path) -> dict[str, Any]:
    """Describe the storages to Django. ``imports``: files that staff import, without a bucket.

    A worker may run on another machine than the one that got the file: with a bucket, these
    files are there as well, in a folder that nothing leads to.
    """
    static = {"staticfiles": {"BACKEND": _ENGINE}}
    if not bucket.name:
        folder = "django.core.files.storage.FileSystemStorage"
        return static | {
            "default": {"BACKEND": folder},
            "imports": {"BACKEND": folder, "OPTIONS": {"location": imports, "base_url": None}},
        }
    options = {
        "bucket_name": bucket.name,
        "endpoint_url": bucket.endpoint or None,
        "region_name": bucket.region or None,
        "access_key": bucket.key_id or None,
        "secret_key": bucket.secret or None,
        "addressing": bucket.addressing,
    }
    return static | {
        "default": {
            "BACKEND": "utils.storage.s3.BucketStorage",
            "OPTIONS": options
            | {
                "location": "media",
                "public_url": bucket.public_url,
                "private_folders": PRIVATE_FOLDERS,
            },
        },
        "imports": {
            "BACKEND": "utils.storage.s3.ClosedBucketStorage",
            "OPTIONS": options | {"location": "imports"},
        },
    }
