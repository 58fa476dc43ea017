"""nginx.conf, moved into the temporary folder; and what nginx tells uwsgi of a client."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from .stack import DEPLOY, DOMAIN, CheckError, Shop, expect, which


def write_nginx(shop: Shop) -> list[str | Path]:
    """Put nginx.conf into the temporary folder; return nginx's command once it accepts it."""
    nginx = which("nginx") or "nginx"
    build = subprocess.run([nginx, "-V"], check=False, capture_output=True, text=True).stderr
    found = re.search(r"--conf-path=(\S+)", build)
    shutil.copy(Path(found[1] if found else "/etc/nginx/nginx.conf").with_name("uwsgi_params"),
                shop.folder / "uwsgi_params")  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text()
    certificate = f"/etc/letsencrypt/live/{DOMAIN}"
    for pattern, replacement in (
        (re.escape(f"{certificate}/fullchain.pem"), str(shop.folder / "cert.pem")),
        (re.escape(f"{certificate}/privkey.pem"), str(shop.folder / "key.pem")),
        (r"/run/mxshop/uwsgi\.sock", str(shop.socket)),
        (r"/var/lib/mxshop/", f"{shop.folder}/state/"),
        (r"/var/www/html", str(shop.folder)),
        (r"listen 80\b", f"listen 127.0.0.1:{shop.http}"),
        (r"listen 443\b", f"listen 127.0.0.1:{shop.https}"),
        (r"listen 127\.0\.0\.1:9180\b", f"listen 127.0.0.1:{shop.metrics}"),
        (r"/var/log/nginx/mxshop\.log", f"{shop.folder}/access.log"),
        (r"(?m)^ *listen \[::\].*$\n", ""),  # not every machine has IPv6
    ):
        site, count = re.subn(pattern, lambda _: replacement, site)  # noqa: B023
        if not count:
            raise CheckError(f"nginx.conf no longer holds {pattern!r}, which this check replaces")
    (shop.folder / "site.conf").write_text(site)
    temporary = "".join(
        f"  {kind}_temp_path {shop.folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (shop.folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"daemon off;\nmaster_process on;\npid {shop.folder}/nginx.pid;\n"
        f"error_log {shop.folder}/nginx-error.log;\nevents {{}}\nhttp {{\n"
        "  types { text/css css; text/javascript js; image/svg+xml svg; image/webp webp;"
        " image/png png; text/html html; }\n"
        f"  access_log off;\n{temporary}  include {shop.folder}/site.conf;\n}}\n"
    )
    error_log = f"{shop.folder}/nginx-error.log"
    command: list[str | Path] = [
        nginx, "-p", shop.folder, "-e", error_log, "-c", shop.folder / "nginx.conf",
    ]  # fmt: skip
    test = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    expect("nginx -t accepts nginx.conf", test.returncode == 0, test.stderr)
    return command


def check_hop(shop: Shop) -> None:
    """Stand in for uwsgi for one request and read what nginx tells it."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(shop.socket))
        shop.socket.chmod(0o666)
        listener.listen()
        listener.settimeout(20)
        connection = shop.connect()
        connection.putrequest("GET", "/goods/", skip_host=True)
        for name, value in (
            ("Host", DOMAIN),
            ("X-Forwarded-For", "1.2.3.4, 5.6.7.8"),
            ("X-Forwarded-For", "9.9.9.9"),
            ("X_Forwarded_For", "8.8.8.8"),
            ("X-Forwarded-Proto", "http"),
            ("X-Request-ID", "0123456789abcdef0123456789abcdef"),
        ):
            connection.putheader(name, value)
        connection.endheaders()
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as stream:
            size = int.from_bytes(stream.read(4)[1:3], "little")
            variables = uwsgi_variables(stream.read(size))
            peer.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        connection.close()
    shop.socket.unlink()
    hops = [value for name, value in variables if name.replace("-", "_") == "HTTP_X_FORWARDED_FOR"]
    expect(
        "X-Forwarded-For is exactly one hop, whatever the client says", hops == ["127.0.0.1"], hops
    )
    schemes = {value for name, value in variables if name == "HTTP_X_FORWARDED_PROTO"}
    expect("X-Forwarded-Proto is nginx's own word", schemes == {"https"}, schemes)
    ids = [value for name, value in variables if name == "HTTP_X_REQUEST_ID"]
    is_own = len(ids) == 1 and len(ids[0]) == 32 and ids[0] != "0123456789abcdef" * 2
    expect("X-Request-ID is nginx's own word", is_own, ids)


def uwsgi_variables(packet: bytes) -> list[tuple[str, str]]:
    """Take a packet of the uwsgi protocol apart: names and values, each after its length."""
    words, at = [], 0
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 2], "little")
        words.append(packet[at + 2 : at + 2 + size].decode("latin-1"))
        at += 2 + size
    return list(zip(words[::2], words[1::2], strict=True))
