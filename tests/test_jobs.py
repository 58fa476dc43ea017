"""run_jobs: every sweep, whatever becomes of the others, once or until it is told to stop."""

import logging
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from social_django.models import Nonce

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, OrderInfo, PaymentNotice
from apps.trade.services import closing, lapsed_holds
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.users.models import UserProfile
from extra_apps.social_jwt.services import social_states_purge
from mxshop import jobs, sweep_words
from mxshop.heartbeats import CHORES
from mxshop.jobs import SWEEPS, Sweep, sweep_run, sweeps_forever, sweeps_once
from mxshop.models import Heartbeat
from tests.audit import assert_audit_clean
from tests.nursery import Forked, Nursery
from tests.parallel import in_parallel
from tests.services import REDIS_URL
from utils.cache.configured import cache_config
from utils.cache.redis import RedisCache
from utils.db import batches, clock

Running = Callable[..., Forked]
NAMES = [
    "release_lapsed_holds", "close_expired_orders", "reconcile_payments",
    "confirm_received_orders", "resume_imports", "purge_verify_codes", "purge_revoked_logins",
    "purge_password_tries", "purge_known_addresses", "purge_social_states",
    "purge_idempotency_records", "purge_hold_windows", "purge_imports", "purge_task_results",
    "index_search", "make_pictures", "sweep_pictures",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _log_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "mxshop.jobs")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the jobs logged, without the seconds."""
    return [
        record.getMessage().rpartition(" (")[0] or record.getMessage()
        for record in caplog.records
        if record.name == "mxshop.jobs"
    ]


def run_once() -> int:
    with pytest.raises(SystemExit) as end:
        call_command("run_jobs", "--once")
    return int(str(end.value.code))


@pytest.fixture
def goods(db: None) -> Goods:
    return make_goods(make_category(), name="脐橙", stock=10, shop_price="12.30")


@pytest.fixture
def pears(goods: Goods) -> Goods:
    return make_goods(goods.category, name="酥梨", stock=5, shop_price="5.05")


def order_of(buyer: UserProfile, goods: Goods, nums: int) -> OrderInfo:
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=nums)
    return order_create(
        user_id=buyer.pk, destination=Destination("平江路 1 号", "小满", "13800000001")
    )


def test_the_sweeps_are_all_there() -> None:
    assert [sweep.name for sweep in SWEEPS] == NAMES


def test_once(db, caplog, gateway, buyer, other, goods, pears) -> None:
    late = order_of(buyer, goods, 2)
    with time_machine.travel(timezone.now() + timedelta(minutes=20), tick=False):
        cart_add(user_id=other.pk, goods_id=pears.pk, nums=3)
        order_of(buyer, goods, 1)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert run_once() == 0
    assert lines(caplog) == [
        "release_lapsed_holds: 0 released",
        "close_expired_orders: 1 closed, 0 paid, 0 left",
        "reconcile_payments: 0 notices, 1 asked, 0 refunds, 0 silent",
        "confirm_received_orders: 0 received, 0 left",
        "resume_imports: 0 resumed, 0 waiting",
        "purge_verify_codes: 0 purged",
        "purge_revoked_logins: 0 purged",
        "purge_password_tries: 0 purged",
        "purge_known_addresses: 0 purged",
        "purge_social_states: 0 purged",
        "purge_idempotency_records: 0 purged",
        "purge_hold_windows: 0 purged",
        "purge_imports: 0 purged",
        "purge_task_results: 0 purged",
        "index_search: 0 indexed, 0 mended",
        "make_pictures: 0 made, 0 unusable",
        "sweep_pictures: 0 deleted",
    ]
    late.refresh_from_db()
    assert (late.pay_status, late.closed_by) == ("TRADE_CLOSED", "expire")
    caplog.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=51), tick=False):
        assert run_once() == 0
    assert lines(caplog)[:2] == [
        "release_lapsed_holds: 1 released",
        "close_expired_orders: 1 closed, 0 paid, 0 left",
    ]
    goods.refresh_from_db()
    pears.refresh_from_db()
    assert (goods.goods_num, pears.goods_num) == (10, 5)
    assert_audit_clean()


def test_once_is_the_default(db, caplog) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("run_jobs")
    assert end.value.code == 0
    assert len(lines(caplog)) == len(NAMES)


def test_once_or_forever(db) -> None:
    with pytest.raises(CommandError):
        call_command("run_jobs", "--once", "--forever")


def broken() -> dict[str, int]:
    raise ZeroDivisionError("out of order")


def test_an_error_stops_no_other_sweep(db, caplog, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "SWEEPS", (Sweep("broken", 30, broken), *SWEEPS))
    assert run_once() == 1
    [failure] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert failure.getMessage().startswith("broken failed after")
    assert "ZeroDivisionError: out of order" in caplog.text
    assert "Traceback" in caplog.text
    assert [line.split(":")[0] for line in lines(caplog)[1:]] == NAMES


def test_an_error_with_one_cart_stops_no_other(
    caplog, monkeypatch, gateway, buyer, other, goods, pears
) -> None:
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=1)
    cart_add(user_id=other.pk, goods_id=pears.pk, nums=1)
    give_back = lapsed_holds.stock_return

    def fail_first(*, pieces: dict[int, int], **fields: Any) -> None:
        if goods.pk in pieces:
            raise ZeroDivisionError("out of order")
        give_back(pieces=pieces, **fields)

    monkeypatch.setattr(lapsed_holds, "stock_return", fail_first)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert run_once() == 1
    assert "ZeroDivisionError: out of order" in caplog.text
    held = CartLine.objects.filter(held_until__isnull=False)
    assert list(held.values_list("user", flat=True)) == [buyer.pk]


def test_an_error_with_one_order_stops_no_other(
    caplog, monkeypatch, gateway, buyer, other, goods
) -> None:
    first, second = order_of(buyer, goods, 2), order_of(other, goods, 3)
    settle = closing.order_close_via_gateway

    def fail_first(*, order_id: int, event: Any) -> Any:
        if order_id == first.pk:
            raise ZeroDivisionError("out of order")
        return settle(order_id=order_id, event=event)

    monkeypatch.setattr(closing, "order_close_via_gateway", fail_first)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert run_once() == 1
    assert "ZeroDivisionError: out of order" in caplog.text
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.pay_status, second.pay_status) == ("paying", "TRADE_CLOSED")


def test_an_error_with_one_notice_stops_no_other(caplog, monkeypatch, gateway, db) -> None:
    kept = timezone.now() - timedelta(minutes=5)
    # The first is not JSON, which an answer of the gateway has to be.
    left = [
        PaymentNotice.objects.create(source="query", raw=raw, add_time=kept)
        for raw in ("nonsense", "{}")
    ]
    assert run_once() == 1
    assert "JSONDecodeError" in caplog.text
    for notice in left:
        notice.refresh_from_db()
    assert [notice.verdict for notice in left] == ["received", "unknown_order"]


def test_a_database_that_is_gone_is_not_asked_for_each_order(
    monkeypatch, gateway, buyer, other, goods
) -> None:
    order_of(buyer, goods, 2)
    order_of(other, goods, 3)
    asked = []

    def gone(*, order_id: int, event: Any) -> Any:
        asked.append(order_id)
        raise OperationalError(2006, "Server has gone away")

    monkeypatch.setattr(closing, "order_close_via_gateway", gone)
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert run_once() == 1
    assert len(asked) == 1


def test_a_transaction_that_was_given_up_is_repeated(transactional_db, caplog) -> None:
    answers = iter([OperationalError(1213, "Deadlock found"), None])

    def deadlocked() -> dict[str, int]:
        if error := next(answers):
            raise error
        return {"purged": 3}

    assert sweep_run(Sweep("purge", 30, deadlocked))
    assert lines(caplog) == ["purge: 3 purged"]


# --- The clock ----------------------------------------------------------------------------


@pytest.fixture
def database_is(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the database's clock be some minutes before or behind this machine's."""

    def set_clock(minutes: float) -> None:
        ahead = timedelta(minutes=minutes)
        real_if = clock.database_now_if
        monkeypatch.setattr(clock, "database_now", lambda: timezone.now() + ahead)
        monkeypatch.setattr(
            clock,
            "database_now_if",
            lambda read, **given: real_if(read, **given) and timezone.now() + ahead,
        )

    return set_clock


