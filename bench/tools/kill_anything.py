"""Two machines of the shop under load, whose parts are killed or frozen one at a time.

python -m bench kill-anything [--only TEXT] [--times N] [--list]     a table: twenty minutes
"""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .kill_load import Load, Seen
from .kill_stack import FAKETIME, BenchError, Stack

QUIET_SECONDS, AFTER_SECONDS = 6.0, 15.0
# What begins so soon after a kill reaches a program that is just ending: it was in flight.
SOON = 0.1
# The time that passes is right, the time of day is not.
AHEAD = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": "+2h"}

Action = Callable[[Stack], None]


def nothing(stack: Stack) -> None:
    """Leave it as it is."""


@dataclass(frozen=True)
class Fault:
    """What happens, for how long, and how it ends; ``nodes`` are the databases of the stack.

    ``before`` and ``after`` are done while nobody asks anything.
    """

    name: str
    seconds: float
    begin: Action = nothing
    end: Action = nothing
    nodes: int = 3
    before: Action = nothing
    after: Action = nothing


@dataclass(frozen=True)
class Row:
    """What came of one fault; times in seconds."""

    name: str
    asked: int
    in_flight: int  # failed, and had begun before the fault
    failed: Counter[int]  # the others that failed, by status
    unwell: float  # from when the part was back to the end of the last failure
    slowest: float
    health: float  # the longest wait for /healthz/
    health_failed: int
    audit: str
    lost: str


def row_of(
    fault: Fault, seen: Iterable[Seen], *, begun: float, back: float, audit: str, lost: str
) -> Row:
    answers = list(seen)
    failures = [one for one in answers if one.has_failed and one.ended >= begun]
    later = [one for one in failures if one.begun >= begun + SOON]
    ends = [one.ended for one in failures]
    health = [one for one in answers if one.kind == "health" and one.ended >= begun]
    return Row(
        name=fault.name,
        asked=sum(one.begun >= begun for one in answers),
        in_flight=len(failures) - len(later),
        failed=Counter(one.status for one in later),
        unwell=max([0.0, *(end - back for end in ends)]),
        slowest=max(one.seconds for one in answers if one.ended >= begun),
        health=max(one.seconds for one in health),
        health_failed=sum(one.has_failed for one in health),
        audit=audit,
        lost=lost,
    )


def play(stack: Stack, fault: Fault) -> Row:
    ended = [part.name for part in stack.parts if not part.is_running]
    if ended:
        raise BenchError(f"somebody else has ended {', '.join(ended)}: nothing more is reported")
    fault.before(stack)
    stack.wait_ready()
    load = Load(stack)
    load.start()
    try:
        time.sleep(QUIET_SECONDS)
        begun = time.monotonic()
        fault.begin(stack)
        time.sleep(max(0.0, begun + fault.seconds - time.monotonic()))
        fault.end(stack)
        back = time.monotonic()
        time.sleep(AFTER_SECONDS)
    finally:
        load.stop()
    for node in stack.cluster.nodes:
        node.wait_synced()
    # The notices that found nobody are repeated after 4 and 10 s.
    lost = lost_of(stack, load)
    fault.after(stack)
    return row_of(fault, load.seen, begun=begun, back=back, audit=stack.audit(), lost=lost)


def lost_of(stack: Stack, load: Load, *, patience: float = 30.0) -> str:
    """Return what was answered or paid, and is not there; "nothing of …" when all of it is.

    Raises BenchError when nothing was paid: then nothing is compared.
    """
    if not load.paid:
        raise BenchError("the gateway took no payment: whether one was lost is not known")
    numbers = set(stack.rows("SELECT order_sn FROM shop.trade_orderinfo"))
    missing = [number for number in load.ordered if number not in numbers]
    end = time.monotonic() + patience
    while unpaid := stack.paid_at_gateway() - set(
        stack.rows("SELECT trade_no FROM shop.trade_payment")
    ):
        if time.monotonic() > end:
            break
        time.sleep(1)
    # A runner whose clock is ahead closes what buyers could still pay.
    early = stack.rows(
        "SELECT COUNT(*) FROM shop.trade_orderinfo WHERE closed_by = 'expire'"
        " AND add_time > UTC_TIMESTAMP() - INTERVAL 25 MINUTE"
    )[0]
    losses = []
    if early:
        losses.append(f"{early} orders closed too early")
    if missing:
        losses.append(f"{len(missing)} orders")
    if unpaid:
        losses.append(f"{len(unpaid)} payments")
    of_all = f"of {len(load.ordered)} orders, {load.paid} payments"
    return f"{', '.join(losses) or 'nothing'} {of_all}"


# --- What is done to the parts --------------------------------------------------------------


def node_start(stack: Stack) -> None:
    stack.cluster.nodes[0].start(is_first=stack.cluster.is_alone)


def node_announce(stack: Stack) -> None:
    """Stop it as deploy/cluster/mariadb-leaving.conf does: it says so 4 s before."""
    stack.states[0].is_leaving = True
    time.sleep(4)
    stack.cluster.nodes[0].stop()


def node_return(stack: Stack) -> None:
    stack.states[0].is_leaving = False
    node_start(stack)


def media_fill(stack: Stack) -> None:
    if not stack.has_small_media:
        raise BenchError("the media have no file system of their own: run it as root")
    with contextlib.suppress(OSError), (stack.media / "filler").open("wb", 0) as filler:
        while True:  # until there is no room: buyers upload meanwhile
            filler.write(bytes(4096))


def media_empty(stack: Stack) -> None:
    (stack.media / "filler").unlink()


