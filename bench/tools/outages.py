"""The shop with a frozen database, a locked row and a silent gateway: what still answers, and when.

python -m bench outages [--project FOLDER] [--only frozen|locked|silent]
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.lab.machine import PROJECT, BenchError

from .outage_stack import SilentGateway, Stack, ask

FROZEN_SECONDS, LOCKED_SECONDS, SILENT_SECONDS = 40, 30, 30
GATEWAY_SECONDS = 9
EACH_PER_SECOND = 4  # requests for each address, whether the ones before were answered or not
BUYERS_PER_SECOND = 2

# Run in the shop: buyers, each with a token.
BUYERS = """
import json
from apps.users.models import UserProfile
from apps.users.tokens import token_make
buyers = [UserProfile.objects.create_user(f"139{{n:08}}") for n in range({first}, {last})]
print(json.dumps([token_make(buyer) for buyer in buyers]))
"""

Ask = Callable[[], int]


class Answers:
    """Latency and status of what was asked, by the name of what it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, list[tuple[float, str]]] = defaultdict(list)

    def ask(self, name: str, do: Ask) -> None:
        started = time.monotonic()
        try:
            status = str(do())
        except OSError as error:
            status = type(error).__name__
        with self._lock:
            self._seen[name].append((time.monotonic() - started, status))

    def table(self) -> str:
        lines = [f"{'':34}{'asked':>6}{'p50':>9}{'p99':>9}{'max':>9}  answers"]
        for name, seen in self._seen.items():
            times = sorted(seconds for seconds, _ in seen)
            statuses = Counter(status for _, status in seen)
            counts = ", ".join(f"{number} x {status}" for status, number in statuses.most_common())
            lines.append(
                f"{name:34}{len(seen):6}{_quantile(times, 0.5):>9}{_quantile(times, 0.99):>9}"
                f"{_milliseconds(times[-1]):>9}  {counts}"
            )
        return "\n".join(lines)


def _quantile(times: list[float], share: float) -> str:
    return _milliseconds(times[min(len(times) - 1, int(share * len(times)))])


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"


def load(plan: dict[str, tuple[float, Callable[[], Ask]]], seconds: float) -> Answers:
    """Ask everything in ``plan`` at its rate (per second) for ``seconds``; wait for the answers."""
    answers = Answers()
    threads: list[threading.Thread] = []
    due = [(number / rate, name, make) for name, (rate, make) in plan.items()
           for number in range(int(seconds * rate))]  # fmt: skip
    started = time.monotonic()
    for at, name, make in sorted(due, key=lambda entry: entry[0]):
        time.sleep(max(0.0, started + at - time.monotonic()))
        threads.append(threading.Thread(target=answers.ask, args=(name, make())))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return answers


