"""What the database gave up is done again; what it did not is not."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from utils.db import transactions
from utils.db.transactions import (
    TRIES,
    TransactionLostError,
    atomic_retry_on_deadlock,
    retry_on_deadlock,
)

pytestmark = pytest.mark.django_db(transaction=True)

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock")
CHANGED = OperationalError(1020, "Record has changed since last read")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)


class Work:
    """Makes a group, and then fails with one error after the other until there is none left."""

    def __init__(self, *errors: DatabaseError) -> None:
        self.errors = [*errors]
        self.calls = 0
        self.__qualname__ = "Work"  # as a function has one

    def __call__(self) -> str:
        self.calls += 1
        Group.objects.create(name=f"call {self.calls}")
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def groups() -> list[str]:
    made = Group.objects.filter(name__startswith="call").order_by("pk")
    return list(made.values_list("name", flat=True))


def test_a_transaction_that_was_given_up_is_repeated_from_its_start() -> None:
    work = Work(DEADLOCK, CHANGED)
    assert atomic_retry_on_deadlock(work)() == "done"
    assert (work.calls, groups()) == (3, ["call 3"])


def test_a_transaction_that_was_lost_is_repeated() -> None:
    work = Work(TransactionLostError(2013, "Lost connection"))
    assert atomic_retry_on_deadlock(work)() == "done"
    assert (work.calls, groups()) == (2, ["call 2"])


def test_not_when_the_server_stood_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "LONGEST_SECONDS", 0.0)
    work = Work(TransactionLostError(2013, "Lost connection"))
    with pytest.raises(TransactionLostError):
        retry_on_deadlock(transaction.atomic(work))()
    assert (work.calls, groups()) == (1, [])


def test_it_is_given_up_for_good_in_the_end() -> None:
    work = Work(*[DEADLOCK] * TRIES)
    with pytest.raises(OperationalError, match="Deadlock"):
        atomic_retry_on_deadlock(work)()
    assert (work.calls, groups()) == (TRIES, [])


@pytest.mark.parametrize(
    "error", [OperationalError(2013, "Lost connection"), OperationalError(), IntegrityError(1213)]
)
def test_other_errors_are_not_repeated(error: DatabaseError) -> None:
    """After a lost connection nobody knows whether the work was committed."""
    work = Work(error)
    with pytest.raises(type(error)):
        atomic_retry_on_deadlock(work)()
    assert (work.calls, groups()) == (1, [])


def test_within_a_transaction_it_is_the_callers_to_repeat() -> None:
    work = Work(DEADLOCK)
    with pytest.raises(OperationalError), transaction.atomic():
        retry_on_deadlock(work)()
    assert (work.calls, groups()) == (1, [])
