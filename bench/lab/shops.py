"""Running shops, as scenarios see them."""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..scenarios.model import DEMO, ShopSpec
from .load import Request, get
from .machine import PROJECT
from .servers import CONNECTIONS, Loaded, Server, serve
from .services import MariaDB, Redis
from .stores import Gateway, base_environment, gateway_make, manage, orders_grow, store_fill

MAKE_BUYERS = """
import json
from apps.users.models import UserProfile
from apps.users.tokens import token_make
names = [f"139{{number:08}}" for number in range({first}, {first} + {number})]
UserProfile.objects.bulk_create(
    [UserProfile(username=name, mobile=name, password="!") for name in names], batch_size=500
)
rows = UserProfile.objects.filter(username__in=names).order_by("pk")
print("BUYERS", json.dumps([[row.pk, token_make(row)] for row in rows]))
"""
BUYERS_AT_ONCE = 600
BLOCKS = itertools.count()  # of 10,000 names each, as two shops may be on one store
STOCK = """
from apps.goods.services.stock import stock_adjust
for goods_id in {goods}:
    stock_adjust(goods_id=goods_id, delta=10**6)
"""


@dataclass(frozen=True)
class Buyer:
    id: int
    token: str


@dataclass(frozen=True)
class Peer:
    """The plain Django view, with the bytes that it was given."""

    server: Server
    request: Request

    def load_for(self, seconds: float, *, connections: int = CONNECTIONS) -> Loaded:
        return self.server.load_for(seconds, self.request, connections=connections)


@dataclass
class Shop:
    """A shop of one checkout (``side``) on a store of its own, and what rounds ask of it."""

    side: str
    spec: ShopSpec
    project: Path
    environment: dict[str, str]
    server: Server
    gateway: Gateway
    database: MariaDB
    peers: "Peers"
    is_quick: bool
    _buyers: list[Buyer] = field(default_factory=list)
    _known: dict[str, Any] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)  # by one scenario for the next

    def ask(self, request: Request | str) -> bytes:
        """Return the body of an answer; raises BenchError unless its status is the one wanted."""
        return self.server.ask(get(request) if isinstance(request, str) else request).body

    def json(self, request: Request | str) -> Any:
        return json.loads(self.ask(request))

    def load(self, requests: Sequence[Request], **options: Any) -> Loaded:
        """Send each request once, four at a time; options as Server.load()."""
        return self.server.load(requests, **options)

    def load_for(self, seconds: float, *requests: Request, **options: Any) -> Loaded:
        """Send the requests in turn for some seconds; options as Server.load_for()."""
        return self.server.load_for(seconds, *requests, **options)

    def run(self, code: str) -> str:
        """Run Python in the shop's project, with Django set up; return what it printed."""
        return manage(self.project, self.environment, "shell", "-c", code)

    def buyers(self, number: int) -> list[Buyer]:
        """Return accounts that no round has had before."""
        while len(self._buyers) < number:
            making = max(number, BUYERS_AT_ONCE)
            code = MAKE_BUYERS.format(first=next(BLOCKS) * 10_000, number=making)
            [line] = [line for line in self.run(code).splitlines() if line.startswith("BUYERS ")]
            found = [Buyer(*pair) for pair in json.loads(line.removeprefix("BUYERS "))]
            self._buyers += found
        given, self._buyers = self._buyers[:number], self._buyers[number:]
        return given

    @property
    def goods_ids(self) -> list[int]:
        """The ids of up to 60 goods on sale, in the order of the list."""
        if "goods" not in self._known:
            page = self.json("/goods/?page_size=60")
            self._known["goods"] = [goods["id"] for goods in page["results"]]
        return self._known["goods"]

    @property
    def stocked_goods(self) -> list[int]:
        """As goods_ids, with a million pieces more of each: nothing runs out."""
        if "stocked" not in self._known:
            self.run(STOCK.format(goods=self.goods_ids))
            self._known["stocked"] = self.goods_ids
        return self._known["stocked"]

    @property
    def leaf_id(self) -> int:
        """The id of a category of the third level."""
        if "leaf" not in self._known:
            root = self.json("/categorys/")[0]
            self._known["leaf"] = root["sub_cat"][0]["sub_cat"][0]["id"]
        return self._known["leaf"]

    @property
    def category_id(self) -> int:
        """The id of a category of the first level."""
        if "category" not in self._known:
            self._known["category"] = self.json("/categorys/")[0]["id"]
        return self._known["category"]

    def django_peer(self, body: bytes) -> Peer:
        """Return a plain Django view, behind the shop's middleware, that answers these bytes."""
        return self.peers.offer(body, self.environment)


