"""Settings with which the server must not start."""

import subprocess
from pathlib import Path

from .stack import DOMAIN, PROJECT, Shop, expect


def check(shop: Shop, uwsgi: list[str | Path]) -> None:
    """What is dangerous stops uwsgi with a line each, and no trace."""
    wrong = {
        "APP_SOCKET": str(shop.socket), "ALLOWED_HOSTS": f"{DOMAIN},*", "NUM_PROXIES": "9",
        "ALLOW_SQLITE": "", "ALLOW_LOCAL_CACHE": "", "WEB_CONCURRENCY": "3",
    }  # fmt: skip
    refused = subprocess.run(
        uwsgi, cwd=PROJECT, env=shop.environment | wrong, check=False, capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    output = refused.stderr
    names = ("NUM_PROXIES='9'", "ALLOWED_HOSTS=*", "DATABASE_URL is SQLite, under 3 processes",
             "REDIS_URL is not set, so each of 3 processes")  # fmt: skip
    expect("uwsgi refuses dangerous settings", refused.returncode != 0, refused.returncode)
    expect("... each in a line", all(f"\n{name}" in output for name in names), output[-1500:])
    expect("... without a trace", "Traceback" not in output, output[-1500:])
