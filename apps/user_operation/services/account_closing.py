"""What a buyer leaves here who closes the account: nothing."""

from django.db.models import F

from apps.goods.models import Goods
from utils.db.locks import check_changed
from utils.db.staff_history import history_forget

from ..models import UserAddress, UserFav, UserLeavingMessage
from .favourites import goods_lock


def belongings_erase(*, user_id: int) -> None:
    """Delete a buyer's addresses, messages and favourites, and the texts of their history.

    Within the transaction that closes the account, which has locked it. Files go after the commit
    (signals.py).
    """
    for model in (UserAddress, UserLeavingMessage):
        rows = model.objects.filter(user_id=user_id)
        history_forget(model=model, keys=rows.values_list("pk", flat=True))
        rows.delete()
    _favourites_erase(user_id)


def _favourites_erase(user_id: int) -> None:
    """In four statements, however many there are: the goods are locked meanwhile."""
    favourites = UserFav.objects.filter(user_id=user_id).order_by()
    goods_lock(set(favourites.values_list("goods_id", flat=True)))
    # As they are now: one may have been removed before the goods were locked.
    goods_ids = set(favourites.values_list("goods_id", flat=True))
    # Without signals, which would count each by itself.
    deleted = favourites.filter(goods__in=goods_ids)._raw_delete(favourites.db)
    check_changed(deleted or 0, len(goods_ids))  # None: there was nothing to delete
    Goods.objects.filter(pk__in=goods_ids, fav_num__gt=0).update(fav_num=F("fav_num") - 1)
