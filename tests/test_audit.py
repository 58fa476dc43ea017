"""Whatever the shop does, its audit is clean; whatever is corrupted, the audit names it."""

import pytest

from tests.audit import assert_audit_clean
from tests.busy_shop import BusyShop


@pytest.mark.django_db
def test_a_shop_in_which_everything_happened() -> None:
    shop = BusyShop()
    assert_audit_clean()
    statuses = {
        (order.pay_status, order.closed_by, order.has_stock)
        for order in type(shop.orders["open"]).objects.all()
    }
    assert len(statuses) == 7
