"""A change of the catalogue makes the cached public answers old."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from utils.cache.catalogue_version import catalogue_changed

from . import models

SHOWN_TO_THE_PUBLIC = (
    models.GoodsCategory,
    models.GoodsCategoryBrand,
    models.Goods,
    models.GoodsImage,
    models.Banner,
    models.IndexAd,
    models.HotSearchWords,
)


def on_catalogue_change(**kwargs: Any) -> None:
    catalogue_changed()


# Of these alone: rows of a model that nobody listens to are deleted by one statement, and without
# being read first.
for model in SHOWN_TO_THE_PUBLIC:
    for signal in (post_save, post_delete):
        signal.connect(on_catalogue_change, sender=model, dispatch_uid="catalogue_changed")


@receiver(post_delete, sender=models.Goods, dispatch_uid="goods_deleted")
def on_goods_deleted(instance: models.Goods, **kwargs: Any) -> None:
    """Forget their views, after the transaction, which would lock the counter for its length."""
    count = models.GoodsViewCount.objects.filter(pk=instance.pk)
    transaction.on_commit(count.delete)
