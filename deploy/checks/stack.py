"""The programs of a deployment in a temporary folder and on free ports of 127.0.0.1."""

import contextlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[1]
PROJECT = DEPLOY.parent
DOMAIN = "shop.example.com"


class CheckError(Exception):
    """A check did not hold; the text says what was seen."""


def which(tool: str) -> str | None:
    return shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def alipay_keys(folder: Path) -> dict[str, str]:
    """Make the app's private key, and the public one of an Alipay that is never asked."""
    private, public = folder / "merchant.pem", folder / "alipay.pem"
    for key in (private, folder / "gateway.pem"):
        openssl("genrsa", "-out", str(key), "2048")
    openssl("rsa", "-in", str(folder / "gateway.pem"), "-pubout", "-out", str(public))
    return {"ALIPAY_PRIVATE_KEY": str(private), "ALIPAY_PUBLIC_KEY": str(public)}


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Shop:
    """The files of deploy/, moved into a temporary folder and onto free ports."""

    def __init__(self, folder: Path, venv: Path) -> None:
        folder.chmod(0o755)  # nginx's workers may be another user
        self.folder = folder
        self.bin = venv / "bin"
        self.http, self.https = free_port(), free_port()
        self.metrics = free_port()
        self.socket = folder / "uwsgi.sock"
        self.media = folder / "state" / "media"
        self.static = folder / "state" / "static"
        self.environment = {
            **os.environ,
            "DEBUG": "false",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ALLOWED_HOSTS": DOMAIN,
            "NUM_PROXIES": "1",
            "HTTPS": "true",
            "VAR_DIR": str(folder / "state"),
            "MEDIA_ROOT": str(self.media),
            "STATIC_ROOT": str(self.static),
            "DATABASE_URL": f"sqlite:///{folder}/state/shop.sqlite3",
            "REDIS_URL": "",
            "SENTRY_DSN": "",
            "FRONTEND_DIR": "",
            # One build serves this machine's developers, tests and this check.
            "STOREFRONT_DIR": os.environ.get("STOREFRONT_DIR") or str(PROJECT / "var/storefront"),
            "WEB_CONCURRENCY": "2",
            "METRICS_DIR": str(folder / "metrics"),
            "SITE_URL": f"https://{DOMAIN}",
            "ALIPAY_GATEWAY": "live",
            "ALIPAY_APP_ID": "2021000000000009",
            "ALIPAY_SELLER_ID": "2088000000000009",
            **alipay_keys(folder),
            # This machine need not have a MariaDB, a Redis or an account with Yunpian.
            "ALLOW_SQLITE": "true",
            "ALLOW_LOCAL_CACHE": "true",
            "ALLOW_CONSOLE_SMS": "true",
        }

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.bin / "python", "manage.py", *arguments],
            cwd=PROJECT, env=self.environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise CheckError(f"manage.py {arguments[0]}: {(done.stderr or done.stdout)[-1500:]}")
        return done.stdout

    @contextlib.contextmanager
    def running(
        self, name: str, command: list[str | Path], **extra: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a program with its output in a log; stop it with SIGTERM at the end."""
        with (self.folder / f"{name}.log").open("ab") as log:
            program = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment | extra, stdout=log, stderr=log
            )
        try:
            yield program
        finally:
            program.send_signal(signal.SIGTERM)
            try:
                code = program.wait(timeout=40)
            except subprocess.TimeoutExpired:
                program.kill()
                code = program.wait()
        if code != 0:
            raise CheckError(f"{name} ended with code {code}")

    def connect(self, *, name: str = DOMAIN) -> http.client.HTTPConnection:
        """Connect to nginx over TLS, asking for ``name``; its certificate is checked."""
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        context.check_hostname = name == DOMAIN
        connection = http.client.HTTPConnection("127.0.0.1", self.https, timeout=20)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.https), timeout=20), server_hostname=name
        )
        return connection

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """GET from nginx over TLS; header names are written with underscores."""
        sent = {"Host": DOMAIN} | {k.replace("_", "-"): v for k, v in headers.items()}
        return ask(self.connect(), "GET", path, sent)

    def print_logs(self) -> None:
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}")
            print(log.read_text(errors="replace")[-2000:])


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None = None,
) -> tuple[http.client.HTTPResponse, bytes]:
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response, response.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(
    program: subprocess.Popen[bytes], what: str, holds: Callable[[], bool], seconds: float = 30
) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if program.poll() is not None:
            raise CheckError(f"{what}: the program ended with code {program.returncode}")
        if time.monotonic() > end:
            raise CheckError(f"{what} did not come up in {seconds:.0f} s")
        time.sleep(0.1)


def expect(what: str, holds: object, seen: object = "") -> None:
    if not holds:
        raise CheckError(f"{what}; seen: {seen!r}")
    print(f"  ok  {what}")
