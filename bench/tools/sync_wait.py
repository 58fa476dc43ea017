"""What Galera's wsrep_sync_wait costs a read, and what a buyer sees without it.

python -m bench sync-wait [--rounds N] [--seconds S]     three minutes

Two machines of the shop with a node each (kill_stack.py), under its load of 15 requests a second
and buyers who put goods into their carts at one machine and look at once at the other. Each
round is played with wsrep_sync_wait = 0 and with 1, at all nodes.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import pymysql

from bench.lab.galera import Node
from bench.lab.load import ask, get, percentiles, post
from bench.lab.machine import BenchError, cpu_seconds

from .kill_load import Load
from .kill_stack import Stack

BUYERS = 4
# What the cart's page asks of the database.
READ = "SELECT * FROM shop.trade_cartline WHERE user_id = %s"
READS = 2000
VALUES = (0, 1)


@dataclass
class Seen:
    """What buyers saw at the other machine; seconds that requests and statements took."""

    looks: int = 0
    stale: int = 0
    refused: int = 0
    requests: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each round")
    options = parser.parse_args()
    seen = {value: Seen() for value in VALUES}
    try:
        with tempfile.TemporaryDirectory(prefix="mxshop-sync-") as folder:
            stack = Stack(Path(folder), nodes=3)
            with stack.running():
                for _round in range(options.rounds):
                    for value in VALUES:
                        setting_write(stack, value)
                        look(stack, seen[value], options.seconds)
                    read_at_rest(stack.cluster.nodes[1], seen)
    except BenchError as error:
        print(f"bench sync-wait: {error}", file=sys.stderr)
        return 1
    print(
        "| wsrep_sync_wait | looks at the other machine | without what was just added |"
        " GET /shopcarts/ p50 / p99 | a read p50 / p99 | CPU of the node, a read |\n"
        "|---|--:|--:|--:|--:|--:|"
    )
    for value, what in seen.items():
        p50, p99 = percentiles(what.requests)
        read50, read99 = percentiles(what.reads)
        print(
            f"| {value} | {what.looks} ({what.refused} refused) | {what.stale} |"
            f" {p50:.1f} / {p99:.1f} ms | {read50:.2f} / {read99:.2f} ms |"
            f" {median(what.cpu) * 1e6:.0f} µs |"
        )
    return 0


def setting_write(stack: Stack, value: int) -> None:
    """Set it at all nodes, and let the shop connect anew."""
    for node in stack.cluster.nodes:
        node.run(f"SET GLOBAL wsrep_sync_wait = {value}")
    for web in stack.webs:
        web.stop()
        web.start()
    stack.wait_ready()


def look(stack: Stack, seen: Seen, seconds: float) -> None:
    """Play one round: the load, the buyers, and one who reads at the second node."""
    here, there = (own["APP_SOCKET"] for own in stack.environments)
    load, is_over, lock = Load(stack), threading.Event(), threading.Lock()
    goods = itertools.cycle(stack.goods)

    def buy(token: str) -> None:
        total = _pieces(ask(there, get("/shopcarts/", token=token)).json())
        while not is_over.is_set():
            with lock:
                body = {"goods": next(goods), "nums": 1}
            added = ask(here, post("/shopcarts/", body, token=token))
            answer = ask(there, get("/shopcarts/", token=token))
            with lock:
                seen.looks += 1
                if (added.status, answer.status) != (201, 200):
                    seen.refused += 1
                    continue
                seen.requests.append(answer.seconds)
                total += 1
                seen.stale += _pieces(answer.json()) != total

    def read() -> None:
        with reading(stack.cluster.nodes[1]) as cursor:
            while not is_over.is_set():
                seen.reads.append(_timed(cursor))
                time.sleep(0.005)

    # Those whom the load does not have, from the end.
    tokens = [stack.tokens.pop() for _ in range(BUYERS)]
    threads = [threading.Thread(target=buy, args=(token,)) for token in tokens]
    threads.append(threading.Thread(target=read))
    load.start()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    is_over.set()
    for thread in threads:
        thread.join()
    load.stop()


def read_at_rest(node: Node, seen: dict[int, Seen]) -> None:
    """Read many times while nobody else asks: what the node's processor does for it."""
    assert node.process is not None
    with reading(node) as cursor:
        for value, what in seen.items():
            cursor.execute(f"SET SESSION wsrep_sync_wait = {value}")
            before = cpu_seconds(node.process.pid)
            for _ in range(READS):
                _timed(cursor)
            what.cpu.append((cpu_seconds(node.process.pid) - before) / READS)


@contextlib.contextmanager
def reading(node: Node) -> Iterator[Any]:
    connection = pymysql.connect(host="127.0.0.1", port=node.port, user="root", autocommit=True)
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def _timed(cursor: Any) -> float:
    begun = time.perf_counter()
    cursor.execute(READ, [1])
    cursor.fetchall()
    return time.perf_counter() - begun


def _pieces(lines: list[dict[str, Any]]) -> int:
    return sum(line["nums"] for line in lines)


if __name__ == "__main__":
    sys.exit(main())