@pytest.mark.parametrize("minutes", [-120, -1.1, 1.1, 120])
def test_a_wrong_clock_stops_it(
    db, caplog, monkeypatch, database_is, gateway, buyer, goods, minutes
) -> None:
    monkeypatch.setattr(jobs, "FIRST_ROUND_AFTER", 0)
    order = order_of(buyer, goods, 1)
    OrderInfo.objects.update(expires_at=timezone.now() - timedelta(hours=3))
    database_is(minutes)
    assert run_once() == 1
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert f"differ by {abs(minutes) * 60:.0f} s" in line
    assert line.count(" UTC") == 2
    assert "timedatectl" in line
    order.refresh_from_db()
    assert (order.pay_status, gateway.asked) == ("paying", [])
    with pytest.raises(SystemExit) as end:
        call_command("run_jobs", "--forever", "--parent", str(os.getppid()))
    assert end.value.code == 1


@pytest.mark.parametrize("minutes", [-120, 120])
def test_a_clock_that_is_not_that_of_redis_stops_it(
    db, caplog, monkeypatch, settings, gateway, buyer, goods, minutes
) -> None:
    """A machine whose own database node is as wrong as the machine."""
    order = order_of(buyer, goods, 1)
    OrderInfo.objects.update(expires_at=timezone.now() - timedelta(hours=3))
    settings.CACHES = {"default": cache_config("shop", "redis://127.0.0.1:9/0", max_entries=1)}
    redis_is = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(RedisCache, "server_now", lambda cache: redis_is)
    assert run_once() == 1
    [line] = [record.getMessage() for record in caplog.records if record.levelname == "CRITICAL"]
    assert "Redis's" in line
    order.refresh_from_db()
    assert (order.pay_status, gateway.asked) == ("paying", [])


