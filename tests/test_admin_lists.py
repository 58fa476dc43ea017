"""Every list of the administration, found by itself: how many queries it takes."""

from itertools import count

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.goods.models import (
    Banner,
    Goods,
    GoodsCategory,
    GoodsCategoryBrand,
    GoodsImport,
    HotSearchWords,
    IndexAd,
)  # fmt: skip
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import FreightRule
from apps.trade.tests.staff import rows_make
from apps.user_operation.models import QuickReply, UserAddress, UserFav, UserLeavingMessage
from apps.users.models import UserProfile, VerifyCode
from mxshop.models import Heartbeat, JournalEntry
from utils.admin.lists import MOST_COUNTED, BoundedPaginator

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

# Session, account, content type, count, rows, and what hangs on them.
MOST_QUERIES = 12
ROWS = 4
# Lists without Django's table behind them; they have tests of their rows.
OWN_TABLES = {"trade.Holder"}

_numbers = count(1)


def rows_of_a_round() -> None:
    """Make one more row of each kind, each with relations of its own."""
    number = next(_numbers)
    category = make_category(make_category(make_category()))
    goods = make_goods(category, stock=9, pictures=2)
    rows_make(1, goods)
    buyer = UserProfile.objects.latest("pk")
    clerk = UserProfile.objects.create_user(f"clerk {number}", is_staff=True)
    clerk.groups.add(Group.objects.create(name=f"role {number}"))
    GoodsCategoryBrand.objects.create(category=category, name="b", image="brands/a.webp")
    Banner.objects.create(goods=goods, image="banners/a.webp", index=number)
    IndexAd.objects.create(category=category, goods=goods)
    FreightRule.objects.create(name=f"rule {number}", fee=8)
    HotSearchWords.objects.create(keywords=f"word {number}", index=1)
    UserFav.objects.create(user=buyer, goods=goods)
    UserAddress.objects.create(user=buyer, address="a", signer_name="n",
                               signer_mobile="13800000001")  # fmt: skip
    UserLeavingMessage.objects.create(user=buyer, subject="s", message="m")
    QuickReply.objects.create(title=f"t{number}", text="t")
    VerifyCode.objects.create(mobile="13800000001", purpose="login", code_hash="x")
    Heartbeat.objects.create(sweep=f"s{number}", every=30, started_at=timezone.now())
    JournalEntry.objects.create(
        staff=clerk, kind="goods.goods", object_id=goods.pk, object_name=goods.name,
        column="goods.goods.shop_price", old="9.00", new="10.00",
    )  # fmt: skip
    GoodsImport.objects.create(
        name="f.csv", staff=clerk, file=ContentFile(b"x", name=f"f{number}.csv")
    )


def costs(client: Client) -> dict[type[Model], tuple[int, int]]:
    """Return how many rows each list shows, and with how many queries."""
    found = {}
    for model in admin.site._registry:
        page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        client.get(page)  # content types are kept in memory
        with CaptureQueriesContext(connection) as queries:
            response = client.get(page)
        shown = response.context["cl"].result_list if "cl" in response.context else ()
        found[model] = len(shown), len(queries)
    return found


@pytest.mark.slow
def test_no_list_asks_more_for_more_rows(admin_client: Client) -> None:
    rows_of_a_round()
    few = costs(admin_client)
    for _round in range(ROWS):
        rows_of_a_round()
    many = costs(admin_client)
    missing = [
        model._meta.label for model in few if few[model][0] and many[model][0] <= few[model][0]
    ]
    assert not missing, f"rows_of_a_round() makes none of {missing}"
    for model in few:
        label = model._meta.label
        assert few[model][1] == many[model][1], f"{label}: a query for each row"
        assert many[model][1] <= MOST_QUERIES, f"{label}: {many[model][1]} queries"


def test_rows_are_counted_to_a_bound(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    category = make_category()
    for _number in range(4):
        make_goods(category)
    rows = Goods.objects.order_by("pk")
    for most, shown, has_more in ((3, 3, True), (4, 4, False), (MOST_COUNTED, 4, False)):
        monkeypatch.setattr("utils.admin.lists.MOST_COUNTED", most)
        paginator = BoundedPaginator(rows, 2)
        assert (paginator.count, paginator.has_more) == (shown, has_more), most
    monkeypatch.setattr("utils.admin.lists.MOST_COUNTED", 3)
    with CaptureQueriesContext(connection) as queries:
        page = admin_client.get("/admin/goods/goods/?q=goods").content.decode()
    assert "超过 3 条结果" in page
    assert "3+ 商品" in page
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert "LIMIT 4" in counts[0]


def test_whose_relations_are_read_by_queries_of_their_own(admin_client: Client) -> None:
    """A join would have MariaDB sort the whole table for a page."""
    make_goods(make_category(), stock=1)
    assert GoodsCategory.objects.count() == 1
    with CaptureQueriesContext(connection) as queries:
        admin_client.get("/admin/goods/goods/")
    listed = [query["sql"] for query in queries if "LIMIT 1" in query["sql"]]
    assert listed
    assert not [sql for sql in listed if "goods_goods" in sql and "JOIN" in sql]
