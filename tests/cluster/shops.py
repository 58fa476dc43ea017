"""The two shops, as processes; and the requests that meet at both."""

import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.conf import settings

from apps.trade.tests.races.helpers import Answer, Buyer, Shop
from apps.users.models import UserProfile
from apps.users.tokens import token_make
from bench.lab.galera import Cluster
from bench.lab.machine import free_port
from bench.lab.services import program, wait_until
from tests.parallel import in_parallel

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

    def __init__(self, cluster: Cluster, origins: Sequence[str], own: list[dict[str, str]]) -> None:
        self.each = [Shop(origin) for origin in origins]
        self.statuses: Counter[int] = Counter()
        self.failures: list[Answer] = []
        self._cluster = cluster
        self._environments = own
        self.databases = [each["DATABASE_URL"] for each in own]

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

    def sweeps_at_once(self) -> None:
        """Run all sweeps at both nodes, at once."""
        command = [sys.executable, "manage.py", "run_jobs", "--once"]
        runners = [
            subprocess.Popen(
                command, env=own, cwd=settings.BASE_DIR, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            for own in self._environments
        ]  # fmt: skip
        for runner in runners:
            output, _nothing = runner.communicate(timeout=120)
            assert runner.returncode == 0, output


@contextlib.contextmanager
def shops(cluster: Cluster, *arguments: str, database: str, redis_url: str) -> Iterator[Shops]:
    """Run a shop at each node until the block ends; the first one's gateway is asked by both."""
    origins = [f"http://127.0.0.1:{free_port()}" for _node in cluster.nodes]
    common = _environment(origins[0]) | {"REDIS_URL": redis_url}
    own = [common | {"DATABASE_URL": f"{node.url}/{database}"} for node in cluster.nodes]
    found = Shops(cluster, origins, own)
    with contextlib.ExitStack() as processes:
        for node, shop, variables in zip(cluster.nodes, found.each, own, strict=True):
            port = shop.origin.rpartition(":")[2]
            processes.enter_context(
                program(
                    f"shop-{database}-{node.name}",
                    [sys.executable, "-m", "tests.cluster.server", port, *arguments],
                    folder=cluster.folder, cwd=settings.BASE_DIR, environment=variables,
                )
            )  # fmt: skip
        for shop in found.each:
            wait_until(
                shop.origin,
                lambda shop=shop: shop.anybody().get("/healthz/").status == 200,
                folder=cluster.folder,
            )
        yield found


def gateway_url(site: str) -> str:
    return f"{site}/alipay-sandbox/gateway.do"


def _environment(site: str) -> dict[str, str]:
    """What both processes have around them, but for their database."""
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