def machine_restart(stack: Stack, clock: dict[str, str], *, with_node: bool = False) -> None:
    """Start the first machine's processes again, with a clock of their own."""
    if not FAKETIME.exists():
        raise BenchError("the clocks cannot be set: apt-get install libfaketime")
    for part in (stack.webs[0], stack.runners[0]):
        part.stop()
        kept = {name: value for name, value in part.environment.items() if name not in AHEAD}
        part.environment = kept | clock
    if with_node:
        node = stack.cluster.nodes[0]
        node.stop()
        node.environment = {**os.environ, **clock}
        node_start(stack)
    for part in (stack.webs[0], stack.runners[0]):
        part.start()


FAULTS = (
    Fault("nothing", 10),
    Fault("an instance: kill -9, 10 s", 10,
          lambda stack: stack.webs[0].kill(), lambda stack: stack.webs[0].start()),
    Fault("an instance: frozen 20 s", 20,
          lambda stack: stack.webs[0].freeze(), lambda stack: stack.webs[0].thaw()),
    Fault("nginx: reload", 4, lambda stack: stack.nginx.hang_up()),
    Fault("nginx: a worker process, kill -9", 4, lambda stack: stack.nginx.kill_child()),
    Fault("nginx: restart", 0,
          lambda stack: stack.nginx.quit(), lambda stack: stack.nginx.start()),
    Fault("haproxy: kill -9, 1 s", 1,
          lambda stack: stack.haproxy.kill(), lambda stack: stack.haproxy.start()),
    Fault("a Galera node: restart", 4,
          lambda stack: stack.cluster.nodes[0].stop(), node_start),
    Fault("a Galera node: restart, announced", 8, node_announce, node_return),
    Fault("a Galera node: kill -9, 10 s", 10,
          lambda stack: stack.cluster.nodes[0].kill(), node_start),
    Fault("a Galera node: frozen 40 s", 40,
          lambda stack: stack.cluster.nodes[0].freeze(),
          lambda stack: stack.cluster.nodes[0].thaw()),
    Fault("Redis: kill -9, 10 s", 10,
          lambda stack: stack.redis.kill(), lambda stack: stack.redis.start()),
    Fault("Redis: frozen 15 s", 15,
          lambda stack: stack.redis.freeze(), lambda stack: stack.redis.thaw()),
    Fault("the gateway: down 15 s", 15,
          lambda stack: stack.gateway.kill(), lambda stack: stack.gateway.start()),
    Fault("the gateway: silent 15 s", 15,
          lambda stack: stack.gateway.freeze(), lambda stack: stack.gateway.thaw()),
    Fault("a runner of the jobs: kill -9, 10 s", 10,
          lambda stack: stack.runners[0].kill(), lambda stack: stack.runners[0].start()),
    Fault("the media's disk: full 15 s", 15, media_fill, media_empty),
    Fault("the clock of one machine: 2 h ahead", 20,
          before=lambda stack: machine_restart(stack, AHEAD),
          after=lambda stack: machine_restart(stack, {})),
    Fault("the clock of one machine and its node: 2 h ahead", 20,
          before=lambda stack: machine_restart(stack, AHEAD, with_node=True),
          after=lambda stack: machine_restart(stack, {}, with_node=True)),
    Fault("the one MariaDB: restart", 4,
          lambda stack: stack.cluster.nodes[0].stop(), node_start, nodes=1),
    Fault("the one MariaDB: kill -9, 6 s", 6,
          lambda stack: stack.cluster.nodes[0].kill(), node_start, nodes=1),
    Fault("the one MariaDB: frozen 40 s", 40,
          lambda stack: stack.cluster.nodes[0].freeze(),
          lambda stack: stack.cluster.nodes[0].thaw(), nodes=1),
)  # fmt: skip

HEAD = (
    "| fault | asked since | failed in flight | failed beyond | well again after | slowest answer |"
    " /healthz/ | audit | lost |\n|---|--:|--:|--:|--:|--:|--:|---|---|"
)


def line(row: Row) -> str:
    beyond = row.failed.total()
    if beyond:
        statuses = ", ".join(
            f"{number} x {status or 'none'}" for status, number in row.failed.items()
        )
        shown = f"{beyond} ({statuses})"
    else:
        shown = "0"
    health = f"{row.health:.2f} s"
    if row.health_failed:
        health += f", {row.health_failed} failed"
    return (
        f"| {row.name} | {row.asked} | {row.in_flight} | {shown} | {row.unwell:.1f} s |"
        f" {row.slowest:.1f} s | {health} | {row.audit} | {row.lost} |"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", action="append", default=[], metavar="TEXT",
                        help="faults with this text in the name; several add up")  # fmt: skip
    parser.add_argument("--times", type=int, default=1, help="how often each is played")
    parser.add_argument("--list", action="store_true", help="name the faults, do nothing")
    options = parser.parse_args()
    chosen = [
        fault for fault in FAULTS
        if not options.only or any(text in fault.name for text in options.only)
    ]  # fmt: skip
    if options.list:
        print("\n".join(fault.name for fault in chosen))
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):  # all that was started is ended as well
        signal.signal(number, signal.default_int_handler)
    print(HEAD, flush=True)
    try:
        for nodes in sorted({fault.nodes for fault in chosen}, reverse=True):
            with stack_running(nodes) as stack:
                for fault in chosen * options.times:
                    if fault.nodes == nodes:
                        print(line(play(stack, fault)), flush=True)
    except BenchError as error:
        print(f"bench kill-anything: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextlib.contextmanager
def stack_running(nodes: int) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="mxshop-kill-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), nodes=nodes)
        try:
            with stack.running():
                yield stack
        finally:
            if keep := os.environ.get("BENCH_KEEP_LOG"):
                for log in Path(folder).glob("*.log"):
                    shutil.copy(log, keep)


if __name__ == "__main__":
    sys.exit(main())
