"""Real threads on a real MariaDB; each guard once on, and once off to show what it prevents."""

from collections import Counter
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from rest_framework.test import APIClient

from extra_apps.idempotency import decorators, services
from extra_apps.idempotency.models import IdempotencyRecord
from extra_apps.idempotency.services import Answer, Claim, idempotency_records_purge
from tests.deadlocks import deadlocks
from tests.parallel import in_parallel, meeting, tell
from utils.db import transactions

from .conftest import Meanwhile, client_of, groups, post, user_make, worked
from .shop import refuse

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("extra_apps.idempotency.tests.shop"),
]

MANY = 20
ROUNDS = 3


def outcome_of(answer: Any) -> str:
    return "replay" if "Idempotency-Replayed" in answer else str(answer.status_code)


def all_at_once(user: Any, key: Callable[[int], str] = lambda number: "k") -> Counter[str]:
    """Post MANY requests of one user at the same moment; count what becomes of them."""
    return Counter(in_parallel(MANY, lambda number: outcome_of(post(client_of(user), key(number)))))


def forget_all() -> None:
    Group.objects.all().delete()
    IdempotencyRecord.objects.all().delete()


def rounds(before: Callable[[Any], None] = lambda user: None) -> list[Counter[str]]:
    """The outcomes of ROUNDS times MANY requests with one key; its work is always done once."""
    user = user_make("mine")
    outcomes = []
    for _ in range(ROUNDS):
        forget_all()
        before(user)
        outcome = all_at_once(user)
        assert outcome["201"] == 1
        assert set(outcome) <= {"201", "409", "replay"}
        assert worked() == 1
        outcomes.append(outcome)
    return outcomes


# --- Many at once --------------------------------------------------------------------------


def test_one_key_at_once() -> None:
    tell(f"of {MANY} requests with one key: {[dict(outcome) for outcome in rounds()]}")


def test_an_expired_key_at_once() -> None:
    def expire(user: Any) -> None:
        post(client_of(user), "k")
        IdempotencyRecord.objects.update(expires_at=timezone.now())
        Group.objects.all().delete()

    rounds(expire)


def test_a_crashed_claim_at_once() -> None:
    def crash(user: Any) -> None:
        post(client_of(user), "k")
        IdempotencyRecord.objects.update(status=None, locked_until=timezone.now())
        Group.objects.all().delete()

    rounds(crash)


def test_one_key_at_once_that_always_fails(meanwhile: Meanwhile) -> None:
    """Claims and releases get into each other's way without a deadlock."""
    meanwhile(refuse)
    user = user_make("mine")
    for _ in range(ROUNDS):
        forget_all()
        outcome = all_at_once(user)
        assert set(outcome) <= {"400", "409"}
        assert outcome["400"]
        assert worked() == 0
    meanwhile(lambda request: None)
    assert outcome_of(post(client_of(user), "k")) == "201"


def test_many_keys_at_once_of_a_user_whose_row_the_work_locks(meanwhile: Meanwhile) -> None:
    def lock_the_user(request: Any) -> None:
        get_user_model().objects.select_for_update().get(pk=request.user.pk)

    meanwhile(lock_the_user)
    user = user_make("mine")
    for _ in range(ROUNDS):
        forget_all()
        assert all_at_once(user, str) == {"201": MANY}
        assert worked() == MANY


def test_purges_and_claims_at_once() -> None:
    """Four purges run beside 16 requests with a key that has expired."""
    user = user_make("mine")
    for _ in range(2 * ROUNDS):
        forget_all()
        post(client_of(user), "k")
        IdempotencyRecord.objects.update(expires_at=timezone.now())
        Group.objects.all().delete()

        def act(number: int) -> str:
            if number % 5 == 0:
                idempotency_records_purge()
                return "purged"
            return outcome_of(post(client_of(user), "k"))

        outcome = Counter(in_parallel(MANY, act))
        assert set(outcome) <= {"purged", "201", "409", "replay"}
        # Perhaps not at all: who waited for the purge of the record is asked to come again.
        assert outcome["201"] == worked() <= 1


def test_a_claim_that_the_database_gave_up_is_tried_again() -> None:
    client = client_of(user_make("mine"))
    with deadlocks(IdempotencyRecord, 2) as given_up:
        assert outcome_of(post(client, "k")) == "201"
    assert (len(given_up), worked()) == (2, 1)
    assert outcome_of(post(client, "k")) == "replay"


def test_control_claims_that_are_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "TRIES", 1)
    with deadlocks(IdempotencyRecord, 1):
        assert outcome_of(post(client_of(user_make("mine")), "k")) == "503"
    assert worked() == 0


# --- The first is still at work ------------------------------------------------------------


