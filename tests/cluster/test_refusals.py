"""A node that takes no statements: it is no error of the program, and time heals it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from apps.trade.tests.races.helpers import Shop, shelf
from bench.lab.galera import Cluster, Node

from .actions import crowd
from .shops import Shops

pytestmark = [pytest.mark.galera, pytest.mark.mariadb, pytest.mark.redis_program]


@contextmanager
def refusing(node: Node) -> Iterator[None]:
    """Let a node answer every statement with 1047, as one does that has lost the others."""
    node.run("SET GLOBAL wsrep_reject_queries = 'ALL'")
    try:
        yield
    finally:
        node.run("SET GLOBAL wsrep_reject_queries = 'NONE'")


def test_a_node_that_is_not_ready(guarded: Shops, cluster: Cluster) -> None:
    [goods], [(_here, there)] = shelf(5), crowd(guarded, 1)
    assert there.add(goods).status == 201
    shop: Shop = guarded.each[1]
    with refusing(cluster.nodes[1]):
        answers = [
            there.checkout(), there.add(goods), there.http.get("/shopcarts/"),
            shop.anybody().get(f"/goods/{goods.pk}/"),
            shop.anybody().post_form("/alipay/notify/", {"out_trade_no": "1"}),
            shop.browser("s" * 32).get("/admin/trade/orderinfo/"),
        ]  # fmt: skip
        assert [answer.status for answer in answers] == [503] * len(answers), answers
        assert shop.anybody().get("/healthz/").status == 200
        ready = shop.anybody().get("/readyz/")
        assert (ready.status, ready.body["database"]) == (503, "unreachable")
    assert shop.anybody().get("/readyz/").status == 200
    assert there.checkout().status == 201
