"""Verification codes: sent by SMS at most so often, found out by guessing practically never.

Who asks first claims a slot (services.code_quotas), then the SMS is sent outside of any
transaction, and a provider that fails gives the slot back. How often a code is compared is
limited by who compares (TRIES), each try counted and committed before the comparison, so that
no crash, no rollback and no parallel request gets a try for free.

Strangers cannot use up what the owner of a mobile needs: a code stays good beside newer ones,
and tries from an address that the account knows, and from the one that asked for the code, are
counted apart from all others.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError
from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.transactions import retry_on_deadlock
from utils.sms.sending import sms_send_code

from ..models import VerifyCode
from .code_quotas import code_quotas, quotas_claim, quotas_purge, quotas_release
from .known_addresses import address_is_known_to_mobile

LIFETIME = timedelta(minutes=5)
# How often one code is compared, by who does so: somebody at an address that the account of
# the mobile knows; at the address that asked for the code; at any other.
TRIES = {"known": 5, "asker": 5, "other": 2}
# After this, support cannot see any more whether a code was sent.
KEPT = timedelta(days=1)


class CodeWrongError(DomainError):
    """The code was not sent, or was used before."""

    field = "code"
    message = _("The verification code is wrong.")


class CodeExpiredError(DomainError):
    """The last code is older than LIFETIME, or all that live were tried too often."""

    field = "code"
    message = _("The verification code has expired.")


def verify_code_send(*, mobile: str, purpose: str, address: str) -> None:
    """Send a new code to ``mobile``; older ones stay good for the rest of their LIFETIME.

    ``address`` is where the request came from (utils.limits.client_address). Raises
    CodeTooSoonError, CodeQuotaError and SmsCeilingError, having changed nothing;
    SmsRefusedError and SmsUnreachableError, having taken the code back, so that the next
    request may follow at once. Never call it inside a transaction: it waits for the provider.
    """
    length = VerifyCode.Purpose(purpose).code_length
    code = f"{secrets.randbelow(10**length):0{length}}"
    is_known = address_is_known_to_mobile(mobile=mobile, address=address)
    asker_hash = _asker_hash(mobile, address)
    quotas = code_quotas(mobile=mobile, address=address, asker_hash=asker_hash, is_known=is_known)
    now = timezone.now()
    quotas_claim(quotas, now)
    # Kept before it is sent, or a code might arrive that nobody knows.
    verify_code = VerifyCode.objects.create(
        mobile=mobile, purpose=purpose, code_hash=_hash(mobile, purpose, code),
        asker_hash=asker_hash, add_time=now,
    )  # fmt: skip
    try:
        sms_send_code(mobile=mobile, code=code)
    except Exception:  # whatever it was: a new code may be asked for at once
        verify_code.delete()
        quotas_release(quotas, now)
        raise


def verify_code_try(*, mobile: str, purpose: str, code: str, address: str) -> VerifyCode:
    """Compare ``code`` with those that were sent and live, which costs one try of each.

    ``address`` is where the try comes from (utils.limits.client_address). Returns what
    verify_code_use() takes. Raises CodeWrongError, CodeExpiredError. Must not be called inside
    a transaction, whose rollback would give the try back.
    """
    sent = VerifyCode.objects.filter(mobile=mobile, purpose=purpose)
    living = list(
        sent.filter(used_time__isnull=True, add_time__gt=timezone.now() - LIFETIME)
        .only("pk", "code_hash", "asker_hash")
        .order_by("pk")
    )
    if not living:
        newest = sent.order_by("-pk").only("used_time").first()
        raise CodeWrongError if newest is None or newest.used_time else CodeExpiredError
    if address_is_known_to_mobile(mobile=mobile, address=address):
        pools = ["known"] * len(living)
    else:
        asker_hash = _asker_hash(mobile, address)
        pools = ["asker" if row.asker_hash == asker_hash else "other" for row in living]
    comparable = _tries_count(list(zip(living, pools, strict=True)))
    if not comparable:
        raise CodeExpiredError
    code_hash = _hash(mobile, purpose, code)
    # All of them, so that the time does not tell which one it was.
    right = [row for row in comparable if constant_time_compare(row.code_hash, code_hash)]
    if not right:
        raise CodeWrongError
    return right[-1]


def verify_code_use(verify_code: VerifyCode) -> None:
    """End a code that verify_code_try() found right; only one of parallel calls succeeds.

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
    quotas_purge(now, seconds=seconds)
    return delete_in_batches(VerifyCode.objects.filter(add_time__lt=now - KEPT), seconds=seconds)


@retry_on_deadlock
def _tries_count(codes: list[tuple[VerifyCode, str]]) -> list[VerifyCode]:
    """Count one try of each code in its pool; return those that had one left.

    ``codes`` are in the order of their keys, in which all transactions lock them.
    """
    comparable = []
    with transaction.atomic(durable=True):
        for code, pool in codes:
            column = f"{pool}_tries"
            rows = VerifyCode.objects.filter(pk=code.pk, used_time__isnull=True)
            has_one_left = {f"{column}__lt": TRIES[pool]}
            count_one = {column: F(column) + 1, "tries": F("tries") + 1}
            if rows.filter(**has_one_left).update(**count_one):
                comparable.append(code)
    return comparable


def _hash(mobile: str, purpose: str, code: str) -> str:
    digest = salted_hmac("apps.users.VerifyCode", f"{mobile}:{purpose}:{code}", algorithm="sha256")
    hexdigest: str = digest.hexdigest()
    return hexdigest


def _asker_hash(mobile: str, address: str) -> str:
    digest = salted_hmac("apps.users.VerifyCode.asker", f"{mobile}:{address}", algorithm="sha256")
    hexdigest: str = digest.hexdigest()
    return hexdigest