class Campaign:
    def __init__(self, stack: Stack, gateway: SilentGateway) -> None:
        self.stack, self.gateway = stack, gateway
        _, page = stack.get("/goods/?ordering=-sold_num")
        stocked = [goods["id"] for goods in page["results"] if goods["goods_num"] > 50]
        self.looked_at, self.bought = stocked[0], stocked[1]
        self.tokens: Iterator[str] = iter(())

    def buyers(self, count: int, first: int) -> list[str]:
        script = BUYERS.format(first=first, last=first + count)
        tokens: list[str] = json.loads(
            self.stack.manage("shell", "-v0", "-c", script).splitlines()[-1]
        )
        return tokens

    def reads(self) -> dict[str, tuple[float, Callable[[], Ask]]]:
        port = self.stack.port

        def get(path: str) -> Callable[[], Ask]:
            return lambda: lambda: ask(port, "GET", path)[0]

        return {
            "/healthz/": (EACH_PER_SECOND, get("/healthz/")),
            "/goods/ (kept)": (EACH_PER_SECOND, get("/goods/")),
            f"/goods/{self.looked_at}/": (EACH_PER_SECOND, get(f"/goods/{self.looked_at}/")),
        }

    def quiet(self) -> None:
        """Let every worker keep the list and connect, so that all begin alike."""
        for _ in range(40):
            for path in ("/goods/", f"/goods/{self.looked_at}/", "/healthz/"):
                self.stack.get(path)

    def frozen(self) -> str:
        os.kill(self.stack.mysql_pid, signal.SIGSTOP)
        timer = threading.Timer(FROZEN_SECONDS, os.kill, (self.stack.mysql_pid, signal.SIGCONT))
        timer.start()
        try:
            table = load(self.reads(), FROZEN_SECONDS).table()
        finally:
            timer.cancel()
            os.kill(self.stack.mysql_pid, signal.SIGCONT)
        after = load(self.reads(), 5).table()
        return f"{table}\n  the first 5 s after it:\n{after}"

    def locked(self) -> str:
        buyers = iter(self.buyers(BUYERS_PER_SECOND * LOCKED_SECONDS, first=0))

        def buy() -> Ask:
            token = next(buyers)
            body = {"goods": self.looked_at, "nums": 1}
            return lambda: self.stack.post("/shopcarts/", token, body)[0]

        plan = {**self.reads(), "POST /shopcarts/ of that goods": (float(BUYERS_PER_SECOND), buy)}
        with self.stack.mysql() as holder, holder.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "UPDATE shop.goods_goods SET sold_num = sold_num + 1 WHERE id = %s",
                [self.looked_at],
            )
            timer = threading.Timer(LOCKED_SECONDS, holder.rollback)
            timer.start()
            table = load(plan, LOCKED_SECONDS).table()
            timer.join()
        return table

    def silent(self) -> str:
        orders: list[tuple[str, int]] = []
        for token in self.buyers(BUYERS_PER_SECOND * SILENT_SECONDS, first=1_000):
            self.stack.post("/shopcarts/", token, {"goods": self.bought, "nums": 1})
            status, order = self.stack.post("/orders/", token, {
                "address": "street 1", "signer_name": "name", "singer_mobile": "13900000001",
            })  # fmt: skip
            if status == 201:
                orders.append((token, order["id"]))
        if not orders:
            raise BenchError(f"no order could be made: {status} {order}")
        waiting = iter(orders)

        def cancel() -> Ask:
            token, order_id = next(waiting)
            port = self.stack.port
            return lambda: ask(port, "DELETE", f"/orders/{order_id}/", token=token)[0]

        rate = len(orders) / SILENT_SECONDS
        plan = {**self.reads(), "DELETE /orders/<id>/": (rate, cancel)}
        table = load(plan, SILENT_SECONDS).table()
        return f"{table}\n  {self.gateway.calls} calls reached the gateway"


@contextmanager
def campaign(project: Path) -> Iterator[Campaign]:
    gateway = SilentGateway(seconds=GATEWAY_SECONDS)
    with tempfile.TemporaryDirectory(prefix="mxshop-outages-") as folder:
        stack = Stack(Path(folder), project, gateway.url)
        try:
            with stack.running():
                yield Campaign(stack, gateway)
            _print_log(Path(folder) / "uwsgi.log")
        finally:
            gateway.close()


def _print_log(log: Path) -> None:
    text = log.read_text(errors="replace")
    counts = {
        "harakiri": text.count("HARAKIRI") and len(set(_lines(text, "HARAKIRI"))),
        "traces": text.count("Traceback (most recent call last)"),
        "ERROR lines": len(_lines(text, " ERROR ")),
        "WARNING lines": len(_lines(text, " WARNING ")),
    }
    if keep := os.environ.get("BENCH_KEEP_LOG"):
        Path(keep).write_text(text)
    print("log of the workers: " + ", ".join(f"{number} {what}" for what, number in counts.items()))


def _lines(text: str, word: str) -> list[str]:
    return [line for line in text.splitlines() if word in line]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--project", type=Path, default=PROJECT, help="another checkout of it")
    parser.add_argument("--only", choices=["frozen", "locked", "silent"])
    options = parser.parse_args()
    titles = {
        "frozen": f"(i) MariaDB frozen for {FROZEN_SECONDS} s",
        "locked": f"(ii) one goods row locked for {LOCKED_SECONDS} s",
        "silent": f"(iii) a gateway silent for {GATEWAY_SECONDS} s a call, {SILENT_SECONDS} s long",
    }
    try:
        for name, title in titles.items():
            if options.only in (None, name):
                with campaign(options.project.resolve()) as run:
                    run.quiet()
                    result: Any = getattr(run, name)()
                    print(f"\n{title}\n{result}", flush=True)
    except BenchError as error:
        print(f"bench outages: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
