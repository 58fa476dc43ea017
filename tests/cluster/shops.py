"""The two shops, as processes; and the requests that meet at both."""

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings

from apps.trade.tests.races.helpers import Answer, Buyer, Shop
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from bench.lab.galera import Cluster
from bench.lab.machine import free_port
from bench.lab.services import wait_until
from tests.nursery import Forked, Nursery
from tests.parallel import in_parallel

from .server import gateway_url

Action = Callable[[], Answer]

# What few buyers of a test need, who order a lot.
LIMITS = {
    "ORDER_MAX_UNPAID": "1000", "HOLD_MAX_PIECES": "1000000", "CART_MAX_NUMS": "1000",
    "GATEWAY_CALLS_AT_ONCE": "100",
}  # fmt: skip


class Shops:
    """One shop at each node; ``databases`` are the addresses of theirs.

    ``statuses`` counts what they answered, ``failures`` keeps the answers of 500 and above.
    """

    def __init__(
        self, cluster: Cluster, nursery: Nursery, database: str, origins: Sequence[str]
    ) -> None:
        self.each = [Shop(origin) for origin in origins]
        self.statuses: Counter[int] = Counter()
        self.failures: list[Answer] = []
        self.databases = [f"{node.url}/{database}" for node in cluster.nodes]
        self._cluster = cluster
        self._nursery = nursery
        self._database = database

    def at_both(self, pairs: Sequence[tuple[Action, ...]]) -> list[list[Answer]]:
        """Do all actions of all pairs at once; return the two answers of each pair."""
        actions = [action for pair in pairs for action in pair]
        answers: list[Answer] = in_parallel(len(actions), lambda number: actions[number]())
        self.statuses.update(answer.status for answer in answers)
        self.failures += [answer for answer in answers if answer.status >= 500]
        return [answers[start : start + 2] for start in range(0, len(answers), 2)]

    def settle(self) -> None:
        """Wait until both nodes have what either of them had written."""
        self._cluster.settle()

    def twins(self, user: UserProfile, **headers: str) -> tuple[Buyer, Buyer]:
        """The same buyer at both shops."""
        headers["Authorization"] = f"JWT {token_make(user)}"
        one, other = (Buyer(user, shop.anybody(**headers)) for shop in self.each)
        return one, other

    def process(self, number: int, function: str, *arguments: str) -> Forked:
        """Start a process of the shop at one of the nodes."""
        node = self._cluster.nodes[number]
        at = [self._database, str(node.port), self.each[0].origin]
        log = self._cluster.folder / f"{function}-{self._database}-{node.name}.log"
        return self._nursery.call(f"tests.cluster.server:{function}", *at, *arguments, log=log)

    def sweeps_at_once(self) -> None:
        """Run all sweeps at both nodes, at once."""
        for runner in [self.process(number, "sweep") for number in range(len(self.each))]:
            assert runner.wait(120) == 0, runner.said()


def cluster_nursery(cluster: Cluster, *, redis_url: str) -> Nursery:
    """Return what all shops are forked from."""
    modules = ("mxshop.wsgi", "mxshop.urls", "mxshop.jobs", "tests.cluster.server")
    # Each process moves to a database and an address of its own.
    cluster.create("nursery")
    own = {"DATABASE_URL": f"{cluster.nodes[0].url}/nursery", "REDIS_URL": redis_url}
    return Nursery(*modules, environment=_environment("http://127.0.0.1") | own)


@contextlib.contextmanager
def shops(cluster: Cluster, nursery: Nursery, *arguments: str, database: str) -> Iterator[Shops]:
    """Run a shop at each node until the block ends; the first one's gateway is asked by both."""
    origins = [f"http://127.0.0.1:{free_port()}" for _node in cluster.nodes]
    found = Shops(cluster, nursery, database, origins)
    with contextlib.ExitStack() as stack:
        for number, shop in enumerate(found.each):
            port = shop.origin.rpartition(":")[2]
            process = found.process(number, "serve", port, *arguments)
            stack.callback(process.wait)
            stack.callback(process.kill)
        for shop in found.each:
            wait_until(
                shop.origin,
                lambda shop=shop: shop.anybody().get("/healthz/").status == 200,
                folder=cluster.folder,
            )
        yield found


def _environment(site: str) -> dict[str, str]:
    """What the nursery has around it, but for its servers."""
    throttles = {f"THROTTLE_{scope.upper()}": "off" for scope in settings.THROTTLE_RATES}
    sandbox: dict[str, Any] = settings.ALIPAY_SANDBOX
    return {
        **os.environ, **throttles, **LIMITS,
        "DJANGO_SETTINGS_MODULE": "tests.cluster.settings",
        "SITE_URL": site,
        "CLUSTER_GATEWAY_URL": gateway_url(site),
        "CLUSTER_MERCHANT_KEY": sandbox["MERCHANT_PUBLIC_KEY"],
        "CLUSTER_GATEWAY_KEY": sandbox["PRIVATE_KEY"],
    }  # fmt: skip
