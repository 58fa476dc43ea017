"""Alarms are provoked: a running shop, Prometheus beside it, and one fault after the other.

python -m bench alarms [--prometheus PROGRAM] [--for 5s | --as-written] [--only NAME]

A broken invariant, a silent gateway, a stopped job runner and a full disk; of each is printed when
its alarm was pending, when it fired, and when it was over. Then every expression of the dashboard
is asked of the same Prometheus, and must have data. Needs root for the small disk. With
--as-written the waits are those of alerts.yml, and the whole takes seven minutes.
"""

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.lab import services
from bench.lab.machine import PROJECT, PYTHON, BenchError
from bench.lab.prometheus import MONITORING, Prometheus, metrics_site, prometheus, wait_for

from .outage_stack import SilentGateway, Stack, ask
from .outages import BUYERS

# A disk on which the smallest room that the shop asks for (64 MB) is left at the beginning.
DISK = "96m"
# Its address is not a variable of the shop's, and nobody is there.
NO_YUNPIAN = 'YUNPIAN_ORIGIN = "http://127.0.0.1:9"\n'
FILLING_BYTES = 64 * 2**20
ORDERS = 40
PATIENCE = 15 * 60.0


class Trial:
    def __init__(self, stack: Stack, watch: Prometheus, media: Path) -> None:
        self.stack, self.watch, self.media = stack, watch, media
        self.jobs: contextlib.ExitStack = contextlib.ExitStack()

    # Each is a fault that holds until the block ends.

    @contextlib.contextmanager
    def broken_invariant(self) -> Iterator[None]:
        self._sql("UPDATE shop.goods_goods SET goods_num = goods_num + 1 ORDER BY id LIMIT 1")
        self._audit()
        yield
        self._sql("UPDATE shop.goods_goods SET goods_num = goods_num - 1 ORDER BY id LIMIT 1")
        self._audit()

    @contextlib.contextmanager
    def silent_gateway(self) -> Iterator[None]:
        """Buyers cancel orders: the shop asks the gateway first whether they are paid."""
        is_over = threading.Event()
        cancelling = threading.Thread(target=self._cancel, args=(self._orders(), is_over))
        cancelling.start()
        yield
        is_over.set()
        cancelling.join()

    @contextlib.contextmanager
    def stopped_jobs(self) -> Iterator[None]:
        self.jobs.close()
        # The five minutes of silence that the shop waits for are made to have passed.
        self._sql(
            "UPDATE shop.mxshop_heartbeat SET started_at = started_at - INTERVAL 6 MINUTE,"
            " finished_at = finished_at - INTERVAL 6 MINUTE"
        )
        yield
        self.jobs_start()

    @contextlib.contextmanager
    def full_disk(self) -> Iterator[None]:
        filling = self.media / "filling"
        filling.write_bytes(bytes(FILLING_BYTES))
        yield
        filling.unlink()

    def jobs_start(self) -> None:
        command = (str(PYTHON), "manage.py", "run_jobs", "--forever")
        running = services.program(
            "jobs", command, folder=self.stack.folder, cwd=self.stack.project,
            environment=self.stack.environment,
        )  # fmt: skip
        self.jobs.enter_context(running)

    def traffic(self) -> None:
        """Pages, and codes that cannot be sent, of which the log gets errors."""
        for _ in range(30):
            for path in ("/goods/", "/goods/1/", "/nothing/"):
                self.stack.get(path)
        for number in range(6):
            ask(self.stack.port, "POST", "/codes/", body={"mobile": f"1370000{number:04}"})

    def _orders(self) -> list[tuple[str, int]]:
        printed = self.stack.manage("shell", "-v0", "-c", BUYERS.format(first=0, last=ORDERS))
        _, page = self.stack.get("/goods/?ordering=-sold_num")
        goods = next(row["id"] for row in page["results"] if row["goods_num"] > ORDERS)
        found = []
        for token in json.loads(printed.splitlines()[-1]):
            self.stack.post("/shopcarts/", token, {"goods": goods, "nums": 1})
            status, order = self.stack.post("/orders/", token, {
                "address": "浙江省杭州市西湖区文三路 1 号", "signer_name": "name",
                "singer_mobile": "13900000001",
            })  # fmt: skip
            if status != 201:
                raise BenchError(f"no order could be made: {status} {order}")
            found.append((token, order["id"]))
        return found

    def _cancel(self, orders: list[tuple[str, int]], is_over: threading.Event) -> None:
        for token, order_id in orders * 20:
            if is_over.wait(0.5):
                return
            ask(self.stack.port, "DELETE", f"/orders/{order_id}/", token=token)

    def _sql(self, statement: str) -> None:
        with self.stack.mysql() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def _audit(self) -> None:
        try:
            self.stack.manage("audit_shop", "--heartbeat")
        except BenchError as error:  # exit 1 is what it found
            if "Traceback" in str(error):
                raise