class Peers:
    """Starts the plain Django view when it is first asked for."""

    def __init__(self, folder: Path, database: MariaDB, redis: Redis, serving: Any) -> None:
        self._folder, self._database, self._redis = folder, database, redis
        self._serving = serving
        self._server: Server | None = None
        self._payloads = folder / "payloads"
        self._payloads.mkdir()

    def offer(self, body: bytes, shop_environment: dict[str, str]) -> Peer:
        name = hashlib.sha256(body).hexdigest()[:16]
        (self._payloads / name).write_bytes(body)
        request = get(f"/{name}/")
        if self._server is None:
            environment = shop_environment | {
                "PYTHONPATH": str(PROJECT),
                "DJANGO_SETTINGS_MODULE": "bench.peers.settings",
                "BENCH_PAYLOADS": str(self._payloads),
            }
            self._server = self._serving.enter_context(
                serve("django", PROJECT, environment, folder=self._folder,
                      database=self._database, redis=self._redis)
            )  # fmt: skip
            self._server.load_for(1, request)
        assert self._server.ask(request).body == body
        return Peer(self._server, request)


class Shops:
    """Builds each store once, and serves shops on them one spec at a time."""

    def __init__(
        self, folder: Path, database: MariaDB, redis: Redis, peers: Peers, *, is_quick: bool
    ) -> None:
        self._folder, self._database, self._redis = folder, database, redis
        self._peers, self._is_quick = peers, is_quick
        self._stores: dict[tuple[Any, ...], dict[str, str]] = {}
        self._gateway = gateway_make()
        self._numbers = iter(range(1, 64))

    @contextlib.contextmanager
    def serve(self, spec: ShopSpec, *, side: str, project: Path) -> Iterator[Shop]:
        environment = self._store(spec, side, project) | dict(spec.settings)
        environment["REDIS_URL"] = self._redis.url(next(self._numbers))
        environment["CATALOGUE_CACHE_SECONDS"] = "30" if spec.cache else "0"
        name = f"{side}-{spec.goods}-{next(self._numbers)}"
        for command in spec.commands:
            manage(project, environment, *command)
        with serve(
            name, project, environment,
            folder=self._folder, database=self._database, redis=self._redis,
        ) as server:  # fmt: skip
            shop = Shop(
                side, spec, project, environment, server, self._gateway, self._database,
                self._peers, self._is_quick,
            )  # fmt: skip
            # Both workers import what they import late.
            shop.load_for(1, get("/goods/"))
            yield shop

    def _store(self, spec: ShopSpec, side: str, project: Path) -> dict[str, str]:
        key = (side, spec.goods, spec.orders, spec.sqlite)
        if key not in self._stores:
            home = self._folder / "-".join(map(str, key))
            environment = base_environment(home, project, self._gateway)
            if spec.sqlite:
                environment["DATABASE_URL"] = f"sqlite:///{home}/shop.sqlite3"
            else:
                environment["DATABASE_URL"] = self._database.create(
                    f"shop_{side}_{spec.goods}_{spec.orders}"
                )
            goods = None if spec.goods == DEMO else spec.goods
            # What a commit waits for the disk counts while requests are measured, not here.
            self._database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
            store_fill(project, environment, goods=goods)
            if spec.orders:
                orders_grow(environment, spec.orders)
            self._database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            self._stores[key] = environment
        return self._stores[key]
