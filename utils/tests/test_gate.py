"""The bound on what waits for the database: slots, and a server that is known to be away."""

import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from tests.parallel import in_parallel
from utils.db import gate as gate_module
from utils.db import web_process
from utils.db.gate import Gate, GatedConnection
from utils.db.outages import DatabaseRefusedError
from utils.limits import slots
from utils.limits.slots import NoSlotError, Slots

GONE = OperationalError(2003, "Can't connect")


@pytest.fixture
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(slots, "STALLED_AFTER", 0.0)


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    clock = Clock()
    monkeypatch.setattr(gate_module, "time", clock)
    return clock


@pytest.mark.usefixtures("_no_patience")
class TestSlots:
    def test_no_more_than_there_are(self) -> None:
        bound = Slots(2)
        bound.take()
        bound.take()
        with pytest.raises(NoSlotError):
            bound.take()
        bound.give_back()
        bound.take()

    def test_at_once(self) -> None:
        bound = Slots(3)

        def take(_number: int) -> bool:
            try:
                bound.take()
            except NoSlotError:
                return False
            return True

        assert sum(in_parallel(8, take)) == 3

    def test_who_waits_gets_what_is_given_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slots, "LONGEST_WAIT", 30)
        bound = Slots(1)
        bound.take()
        got = threading.Event()
        waiting = threading.Thread(target=lambda: (bound.take(), got.set()))
        waiting.start()
        # The first may wait through a stall; whoever comes meanwhile may not.
        while not bound._waiting:
            pass
        with pytest.raises(NoSlotError):
            bound.take()
        bound.give_back()
        assert got.wait(timeout=30)
        waiting.join()

    def test_while_slots_move_everybody_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slots, "LONGEST_WAIT", 30)
        monkeypatch.setattr(slots, "STALLED_AFTER", 30)
        bound = Slots(2)

        def work(_number: int) -> None:
            for _ in range(50):
                bound.take()
                bound.give_back()

        in_parallel(8, work)

    def test_a_crowd_after_a_quiet_time_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A slot that nobody has asked for is not one that stands still."""
        monkeypatch.setattr(slots, "LONGEST_WAIT", 30)
        monkeypatch.setattr(slots, "STALLED_AFTER", 30)
        now = Clock()
        monkeypatch.setattr(slots, "time", now)
        bound = Slots(1)
        now.now += 3600
        bound.take()
        crowd = [threading.Thread(target=bound.take) for _ in range(3)]
        for buyer in crowd:
            buyer.start()
        while bound._waiting < len(crowd):
            assert all(buyer.is_alive() for buyer in crowd)
        for _buyer in crowd:
            bound.give_back()
        for buyer in crowd:
            buyer.join()


@pytest.mark.usefixtures("_no_patience")
class TestGate:
    def test_one_slot_for_a_request_however_often_it_asks(self) -> None:
        gate = Gate()
        gate.open(slots=1)
        for _ in range(2):
            with gate.request():
                for _ in range(3):
                    assert gate.enter() is False

    def test_a_request_too_many(self) -> None:
        gate = Gate()
        gate.open(slots=1)
        with gate.request():
            gate.enter()

            def ask(_number: int) -> None:
                with gate.request(), pytest.raises(DatabaseRefusedError):
                    gate.enter()

            in_parallel(1, ask)
            gate.leave()  # to wait for something else

            def get_in(_number: int) -> None:
                with gate.request():
                    gate.enter()

            in_parallel(1, get_in)
            gate.enter()

    def test_what_is_no_request_is_not_bound(self) -> None:
        gate = Gate()
        gate.open(slots=1)
        for _ in range(3):
            assert gate.enter() is False

    def test_a_server_that_is_away_is_asked_by_one(self, clock: Any) -> None:
        gate = Gate()
        gate.open(slots=8)
        gate.not_reached(GONE)

        def enter() -> bool:
            with gate.request():
                return gate.enter()

        with pytest.raises(DatabaseRefusedError):
            enter()
        clock.now += gate_module.REST_SECONDS
        assert enter() is True  # with a connection that is made anew
        with pytest.raises(DatabaseRefusedError):
            enter()  # while the first tries
        gate.reached()
        assert [enter(), enter()] == [False, False]

    @pytest.mark.parametrize(("seconds", "rest"), [(0.001, 0.25), (1.5, 1.5), (20.0, 3.0)])
    def test_it_rests_for_as_long_as_the_try_took(
        self, clock: Any, seconds: float, rest: float
    ) -> None:
        gate = Gate()
        gate.open(slots=8)
        gate.not_reached(GONE, seconds=seconds)
        clock.now += rest - 0.01
        with gate.request(), pytest.raises(DatabaseRefusedError):
            gate.enter()
        clock.now += 0.01
        with gate.request():
            assert gate.enter() is True

    def test_it_is_told_once(self, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
        gate = Gate()
        gate.open(slots=8)
        for _ in range(3):
            gate.not_reached(GONE)
        gate.reached()
        gate.reached()
        assert [(line.levelname, line.exc_info) for line in caplog.records] == [
            ("ERROR", None), ("WARNING", None),
        ]  # fmt: skip

    @pytest.mark.parametrize("code", [1045, 1040])
    def test_a_server_that_refuses_is_not_away(self, clock: Any, code: int) -> None:
        gate = Gate()
        gate.open(slots=8)
        gate.not_reached(OperationalError(code, "no"))
        with gate.request():
            assert gate.enter() is False


def test_the_try_leaves_the_old_connection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old connection to a server that is away is asked in vain for the whole read timeout."""
    did: list[str] = []

    class Wrapper:
        connection: Any = object()
        in_atomic_block = False

        def close(self) -> None:
            did.append("close")
            self.connection = None

        def close_if_health_check_failed(self) -> None:
            did.append("ping" if self.connection else "nothing to ping")

        def ensure_connection(self) -> None:
            raise GONE

    class Gated(GatedConnection, Wrapper):
        pass

    gate = Gate()
    gate.open(slots=1)
    monkeypatch.setattr(gate_module, "gate", gate)
    monkeypatch.setattr(gate, "_away_until", 1.0)  # long past: somebody has to try
    with gate.request():
        wrapper = Gated()
        wrapper.close_if_health_check_failed()
        with pytest.raises(OperationalError):
            wrapper.ensure_connection()
    assert did == ["close", "nothing to ping"]
    with gate.request(), pytest.raises(DatabaseRefusedError):
        gate.enter()