@pytest.mark.redis
def test_the_clock_of_redis_is_in_utc_and_aware() -> None:
    there = RedisCache(REDIS_URL, {}).server_now()
    assert there.utcoffset() == timedelta(0)
    assert abs(there - timezone.now()) < timedelta(minutes=1)


def test_a_redis_that_does_not_answer_is_no_wrong_clock(db, settings) -> None:
    settings.CACHES = {"default": cache_config("shop", "redis://127.0.0.1:9/0", max_entries=1)}
    jobs.clock_check()


def test_a_clock_that_is_nearly_right_is_right(db, database_is) -> None:
    database_is(0.9)
    assert run_once() == 0


def test_the_databases_clock_decides(db, database_is, gateway, buyer, goods) -> None:
    """A minute is not worth a stop; what has expired is what has expired there."""
    order = order_of(buyer, goods, 1)
    OrderInfo.objects.update(expires_at=timezone.now() - timedelta(seconds=20))
    database_is(-0.5)
    assert run_once() == 0
    order.refresh_from_db()
    assert order.pay_status == "paying"
    database_is(0.5)
    assert run_once() == 0
    order.refresh_from_db()
    assert order.pay_status == "TRADE_CLOSED"


def test_the_databases_clock_is_in_utc_and_aware(db) -> None:
    here = timezone.now()
    there = clock.database_now()
    assert there.utcoffset() == timedelta(0)
    assert abs(there - here) < timedelta(minutes=1)


def test_the_web_asks_the_same_clock_when_it_sets_an_end(database_is, buyer, goods) -> None:
    """A web server two hours ahead, or behind, makes orders and holds like any other."""
    database_is(-120)
    order = order_of(buyer, goods, 1)
    line = cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=1)
    for end in (order.expires_at, line.held_until):
        assert abs(end - (timezone.now() - timedelta(minutes=90))) < timedelta(minutes=1)
    # Nor does it release what others hold: by its own clock this had lapsed long ago.
    assert lapsed_holds.holds_release_lapsed() == 0


# --- Heartbeats ---------------------------------------------------------------------------


def test_each_sweep_says_when_it_ran(db, monkeypatch, gateway) -> None:
    monkeypatch.setattr(jobs, "SWEEPS", (*SWEEPS, Sweep("broken", 30, broken)))
    assert run_once() == 1
    assert run_once() == 1
    beats = {beat.pk: beat for beat in Heartbeat.objects.all()}
    assert set(beats) == {*NAMES, "broken"}
    closing_ran = beats["close_expired_orders"]
    assert closing_ran.result.startswith("0 closed, 0 paid, 0 left (")
    assert (closing_ran.went_well, closing_ran.every) == (True, 30)
    assert closing_ran.counts == {"closed": 0, "paid": 0, "left": 0}
    assert closing_ran.started_at <= closing_ran.went_well_at == closing_ran.finished_at
    failed = beats["broken"]
    assert (failed.went_well, failed.went_well_at) == (False, None)
    assert failed.result == "ZeroDivisionError: out of order"
    assert not closing_ran.is_late(closing_ran.finished_at + timedelta(seconds=150))
    assert closing_ran.is_late(closing_ran.finished_at + timedelta(seconds=151))


def test_a_heartbeat_that_cannot_be_written_stops_nothing(db, monkeypatch, caplog) -> None:
    def gone() -> Any:
        raise OperationalError(2006, "Server has gone away")

    monkeypatch.setattr(clock, "database_now", gone)
    assert sweep_run(Sweep("purge", 30, lambda: {"purged": 3}))
    assert lines(caplog) == ["purge: 3 purged"]


