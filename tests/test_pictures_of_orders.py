"""What was bought is shown with the picture that it had then."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from rest_framework.test import APIClient

from apps.goods.models import Goods
from apps.goods.services.picture_sweep import pictures_sweep
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderGoods
from apps.trade.tests.staff import rows_make
from apps.users.models import UserProfile
from tests.sample_files import picture
from utils.pictures import sized_name
from utils.pictures.naming import names_beside


@pytest.mark.django_db
def test_the_picture_of_an_order_outlives_the_goods_picture(api: APIClient) -> None:
    goods = make_goods(make_category(), stock=10)
    names = []
    for _ in range(2):
        goods.goods_front_image.save("x.png", ContentFile(picture()))
        names.append(goods.goods_front_image.name)
    rows_make(1, goods)
    line = OrderGoods.objects.latest("pk")
    OrderGoods.objects.filter(pk=line.pk).update(image=names[0])
    Goods.objects.filter(pk=goods.pk).update(goods_front_image="")

    for days in (0, 8):
        moment = timezone.now() + timedelta(days=days)
        shards = {name.split("/")[1] for name in names}
        deleted = sum(pictures_sweep(now=moment, shard=shard) for shard in shards)
    assert deleted == 1
    assert all(default_storage.exists(file) for file in names_beside(names[0]))

    api.force_authenticate(UserProfile.objects.get(pk=line.order.user_id))
    shown = api.get(f"/orders/{line.order_id}/").json()["goods"][0]["image"]
    assert shown == f"http://testserver/media/{sized_name(names[0], 'list')}"
