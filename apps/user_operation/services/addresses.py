"""Every write to a buyer's addresses, so that exactly one of them is the default.

The first address becomes the default, setting another moves it, deleting it passes it on
to the newest that is left. Whoever writes holds the buyer's row until the transaction ends.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.users.services.locks import account_check_open, accounts_lock
from utils.api.errors import DomainError
from utils.api.lookups import get_or_missing
from utils.db.locks import check_changed
from utils.db.staff_history import history_forget
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import UserAddress

MAX_ADDRESSES = 20


class TooManyAddressesError(DomainError):
    """The buyer has MAX_ADDRESSES already; nothing was changed."""

    field = "non_field_errors"

    def __init__(self) -> None:
        super().__init__(_("At most %(limit)d addresses are kept.") % {"limit": MAX_ADDRESSES})


@atomic_retry_on_deadlock
def address_add(*, user_id: int, fields: Mapping[str, Any]) -> UserAddress:
    """Add an address with these ``fields`` (``is_default`` among them, if wished).

    Raises TooManyAddressesError when the buyer has MAX_ADDRESSES; AccountClosedError.
    """
    _lock_address_books([user_id])
    account_check_open(user_id=user_id)
    addresses = UserAddress.objects.filter(user_id=user_id)
    count = addresses.count()
    if count >= MAX_ADDRESSES:
        raise TooManyAddressesError
    is_default = count == 0 or bool(fields.get("is_default"))
    if is_default:
        addresses.filter(is_default=True).update(is_default=False)
    return UserAddress.objects.create(**{**fields, "user_id": user_id, "is_default": is_default})


@atomic_retry_on_deadlock
def address_change(*, user_id: int, address_id: int, fields: Mapping[str, Any]) -> UserAddress:
    """Change the given ``fields`` of an address and leave the others as they are; return it.

    ``is_default`` moves the default here; False changes nothing, because one address must
    have it. Raises MissingError when the buyer has no such address.
    """
    _lock_address_books([user_id])
    addresses = UserAddress.objects.filter(user_id=user_id)
    address = get_or_missing(addresses, pk=address_id)
    changes = {name: value for name, value in fields.items() if name != "is_default"}
    if fields.get("is_default") and not address.is_default:
        addresses.filter(is_default=True).update(is_default=False)
        changes["is_default"] = True
    for name, value in changes.items():
        setattr(address, name, value)
    if changes:
        address.save(update_fields=list(changes))
    return address


@atomic_retry_on_deadlock
def address_remove(*, user_id: int, address_id: int) -> None:
    """Delete an address; if it was the default, the newest that is left becomes it.

    Raises MissingError when the buyer has no such address.
    """
    _lock_address_books([user_id])
    address = get_or_missing(UserAddress.objects.filter(user_id=user_id), pk=address_id)
    deleted, _per_model = address.delete()
    check_changed(deleted, 1)
    history_forget(model=UserAddress, keys=[address_id])
    _pass_default_on([user_id])


@atomic_retry_on_deadlock
def addresses_remove(*, address_ids: Collection[int]) -> None:
    """Delete addresses of any buyers, as address_remove() does; what is gone is not an error."""
    addresses = UserAddress.objects.filter(pk__in=address_ids)
    user_ids = set(addresses.values_list("user_id", flat=True))
    _lock_address_books(user_ids)
    addresses.filter(user__in=user_ids).delete()
    history_forget(model=UserAddress, keys=address_ids)
    _pass_default_on(user_ids)


def address_find(*, user_id: int, address_id: int) -> UserAddress | None:
    """Return an address of the buyer's; None: the buyer has no such address. One query."""
    return UserAddress.objects.filter(user_id=user_id, pk=address_id).first()


def _pass_default_on(user_ids: Collection[int]) -> None:
    """Give the default to the newest address of each of these buyers who has none."""
    addresses = UserAddress.objects.filter(user__in=user_ids)
    with_default = addresses.filter(is_default=True).values_list("user_id", flat=True)
    without = addresses.exclude(user__in=list(with_default)).order_by()
    newest = without.values("user_id").annotate(newest=Max("pk")).values_list("newest", flat=True)
    UserAddress.objects.filter(pk__in=list(newest)).update(is_default=True)


def _lock_address_books(user_ids: Collection[int]) -> None:
    """Serialize the writes to these buyers' addresses.

    An address book has no row of its own, and an empty one no row at all: so the lock is
    on the buyer's account; several are taken in the order of their keys.
    """
    accounts_lock(user_ids=user_ids)