def provoke(
    trial: Trial, alarm: str, fault: Callable[[], contextlib.AbstractContextManager[None]],
    *, ends: bool = True,
) -> bool:  # fmt: skip
    """Print what became of an alarm while ``fault`` holds, and after it."""
    before = trial.watch.alarms().get(alarm, "silent")
    print(f"{alarm}: {before} before", flush=True)
    begun = time.monotonic()
    with fault():
        for state in ("pending", "firing"):
            # A rule without "for" is never pending.
            if not wait_for(lambda: alarm in trial.watch.alarms(), PATIENCE):
                print(f"  NOT {state}")
                return False
            if state == "firing" or trial.watch.alarms()[alarm] == "pending":
                if not wait_for(lambda s=state: trial.watch.alarms().get(alarm) == s, PATIENCE):
                    print(f"  NOT {state}")
                    return False
                print(f"  {state} after {time.monotonic() - begun:.0f} s", flush=True)
    begun = time.monotonic()
    if not ends:
        print("  the fault is over; the alarm ends when five minutes have passed without it")
        return before == "silent"
    is_over = wait_for(lambda: alarm not in trial.watch.alarms(), PATIENCE)
    print(f"  over {time.monotonic() - begun:.0f} s after the fault" if is_over else "  NOT over")
    return before == "silent" and is_over


def dashboard_is_fed(trial: Trial) -> bool:
    """Ask every expression of the dashboard; print how many series each has."""
    board = json.loads((trial.stack.project / MONITORING / "grafana.json").read_text("utf-8"))
    is_fed = True
    print("the dashboard, by each of its expressions: series, and the first value")
    for panel in board["panels"]:
        for target in panel["targets"]:
            values = [v for v in trial.watch.query(target["expr"]) if not math.isnan(v)]
            shown = f"{len(values):3}  {values[0]:10.4g}" if values else "NO DATA       "
            print(f"  {shown}  {panel['title'].rpartition(' / ')[2]}")
            is_fed = is_fed and bool(values)
    return is_fed


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        raise BenchError("bench alarms needs root: it mounts a small disk in memory")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def trial_begun(project: Path, program: str, wait: str | None) -> Iterator[Trial]:
    gateway = SilentGateway(seconds=3)
    with contextlib.ExitStack() as opened:
        opened.callback(gateway.close)
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-alarms-")))
        stack = Stack(folder, project, gateway.url)
        media = opened.enter_context(small_disk(folder / "media"))
        stack.environment |= {
            "MEDIA_ROOT": str(media), "METRICS_DIR": str(folder / "metrics"),
            "METRICS_ALLOW": "127.0.0.1",
            "SMS_PER_SHOP": "3/hour", "LOG_LEVEL": "ERROR",
            "SMS_BACKEND": "yunpian", "YUNPIAN_API_KEY": "0" * 32,
        }  # fmt: skip
        with (folder / "outage_settings.py").open("a") as file:
            file.write(NO_YUNPIAN)
        opened.enter_context(stack.running())
        # Of uwsgi's workers alone.
        del stack.environment["METRICS_DIR"]
        site = metrics_site(folder, project, socket=folder / "uwsgi.sock")
        target = opened.enter_context(site)
        watch = opened.enter_context(
            prometheus(folder, project, target=target, program=program, wait=wait)
        )
        trial = Trial(stack, watch, media)
        opened.callback(lambda: trial.jobs.close())
        trial.jobs_start()
        yield trial


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--project", type=Path, default=PROJECT, help="another checkout of it")
    parser.add_argument("--prometheus", default="prometheus", metavar="PROGRAM")
    waits = parser.add_mutually_exclusive_group()
    waits.add_argument("--for", dest="wait", default="5s", help="instead of each rule's own (5s)")
    waits.add_argument("--as-written", dest="wait", action="store_const", const=None)
    parser.add_argument("--only", metavar="ALARM", help="one of them, without the dashboard")
    options = parser.parse_args()
    try:
        with trial_begun(options.project.resolve(), options.prometheus, options.wait) as trial:
            waits_are = f"with for: {options.wait}" if options.wait else "with the rules as written"
            print(f"the shop runs, and Prometheus scrapes it {waits_are}", flush=True)
            trial.traffic()
            wait_for(lambda: "JobsSilent" not in trial.watch.alarms(), 60)
            faults = {
                "InvariantBroken": trial.broken_invariant, "JobsSilent": trial.stopped_jobs,
                "MediaUnusable": trial.full_disk, "GatewaySilent": trial.silent_gateway,
            }  # fmt: skip
            held = [
                provoke(trial, alarm, fault, ends=alarm != "GatewaySilent")
                for alarm, fault in faults.items()
                if options.only in (None, alarm)
            ]
            if options.only is None:
                trial.traffic()
                time.sleep(3)
                held.append(dashboard_is_fed(trial))
    except BenchError as error:
        print(f"bench alarms: {error}", file=sys.stderr)
        return 1
    print("all of it holds" if all(held) else "NOT all of it holds")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
