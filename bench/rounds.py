"""Interleaved rounds: subject and peers take turns, so that both meet the same noise."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .endpoints import Endpoint, Ids
from .load import Round, run_round
from .machine import BenchError, Programs
from .servers import Server

# Counters of views differ from answer to answer; everything else must be the same.
COUNTER = re.compile(rb'"click_num":\d+')


@dataclass(frozen=True)
class Subject:
    """The shop on one database, with the cache off and, where that is measured, on."""

    goods: int
    ids: Ids
    plain: Server
    cached: Server | None


@dataclass
class Leg:
    """One address of one server, and what each round of it cost."""

    server: Server
    path: str
    database_pid: int | None = None
    rounds: list[Round] = field(default_factory=list)


@dataclass
class Size:
    """The legs of one endpoint at one number of goods."""

    goods: int
    plain: Leg
    cached: Leg | None
    django: Leg


@dataclass
class Measured:
    endpoint: Endpoint
    sizes: list[Size]
    floor: Leg | None


@dataclass(frozen=True)
class Peers:
    """The peers; the floor knows no database and is measured once."""

    django: Server
    floor: Server | None
    payloads: Path

    def offer(self, body: bytes) -> str:
        """Let both answer with ``body``; return the path, having checked what comes."""
        name = hashlib.sha256(body).hexdigest()[:16]
        (self.payloads / name).write_bytes(body)
        path = f"/{name}/"
        for server in (self.django, self.floor):
            if server and server.get(path) != body:
                raise BenchError(f"{server.name} does not answer with the bytes of the shop")
        return path


def measure(
    programs: Programs,
    endpoint: Endpoint,
    subjects: list[Subject],
    peers: Peers,
    *,
    rounds: int,
    seconds: int,
    database_pid: int | None,
    progress: Callable[[str], None],
) -> Measured:
    """Measure one endpoint at every size, with the cache off and on, beside its peers."""
    sizes: list[Size] = []
    offered: dict[int, Leg] = {}
    floor = None
    for subject in subjects:
        path = endpoint.path(subject.ids)
        body = subject.plain.get(path)
        cached = None
        if subject.cached and endpoint.is_cached:
            cached = Leg(subject.cached, path)
            if COUNTER.sub(b"", subject.cached.get(path)) != COUNTER.sub(b"", body):
                raise BenchError(f"{path}: other bytes with the cache on than with it off")
        # An answer of about the same size needs no peer of its own.
        django = next((leg for n, leg in offered.items() if abs(n / len(body) - 1) < 0.01), None)
        if django is None:
            peer_path = peers.offer(body)
            django = offered[len(body)] = Leg(peers.django, peer_path)
            if peers.floor and floor is None:
                floor = Leg(peers.floor, peer_path)
        plain = Leg(subject.plain, path, database_pid)
        sizes.append(Size(subject.goods, plain, cached, django))
    legs = [*offered.values(), *([floor] if floor else [])]
    legs += [leg for size in sizes for leg in (size.plain, size.cached) if leg]
    for number in range(rounds):
        progress(f"{endpoint.label} {number + 1}/{rounds}")
        # There and back, so that a drift of the machine is shared.
        for leg in legs if number % 2 == 0 else reversed(legs):
            load = run_round(
                programs, leg.server, leg.path, seconds=seconds, database_pid=leg.database_pid
            )
            leg.rounds.append(load)
    return Measured(endpoint, sizes, floor)
