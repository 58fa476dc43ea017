"""A steady load on the shop, whether the requests before were answered or not."""

import contextlib
import itertools
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookies import SimpleCookie

from .kill_stack import Stack
from .outage_stack import ask

TIMEOUT = 60.0
# Requests a second of each kind.
RATES = {"health": 4.0, "list": 3.0, "page": 3.0, "buy": 2.0, "pay": 0.5, "upload": 0.5}
ADDRESS = {"address": "street 1", "signer_name": "name", "singer_mobile": "13900000001"}
NOTE = b"what is written here is kept in the media's folder\n" * 200


@dataclass(frozen=True)
class Seen:
    """One request: when it began and ended (monotonic), and its status; 0: no answer."""

    kind: str
    begun: float
    ended: float
    status: int

    @property
    def has_failed(self) -> bool:
        return self.status == 0 or self.status >= 500

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


class Load:
    """Asks from ``start()`` to ``stop()``; ``seen`` is what came of it."""

    def __init__(self, stack: Stack) -> None:
        self.seen: list[Seen] = []
        self.ordered: list[str] = []  # numbers of orders that were answered with 201
        self.paid = 0  # payments that the gateway took
        self._stack = stack
        self._buyers = itertools.cycle(stack.tokens)
        self._goods = itertools.cycle(stack.goods)
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._timers: list[threading.Thread] = []

    def start(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            "health": lambda: self._get("health", "/healthz/"),
            "list": lambda: self._get("list", "/goods/"),
            "page": lambda: self._get("page", f"/goods/{self._next_goods()}/"),
            "buy": self._buy, "pay": self._pay, "upload": self._upload,
        }  # fmt: skip
        for kind, rate in RATES.items():
            timer = threading.Thread(target=self._ask_steadily, args=(actions[kind], 1 / rate))
            timer.start()
            self._timers.append(timer)

    def stop(self) -> None:
        """Ask no more, and wait for the answers that are missing."""
        self._is_over.set()
        for timer in self._timers:
            timer.join()
        for thread in self._threads:
            thread.join()

    def _ask_steadily(self, action: Callable[[], None], every: float) -> None:
        due = time.monotonic()
        while not self._is_over.wait(max(0.0, due - time.monotonic())):
            thread = threading.Thread(target=action)
            thread.start()
            with self._lock:
                self._threads.append(thread)
            due += every

    def _next_goods(self) -> int:
        with self._lock:
            return next(self._goods)

    def _note(self, kind: str, begun: float, status: int) -> None:
        with self._lock:
            self.seen.append(Seen(kind, begun, time.monotonic(), status))

    def _ask(self, kind: str, method: str, path: str, **more: object) -> tuple[int, object]:
        begun = time.monotonic()
        status, body = 0, None
        try:
            status, body = ask(self._stack.port, method, path, timeout=TIMEOUT, **more)
        except OSError:
            pass
        finally:
            self._note(kind, begun, status)
        return status, body

    def _get(self, kind: str, path: str) -> None:
        self._ask(kind, "GET", path)

    def _buy(self) -> object:
        """Put goods into the cart and order it; return what the order's answer was."""
        with self._lock:
            token, goods = next(self._buyers), next(self._goods)
        body = {"goods": goods, "nums": 1}
        if self._ask("cart", "POST", "/shopcarts/", token=token, body=body)[0] != 201:
            return None
        status, order = self._ask("order", "POST", "/orders/", token=token, body=ADDRESS)
        if status != 201 or not isinstance(order, dict):
            return None
        with self._lock:
            self.ordered.append(order["order_sn"])
        return order

    def _pay(self) -> None:
        """Order, and pay at the gateway, which tells the shop."""
        order = self._buy()
        if not isinstance(order, dict):
            return
        link = urllib.parse.urlsplit(order["alipay_url"])
        gateway = HTTPConnection(link.netloc, timeout=TIMEOUT)
        # The gateway's answers are not the shop's: one that fails is not noted.
        with contextlib.suppress(OSError, HTTPException), contextlib.closing(gateway):
            place = _ask_page(gateway, f"{link.path}?{link.query}").headers.get("Location")
            if place is None:
                return
            cookies = SimpleCookie(_ask_page(gateway, place).headers.get("Set-Cookie", ""))
            token = cookies["csrftoken"].value
            headers = {"Cookie": f"csrftoken={token}", "X-CSRFToken": token}
            if _ask_page(gateway, f"{place}pay/", "POST", headers).status == HTTPStatus.FOUND:
                with self._lock:
                    self.paid += 1

    def _upload(self) -> None:
        with self._lock:
            token = next(self._buyers)
        parts = {"message_type": "1", "subject": "s", "message": "m"}
        body = b"".join(
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in parts.items()
        )
        body += (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\n'
            b"Content-Type: text/plain\r\n\r\n" + NOTE + b"\r\n--b--\r\n"
        )
        begun, status = time.monotonic(), 0
        connection = HTTPConnection("127.0.0.1", self._stack.port, timeout=TIMEOUT)
        try:
            connection.request("POST", "/messages/", body, {
                "Authorization": f"JWT {token}", "Accept": "application/json",
                "Content-Type": "multipart/form-data; boundary=b",
            })  # fmt: skip
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
            self._note("upload", begun, status)


def _ask_page(
    gateway: HTTPConnection, path: str, method: str = "GET", headers: Mapping[str, str] = {}
) -> HTTPResponse:
    """Return the answer to a request for a page, read to its end."""
    gateway.request(method, path, headers=dict(headers))
    answer = gateway.getresponse()
    answer.read()
    return answer
