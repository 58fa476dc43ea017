"""Buyers who ask the shop at a steady rate, and how long they wait."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.lab import load
from bench.lab.servers import Server

# Of every ten requests.
MIX = ("list", "list", "list", "page", "page", "page", "search", "cart", "cart", "leave")
WORDS = ("%E8%84%90%E6%A9%99", "%E7%89%9B%E8%82%89", "%E8%8D%89%E8%8E%93")


@dataclass
class Answers:
    """Seconds that each kind of request waited, from when it was due."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: int = 0

    def of(self, kind: str) -> list[float]:
        if kind:
            return self.waits.get(kind, [])
        return [wait for waits in self.waits.values() for wait in waits]

    def kinds(self) -> list[str]:
        return sorted(self.waits)

    def merged(self, other: "Answers") -> "Answers":
        both = Answers(failed=self.failed + other.failed)
        for each in (self, other):
            for kind, waits in each.waits.items():
                both.waits[kind] += waits
        return both


class Buyers:
    """A thread for each. A request that waits does not hold the others back, and waits from when
    it was due, so that a shop that stands still is not asked less."""

    def __init__(self, server: Server, tokens: list[str], goods: list[int], *, rate: float) -> None:
        self._socket, self._tokens, self._goods = server.socket, tokens, goods
        self._every = len(tokens) / rate
        self._lock = threading.Lock()

    def ask(self, *, is_over: Callable[[], bool]) -> Answers:
        """Ask until ``is_over()``, which is looked at twice a second."""
        answers, stop = Answers(), threading.Event()
        threads = [
            threading.Thread(target=self._buyer, args=(number, token, answers, stop))
            for number, token in enumerate(self._tokens)
        ]
        for thread in threads:
            thread.start()
        while not is_over():
            time.sleep(0.5)
        stop.set()
        for thread in threads:
            thread.join()
        return answers

    def _buyer(self, number: int, token: str, answers: Answers, stop: threading.Event) -> None:
        chance = random.Random(number)
        due = time.monotonic() + self._every * number / len(self._tokens)
        shop = _Shop(self._socket, token)
        while not stop.wait(max(0.0, due - time.monotonic())):
            kind, goods = chance.choice(MIX), chance.choice(self._goods)
            is_well = shop.ask(kind, goods, chance)
            with self._lock:
                answers.waits[kind].append(time.monotonic() - due)
                answers.failed += not is_well
            due += self._every


class _Shop:
    """A connection for each request, as nginx has them with uwsgi."""

    def __init__(self, socket: str, token: str) -> None:
        self._socket, self._token = socket, token

    def ask(self, kind: str, goods: int, chance: random.Random) -> bool:
        """Return whether the answer was one that this kind of request may get."""
        if kind == "cart":
            body = {"goods": goods, "nums": 1}
            # 400: as many as one buyer may hold.
            return self._send("POST", "/shopcarts/", body) in (201, 400)
        if kind == "leave":
            return self._send("DELETE", f"/shopcarts/{goods}/") in (204, 404)
        paths = {
            "list": f"/goods/?page={chance.randrange(1, 50)}",
            "page": f"/goods/{goods}/",
            "search": f"/goods/?search={chance.choice(WORDS)}",
        }
        return self._send("GET", paths[kind]) == 200

    def _send(self, method: str, path: str, body: dict[str, int] | None = None) -> int:
        token = self._token if path.startswith("/shopcarts/") else ""
        request = (
            load.post(path, body, token=token)
            if body
            else load.request(method, path, token=token, status=0)
        )
        try:
            return load.ask(self._socket, request).status
        except OSError:
            return 0
