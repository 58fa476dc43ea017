"""The pages of the administration say that only the shop's own scripts may run."""

import pytest
from django.test import Client

from mxshop.admin_headers import POLICY

from .staff_rows import callers_make, client_of

pytestmark = pytest.mark.django_db


def test_every_page_of_the_administration_has_the_policy(client: Client) -> None:
    staff = client_of(callers_make()["superuser"])
    for who, path in [
        (client, "/admin/login/"), (client, "/admin/"), (staff, "/admin/"),
        (staff, "/admin/trade/orderinfo/"), (staff, "/admin/trade/orderinfo/1/ship/"),
        (staff, "/admin/jsi18n/"), (client, "/admin/trade/orderinfo/ship/"),
    ]:  # fmt: skip
        assert who.get(path).headers["Content-Security-Policy"] == POLICY, path
    # The shop's other pages are none of its business.
    for path in ("/goods/", "/index/", "/nowhere/"):
        assert client.get(path).headers.get("Content-Security-Policy") != POLICY, path
