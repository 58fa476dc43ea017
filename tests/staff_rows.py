"""Somebody of each role, and a row of every kind that the admin shows."""

from importlib import import_module

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from social_django.models import UserSocialAuth

from apps.goods.models import (
    Banner,
    Goods,
    GoodsCategoryBrand,
    GoodsImport,
    HotSearchWords,
    IndexAd,
)  # fmt: skip
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import FreightRule
from apps.trade.tests.staff import rows_make
from apps.user_operation.models import QuickReply, UserAddress, UserFav, UserLeavingMessage
from apps.users.models import Buyer, StaffAccount, UserProfile, VerifyCode
from mxshop.models import Heartbeat
from mxshop.roles import role_permissions_add, roles_create
from utils.journal.actors import Way, acting

from .sample_files import picture

ROLE_TABLE = import_module("mxshop.migrations.0002_roles").ROLES
# What the pages added since let them do.
LATER_GRANTS = (
    import_module("mxshop.migrations.0003_freight_permissions").GRANTS,
    import_module("mxshop.migrations.0004_after_sale_roles").GRANTS,
    import_module("mxshop.migrations.0006_journal_roles").GRANTS,
    import_module("mxshop.migrations.0007_quick_reply_roles").GRANTS,
)
# Nobody, a buyer, staff without any permission, each role that a migration makes, a superuser.
CALLERS = ("anonymous", "buyer", "staff", *ROLE_TABLE, "superuser")


def callers_make() -> dict[str, UserProfile]:
    """Return an account of every kind of caller, by its name; the anonymous one has none."""
    # Tests that commit empty the tables, the migration's roles too.
    roles_create(apps, using="default", roles=ROLE_TABLE)
    for table in LATER_GRANTS:
        for role, grants in table.items():
            role_permissions_add(apps, using="default", role=role, grants=grants)
    users = UserProfile.objects
    accounts = {
        "buyer": users.create_user("13900000001"),
        "superuser": users.create_superuser("the owner"),
        "staff": users.create_user("a clerk", is_staff=True),
    }
    for role in ROLE_TABLE:
        accounts[role] = users.create_user(role, is_staff=True)
        accounts[role].groups.add(Group.objects.get(name=role))
    return accounts


def client_of(account: UserProfile | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def rows_of_every_kind() -> dict[type[Model], Model]:
    """Make a row for every page of the admin; return it by the page's model.

    A page whose model is missing here stops the tests: make a row of it above the last line.
    """
    category = make_category()
    goods = make_goods(category, stock=10, pictures=1)
    rows_make(1, goods)
    buyer = Buyer.objects.get(username="b0")
    GoodsCategoryBrand.objects.create(category=category, name="brand", image="brands/a.webp")
    Banner.objects.create(goods=goods, image="banners/a.webp", index=1)
    IndexAd.objects.create(category=category, goods=goods)
    FreightRule.objects.create(name="rule", fee=8, is_default=True)
    HotSearchWords.objects.create(keywords="word", index=1)
    GoodsImport.objects.create(name="goods.xlsx", state="checked")
    UserFav.objects.create(user=buyer, goods=goods)
    UserAddress.objects.create(user=buyer, address="street", signer_name="name",
                               signer_mobile="13800000001")  # fmt: skip
    message = UserLeavingMessage(user=buyer, subject="subject", message="message")
    message.file.save("x.png", ContentFile(picture()))
    QuickReply.objects.create(title="title", text="text")
    UserSocialAuth.objects.create(user=buyer, provider="weixin", uid="an-openid")
    VerifyCode.objects.create(mobile="13800000001", purpose="login", code_hash="x")
    Heartbeat.objects.create(sweep="sweep", every=30, started_at=timezone.now())
    with acting(staff_id=None, way=Way.FORM):
        Goods.objects.filter(pk=goods.pk).update(shop_price=goods.shop_price + 1)
    rows: dict[type[Model], Model] = {Buyer: buyer}
    rows[StaffAccount] = StaffAccount.objects.get(username="a clerk")
    for model in admin.site._registry:
        row = rows.get(model) or model._default_manager.first()
        assert row is not None, f"tests/staff_rows.py makes no {model._meta.label}"
        rows[model] = row
    return rows
