"""Which request does the work of a key, and what the later ones are answered.

A key is claimed by one statement that commits at once, so that others see it. The work
follows in a transaction of its own, whose last statement turns the claim into the answer:
both are committed or neither is. A claim ends: after LOCK another request
may take it over, by an UPDATE that names the token it saw, and then the first finds that it
lost the claim and must roll back. So a process may die anywhere, and the work is done once.

Locks. The row of the key is the last that a transaction with work in it locks, and nothing
but COMMIT follows. Claims, take-overs and releases are single statements outside of any
transaction, and hold nothing while they wait: only an INSERT also shares a lock on the
user's row (the foreign key), before any work has begun. A purge locks records by primary key,
in its order, and nothing else. So no two of them wait for each other. (Deleting a user takes
the records first and then the user: beside that user's own work it may end as a deadlock, as
it would with the rows that the work writes.) A claim that is released is not deleted: of two
INSERTs that find the deleted entry of their key, InnoDB ends one as a deadlock. After a purge
that can still be; as nothing was done then, the claim is tried again.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.deadline import Deadline
from utils.db.transactions import atomic_retry_on_deadlock, retry_on_deadlock

from .models import IdempotencyRecord

LIFETIME = timedelta(hours=24)  # of a key, from the request on that was answered
LOCK = timedelta(seconds=60)  # longer than any request should take
PURGE_BATCH = 1_000


class KeyRunningError(DomainError):
    """Another request with this key is at work; nothing was changed."""

    status = 409
    message = _("A request with this Idempotency-Key is still being processed.")
    wait = 1


class KeyReusedError(DomainError):
    """The key belongs to a request that asked for something else; nothing was changed."""

    status = 422
    message = _("This Idempotency-Key was used for a different request.")


class ClaimLostError(KeyRunningError):
    """The claim was taken over meanwhile: what was done for it must be rolled back."""


class Claim(NamedTuple):
    """The right to do the work of a key, as long as nobody took it over."""

    record_id: int
    token: str


class Answer(NamedTuple):
    """What was answered; ``body`` is JSON, or empty where there was none."""

    status: int
    headers: dict[str, str]
    body: str


@retry_on_deadlock
def key_claim(*, user_id: int, key_hash: str, fingerprint: str) -> Claim | Answer:
    """Claim a user's key for a request, or return what the key was answered before.

    ``key_hash`` and ``fingerprint`` are those of keys.py. A key whose request failed, whose
    claim is older than LOCK, or that has expired, is as good as new. Call it outside of any
    transaction. Raises KeyRunningError, KeyReusedError.
    """
    now = timezone.now()
    token = secrets.token_hex(16)
    claim = {
        "fingerprint": fingerprint, "claim_token": token, "locked_until": now + LOCK,
        "status": None, "headers": {}, "body": "", "add_time": now, "expires_at": now + LIFETIME,
    }  # fmt: skip
    records = IdempotencyRecord.objects.filter(user_id=user_id, key_hash=key_hash)
    record = records.first()
    if record is None:
        new = IdempotencyRecord(user_id=user_id, key_hash=key_hash, **claim)
        IdempotencyRecord.objects.bulk_create([new], ignore_conflicts=True)
        record = records.first()
        if record is None:  # purged again, or the account was deleted, in this moment
            raise KeyRunningError
        if record.claim_token == token:
            return Claim(record.pk, token)
    if _counts(record, now):
        if record.fingerprint != fingerprint:
            raise KeyReusedError
        if record.status is None:
            raise KeyRunningError
        return Answer(record.status, record.headers, record.body)
    if not _unchanged(record).update(**claim):
        raise KeyRunningError
    return Claim(record.pk, token)


def answer_store(*, claim: Claim, answer: Answer) -> None:
    """Turn a claim into the answer. The last statement in the transaction of the work.

    Raises ClaimLostError, upon which that transaction must be rolled back.
    """
    stored = _held(claim).update(**answer._asdict())
    if not stored:
        raise ClaimLostError


@retry_on_deadlock
def claim_release(*, claim: Claim) -> None:
    """Give a key back whose request changed nothing; a claim that was lost, or whose answer
    is stored, stays as it is. Call it outside of any transaction."""
    _held(claim).update(locked_until=timezone.now())


def idempotency_records_purge(now: datetime | None = None, *, seconds: float | None = None) -> int:
    """Delete the records that have expired by ``now`` (the database's time); return how many.

    Safe at any time and on several machines. After ``seconds`` the rest is left.
    """
    end = now or clock.database_now()
    deadline = Deadline(seconds)
    expired = IdempotencyRecord.objects.filter(expires_at__lte=end).order_by("expires_at")
    purged = 0
    while keys := list(expired.values_list("pk", flat=True)[:PURGE_BATCH]):
        if deadline.is_over:
            break
        purged += _purge(keys, end)
    return purged


def idempotency_records_forget(*, user_id: int) -> None:
    """Delete what was answered to a user: a body may name the person.

    Call it last in the transaction that closes the account, after which no new answer is stored.
    """
    IdempotencyRecord.objects.filter(user_id=user_id).delete()


@atomic_retry_on_deadlock
def _purge(keys: list[int], end: datetime) -> int:
    """Delete those of these records that have expired; claimed again meanwhile, one has not.

    The rows are locked by their keys alone, in this order: through the index of ``expires_at``,
    a take-over, which locks the row before its entry there, would wait the other way round.
    """
    rows = IdempotencyRecord.objects.filter(pk__in=keys).order_by("pk").select_for_update()
    expired = [pk for pk, expires_at in rows.values_list("pk", "expires_at") if expires_at <= end]
    deleted, _per_model = IdempotencyRecord.objects.filter(pk__in=expired).delete()
    return deleted


def _counts(record: IdempotencyRecord, now: datetime) -> bool:
    end = record.locked_until if record.status is None else record.expires_at
    return now < end


def _unchanged(record: IdempotencyRecord) -> QuerySet[IdempotencyRecord]:
    """Return the record, unless another request has claimed or answered it since it was read."""
    return IdempotencyRecord.objects.filter(
        pk=record.pk, claim_token=record.claim_token, status=record.status
    )


def _held(claim: Claim) -> QuerySet[IdempotencyRecord]:
    return IdempotencyRecord.objects.filter(
        pk=claim.record_id, claim_token=claim.token, status=None
    )