class SlowWork:
    """The first request's work, which begins, waits, and ends when it is told to."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        self.begun, self.may_end = Event(), Event()
        meanwhile(self.wait)

    def wait(self, request: Any) -> None:
        if not self.begun.is_set():
            self.begun.set()
            assert self.may_end.wait(30)

    def beside(self, client: APIClient, do: Callable[[], Any]) -> tuple[Any, Any]:
        """Return the answer to the first request, and what ``do()`` returned meanwhile."""

        def run(number: int) -> Any:
            if number == 0:
                return post(client, "k")
            assert self.begun.wait(30)
            try:
                return do()
            finally:
                self.may_end.set()

        first, other = in_parallel(2, run)
        return first, other


def test_while_the_first_runs(meanwhile: Meanwhile) -> None:
    user, another = user_make("mine"), user_make("theirs")

    def others() -> list[Any]:
        return [
            post(client_of(user), "k"),
            post(client_of(user), "k", {"name": "b"}),
            post(client_of(user), "another"),
            post(client_of(another), "k"),
        ]

    first, answers = SlowWork(meanwhile).beside(client_of(user), others)
    assert first.status_code == 201
    assert [answer.status_code for answer in answers] == [409, 422, 201, 201]
    assert answers[0]["Retry-After"] == "1"
    assert worked() == 3
    assert post(client_of(user), "k").content == first.content


def take_over(user: Any) -> Any:
    """The first takes longer than its lock; another request takes its claim over."""
    IdempotencyRecord.objects.update(locked_until=timezone.now())
    return post(client_of(user), "k")


def test_a_takeover_while_the_first_runs(meanwhile: Meanwhile) -> None:
    user = user_make("mine")
    work = SlowWork(meanwhile)
    first, second = work.beside(client_of(user), lambda: take_over(user))
    assert (first.status_code, second.status_code) == (409, 201)
    assert list(groups().values_list("name", flat=True)) == [second.json()["name"]]
    assert post(client_of(user), "k").content == second.content


# --- Controls: what happens without each guard ---------------------------------------------


def test_control_without_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks for an answer and finds none does the work; the answer is kept afterwards."""
    meet = meeting(MANY)

    def look(*, user_id: int, key_hash: str, fingerprint: str) -> Claim | Answer:
        record = IdempotencyRecord.objects.filter(user_id=user_id, key_hash=key_hash).first()
        meet()
        if record is not None:
            return Answer(record.status or 0, record.headers, record.body)
        return Claim(user_id, key_hash)

    def keep(*, claim: Claim, answer: Answer) -> None:
        now = timezone.now()
        record = IdempotencyRecord(
            user_id=claim.record_id, key_hash=claim.token, locked_until=now,
            expires_at=now + services.LIFETIME, **answer._asdict(),
        )  # fmt: skip
        IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)

    monkeypatch.setattr(decorators, "key_claim", look)
    monkeypatch.setattr(decorators, "answer_store", keep)
    outcome = all_at_once(user_make("mine"))
    assert worked() == outcome["201"] > 1
    tell(f"control: without claims, {MANY} requests with one key did the work {worked()} times")


def test_control_takeovers_without_a_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several take the claim over; the token still lets one of them commit, the last.

    Without that guard too, each does the work.
    """
    user = user_make("mine")
    post(client_of(user), "k")
    IdempotencyRecord.objects.update(status=None, locked_until=timezone.now())
    Group.objects.all().delete()
    meet = meeting(MANY)

    def whatever_it_became(record: IdempotencyRecord) -> Any:
        meet()
        return IdempotencyRecord.objects.filter(pk=record.pk)

    monkeypatch.setattr(services, "_unchanged", whatever_it_became)
    monkeypatch.setattr(
        services, "_held", lambda claim: IdempotencyRecord.objects.filter(pk=claim.record_id)
    )
    outcome = all_at_once(user)
    assert worked() == outcome["201"] > 1
    tell(f"control: unconditional take-overs did the work {worked()} times")


def test_control_a_takeover_that_the_first_does_not_notice(
    meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = user_make("mine")
    monkeypatch.setattr(
        services, "_held", lambda claim: IdempotencyRecord.objects.filter(pk=claim.record_id)
    )
    work = SlowWork(meanwhile)
    first, second = work.beside(client_of(user), lambda: take_over(user))
    assert (first.status_code, second.status_code) == (201, 201)
    assert worked() == 2


def test_control_an_answer_kept_after_the_commit(
    meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies between the two does the work again a minute later."""
    user = user_make("mine")
    monkeypatch.setattr(decorators, "answer_store", lambda **kept_never: None)
    assert post(client_of(user), "k").status_code == 201
    assert take_over(user).status_code == 201
    assert worked() == 2
