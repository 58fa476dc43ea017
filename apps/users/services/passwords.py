"""Passwords: the one place where a password is compared, so seldom that guessing does not pay.

In any 60 minutes at most 60 passwords are compared with an account's (THROTTLE_LOGIN_ACCOUNT),
from however many addresses and at whatever page. Only wrong ones count: a try is counted and
committed before the comparison, so that parallel guesses cannot pass the limit, and a right
password gives its try back.

The 60 are shared out, so that strangers cannot lock the owner out: a third is for all addresses
that the account does not know, together, and the rest in equal parts for each address at which
it was opened before (services.known_addresses).
"""

import math
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from utils.api.errors import DomainError, ServiceUnavailable
from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.transactions import retry_on_deadlock
from utils.limits.rates import Rate, parse_rate

from ..models import PasswordBudget, PasswordTry, UserProfile
from .known_addresses import PER_ACCOUNT, address_known_hash, address_remember

# Names that no account has share this many counters, by their hash. As with an account's name,
# tries at one of them end in a refusal, and they cannot fill the table.
UNKNOWN_NAMES = 4096

STRANGERS = ""
NO_ACCOUNT = 0


class PasswordTriesError(DomainError):
    """Too many wrong passwords for this account, from here; ``wait`` seconds until the next."""

    status = 429

    def __init__(self, *, wait: int) -> None:
        minutes = math.ceil(wait / 60)
        text = ngettext(
            "Too many failed log-ins. Please try again in %(minutes)d minute.",
            "Too many failed log-ins. Please try again in %(minutes)d minutes.",
            minutes,
        )
        super().__init__(text % {"minutes": minutes}, wait=wait)


class LoginClosedError(DomainError):
    """The address's log-ins cannot be counted, and the account does not know the address."""

    status = 503
    message = _("The service is temporarily unavailable, please try again later.")
    wait = ServiceUnavailable.wait


def password_matches(
    *, account: UserProfile, password: str, address: str, only_known: bool = False
) -> bool:
    """Return whether ``password`` is that of ``account``; a wrong one is counted.

    ``address`` is utils.limits.client_address. With ``only_known`` an address that the account
    does not know is refused. Must not be called inside a transaction, whose rollback would
    give the try back. Raises PasswordTriesError and, with ``only_known``, LoginClosedError,
    having compared nothing.
    """
    return password_try(
        account=account,
        compare=lambda: account.check_password(password),
        address=address,
        only_known=only_known,
    )


def password_try(
    *, account: UserProfile, compare: Callable[[], bool], address: str, only_known: bool = False
) -> bool:
    """As password_matches(), for a backend that compares in another way."""
    known = address_known_hash(account_id=account.pk, address=address)
    if only_known and known is None:
        raise LoginClosedError
    try_id = _try_count(_subject(account.pk), known or STRANGERS)
    if not compare():
        return False
    if try_id is not None:
        PasswordTry.objects.filter(pk=try_id).delete()
    address_remember(account=account, address=address)
    return True


def unknown_name_try(*, name: str, password: str, address: str, only_known: bool = False) -> None:
    """Do for a name that no account has what costs as long as a wrong password.

    Raises PasswordTriesError and LoginClosedError as password_matches() does, so that neither
    the time nor the answer tells that there is no such account.
    """
    address_known_hash(account_id=NO_ACCOUNT, address=address)
    if only_known:
        raise LoginClosedError
    _try_count(f"unknown:{_name_number(name):03x}", STRANGERS)
    UserProfile().set_password(password)


def password_tries_purge(*, seconds: float | None = None) -> int:
    """Delete tries that do not count any more; return how many. Safe at any time.

    After ``seconds`` the rest is left.
    """
    rate = _rate()
    over = clock.database_now() - timedelta(seconds=rate.seconds if rate else 0)
    delete_in_batches(PasswordBudget.objects.filter(last_time__lte=over), seconds=seconds)
    return delete_in_batches(PasswordTry.objects.filter(add_time__lte=over), seconds=seconds)


def password_tries_forget(*, account_id: int) -> None:
    """Forget the tries at an account's password: the account is closed."""
    subject = _subject(account_id)
    PasswordTry.objects.filter(subject=subject).delete()
    PasswordBudget.objects.filter(subject=subject).delete()


def _subject(account_id: int) -> str:
    return f"account:{account_id}"


def _rate() -> Rate | None:
    return parse_rate(settings.THROTTLE_RATES["login_account"])


def _share(pool: str, tries: int) -> int:
    strangers = max(1, tries // 3)
    if pool == STRANGERS:
        return strangers
    return max(1, (tries - strangers) // PER_ACCOUNT)


def _name_number(name: str) -> int:
    # MariaDB finds other case, full-width digits, accents and trailing spaces equal: one
    # account's spellings share a counter, so those of a name without one do.
    letters = unicodedata.normalize("NFKD", name).casefold().strip()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    digest = salted_hmac(
        "apps.users.PasswordBudget", plain.encode(errors="replace"), algorithm="sha256"
    )
    return int.from_bytes(digest.digest()[:4]) % UNKNOWN_NAMES


def _try_count(subject: str, pool: str) -> int | None:
    """Count a try and return its key, None when there is no limit; or raise PasswordTriesError."""
    rate = _rate()
    if rate is None:
        return None
    while True:
        try_id = _try_count_alone(subject, pool, rate)
        if try_id is not None:
            return try_id
        _budget_make(subject)


@retry_on_deadlock
def _try_count_alone(subject: str, pool: str, rate: Rate) -> int | None:
    window = timedelta(seconds=rate.seconds)
    with transaction.atomic(durable=True):
        now = timezone.now()
        # The lock: until the commit, nobody else counts for this subject.
        if not PasswordBudget.objects.filter(subject=subject).update(last_time=now):
            return None
        tries: Any = PasswordTry.objects.filter(subject=subject, add_time__gt=now - window)
        newest_first = list(tries.order_by("-add_time").values_list("pool", "add_time"))
        for limit, times in (
            (rate.requests, [time for _pool, time in newest_first]),
            (_share(pool, rate.requests), [time for its, time in newest_first if its == pool]),
        ):
            if len(times) >= limit:
                # The next one is free when the oldest of the newest ``limit`` is over.
                wait = (times[limit - 1] + window - now).total_seconds()
                raise PasswordTriesError(wait=max(1, math.ceil(wait)))
        row = PasswordTry.objects.create(subject=subject, pool=pool, add_time=now)
        return row.pk


@retry_on_deadlock
def _budget_make(subject: str) -> None:
    # Committed by itself: inserts inside the transactions would end in deadlocks (InnoDB).
    PasswordBudget.objects.bulk_create(
        [PasswordBudget(subject=subject, last_time=timezone.now())], ignore_conflicts=True
    )
