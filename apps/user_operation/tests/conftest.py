from collections.abc import Callable

import pytest

from apps.goods.models import Goods
from apps.goods.tests.factories import make_category, make_goods


@pytest.fixture
def goods(db: None) -> Goods:
    return make_goods(make_category(), name="脐橙", pictures=2)


@pytest.fixture
def fav_num(goods: Goods) -> Callable[[], int]:
    return lambda: Goods.objects.values_list("fav_num", flat=True).get(pk=goods.pk)
