"""Addresses at which an account was opened before: strangers cannot lock its owner out there.

What is limited for everybody together, because anybody could be guessing, is counted apart for
an address that is known to the account (services.passwords, services.codes, services.code_quotas).
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.transactions import retry_on_deadlock
from utils.limits.client_address import UNKNOWN

from ..models import KnownAddress, UserProfile

# The newest of an account; each has a share of the password tries (services.passwords).
PER_ACCOUNT = 5
KEPT = timedelta(days=90)  # since the last log-in


@retry_on_deadlock
def address_remember(*, account: UserProfile, address: str) -> None:
    """Note that the owner of ``account`` proved at ``address`` to be the owner.

    ``address`` is utils.limits.client_address; one that is unknown is not noted. Of an
    account's addresses the PER_ACCOUNT newest stay.
    """
    if address == UNKNOWN:
        return
    now = timezone.now()
    rows = KnownAddress.objects.filter(account=account)
    address_hash = address_hash_make(account_id=account.pk, address=address)
    if rows.filter(address_hash=address_hash).update(last_time=now):
        return
    KnownAddress.objects.bulk_create(
        [KnownAddress(account=account, address_hash=address_hash, last_time=now)],
        ignore_conflicts=True,  # a parallel log-in was first
    )
    newest = list(rows.order_by("-last_time", "-pk").values_list("pk", flat=True)[:PER_ACCOUNT])
    rows.exclude(pk__in=newest).delete()


def address_known_hash(*, account_id: int, address: str) -> str | None:
    """Return the hash under which ``address`` is known to the account; None when it is not."""
    if address == UNKNOWN:
        return None
    address_hash = address_hash_make(account_id=account_id, address=address)
    is_known = KnownAddress.objects.filter(
        account_id=account_id, address_hash=address_hash, last_time__gt=timezone.now() - KEPT
    ).exists()
    return address_hash if is_known else None


def address_is_known_to_mobile(*, mobile: str, address: str) -> bool:
    """Return whether the account of ``mobile``, if there is one, was opened at ``address``."""
    account_id = UserProfile.objects.filter(mobile=mobile).values_list("pk", flat=True).first()
    if account_id is None:
        return False
    return address_known_hash(account_id=account_id, address=address) is not None


def addresses_forget(*, account: UserProfile) -> None:
    """Forget every address of the account: somebody else may have logged in there."""
    KnownAddress.objects.filter(account=account).delete()


def known_addresses_purge(*, seconds: float | None = None) -> int:
    """Delete addresses that were not used for KEPT; return how many. Safe at any time.

    After ``seconds`` the rest is left.
    """
    old = KnownAddress.objects.filter(last_time__lt=clock.database_now() - KEPT)
    return delete_in_batches(old, seconds=seconds)


def address_hash_make(*, account_id: int, address: str) -> str:
    """Return 64 hexadecimal digits, from which nobody without SECRET_KEY finds the address."""
    digest = salted_hmac("apps.users.KnownAddress", f"{account_id}:{address}", algorithm="sha256")
    hexdigest: str = digest.hexdigest()
    return hexdigest
