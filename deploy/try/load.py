"""Buyers at the shop while it is upgraded: prints what failed, and how long answers took.

    python3 load.py HOST SECONDS [THREADS] [TOKENS FILE]

Each thread keeps its connection over TLS to 127.0.0.1:443, as browsers do, reads pages, and, where
the file has a token for it, puts goods into its cart and takes them out again. Ends with one line
of JSON. Standard library alone; it asks this machine only.
"""

import http.client
import json
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from pathlib import Path

PATHS = [
    "/goods/",
    "/goods/?ordering=-sold_num",
    "/categorys/",
    "/indexgoods/",
    "/goods/1/",
    "/index/",
]
PAUSE = 0.05  # between two requests of one thread


class Connection(http.client.HTTPSConnection):
    """To this machine, whatever the name stands for elsewhere."""

    def connect(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", 443), self.timeout)
        self.sock = context.wrap_socket(plain, server_hostname=self.host)


def connection_to(host: str) -> Connection:
    return Connection(host, 443, timeout=60)


def goods_with_stock(host: str) -> list[int]:
    """Return the numbers of goods of which every buyer can have some."""
    connection = connection_to(host)
    connection.request("GET", "/goods/?page_size=100", headers={"Host": host})
    rows = json.loads(connection.getresponse().read())["results"]
    return [row["id"] for row in rows if row["goods_num"] >= 50]


class Buyer(threading.Thread):
    def __init__(self, host: str, until: float, number: int, token: str, goods: list[int]) -> None:
        super().__init__()
        self.goods = goods
        self.host, self.until, self.number, self.token = host, until, number, token
        self.took: list[tuple[float, float, str]] = []  # seconds, when it began, what
        self.failed: list[str] = []
        self.again = 0

    def run(self) -> None:
        turn = self.number
        connection = self.connect()
        while time.time() < self.until:
            turn += 1
            for method, path, body in self.requests(turn):
                connection = self.ask(connection, method, path, body)
                time.sleep(PAUSE)

    def requests(self, turn: int) -> list[tuple[str, str, str | None]]:
        if not self.token or turn % 3:
            return [("GET", PATHS[turn % len(PATHS)], None)]
        goods = self.goods[(turn + self.number) % len(self.goods)]
        return [
            ("POST", "/shopcarts/", json.dumps({"goods": goods, "nums": 1})),
            ("DELETE", f"/shopcarts/{goods}/", None),
        ]

    def connect(self) -> http.client.HTTPSConnection:
        return connection_to(self.host)

    def ask(
        self, connection: http.client.HTTPSConnection, method: str, path: str, body: str | None
    ) -> http.client.HTTPSConnection:
        headers = {"Host": self.host, "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"JWT {self.token}"
        began, clock = time.time(), time.monotonic()
        kept = connection.sock is not None
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if kept and isinstance(error, (http.client.RemoteDisconnected, ConnectionError)):
                # nginx may close a connection that was idle; every browser asks again.
                self.again += 1
                return self.ask(self.connect(), method, path, body)
            self.failed.append(f"{method} {path}: {error!r}")
            return self.connect()
        self.took.append((time.monotonic() - clock, began, f"{method} {path}"))
        if response.status >= 400:
            self.failed.append(f"{method} {path}: {response.status}")
        return connection


def main() -> None:
    host, seconds = sys.argv[1], float(sys.argv[2])
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 6
    tokens = Path(sys.argv[4]).read_text().split() if len(sys.argv) > 4 else []
    goods = goods_with_stock(host)
    until = time.time() + seconds
    buyers = [
        Buyer(host, until, number, tokens[number] if number < len(tokens) else "", goods)
        for number in range(threads)
    ]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    took = sorted(row for buyer in buyers for row in buyer.took)
    failed = [text for buyer in buyers for text in buyer.failed]
    slowest = [f"{seconds:.2f} s {what} at {time.strftime('%T', time.localtime(began))}"
               for seconds, began, what in took[:-4:-1]]  # fmt: skip
    print(json.dumps({
        "requests": len(took), "failed": len(failed), "kinds": Counter(failed).most_common(5),
        "asked again": sum(buyer.again for buyer in buyers),
        "median": round(took[len(took) // 2][0], 3),
        "99 of 100": round(took[len(took) * 99 // 100][0], 3), "slowest": slowest,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