class TestPatience:
    """How often a connection is tried that the server refuses."""

    @pytest.fixture(autouse=True)
    def _clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Sleeper(Clock):
            def sleep(self, seconds: float) -> None:
                self.now += seconds

        monkeypatch.setattr(gate_module, "time", Sleeper())
        self.gate = Gate()
        self.gate.open(slots=1)
        monkeypatch.setattr(gate_module, "gate", self.gate)

    def tries(self, *errors: Exception) -> int:
        """Return how many it took; raises the last error."""

        class Wrapper:
            connection: Any = None
            in_atomic_block = False
            tries = 0

            def ensure_connection(self) -> None:
                self.tries += 1
                if self.tries <= len(errors):
                    raise errors[self.tries - 1]

        class Gated(GatedConnection, Wrapper):
            pass

        wrapper = Gated()
        wrapper.ensure_connection()
        return wrapper.tries

    def test_a_request_waits_for_another_node(self) -> None:
        with self.gate.request():
            assert self.tries(GONE, OperationalError(2013, "lost"), GONE) == 4
            assert self.gate.enter() is False  # nobody has noticed

    def test_for_two_seconds(self) -> None:
        with self.gate.request(), pytest.raises(OperationalError):
            self.tries(*[GONE] * 21)
        with self.gate.request(), pytest.raises(DatabaseRefusedError):
            self.gate.enter()
        # It is known to be away: whoever looks whether it is back looks once.
        with self.gate.request(), pytest.raises(OperationalError):
            self.tries(GONE)

    def test_not_who_asks_how_it_is_now(self) -> None:
        with self.gate.request(), self.gate.at_once(), pytest.raises(OperationalError):
            self.tries(GONE)

    def test_nor_a_command(self) -> None:
        with pytest.raises(OperationalError):
            self.tries(GONE)

    def test_nor_for_a_refusal_of_another_kind(self) -> None:
        with self.gate.request(), pytest.raises(OperationalError):
            self.tries(OperationalError(1045, "no"))


def test_web_processes_alone_are_bound(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    options = dict(settings.DATABASES["default"]["OPTIONS"])
    database = {"ENGINE": "django.db.backends.mysql", "OPTIONS": options}
    gate = Gate()
    monkeypatch.setattr(web_process, "gate", gate)
    monkeypatch.setattr(web_process.connections, "settings", {"default": database})
    assert "read_timeout" not in database["OPTIONS"]
    web_process.bound_database_waits()
    assert database["ENGINE"] == "django.db.backends.mysql"  # no uwsgi here
    assert (database["OPTIONS"]["read_timeout"], database["OPTIONS"]["write_timeout"]) == (20, 20)
    monkeypatch.setattr(web_process, "server_threads", lambda: 8)
    web_process.bound_database_waits()
    assert database["ENGINE"] == "utils.db.gated.mysql"
    for _ in range(6):
        assert gate._slots is not None
        gate._slots.take()
    assert gate._slots._free == 0


def test_what_the_start_connected_with_is_not_used_by_requests() -> None:
    """The thread that starts a process also answers requests, and must pass the gate."""
    handler = ConnectionHandler(
        {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    )
    before = handler["default"]
    handler.settings["default"]["ENGINE"] = "utils.db.gated.sqlite3"
    assert handler["default"] is before
    web_process.connection_renew(handler)
    assert isinstance(handler["default"], GatedConnection)
    web_process.connection_renew(ConnectionHandler({}))  # nothing was connected yet
