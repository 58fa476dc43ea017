"""A buyer's favourites: the heart on the goods page."""

from django.db import IntegrityError, transaction

from apps.goods.models import Goods

from ..models import UserFav


class AlreadyFavouriteError(Exception):
    """The buyer has these goods among the favourites; nothing was changed."""


@transaction.atomic
def favourite_add(*, user_id: int, goods_id: int) -> UserFav:
    """Put goods among a buyer's favourites; their ``fav_num`` grows by one.

    Raises AlreadyFavouriteError when they are there (the unique constraint decides, of
    two requests at once too); Goods.DoesNotExist when there are no such goods.
    """
    _lock_goods(goods_id)
    try:
        with transaction.atomic():
            return UserFav.objects.create(user_id=user_id, goods_id=goods_id)
    except IntegrityError as error:
        raise AlreadyFavouriteError from error


@transaction.atomic
def favourite_remove(*, user_id: int, goods_id: int) -> None:
    """Take goods off a buyer's favourites; their ``fav_num`` falls by one.

    Raises UserFav.DoesNotExist, changing nothing, when they are not among them.
    """
    try:
        _lock_goods(goods_id)
    except Goods.DoesNotExist as error:
        raise UserFav.DoesNotExist from error
    UserFav.objects.get(user_id=user_id, goods_id=goods_id).delete()


def _lock_goods(goods_id: int) -> None:
    """Let whoever adds or removes a favourite of these goods come one after the other.

    Taken before the favourite is touched, always: an INSERT alone would hold a shared lock
    on the goods row (the foreign key) and then want to count on it, and two of those wait
    for each other. And of two removals at once, the second finds nothing to count.
    """
    Goods.objects.select_for_update().only("pk").get(pk=goods_id)
