"""Requests as nginx sends them: uwsgi's own protocol, a connection for each."""

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from .machine import BenchError

HOST = "bench.example"
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Request:
    """One request; ``packet`` is what goes over the socket. ``status`` is what must come."""

    label: str
    packet: bytes
    status: int


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        return json.loads(self.body)


def get(path: str, *, token: str = "", status: int = 200, headers: Any = ()) -> Request:
    return request("GET", path, token=token, status=status, headers=headers)


def post(path: str, body: Any, *, token: str = "", status: int = 201, headers: Any = ()) -> Request:
    """A dict is sent as JSON, a text as a form."""
    is_form = isinstance(body, str)
    content = (body if is_form else json.dumps(body)).encode()
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"
    return request(
        "POST", path, token=token, status=status, headers=headers, content=content, kind=kind
    )


def request(
    method: str, target: str, *, token: str = "", status: int,
    headers: Any = (), content: bytes = b"", kind: str = "",
) -> Request:  # fmt: skip
    url = urlsplit(target)
    query = quote(url.query, safe="=&%+-_.,")
    variables = {
        "REQUEST_METHOD": method,
        "REQUEST_URI": quote(url.path, safe="/%") + (f"?{query}" if query else ""),
        "PATH_INFO": unquote(url.path),
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(content)) if content else "",
        "CONTENT_TYPE": kind,
        "HTTP_HOST": HOST,
        "HTTP_ACCEPT": "application/json",
        "HTTP_X_FORWARDED_FOR": "127.0.0.1",
        **({"HTTP_AUTHORIZATION": f"JWT {token}"} if token else {}),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers},
    }
    block = b"".join(
        struct.pack("<H", len(part)) + part
        for pair in variables.items()
        for part in (text.encode() for text in pair)
    )
    packet = struct.pack("<BHB", 0, len(block), 0) + block + content
    return Request(f"{method} {target}", packet, status)


def ask(path: str, asked: Request) -> Answer:
    """Ask the uwsgi behind a socket once; raises OSError."""
    start = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(path)
        connection.sendall(asked.packet)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    seconds = time.perf_counter() - start
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2:
        raise OSError("the server hung up")
    return Answer(int(words[1]), body, seconds)


@dataclass
class Sent:
    """What came of many requests: seconds of each by label, and the wall time of all."""

    wall: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def number(self) -> int:
        return sum(map(len, self.seconds.values()))


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds."""
    if len(seconds) == 1:
        return seconds[0] * 1000, seconds[0] * 1000
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49] * 1000, cuts[98] * 1000


def send(
    path: str, requests: Iterator[Request], *, connections: int,
    is_over: Callable[[], bool] = lambda: False, keep: bool = False, strict: bool = True,
) -> Sent:  # fmt: skip
    """Send all of ``requests``, several at a time, until they end or ``is_over()``.

    With ``keep`` the answers are kept. Raises BenchError if an answer has another status than
    its request says, unless not ``strict``.
    """
    sent, lock = Sent(), threading.Lock()
    faults: list[str] = []

    def work() -> None:
        while not faults and not is_over():
            with lock:
                asked = next(requests, None)
            if asked is None:
                return
            try:
                answer = ask(path, asked)
            except OSError as error:
                faults.append(f"{asked.label}: {error}")
                return
            if strict and answer.status != asked.status:
                faults.append(f"{asked.label}: {answer.status} {answer.body[:300]!r}")
                return
            with lock:
                sent.seconds.setdefault(asked.label, []).append(answer.seconds)
                if keep:
                    sent.answers.append(answer)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent.wall = time.perf_counter() - start
    if faults:
        raise BenchError(f"{faults[0]}; nothing is reported from such a run")
    if not sent.number:
        raise BenchError("no request was answered")
    return sent


def statuses(sent: Sent) -> Counter[int]:
    return Counter(answer.status for answer in sent.answers)


def shuffled(requests: Sequence[Request], seed: int = 1) -> list[Request]:
    return random.Random(seed).sample(requests, len(requests))
