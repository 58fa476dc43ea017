"""A buyer's favourites: the heart on the goods page."""

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods
from apps.users.services.locks import account_lock_open
from utils.api.errors import DomainError, MissingError
from utils.api.lookups import get_or_missing
from utils.db.locks import check_changed
from utils.db.transactions import atomic_retry_on_deadlock

from ..models import UserFav


class AlreadyFavouriteError(DomainError):
    """The buyer has these goods among the favourites; nothing was changed."""

    field = "non_field_errors"
    message = _("Already among the favourites.")


@atomic_retry_on_deadlock
def favourite_add(*, user_id: int, goods_id: int) -> UserFav:
    """Put goods among a buyer's favourites; their ``fav_num`` grows by one.

    Raises AlreadyFavouriteError when they are there (the unique constraint decides, of
    two requests at once too); MissingError when there are no such goods;
    AccountClosedError.
    """
    account_lock_open(user_id=user_id)
    if not _lock_goods([goods_id]):
        raise MissingError
    try:
        with transaction.atomic():
            return UserFav.objects.create(user_id=user_id, goods_id=goods_id)
    except IntegrityError as error:
        raise AlreadyFavouriteError from error


@atomic_retry_on_deadlock
def favourite_remove(*, user_id: int, goods_id: int) -> None:
    """Take goods off a buyer's favourites; their ``fav_num`` falls by one.

    Raises MissingError, changing nothing, when they are not among them.
    """
    _lock_goods([goods_id])
    favourite = get_or_missing(UserFav.objects.filter(user_id=user_id), goods_id=goods_id)
    deleted, _per_model = favourite.delete()
    check_changed(deleted, 1)  # else it was counted by somebody else


@atomic_retry_on_deadlock
def favourites_remove(*, favourite_ids: Collection[int]) -> None:
    """Take favourites of any buyers away, and count; those that are gone are not an error."""
    favourites = UserFav.objects.filter(pk__in=favourite_ids)
    goods_ids = set(favourites.values_list("goods_id", flat=True))
    _lock_goods(goods_ids)
    favourites.filter(goods__in=goods_ids).delete()


def goods_lock(goods_ids: Collection[int]) -> None:
    """Take the locks of adding or removing a favourite, for a caller who removes many."""
    _lock_goods(goods_ids)


def _lock_goods(goods_ids: Collection[int]) -> bool:
    """Serialize the adding and removing of favourites of these goods.

    Return whether all of them exist. Several are locked in the order of their keys.

    Taken before the favourite is touched, always: an INSERT alone would hold a shared lock
    on the goods row (the foreign key) and then want to count on it, and two of those wait
    for each other. And of two removals at once, the second finds nothing to count.
    """
    goods = Goods.objects.filter(pk__in=goods_ids).order_by("pk")
    locked = goods.select_for_update().values_list("pk", flat=True)
    return len(locked) == len(goods_ids)
