"""The shop's data before anything is started: demo goods, files to find and files to hide."""

import subprocess

from .stack import DOMAIN, Shop, expect


def fill(shop: Shop) -> None:
    shop.static.mkdir(parents=True)
    (shop.media / "goods").mkdir(parents=True)
    for folder in ("messages", "refunds"):
        (shop.media / folder / "a1").mkdir(parents=True)
        (shop.media / folder / "a1" / "check.png").write_bytes(b"\x89PNG")
    (shop.media / "goods" / "check.webp").write_bytes(b"RIFF\0\0\0\0WEBP")
    (shop.media / "check.html").write_text("<script>alert(1)</script>")
    (shop.folder / "state" / "secret_key").write_text("no business of the public")
    shop.manage("migrate", "--noinput", "-v0")
    shop.manage("load_demo")
    shop.manage("build_storefront")
    shop.manage("collectstatic", "--noinput", "-v0")
    shop.manage("check", "--deploy", "--fail-level", "ERROR")
    expect("migrate, load_demo, build_storefront, collectstatic, check --deploy",
           (shop.static / "admin").is_dir() and (shop.static / "shop").is_dir())  # fmt: skip
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}",
         "-keyout", shop.folder / "key.pem", "-out", shop.folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
