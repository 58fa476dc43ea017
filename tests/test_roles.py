"""The roles that migrations make, and what becomes of those whose owner changed them."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from apps.users.models import UserProfile
from mxshop.roles import account_permissions_move, role_permissions_add, roles_create

pytestmark = pytest.mark.django_db

ROLES = import_module("mxshop.migrations.0002_roles").ROLES


@pytest.fixture(autouse=True)
def _the_migrations_roles() -> None:
    """Made again, because tests that commit empty the tables."""
    Group.objects.all().delete()
    roles_create(apps, using="default", roles=ROLES)


def granted(role: str) -> set[str]:
    permissions = Group.objects.get(name=role).permissions
    return {
        f"{app}.{codename}"
        for app, codename in permissions.values_list("content_type__app_label", "codename")
    }


def test_each_has_what_its_table_says_and_no_more() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == {
        "店长", "商品", "仓库", "客服", "财务"
    }  # fmt: skip
    assert granted("财务") == {
        "trade.view_orderinfo", "trade.view_payment", "trade.refund_payment",
        "trade.view_refund", "trade.view_paymentnotice",
    }  # fmt: skip
    for role in ROLES:
        assert granted(role) <= granted("店长")
        for app in ("auth", "admin", "sessions", "contenttypes"):
            assert not [name for name in granted(role) if name.startswith(f"{app}.")]


def test_a_role_that_its_owner_changed_stays_as_it_is() -> None:
    Group.objects.get(name="财务").permissions.clear()
    Group.objects.get(name="仓库").delete()
    roles_create(apps, using="default", roles=ROLES)
    assert granted("财务") == set()
    assert "trade.change_orderinfo" in granted("仓库")


def test_a_later_page_is_added_to_a_role_that_is_still_there() -> None:
    Group.objects.get(name="仓库").delete()
    for role in ("财务", "仓库"):
        role_permissions_add(apps, using="default", role=role, grants={"users.buyer": "view"})
    assert "users.view_buyer" in granted("财务")
    assert len(granted("财务")) == 6
    assert not Group.objects.filter(name="仓库").exists()


def test_who_could_change_users_can_change_buyers() -> None:
    content_type = ContentType.objects.get_for_model(UserProfile)
    old = [
        Permission.objects.create(content_type=content_type, codename=f"{verb}_userprofile")
        for verb in ("add", "view", "change", "delete")
    ]
    group = Group.objects.create(name="一组")
    group.permissions.set(old[:3])
    clerk = UserProfile.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(old[3:])

    account_permissions_move(apps, using="default")

    assert granted("一组") == {"users.view_buyer", "users.change_buyer"}
    assert [p.codename for p in clerk.user_permissions.all()] == ["delete_buyer"]
    assert not Permission.objects.filter(codename__endswith="_userprofile").exists()
