"""Staff at the admin's form of goods."""

from typing import Any

from django.test import Client

from apps.goods.models import Goods
from apps.goods.tests.forms import form_of
from apps.users.models import UserProfile

from .helpers import Answer, Shop


class StaffBrowser:
    """Somebody of the staff, logged in; may be used by many threads."""

    def __init__(self, shop: Shop) -> None:
        boss = UserProfile.objects.create_superuser("boss", password="only-for-this-test")
        client = Client()
        client.force_login(boss)
        self._http = shop.browser(client.session.session_key or "")

    def save(self, goods: Goods, stock_change: int = 0, **fields: Any) -> Answer:
        """Save the form that showed ``goods``."""
        form = form_of(goods, stock_change=stock_change, stock_cause="count", **fields)
        return self._http.post_form(f"/admin/goods/goods/{goods.pk}/change/", form)
