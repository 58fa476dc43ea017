"""A node that takes no statements: it is no error of the program, and time heals it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.trade.models import OrderInfo
from apps.trade.tests.addresses import DESTINATION
from apps.trade.tests.races.helpers import Answer, Shop, shelf, stock_of
from bench.lab.galera import Cluster, Node
from tests.clients import client_of
from tests.parallel import in_parallel
from utils.db import transactions

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
        asked: list[Callable[[], Answer]] = [
            there.checkout, lambda: there.add(goods), lambda: there.http.get("/shopcarts/"),
            lambda: shop.anybody().get(f"/goods/{goods.pk}/"),
            lambda: shop.anybody().post_form("/alipay/notify/", {"out_trade_no": "1"}),
            lambda: shop.browser("s" * 32).get("/admin/trade/orderinfo/"),
        ]  # fmt: skip
        # At once: each waits for two seconds before it gives up.
        answers = in_parallel(len(asked), lambda number: asked[number]())
        assert [answer.status for answer in answers] == [503] * len(answers), answers
        assert shop.anybody().get("/healthz/").status == 200
        ready = shop.anybody().get("/readyz/")
        assert (ready.status, ready.body["database"]) == (503, "unreachable")
    assert shop.anybody().get("/readyz/").status == 200
    assert there.checkout().status == 201


def test_a_commit_that_a_node_refuses(
    guarded: Shops, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction is open after that, and a SET autocommit=1 would commit it: once is all."""
    [goods], [(here, _there)] = shelf(5), crowd(guarded, 1)
    assert here.add(goods).status == 201
    client, node = client_of(here.user), cluster.nodes[0]
    commit, rollback = BaseDatabaseWrapper._commit, BaseDatabaseWrapper._rollback
    refused: list[str] = []

    def refuse_and_commit(self: Any) -> None:
        if not refused:
            refused.append("COMMIT")
            node.run("SET GLOBAL wsrep_reject_queries = 'ALL'")
        commit(self)

    def roll_back(self: Any) -> None:
        refused.append("ROLLBACK")
        try:
            rollback(self)
        finally:
            node.run("SET GLOBAL wsrep_reject_queries = 'NONE'")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", refuse_and_commit)
    monkeypatch.setattr(BaseDatabaseWrapper, "_rollback", roll_back)
    answer = client.post("/orders/", DESTINATION)
    assert (answer.status_code, refused) == (201, ["COMMIT", "ROLLBACK"])
    assert OrderInfo.objects.filter(user=here.user).count() == 1
    assert stock_of(goods) == 4


def test_a_node_that_is_ready_again_in_a_moment(
    guarded: Shops, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first statement of each kind is refused: a read, a write of its own, a transaction's."""
    [goods], [(here, _there)] = shelf(5), crowd(guarded, 1)
    client, node = client_of(here.user), cluster.nodes[0]
    refused: list[str] = []

    def refuse_once(execute: Any, sql: str, *args: Any) -> Any:
        kind = " ".join(sql.split()[:2])
        if kind in refused:
            return execute(sql, *args)
        refused.append(kind)
        with refusing(node):
            return execute(sql, *args)

    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)
    with connection.execute_wrapper(refuse_once):
        assert client.get(f"/goods/{goods.pk}/").json()["click_num"] == 1
        assert client.post("/shopcarts/", {"goods": goods.pk, "nums": 1}).status_code == 201
        assert client.post("/orders/", DESTINATION).status_code == 201
    assert {"SET STATEMENT", "INSERT INTO", "UPDATE `trade_shoppingcart`"} < set(refused)
    assert OrderInfo.objects.filter(user=here.user).count() == 1
    assert stock_of(goods) == 4
