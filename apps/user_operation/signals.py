"""What must follow a row wherever it comes and goes: a buyer's request, the admin, a cascade.

``fav_num`` counts in SQL, so that two buyers at once count two. The file of a message is
no counter, but only a signal also sees the messages that go with a deleted account.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.goods.models import Goods
from apps.users.signals import account_erasing

from .models import UserFav, UserLeavingMessage
from .services.account_closing import belongings_erase


@receiver(post_save, sender=UserFav, dispatch_uid="favourite_added")
def on_favourite_added(instance: UserFav, created: bool, raw: bool, **kwargs: Any) -> None:
    # raw: loaddata brings fav_num along.
    if created and not raw:
        Goods.objects.filter(pk=instance.goods_id).update(fav_num=F("fav_num") + 1)


@receiver(post_delete, sender=UserFav, dispatch_uid="favourite_removed")
def on_favourite_removed(instance: UserFav, **kwargs: Any) -> None:
    counted = Goods.objects.filter(pk=instance.goods_id, fav_num__gt=0)
    counted.update(fav_num=F("fav_num") - 1)


@receiver(post_delete, sender=UserLeavingMessage, dispatch_uid="message_removed")
def on_message_removed(instance: UserLeavingMessage, **kwargs: Any) -> None:
    if instance.file:
        storage, name = instance.file.storage, str(instance.file.name)
        # robust: the row is gone by then, and a file that stays is not a reason for a 500.
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@receiver(account_erasing, dispatch_uid="belongings_erased")
def on_account_erasing(user_id: int, **kwargs: Any) -> None:
    belongings_erase(user_id=user_id)
