"""Invariants of the buyers' own things (docs/audit.md)."""

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Value

from apps.goods.models import Goods
from utils.db.audit import Check, amounts, sums_that_differ

from .models import UserAddress, UserFav, UserLeavingMessage


def checks() -> Iterator[Check]:
    counted = sums_that_differ(
        amounts(Goods.objects.all(), "pk", recorded="fav_num"),
        amounts(UserFav.objects.all(), "goods_id", found=Value(1)),
    )
    yield Check(
        "fav_num is the count of favourites",
        Goods.objects.count(),
        [f"goods {pk}: fav_num {recorded}, favourites {found}" for pk, recorded, found in counted],
    )
    accounts = get_user_model().objects.all()
    addresses, messages, favourites = (
        Exists(model._default_manager.filter(user=OuterRef("pk")))
        for model in (UserAddress, UserLeavingMessage, UserFav)
    )
    left = accounts.filter(addresses | messages | favourites, closed_at__isnull=False)
    yield Check(
        "a closed account has no addresses, messages or favourites",
        accounts.count(),
        [f"account {pk}" for pk in left.order_by("pk").values_list("pk", flat=True)],
    )
