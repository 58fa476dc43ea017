"""One HTTP POST that ends in time: name server, connect, TLS, headers and body together.

The timeouts of ``requests`` hold for each step and each byte alone, so a server that sends a
byte now and then holds its caller for ever. Here every step gets what is left of one time.
"""

import io
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from .errors import AlipayUnreachableError

Left = Callable[[], float]

CONNECT_SECONDS = 3.05  # to one address
MAX_ANSWER_BYTES = 256 * 1024


def post(url: str, *, body: str, headers: Mapping[str, str], left: Left) -> bytes:
    """Return the body of the answer to a POST.

    ``left()`` says how many seconds are left. Raises AlipayUnreachableError when there is no
    whole answer of status 200 by then, or it is longer than MAX_ANSWER_BYTES.
    """
    try:
        with requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(left))
            with session.post(
                url,
                data=body,
                # read1() does not unpack
                headers={**headers, "Accept-Encoding": "identity"},
                timeout=(CONNECT_SECONDS, max(left(), 0.001)),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise AlipayUnreachableError(f"HTTP status {response.status_code}")
                return _body(response, left)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise AlipayUnreachableError(type(error).__name__) from error


def _body(response: requests.Response, left: Left) -> bytes:
    body = bytearray()
    # Not iter_content(): it waits for a whole part, however slowly that drips.
    while part := response.raw.read1(16 * 1024):
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise AlipayUnreachableError("the answer is too long")
        if not left():
            raise AlipayUnreachableError("the answer takes too long")
    return bytes(body)


class _Adapter(HTTPAdapter):
    """Makes connections that look at ``left()`` before every step."""

    def __init__(self, left: Left) -> None:
        self._left = left
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools()

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools()
        return manager

    def _pools(self) -> dict[str, Any]:
        timed = {"left": staticmethod(self._left)}
        http = type("_TimedHTTP", (_Timed, HTTPConnection), timed)
        https = type("_TimedHTTPS", (_Timed, HTTPSConnection), timed)
        return {
            "http": type("_HTTPPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("_HTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }


class _Timed:
    """For a connection of urllib3: every step takes at most what is left of the time."""

    left: Left

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        host, port = connection._dns_host, connection.port
        try:
            addresses = _addresses(host, port, self.left())
        except OSError as error:
            raise NameResolutionError(host, connection, socket.gaierror(str(error))) from error
        last: OSError | None = None
        for family, kind, protocol, _name, address in addresses:
            seconds = min(CONNECT_SECONDS, self.left())
            if not seconds:
                break
            sock = socket.socket(family, kind, protocol)
            try:
                for option in connection.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(seconds)
                sock.connect(address)
            except OSError as error:
                last = error
                sock.close()
            else:
                # TLS takes it over: the whole handshake ends within it.
                sock.settimeout(max(self.left(), 0.001))
                return sock
        if last is None or isinstance(last, TimeoutError):
            raise ConnectTimeoutError(connection, f"no connection to {host} in time") from last
        raise NewConnectionError(connection, f"no connection to {host}: {last}") from last

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.sock: Any = _TimedSocket(self.sock, self.left)


class _TimedSocket:
    """A connected socket whose every read and write has the time that is left."""

    def __init__(self, sock: Any, left: Left) -> None:
        self._sock = sock
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def settimeout(self, seconds: float | None) -> None:
        """What is left of the time rules, whatever urllib3 sets."""

    def sendall(self, data: Any) -> None:
        self._sock.settimeout(max(self._left(), 0.001))
        self._sock.sendall(data)

    def makefile(self, mode: str, *args: Any, **kwargs: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedFile(self._sock, self._left))


class _TimedFile(io.RawIOBase):
    def __init__(self, sock: Any, left: Left) -> None:
        super().__init__()
        self._sock = sock
        self._file: Any = sock.makefile("rb", buffering=0)
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._left()
        if not left:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(left)
        count: int | None = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _addresses(host: str, port: int, seconds: float) -> list[Any]:
    """Return the addresses of a host. Raises OSError; TimeoutError after ``seconds``.

    Nothing can interrupt a name server that is silent: a thread of its own waits for it.
    """
    found: list[Any] = []
    failed: list[OSError] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("the name server is silent")
    return found
