"""The audit of a shop in which nothing has happened yet, and of one that has grown."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.goods.services.stock import stock_adjust
from apps.goods.tests.factories import make_category, make_goods
from tests.audit import assert_audit_clean
from tests.busy_shop import BusyShop
from utils.db.audit import audit

pytestmark = pytest.mark.django_db


def test_an_empty_shop() -> None:
    assert_audit_clean()


def test_the_same_statements_whatever_the_size() -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            audit()
        assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
        return len(queries)

    empty = statements()
    stock_adjust(goods_id=make_goods(make_category()).pk, delta=3)
    BusyShop()
    assert statements() == empty
