"""How long, and how often, one process waits for the gateway."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.clocks import Clock
from utils.alipay import AlipayNotAskedError, AlipayUnreachableError, gateway_patience
from utils.alipay import patience as patience_module
from utils.alipay.patience import MAX_FAILURES, GatewayGuard, gateway_call, gateway_seconds_left

pytestmark = pytest.mark.one_database


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Clock:
    settings.GATEWAY_SECONDS, settings.GATEWAY_REST_SECONDS = 6, 10
    clock = Clock()
    monkeypatch.setattr(patience_module, "time", clock)
    return clock


def call(clock: Clock, seconds: float) -> float:
    """Call the gateway for so many seconds; return what the call had."""
    with gateway_call() as left:
        had = left()
        clock.now += seconds
        return had


def test_all_calls_share_one_deadline(clock):
    with gateway_patience():
        clock.now += 100  # it begins with the first call
        assert call(clock, 4) == 6
        assert call(clock, 3) == 2
        assert gateway_seconds_left() == 0
        with pytest.raises(AlipayNotAskedError):
            call(clock, 1)
    assert call(clock, 1) == 6


def test_what_is_inside_has_no_more_time_than_what_is_around_it(clock):
    with gateway_patience():
        assert call(clock, 4) == 6
        with gateway_patience():
            assert call(clock, 1) == 2
    with gateway_patience(100), gateway_patience(3):
        assert call(clock, 1) == 3


def silence(guard: GatewayGuard, times: int) -> None:
    for _ in range(times):
        with pytest.raises(AlipayUnreachableError), guard.call():
            raise AlipayUnreachableError


def is_refused(guard: GatewayGuard) -> bool:
    try:
        with guard.call():
            return False
    except AlipayNotAskedError:
        return True


def test_after_failures_in_a_row_nobody_asks_for_a_while(clock):
    guard = GatewayGuard()
    silence(guard, MAX_FAILURES - 1)
    assert not is_refused(guard)  # an answer: they are not in a row
    silence(guard, MAX_FAILURES)
    assert is_refused(guard)
    clock.now += 9.9
    assert is_refused(guard)
    clock.now += 0.1
    silence(guard, 1)  # the one that tries
    assert is_refused(guard)
    clock.now += 10
    assert not is_refused(guard)
    assert not is_refused(guard)


def test_one_at_a_time_tries_after_the_rest(clock, settings):
    settings.GATEWAY_CALLS_AT_ONCE = 5
    guard = GatewayGuard()
    silence(guard, MAX_FAILURES)
    clock.now += 10
    with guard.call():
        assert is_refused(guard)
    assert not is_refused(guard)


@pytest.mark.parametrize("error", [ValueError, KeyError])
def test_another_error_is_no_silence(clock, error):
    guard = GatewayGuard()
    for _ in range(2 * MAX_FAILURES):
        with pytest.raises(error), guard.call():
            raise error
    assert not is_refused(guard)


def test_so_many_threads_wait_and_no_more(settings):
    settings.GATEWAY_CALLS_AT_ONCE = 2
    guard, answer = GatewayGuard(), threading.Event()
    inside, refused = threading.Semaphore(0), threading.Semaphore(0)

    def ask() -> None:
        try:
            with guard.call():
                inside.release()
                answer.wait(10)
        except AlipayNotAskedError:
            refused.release()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    waits: list[Callable[..., bool]] = [inside.acquire] * 2 + [refused.acquire] * 4
    assert all(wait(timeout=60) for wait in waits)
    answer.set()
    for thread in threads:
        thread.join()
    assert not is_refused(guard)
