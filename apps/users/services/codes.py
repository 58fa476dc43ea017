"""Verification codes: sent by SMS at most so often, found out by guessing practically never.

Who asks first claims a slot by conditional UPDATEs, then the SMS is sent outside of any
transaction, and a provider that fails gives the slot back. A code is compared at most
TRIES times, each try counted and committed before the comparison, so that no crash, no
rollback and no parallel request gets a try for free.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, DateTimeField, F, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.transactions import retry_on_deadlock
from utils.sms.sending import sms_send_code

from ..models import CodeQuota, VerifyCode

LIFETIME = timedelta(minutes=5)
TRIES = 5
INTERVAL = timedelta(seconds=60)  # between two codes to one mobile
# After this, support cannot see any more whether a code was sent.
KEPT = timedelta(days=1)


class CodeTooSoonError(Exception):
    """The last code went to this mobile less than INTERVAL ago."""


class CodeQuotaError(Exception):
    """This mobile or this address had all codes of its window; ``wait`` is in seconds."""

    def __init__(self, *, wait: int) -> None:
        self.wait = wait
        super().__init__(f"try again in {wait} s")


class CodeWrongError(Exception):
    """It is not the newest code, or that was used, or none was sent."""


class CodeExpiredError(Exception):
    """The newest code is older than LIFETIME, or was tried TRIES times."""


@dataclass(frozen=True)
class Quota:
    subject: str
    limit: int
    window: timedelta
    interval: timedelta = timedelta(0)


def mobile_quota(mobile: str) -> Quota:
    return Quota(f"mobile:{mobile}", limit=10, window=timedelta(days=1), interval=INTERVAL)


def address_quota(address: str) -> Quota:
    return Quota(f"address:{address}", limit=30, window=timedelta(hours=1))


def verify_code_send(*, mobile: str, purpose: str, address: str) -> None:
    """Send a new code to ``mobile``, which ends the older ones of that purpose.

    ``address`` is where the request came from (utils.limits.client_address). Raises
    CodeTooSoonError and CodeQuotaError, having changed nothing; SmsRefusedError and
    SmsUnreachableError, having taken the code back, so that the next request may follow
    at once. Never call it inside a transaction: it waits for the provider.
    """
    code = f"{secrets.randbelow(10_000):04}"
    quotas = [mobile_quota(mobile), address_quota(address)]
    now = timezone.now()
    _quotas_make(quotas, now)
    with transaction.atomic():
        for quota in quotas:
            _quota_claim(quota, now)
        verify_code = VerifyCode.objects.create(
            mobile=mobile, purpose=purpose, code_hash=_hash(mobile, purpose, code), add_time=now
        )
    try:
        sms_send_code(mobile=mobile, code=code)
    except Exception:  # whatever it was, nothing was sent: the slot goes back
        with transaction.atomic():
            verify_code.delete()
            for quota in quotas:
                _quota_release(quota, now)
        raise


def verify_code_try(*, mobile: str, purpose: str, code: str) -> VerifyCode:
    """Compare ``code`` with the newest one sent, which costs one of its TRIES.

    Returns what verify_code_use() takes. Raises CodeWrongError, CodeExpiredError. Must not
    be called inside a transaction, whose rollback would give the try back.
    """
    newest = (
        VerifyCode.objects.filter(mobile=mobile, purpose=purpose)
        .only("pk", "code_hash", "used_time", "add_time")
        .order_by("-id")
        .first()
    )
    if newest is None or newest.used_time is not None:
        raise CodeWrongError
    if newest.add_time <= timezone.now() - LIFETIME:
        raise CodeExpiredError
    with transaction.atomic(durable=True):
        counted = VerifyCode.objects.filter(
            pk=newest.pk, used_time__isnull=True, tries__lt=TRIES
        ).update(tries=F("tries") + 1)
    if not counted:
        raise CodeExpiredError
    if not constant_time_compare(newest.code_hash, _hash(mobile, purpose, code)):
        raise CodeWrongError
    return newest


def verify_code_use(verify_code: VerifyCode) -> None:
    """End a code that verify_code_try() found right; once, whoever else does so meanwhile.

    Call it in the transaction of what the code allows, so that both happen or neither.
    Raises CodeWrongError when somebody else was first.
    """
    used = VerifyCode.objects.filter(pk=verify_code.pk, used_time__isnull=True).update(
        used_time=timezone.now()
    )
    if not used:
        raise CodeWrongError


def verify_codes_purge(*, now: datetime | None = None, seconds: float | None = None) -> int:
    """Delete codes and quotas that are over; return how many codes. Safe at any time.

    ``now`` is the database's time by default; after ``seconds`` the rest is left.
    """
    now = now or clock.database_now()
    # Only windows that are over, whoever's they are: a row that is missing counts as zero.
    # And none whose last code is younger than INTERVAL, which must still hold.
    over = CodeQuota.objects.filter(window_start__lt=now - timedelta(days=1)).exclude(
        last_time__gt=now - INTERVAL
    )
    delete_in_batches(over, seconds=seconds)
    old = VerifyCode.objects.filter(add_time__lt=now - KEPT)
    return delete_in_batches(old, seconds=seconds)


def _hash(mobile: str, purpose: str, code: str) -> str:
    digest = salted_hmac("apps.users.VerifyCode", f"{mobile}:{purpose}:{code}", algorithm="sha256")
    hexdigest: str = digest.hexdigest()
    return hexdigest


@retry_on_deadlock
def _quotas_make(quotas: list[Quota], now: datetime) -> None:
    """See to it that there is a row to claim.

    Committed by itself: inserting inside the transaction, two of three parallel first
    requests would end in a deadlock over the duplicate key (InnoDB).
    """
    CodeQuota.objects.bulk_create(
        [CodeQuota(subject=quota.subject, window_start=now) for quota in quotas],
        ignore_conflicts=True,
    )


def _quota_claim(quota: Quota, now: datetime) -> None:
    """Count one code, or raise CodeTooSoonError or CodeQuotaError."""
    is_over = Q(window_start__lte=now - quota.window)
    may_pass = is_over | Q(count__lt=quota.limit)
    if quota.interval:
        may_pass &= Q(last_time__isnull=True) | Q(last_time__lte=now - quota.interval)
    rows = CodeQuota.objects.filter(subject=quota.subject)
    claimed = rows.filter(may_pass).update(
        # MariaDB assigns from left to right and would see its own new window_start:
        # the count comes first.
        count=Case(When(is_over, then=Value(1)), default=F("count") + 1,
                   output_field=IntegerField()),
        window_start=Case(When(is_over, then=Value(now)), default=F("window_start"),
                          output_field=DateTimeField()),
        last_time=now,
    )  # fmt: skip
    if claimed:
        return
    row = rows.first()
    # No row: it was purged at this very moment, and the next request finds a new one.
    if row is None or (
        quota.interval and row.last_time is not None and row.last_time > now - quota.interval
    ):
        raise CodeTooSoonError
    raise CodeQuotaError(wait=max(1, int((row.window_start + quota.window - now).total_seconds())))


def _quota_release(quota: Quota, claimed_at: datetime) -> None:
    """Take one claim back: nothing was sent."""
    rows = CodeQuota.objects.filter(subject=quota.subject)
    rows.filter(count__gt=0).update(count=F("count") - 1)
    rows.filter(last_time=claimed_at).update(last_time=None)
