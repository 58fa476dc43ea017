"""Where bin/serve listens: HOST and PORT of the environment, tried before anything else is done.

``python -m mxshop.address`` prints two words, what to listen on and the origin to open in a
browser, or one line on stderr that says what is wrong (exit 1). It needs nothing installed,
because it runs before the shop is.
"""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from typing import NamedTuple

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (asked for by HOST)


class AddressError(Exception):
    """HOST or PORT cannot be listened on; the text is one line that says what to write."""


class Address(NamedTuple):
    """``listen`` is ``ip:port``, ``origin`` what a browser on this machine opens."""

    listen: str
    origin: str


def address_of(environment: Mapping[str, str]) -> Address:
    """Return where to listen, which was free a moment ago. Raises AddressError."""
    host = environment.get("HOST") or "127.0.0.1"
    port = _port(environment.get("PORT") or "8000")
    family, ip = _resolved(host)
    _try(family, ip, port)
    shown = WILDCARDS.get(ip, ip if family == socket.AF_INET6 else host)
    return Address(f"{_bracketed(ip)}:{port}", f"http://{_bracketed(shown)}:{port}")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    raise AddressError(f"PORT={text[:40]!r} is not a port: write a number from 1 to 65535.")


def _resolved(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressError(
            f"HOST={host[:60]!r} is not an address of this machine: write 127.0.0.1, or 0.0.0.0 "
            "for all of its addresses."
        ) from None
    # IPv4 first, as browsers on this machine try it.
    family, _type, _protocol, _name, address = min(found, key=lambda f: f[0] != socket.AF_INET)
    return family, str(address[0])


def _try(family: socket.AddressFamily, ip: str, port: int) -> None:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # As the server does: a port that a server just left is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((ip, port))
            listener.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            line = f"PORT={port} is taken by another program: stop it, or write another port."
        elif error.errno == errno.EACCES:
            line = f"PORT={port} is for root alone: write one of at least 1024."
        else:
            line = (
                f"HOST={ip} cannot be listened on ({error.strerror}): write 127.0.0.1, or 0.0.0.0 "
                "for all addresses of this machine."
            )
        raise AddressError(line) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    try:
        sys.stdout.write(" ".join(address_of(os.environ)) + "\n")
    except AddressError as error:
        sys.exit(str(error))
