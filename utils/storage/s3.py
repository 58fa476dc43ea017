"""Uploads in a bucket of S3, or of a server that speaks its protocol (docs/media.md).

django-storages does the work. Added here: waits that end, failures under one name, one client in a
process instead of one in each thread, and addresses: pictures have that of the bucket or of a CDN
before it, and what buyers sent keeps the address of the shop, which reads the file itself
(mxshop/pages.py). No link is signed, so none outlives the file.
"""

import os
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ClassVar, NamedTuple, TypeVar

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from utils.pictures.naming import page_name

from .failures import StoreAwayError, StoreRefusedError
from .headers import headers_of

# Seconds: to connect; without a byte from the server. With one more try, an upload that fails has
# taken less than the 30 s after which uwsgi ends a request.
CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 8, 2
# Of /readyz/, which is asked every few seconds.
PROBE_SECONDS = 1
# A file that is read lies in memory up to here, beyond in a temporary file.
MEMORY_BYTES = 2**20
PIECE = 2**16

_REFUSED = {301, 307, 400, 401, 403}

T = TypeVar("T")


class Stream(NamedTuple):
    """A file on its way: its pieces, its size in bytes, and what names its content."""

    pieces: Iterator[bytes]
    size: int
    etag: str


def _translated(do: Callable[..., T]) -> Callable[..., T]:
    """Raise FileNotFoundError, StoreAwayError or StoreRefusedError for what boto3 raises."""

    @wraps(do)
    def call(*args: Any, **kwargs: Any) -> T:
        try:
            return do(*args, **kwargs)
        except ClientError as error:
            raise _failure(error) from error
        except (BotoCoreError, S3UploadFailedError) as error:
            raise StoreAwayError(f"the server of the uploads does not answer: {error}") from error

    return call


def _failure(error: ClientError) -> Exception:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response.get("Error", {}).get("Code", "")
    if code == "NoSuchBucket":
        return StoreRefusedError("the server of the uploads has no such bucket")
    if status == 404:
        return FileNotFoundError(str(error))
    if status in _REFUSED:
        return StoreRefusedError(f"the server of the uploads refuses: {code} ({status})")
    return StoreAwayError(f"the server of the uploads does not serve: {code} ({status})")


class _Clients:
    """boto3's objects are made once in a process and setting: each costs 50 ms and some MB."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Any, Any] = {}

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        key = (os.getpid(), *key)  # a forked process must not share its parent's connections
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]


_clients = _Clients()


class BucketStorage(S3Storage):
    """A folder (``location``) of a bucket.

    ``public_url``: the address of ``location`` for browsers, without a slash at its end; empty:
    the shop's own /media/. ``private_folders``: what never has another address than that.
    """

    private: ClassVar[bool] = False

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("client_config", _config(settings.pop("addressing", "auto")))
        settings.setdefault("transfer_config", TransferConfig(use_threads=False))
        super().__init__(**settings)

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            # The ACLs of single objects are closed in new buckets: its policy says what is public.
            "default_acl": None, "file_overwrite": False, "max_memory_size": MEMORY_BYTES,
            "public_url": "", "base_url": "/media/", "private_folders": (),
        }  # fmt: skip

    @property
    def connection(self) -> Any:
        key = (self.endpoint_url, self.bucket_name, self.access_key, self.secret_key)
        return _clients.get(key, lambda: S3Storage.connection.fget(self))

    @property
    def bucket(self) -> Any:
        return self.connection.Bucket(self.bucket_name)

    def is_private(self, name: str) -> bool:
        return name.startswith(tuple(self.private_folders))

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        """Return the address under which a browser gets the file, now and later."""
        name = name or ""
        if self.public_url and not self.is_private(name):
            return f"{self.public_url}/{filepath_to_uri(name)}"
        return f"{self.base_url}{filepath_to_uri(name)}"

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Return the headers with which the server hands the file out."""
        own = name.removeprefix(f"{self.location}/")
        headers = headers_of(own, is_private=self.is_private(own), is_kept=bool(page_name(own)))
        return {
            **super().get_object_parameters(name),
            **{key.replace("-", ""): value for key, value in headers.items()},
        }

    @_translated
    def stream(self, name: str, *, without_content: bool = False) -> Stream:
        """Return the file piece by piece. Raises FileNotFoundError, and the errors above."""
        client = self.connection.meta.client
        ask = client.head_object if without_content else client.get_object
        answer = ask(Bucket=self.bucket_name, Key=self._normalize_name(name))
        pieces = iter(()) if without_content else _pieces(answer["Body"])
        return Stream(pieces, answer["ContentLength"], answer["ETag"])

    @_translated
    def sizes(self) -> dict[str, int]:
        """Return every file with its size in bytes, a thousand with each question."""
        pages = self.connection.meta.client.get_paginator("list_objects_v2")
        start = f"{self.location}/"
        return {
            row["Key"].removeprefix(start): row["Size"]
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=start)
            for row in page.get("Contents", ())
        }

    @_translated
    def probe(self) -> None:
        """Ask whether the bucket is there and open to us; raises as the other methods do."""
        key = ("probe", self.endpoint_url, self.bucket_name, self.access_key, self.secret_key)
        client = _clients.get(key, self._probing_client)
        client.head_bucket(Bucket=self.bucket_name)

    def _probing_client(self) -> Any:
        quick = Config(
            connect_timeout=PROBE_SECONDS, read_timeout=PROBE_SECONDS,
            retries={"total_max_attempts": 1},
        )  # fmt: skip
        return self._create_session().client(
            "s3", region_name=self.region_name, endpoint_url=self.endpoint_url,
            config=self.client_config.merge(quick),
        )  # fmt: skip

    _open = _translated(S3Storage._open)
    _save = _translated(S3Storage._save)
    delete = _translated(S3Storage.delete)
    exists = _translated(S3Storage.exists)
    listdir = _translated(S3Storage.listdir)
    size = _translated(S3Storage.size)
    get_modified_time = _translated(S3Storage.get_modified_time)


class ClosedBucketStorage(BucketStorage):
    """A folder of a bucket whose files have no address."""

    def url(self, name: str | None, *args: Any, **kwargs: Any) -> str:
        raise ValueError("This file is not accessible via a URL.")  # as FileSystemStorage says it


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(PIECE)
    finally:
        body.close()  # also when the client went away


def _config(addressing: str) -> Config:
    return Config(
        s3={"addressing_style": addressing},
        signature_version="s3v4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        max_pool_connections=16,
        # Checksums of Amazon's own, which many other servers refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