def test_staff_read_heartbeats_and_write_none(db, client, gateway) -> None:
    run_once()
    for chore in CHORES:
        call_command("heartbeat", chore)
    staff = UserProfile.objects.create_user("13800000009", is_staff=True)
    client.force_login(staff)
    address = "/admin/mxshop/heartbeat/"
    assert client.get(address).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_heartbeat"))
    page = client.get(address)
    assert page.status_code == 200
    shown = page.content.decode()
    assert set(sweep_words.NAMES) == {*NAMES, *CHORES}
    assert [name for name in NAMES if name in shown] == []
    assert all(str(name) in shown for name in sweep_words.NAMES.values())
    results = " ".join(Heartbeat.objects.values_list("result", flat=True))
    counted = set(re.findall(r"\d+ ([a-z]{2,})", results))
    assert counted
    assert counted <= {*sweep_words.COUNTED}
    with override("en"):
        said = sweep_words.result_in_words("1 closed, 0 paid, 2 left (0.10 s)")
        assert said == "closed: 1, left for the next time: 2 (0.10 s)"
        assert sweep_words.result_in_words("0 purged (0.00 s)") == "nothing to do (0.00 s)"
        assert sweep_words.result_in_words("OSError: 3 lost") == "OSError: 3 lost"
    one = f"{address}close_5Fexpired_5Forders/change/"
    assert client.get(one).status_code == 200
    assert client.post(one, {"result": "x"}).status_code == 403
    for path in (f"{address}add/", f"{address}close_5Fexpired_5Forders/delete/"):
        assert client.get(path).status_code == 403


# --- Time budgets -------------------------------------------------------------------------


def test_no_sweep_takes_longer_than_its_time(db, settings, gateway, buyer, goods) -> None:
    """With no time at all, each leaves everything; the ones behind it are reached."""
    order_of(buyer, goods, 1)
    OrderInfo.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    settings.JOBS_SWEEP_SECONDS = 0
    assert run_once() == 0
    assert (OrderInfo.objects.get().pay_status, gateway.asked) == ("paying", [])
    assert Heartbeat.objects.get(pk="close_expired_orders").result.startswith(
        "0 closed, 0 paid, 1 "
    )
    assert Heartbeat.objects.get(pk="purge_idempotency_records").went_well


def test_purges_delete_in_batches(db, monkeypatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 2)
    for number in range(5):
        Nonce.objects.create(server_url="x", timestamp=1, salt=str(number))
    Nonce.objects.create(server_url="x", timestamp=2**31 - 1, salt="new")
    assert social_states_purge(seconds=0) == 0
    with CaptureQueriesContext(connection) as queries:
        assert social_states_purge() == 5
    deletes = [query["sql"] for query in queries if query["sql"].startswith("DELETE")]
    assert len(deletes) == 3
    assert Nonce.objects.get().salt == "new"


# --- Forever ------------------------------------------------------------------------------


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_each_sweep_at_its_interval(db, caplog, monkeypatch) -> None:
    now = Clock()
    monkeypatch.setattr(jobs, "time", now)
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    runs: list[tuple[str, float]] = []

    def noting(name: str) -> Sweep:
        every = {"often": 30, "seldom": 60, "broken": 60}[name]

        def run() -> dict[str, int]:
            runs.append((name, now.now))
            if name == "broken":
                raise OperationalError("no server")
            return {"done": int(name == "seldom")}

        return Sweep(name, every, run)

    monkeypatch.setattr(jobs, "SWEEPS", tuple(noting(n) for n in ("often", "seldom", "broken")))
    sweeps_forever(should_continue=lambda: now.now < 90)
    assert runs == [
        ("often", 5), ("seldom", 5), ("broken", 5),
        ("often", 35),
        ("often", 65), ("seldom", 65), ("broken", 65),
    ]  # fmt: skip
    # A sweep that found nothing to do is not worth a line.
    assert [line.partition(" ")[0] for line in lines(caplog)] == [
        "seldom:", "broken", "seldom:", "broken",
    ]  # fmt: skip


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_replaced(monkeypatch) -> None:
    now = Clock()
    monkeypatch.setattr(jobs, "time", now)
    numbers: list[int] = []

    def ask() -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT CONNECTION_ID()")
            numbers.append(cursor.fetchone()[0])
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("KILL %s", [numbers[-1]])
        other.close()
        return {"killed": 1}

    monkeypatch.setattr(jobs, "SWEEPS", (Sweep("ask", 30, ask),))
    sweeps_forever(should_continue=lambda: now.now < 90)
    connection.close()  # the third, which is dead too
    assert len(set(numbers)) == 3


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Forks the command with a database of its own, which nothing asks."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('jobs') / 'shop.sqlite3'}",
        "LOG_LEVEL": "INFO",
    }
    with Nursery("mxshop.jobs", environment=environment) as found:
        yield found


