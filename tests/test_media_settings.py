"""Which settings of a bucket stop the start, and what is made of those that do not."""

from pathlib import Path

import pytest

from mxshop.storefront.headers import CONTENT_SECURITY_POLICY, page_policy

from .shop_settings import PRODUCTION, faults_of, settings_of

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

BUCKET = PRODUCTION | {
    "MEDIA_S3_BUCKET": "mxshop-uploads",
    "MEDIA_S3_ENDPOINT": "https://s3.example.com",
    "MEDIA_S3_KEY_ID": "AKIA0",
    "MEDIA_S3_SECRET": "s3cr3t",
    "MEDIA_S3_PUBLIC_URL": "https://pictures.example.com/media/",
}
STAGE = " (ALLOW_HTTP=true allows it on a test stage.)"

FAULTS = [
    ("MEDIA_S3_BUCKET", "Uploads!", "MEDIA_S3_BUCKET is not the name of a bucket (3 to 63 small "
     "letters, digits, - and .): write such as mxshop-media."),
    ("MEDIA_S3_KEY_ID", "", "MEDIA_S3_KEY_ID must be set: write that of a user of this bucket "
     "alone."),
    ("MEDIA_S3_SECRET", "", "MEDIA_S3_SECRET must be set: write that of a user of this bucket "
     "alone."),
    ("MEDIA_S3_SECRET", "two words", "MEDIA_S3_SECRET is not a key: write the one of the bucket's "
     "provider."),
    ("MEDIA_S3_ENDPOINT", "s3.example.com", "MEDIA_S3_ENDPOINT is not an address: write such as "
     "https://s3.example.com."),
    ("MEDIA_S3_ENDPOINT", "http://s3.example.com", "MEDIA_S3_ENDPOINT is not https: write "
     "https://." + STAGE),
    ("MEDIA_S3_PUBLIC_URL", "http://10.0.0.9/media", "MEDIA_S3_PUBLIC_URL is not https: write "
     "https://." + STAGE),
    ("MEDIA_S3_PUBLIC_URL", "https://x.example/?a=b", "MEDIA_S3_PUBLIC_URL is not an address: "
     "write such as https://pictures.example.com/media."),
    ("MEDIA_S3_ADDRESSING", "dns", "MEDIA_S3_ADDRESSING must be auto, path or virtual, not "
     "'dns'."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "line"), FAULTS, ids=[f"{n}={v}" for n, v, _ in FAULTS])
def test_a_wrong_value_stops_the_start(tmp_path: Path, name: str, value: str, line: str) -> None:
    assert faults_of(tmp_path, **BUCKET | {name: value}) == [line]


def test_a_secret_that_cannot_be_read(tmp_path: Path) -> None:
    lines = faults_of(tmp_path, **BUCKET | {"MEDIA_S3_SECRET": "/nowhere/s3.secret"})
    assert lines[0] == (
        "MEDIA_S3_SECRET is the path of a file that cannot be read (No such file or directory)."
    )


def test_what_is_made_of_them(tmp_path: Path) -> None:
    (tmp_path / "s3.secret").write_text("of a file\n".replace(" ", ""))
    shop = settings_of(tmp_path, **BUCKET | {
        "MEDIA_S3_SECRET": str(tmp_path / "s3.secret"), "MEDIA_ROOT": "/nowhere/media",
    })  # fmt: skip
    default, imports = (shop["STORAGES"][name]["OPTIONS"] for name in ("default", "imports"))
    assert default["secret_key"] == imports["secret_key"] == "ofafile"
    assert default["public_url"] == "https://pictures.example.com/media"
    assert (default["location"], imports["location"]) == ("media", "imports")


def test_a_server_in_the_shops_own_network(tmp_path: Path) -> None:
    assert faults_of(tmp_path, **BUCKET | {"MEDIA_S3_ENDPOINT": "http://10.0.0.9:9000"}) == []
    on_amazon = {"MEDIA_S3_ENDPOINT": "", "MEDIA_S3_KEY_ID": "", "MEDIA_S3_SECRET": ""}
    assert faults_of(tmp_path, **BUCKET | on_amazon) == []


def test_pictures_that_the_front_may_show(tmp_path: Path) -> None:
    def sources(**own: str) -> str:
        policy = page_policy(settings_of(tmp_path, **BUCKET | own)["MEDIA_S3"].picture_sources)
        return next(part for part in policy.split("; ") if part.startswith("img-src"))

    assert sources() == "img-src 'self' data: blob: https:"
    stage = {"ALLOW_HTTP": "true", "MEDIA_S3_PUBLIC_URL": "http://10.0.0.9:9000/media"}
    assert sources(**stage) == "img-src 'self' http://10.0.0.9:9000 data: blob: https:"
    assert page_policy([]) == CONTENT_SECURITY_POLICY
