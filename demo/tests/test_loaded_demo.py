"""The demo shop as it stands, loaded with DEBUG on once for all tests of this module."""

from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F, Sum
from django.test import override_settings
from PIL import Image
from rest_framework.test import APIClient

from apps.goods.models import Goods, GoodsCategory
from apps.trade.buyer_status import Tab
from apps.trade.models import Payment
from apps.trade.services.refunds import refund_open, refund_send, refundable
from apps.users.models import UserProfile
from demo import logins
from tests.audit import assert_audit_clean
from tests.clients import client_of
from tests.rollback import undone

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.slow]


def load(**options: Any) -> str:
    output = StringIO()
    call_command("load_demo", stdout=output, **options)
    return output.getvalue()


@pytest.fixture(scope="module", autouse=True)
def folder(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Of the demo's files; its rows end with the module, what a test changes with the test."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), undone():
        with override_settings(DEBUG=True, VAR_DIR=folder, MEDIA_ROOT=folder / "media"):
            load()
        yield folder


@pytest.fixture
def debug(settings: Any, folder: Path) -> None:
    settings.DEBUG = True
    settings.VAR_DIR = folder
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend", "demo.logins.DemoLoginBackend",
    ]  # fmt: skip


@pytest.fixture
def media_root(settings: Any, folder: Path) -> Path:
    settings.MEDIA_ROOT = folder / "media"
    return settings.MEDIA_ROOT


def test_one_category_has_more_than_two_pages(api: APIClient) -> None:
    fruit = GoodsCategory.objects.get(code="fruit")
    assert api.get("/goods/", {"top_category": fruit.pk}).json()["count"] == 26


def test_every_piece_is_in_the_ledger() -> None:
    load(goods=200)
    explained = Goods.objects.annotate(explained=Sum("movements__delta", default=0))
    assert explained.filter(explained=F("goods_num")).count() == 200


def test_what_the_wire_shows(api: APIClient, media_root: Path) -> None:
    """Every picture is there, in descriptions too, and every hot word finds goods."""
    for section in api.get("/indexgoods/").json():
        for goods in [section["ad_goods"], *section["goods"]]:
            for picture in [goods["goods_front_image"], *(i["image"] for i in goods["images"])]:
                path = picture.removeprefix("http://testserver")
                response = api.get(path)
                assert response.status_code == 200
                response.close()
    with Image.open(media_root / "goods" / "FR0003-1.webp") as image:
        assert (image.format, image.size) == ("WEBP", (640, 640))

    for desc in Goods.objects.values_list("goods_desc", flat=True):
        assert 'src="/media/goods/' in desc
        for part in desc.split('src="/media/')[1:]:
            assert (media_root / part.split('"')[0]).is_file()

    for word in api.get("/hotsearchs/").json():
        assert api.get("/goods/", {"search": word["keywords"]}).json()["count"] > 0


def test_more_goods_for_load_tests() -> None:
    assert "load-test goods: 222 added" in load(goods=300)
    assert Goods.objects.count() == 300
    assert "load-test goods: 0 added" in load(goods=300)
    with pytest.raises(CommandError):
        load(goods=-1)


def login(username: str) -> Any:
    return authenticate(username=username, password=logins.demo_passwords()[username])


def test_logins_work_while_debug_is_on(debug: None, settings: Any) -> None:
    staff = login("demo-staff")
    assert (staff.is_staff, staff.is_superuser) == (True, True)
    buyer = login("13800000001")
    assert (buyer.is_staff, buyer.mobile) == (False, "13800000001")
    assert authenticate(username="demo-staff", password="wrong") is None
    assert authenticate(username="nobody", password="x") is None
    passwords = logins.demo_passwords()
    load()
    assert logins.demo_passwords() == passwords
    assert logins.passwords_file().stat().st_mode & 0o777 == 0o600

    settings.DEBUG = False
    assert login("demo-staff") is None
    assert login("13800000001") is None


def test_a_password_of_ones_own_replaces_the_demo_password(debug: None) -> None:
    buyer = UserProfile.objects.get(username="13800000001")
    buyer.set_password("only-for-this-test")
    buyer.save()
    assert login("13800000001") is None
    assert authenticate(username="13800000001", password="only-for-this-test") == buyer


def test_buyers_have_orders_in_every_tab(debug: None, api: APIClient) -> None:
    assert_audit_clean()
    seen: Counter[str] = Counter()
    for username in ("13800000001", "13800000002"):
        client = client_of(UserProfile.objects.get(username=username))
        for tab in Tab:
            seen[tab.value] += len(client.get("/orders/", {"status": tab}).json())
        assert len(client.get("/address/").json()) >= 1
        assert any(message["reply"] for message in client.get("/messages/").json())
        assert len(client.get("/userfavs/").json()) >= 3
    assert seen == {
        "to_pay": 1, "to_ship": 2, "to_receive": 2, "received": 2, "closed": 2, "refunded": 1,
        "refunding": 2,
    }  # fmt: skip
    assert "demo buyers: 0 orders added" in load()


def test_money_of_the_demo_s_orders_can_be_given_back(
    debug: None, admin_user: UserProfile, gateway: Any
) -> None:
    for payment in Payment.objects.filter(refunded__lt=F("amount")).order_by("pk"):
        refund = refund_open(
            payment_id=payment.pk, amount=refundable(payment), reason="x", staff_id=admin_user.pk
        )
        assert refund_send(refund_id=refund.pk).state == "done"
    assert_audit_clean()