@pytest.fixture
def running(nursery: Nursery, tmp_path: Path) -> Iterator[Running]:
    """Run the command until it has said that it started; its end is the test's, too."""
    started: list[Forked] = []

    def run(*arguments: str, **options: Any) -> Forked:
        command = ["run_jobs", "--forever", *arguments]
        program = nursery.manage(*command, log=tmp_path / "jobs.log", **options)
        started.append(program)
        end = time.monotonic() + 60
        while "background work started" not in program.said():
            assert program.poll() is None, program.said()
            assert time.monotonic() < end
            time.sleep(0.01)
        return program

    yield run
    for program in started:
        program.kill()
        program.wait()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it(running: Running, number: int) -> None:
    program = running()
    program.send_signal(number)
    # At once: the next sweep is 5 s and 30 s away. A busy machine may need a moment.
    assert program.wait(timeout=4) == 0
    assert "background work stopped" in program.said()


@pytest.mark.slow
def test_a_shell_that_ignores_ctrl_c_in_the_background(running: Running) -> None:
    program = running(ignored=[signal.SIGINT])
    program.send_signal(signal.SIGINT)
    assert program.wait() == 0


@pytest.mark.slow
def test_it_ends_with_its_parent(running: Running) -> None:
    assert running("--parent", "1").wait() == 0


@pytest.mark.slow
def test_it_goes_on_beside_its_parent(running: Running, nursery: Nursery) -> None:
    program = running("--parent", str(nursery.pid))
    # A second is enough for it to have looked.
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(timeout=1.5)


# --- Twice at once ------------------------------------------------------------------------


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once(gateway) -> None:
    goods = [make_goods(make_category(), stock=200, shop_price="1.00") for _ in range(3)]
    for number in range(12):
        buyer = UserProfile.objects.create_user(f"138000000{number:02}")
        for row in goods:
            cart_add(user_id=buyer.pk, goods_id=row.pk, nums=2)
        if number % 2:
            order_create(user_id=buyer.pk, destination=Destination("路", "小满", "13800000001"))
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        assert in_parallel(2, lambda number: sweeps_once()) == [True, True]
        # What both saw locked by the other stays for the next run.
        assert sweeps_once()
    closed = OrderInfo.objects.filter(pay_status="TRADE_CLOSED", closed_by="expire")
    assert closed.count() == OrderInfo.objects.count() == 6
    assert CartLine.objects.filter(held_until=None).count() == CartLine.objects.count() == 18
    assert StockMovement.objects.filter(reason="close").count() == 18
    assert StockMovement.objects.filter(reason="lapse").count() == 18
    assert set(Goods.objects.values_list("goods_num", flat=True)) == {200}
    assert_audit_clean()


def test_chores_have_heartbeats(db, capsys) -> None:
    call_command("heartbeat", "backup", result="1 file")
    call_command("audit_shop", heartbeat=True)
    backup, audit = Heartbeat.objects.get(pk="backup"), Heartbeat.objects.get(pk="audit")
    assert (backup.every, backup.went_well, backup.result) == (86_400, True, "1 file")
    assert (audit.every, audit.went_well, audit.result, audit.counts) == (
        86_400, True, "ok", {"broken": 0},
    )  # fmt: skip
    call_command("heartbeat", "backup", failed=True, every=3600, result="disk full")
    before = backup.went_well_at
    backup.refresh_from_db()
    assert (backup.every, backup.went_well, backup.result) == (3600, False, "disk full")
    assert backup.went_well_at == before
    with pytest.raises(CommandError, match="backups"):
        call_command("heartbeat", "backups")


def test_a_broken_audit_fails_its_heartbeat(db, capsys) -> None:
    goods = make_goods(make_category(), stock=5)
    Goods.objects.filter(pk=goods.pk).update(goods_num=6)
    with pytest.raises(SystemExit):
        call_command("audit_shop", heartbeat=True)
    audit = Heartbeat.objects.get(pk="audit")
    assert (audit.went_well, audit.went_well_at) == (False, None)
    assert audit.result == "1 invariants broken"
    assert audit.counts == {"broken": 1}
    with pytest.raises(SystemExit):
        call_command("audit_shop")  # reads only
    assert Heartbeat.objects.count() == 1
