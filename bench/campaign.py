"""The whole run: stores are built, shops and peers served, every endpoint measured."""

import contextlib
import json
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .endpoints import ENDPOINTS, Ids
from .machine import BenchError, Programs, peak_memory_mb
from .results import Row, rows_of
from .rounds import Peers, Subject, measure
from .servers import HOST, Server, serve
from .stores import LARGE, SMALL, MariaDB, Store, build_store, cache_environment

Say = Callable[[str], None]

SHOP = "mxshop.wsgi:application"


@dataclass(frozen=True)
class Outcome:
    rows: list[Row]
    memory_mb: float
    cache: str
    mariadb: str


def run_campaign(programs: Programs, *, is_quick: bool, say: Say, progress: Say) -> Outcome:
    """Measure everything in a temporary folder and temporary databases."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-bench-")))
        (folder / "payloads").mkdir()
        mariadb = _connect(say)
        if mariadb:
            stack.callback(mariadb.close)
        say(f"building shops of {SMALL} and {LARGE:,} goods")
        stores = _build_stores(folder, mariadb, stack)
        campaign = Campaign(programs, folder, mariadb, is_quick, say, progress)
        for engine in dict.fromkeys(store.engine for store in stores):
            campaign.run(engine, [store for store in stores if store.engine == engine])
    return campaign.outcome()


class Campaign:
    """Collects what the engines, one after the other, have to show."""

    def __init__(
        self,
        programs: Programs,
        folder: Path,
        mariadb: MariaDB | None,
        is_quick: bool,
        say: Say,
        progress: Say,
    ) -> None:
        self._programs, self._folder, self._mariadb = programs, folder, mariadb
        self._is_quick, self._say, self._progress = is_quick, say, progress
        self._rows: list[Row] = []
        self._memory: list[float] = []
        self._caches: set[str] = set()

    def outcome(self) -> Outcome:
        version = self._mariadb.version if self._mariadb else "none"
        return Outcome(self._rows, max(self._memory), " and ".join(sorted(self._caches)), version)

    def run(self, engine: str, stores: list[Store]) -> None:
        """Serve the shop on the stores of one engine, and measure every endpoint there."""
        with contextlib.ExitStack() as serving:
            shops = [self._serve_shop(store, serving) for store in stores]
            peers = self._serve_peers(engine, stores[0], serving)
            servers = [server for pair in shops for server in pair if server]
            for server in (*servers, peers.django, peers.floor):
                if server:
                    server.wait()
            subjects = [
                Subject(store.goods, _ids(plain), plain, cached)
                for store, (plain, cached) in zip(stores, shops, strict=True)
            ]
            _warm(self._programs, [*servers, peers.django])
            database_pid = self._database_pid(engine)
            for endpoint in ENDPOINTS:
                if self._is_quick and not endpoint.in_quick:
                    continue
                measured = measure(
                    self._programs, endpoint, subjects, peers,
                    rounds=1 if self._is_quick else 3, seconds=1, database_pid=database_pid,
                    progress=lambda text: self._progress(f"{engine} {text}"),
                )  # fmt: skip
                self._rows += rows_of(engine, measured)
            self._memory += [peak_memory_mb(pid) for server in servers for pid in server.workers]

    def _database_pid(self, engine: str) -> int | None:
        if engine != "MariaDB" or self._mariadb is None:
            return None
        if (pid := self._mariadb.pid()) is None:
            self._say(f"MariaDB at {self._mariadb.address} is no process here: no db column")
        return pid

    def _serve_shop(
        self, store: Store, serving: contextlib.ExitStack
    ) -> tuple[Server, Server | None]:
        """Start the shop on one store: without the cache, and with a cache of its own."""
        name = f"shop-{store.engine}-{store.goods}"
        plain = self._serve(name, SHOP, store.environment, serving)
        # A hit asks no database, so the quick run looks at the cache on one of them.
        if self._is_quick and (store.engine, store.goods) != ("SQLite", SMALL):
            return plain, None
        cache = serving.enter_context(cache_environment())
        self._caches.add(
            "Redis" if cache["REDIS_URL"] else "locmem, one per worker: no empty Redis database"
        )
        environment = store.environment | cache | {"CATALOGUE_CACHE_SECONDS": "30"}
        return plain, self._serve(f"{name}-cached", SHOP, environment, serving)

    def _serve_peers(self, engine: str, store: Store, serving: contextlib.ExitStack) -> Peers:
        payloads = self._folder / "payloads"
        environment = store.environment | {"BENCH_PAYLOADS": str(payloads)}
        settings = {"DJANGO_SETTINGS_MODULE": "bench.peers.settings"}
        django = self._serve(f"django-{engine}", SHOP, environment | settings, serving)
        floor = None
        if engine == "SQLite":
            floor = self._serve("floor", "bench.peers.floor:application", environment, serving)
        return Peers(django, floor, payloads)

    def _serve(
        self, name: str, module: str, environment: dict[str, str], serving: contextlib.ExitStack
    ) -> Server:
        return serving.enter_context(serve(self._programs, name, module, environment, self._folder))


def _connect(say: Say) -> MariaDB | None:
    try:
        return MariaDB()
    except BenchError as error:
        say(f"MariaDB skipped: {error} (BENCH_MYSQL_URL names another one)")
        return None


def _build_stores(
    folder: Path, mariadb: MariaDB | None, stack: contextlib.ExitStack
) -> list[Store]:
    """SQLite and MariaDB at both sizes, two at a time."""
    plans = []
    for engine in ("SQLite", "MariaDB"):
        for goods in (SMALL, LARGE):
            home = folder / f"{engine}-{goods}"
            if engine == "SQLite":
                url = f"sqlite:///{home}/shop.sqlite3"
            elif mariadb:
                url = stack.enter_context(mariadb.database(goods))
            else:
                continue
            plans.append((home, engine, goods, url))
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(
            pool.map(
                lambda plan: build_store(
                    plan[0], engine=plan[1], goods=plan[2], database_url=plan[3]
                ),
                plans,
            )
        )


def _ids(shop: Server) -> Ids:
    """The keys differ from database to database; the shop itself tells them."""
    return Ids(
        category=json.loads(shop.get("/categorys/"))[0]["id"],
        goods=json.loads(shop.get("/goods/"))["results"][0]["id"],
    )


def _warm(programs: Programs, servers: list[Server]) -> None:
    """Two seconds of load for each, all at once: both workers import what they import late."""
    for one in [
        subprocess.Popen(
            [programs.wrk, "-t1", "-c4", "-d2s", "-H", f"Host: {HOST}",
             f"http://127.0.0.1:{server.port}/goods/"],
            stdout=subprocess.DEVNULL,
        )
        for server in servers
    ]:  # fmt: skip
        one.wait()
