"""/metrics: who may read it, what the processes count, and what the database knows."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, OrderInfo, Payment, PaymentNotice, Refund
from apps.trade.services.carts import cart_add
from apps.users.models import UserProfile
from mxshop.heartbeats import heartbeat_finish, heartbeat_start
from mxshop.metrics.page import shop
from mxshop.models import Heartbeat
from utils.alipay.configured import client_from_settings
from utils.alipay.errors import AlipayUnreachableError
from utils.db import clock

from .busy_shop import BusyShop
from .local_gateway import LocalGateway

pytestmark = pytest.mark.django_db

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    shop.forget()


def read(client: Client, **headers: str) -> Samples:
    shop.forget()
    response = client.get("/metrics", **headers)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response.headers["Cache-Control"]
    families = text_string_to_metric_families(response.content.decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def at(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.mark.parametrize(
    ("proxies", "allowed", "address", "forwarded", "is_open"),
    [
        (0, ["127.0.0.1/32"], "127.0.0.1", None, True),
        (0, ["::1/128"], "::1", None, True),
        (0, ["127.0.0.1/32"], "::ffff:127.0.0.1", None, True),
        (0, ["127.0.0.1/32"], "192.0.2.7", None, False),
        (0, ["10.0.0.0/8"], "10.200.0.1", None, True),
        (0, [], "127.0.0.1", None, False),
        (0, ["127.0.0.1/32"], "", None, False),
        # A proxy that the shop does not know of stands at 127.0.0.1, whoever the client is.
        (0, ["127.0.0.1/32"], "127.0.0.1", "192.0.2.7", False),
        (1, ["127.0.0.1/32"], "127.0.0.1", "192.0.2.7", False),
        (1, ["127.0.0.1/32"], "127.0.0.1", "127.0.0.1, 192.0.2.7", False),
        (1, ["192.0.2.0/24"], "127.0.0.1", "192.0.2.7", True),
        (1, ["127.0.0.1/32"], "127.0.0.1", "nonsense", False),
    ],
)
def test_who_may_read(
    client: Client, settings: Any, proxies: int, allowed: list[str], address: str,
    forwarded: str | None, is_open: bool,
) -> None:  # fmt: skip
    from ipaddress import ip_network

    settings.NUM_PROXIES = proxies
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    settings.METRICS_ALLOW = [ip_network(text) for text in allowed]
    extra = {"REMOTE_ADDR": address}
    if forwarded is not None:
        extra["HTTP_X_FORWARDED_FOR"] = forwarded
    response = client.get("/metrics", **extra)
    assert response.status_code == (200 if is_open else 404)
    assert (b"mxshop_" in response.content) is is_open


def test_only_reading(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


def test_the_other_format(client: Client) -> None:
    response = client.get("/metrics", HTTP_ACCEPT="application/openmetrics-text; version=1.0.0")
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


def test_requests_are_counted_by_route(client: Client, api: APIClient) -> None:
    goods = make_goods(make_category())
    before = read(client)
    api.get(f"/goods/{goods.pk}/")
    api.get("/goods/999999/")
    api.post("/goods/", {})
    client.get("/nowhere/")
    client.get("/admin/")
    client.generic("BREW", "/goods/")
    after = read(client)

    def more(name: str, **labels: str) -> float:
        return at(after, name, **labels) - at(before, name, **labels)

    requests = "mxshop_http_requests_total"
    assert more(requests, route="goods-detail", method="GET", status="200") == 1
    assert more(requests, route="goods-detail", method="GET", status="404") == 1
    assert more(requests, route="goods-list", method="POST", status="405") == 1
    assert more(requests, route="none", method="GET", status="404") == 1
    assert more(requests, route="admin:index", method="GET", status="302") == 1
    assert more(requests, route="goods-list", method="other", status="405") == 1
    assert more(requests, route="metrics", method="GET", status="200") == 1
    seconds = "mxshop_http_request_seconds"
    assert more(f"{seconds}_count", route="goods-detail") == 2
    assert more(f"{seconds}_bucket", route="goods-detail", le="+Inf") == 2
    assert more(f"{seconds}_sum", route="goods-detail") > 0


def test_kept_answers_are_counted_by_route(client: Client, api: APIClient) -> None:
    labels = {"route": "categorys-list", "method": "GET", "status": "200"}
    before = at(read(client), "mxshop_http_requests_total", **labels)
    for _ in range(3):
        api.get("/categorys/")
    assert at(read(client), "mxshop_http_requests_total", **labels) == before + 3


def test_a_server_error_is_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: Any) -> None:
        raise ZeroDivisionError

    client.raise_request_exception = False
    before = read(client)
    monkeypatch.setattr("mxshop.health.health_read", fail)
    monkeypatch.setattr("mxshop.pages.health_read", fail)
    client.get("/readyz/")
    monkeypatch.undo()
    after = read(client)
    labels = {"route": "readyz", "method": "GET", "status": "500"}
    assert at(after, "mxshop_http_requests_total", **labels) == 1 + at(
        before, "mxshop_http_requests_total", **labels
    )
    errors = "mxshop_errors_logged_total"
    assert at(after, errors, logger="django.request") == 1 + at(
        before, errors, logger="django.request"
    )


def test_errors_are_counted_by_package(client: Client) -> None:
    before = read(client)
    logging.getLogger("apps.trade.services.closing").error("one")
    logging.getLogger("apps.trade.callbacks").critical("two")
    logging.getLogger("apps.trade.callbacks").warning("not counted")
    after = read(client)
    errors = "mxshop_errors_logged_total"
    assert at(after, errors, logger="apps.trade") - at(before, errors, logger="apps.trade") == 2


def test_calls_of_the_gateway_are_counted(
    client: Client, gateway: LocalGateway, buyer: UserProfile
) -> None:
    calls = "mxshop_gateway_calls_total"
    before = read(client)
    # Refused: the gateway knows no such trade.
    assert client_from_settings().query(out_trade_no="202611270000") is None
    gateway.silent = True
    with pytest.raises(AlipayUnreachableError):
        client_from_settings().query(out_trade_no="202611270000")
    after = read(client)
    for outcome in ("refused", "unreachable"):
        labels = {"method": "alipay.trade.query", "outcome": outcome}
        assert at(after, calls, **labels) - at(before, calls, **labels) == 1


def test_the_figures(client: Client) -> None:
    """Against rows counted one by one."""
    BusyShop()
    OrderInfo.objects.filter(pk=OrderInfo.objects.earliest("pk").pk).update(
        add_time=clock.database_now() - timedelta(days=2)
    )
    heartbeat_start(sweep="close_expired_orders", every=30)
    heartbeat_finish(
        sweep="close_expired_orders", went_well=True, result="2 closed, 1 left",
        counts={"closed": 2, "left": 1},
    )  # fmt: skip
    heartbeat_start(sweep="make_pictures", every=120)
    heartbeat_finish(sweep="make_pictures", went_well=False, result="OSError: full")
    ago = clock.database_now() - timedelta(seconds=100)
    Heartbeat.objects.update(started_at=ago, went_well_at=ago)
    samples = read(client)
    now = clock.database_now()
    orders = list(OrderInfo.objects.all())
    payments, refunds = list(Payment.objects.all()), list(Refund.objects.all())
    done = [row for row in refunds if row.state == "done"]
    assert at(samples, "mxshop_orders_today") == len(orders) - 1 > 10
    assert at(samples, "mxshop_payments_today") == len(payments) > 5
    assert at(samples, "mxshop_payments_today_yuan") == float(sum(row.amount for row in payments))
    assert at(samples, "mxshop_refunds_today") == len(done) > 1
    assert at(samples, "mxshop_refunds_today_yuan") == float(sum(row.amount for row in done))
    unpaid = [
        row for row in orders
        if row.pay_status in ("paying", "WAIT_BUYER_PAY") and row.expires_at > now
    ]  # fmt: skip
    ordered = sum(line.goods_num for row in unpaid for line in row.lines.all())
    held = [
        line for line in CartLine.objects.all()
        if line.held_until is not None and line.held_until > now
    ]  # fmt: skip
    assert at(samples, "mxshop_pieces_held", by="order") == ordered > 0
    assert at(samples, "mxshop_pieces_held", by="cart") == sum(line.nums for line in held) > 0
    unjudged = [row for row in PaymentNotice.objects.all() if row.verdict == "received"]
    assert at(samples, "mxshop_queue_length", queue="notices_unjudged") == len(unjudged) > 0
    pending = [row for row in refunds if row.state == "pending"]
    assert at(samples, "mxshop_queue_length", queue="refunds_pending") == len(pending) > 0
    begun = {row.payment_id for row in refunds if row.state != "failed"}
    flagged = [row for row in payments if row.flag and row.pk not in begun]
    waiting = "mxshop_waiting_for_staff"
    assert at(samples, waiting, what="payments_to_give_back") == len(flagged) > 0
    sweep = {"sweep": "close_expired_orders"}
    assert 100 <= at(samples, "mxshop_sweep_age_seconds", **sweep) < 200
    assert at(samples, "mxshop_sweep_every_seconds", **sweep) == 30
    assert at(samples, "mxshop_sweep_found", what="closed", **sweep) == 2
    assert at(samples, "mxshop_sweep_failed", **sweep) == 0
    assert at(samples, "mxshop_sweep_failed", sweep="make_pictures") == 1
    assert at(samples, "mxshop_health", part="database") == 1
    assert at(samples, "mxshop_disk_free_bytes", folder="VAR_DIR") > 0


def test_what_waits_longest(client: Client) -> None:
    since = clock.database_now() - timedelta(minutes=10)
    PaymentNotice.objects.create(source="notify", raw="", add_time=since)
    PaymentNotice.objects.create(source="notify", raw="")
    samples = read(client)
    assert at(samples, "mxshop_queue_length", queue="notices_unjudged") == 2
    age = at(samples, "mxshop_queue_oldest_seconds", queue="notices_unjudged")
    assert 600 <= age < 700
    assert at(samples, "mxshop_queue_oldest_seconds", queue="refunds_pending") == 0


def test_reading_costs_the_same_for_many_rows(client: Client, buyer: UserProfile) -> None:
    goods = make_goods(make_category(), stock=50)
    heartbeat_start(sweep="first", every=30)
    read(client)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read(client)
        return len(asked)

    one = queries()
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=3)
    for number in range(5):
        heartbeat_start(sweep=f"s{number}", every=30)
    assert queries() == one <= 24


def test_whoever_asks_often_gets_the_same(client: Client, django_assert_num_queries: Any) -> None:
    read(client)
    with django_assert_num_queries(0):
        assert client.get("/metrics").status_code == 200


def test_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    samples = read(client)
    assert at(samples, "mxshop_health", part="database") == 0
    assert ("mxshop_orders_today", ()) not in samples
    assert ("mxshop_health", (("part", "media"),)) in samples
