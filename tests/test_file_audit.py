"""The audit of uploads: what rows name is there, and a buyer's file has a row."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import OrderGoods
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.user_operation.models import UserLeavingMessage
from apps.users.models import UserProfile
from mxshop.file_audit import checks
from tests.sample_files import picture
from utils.pictures.storing import picture_store

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

THERE = "a file that a row names is there"
BUYERS = "a buyer's file belongs to a message or a refund request"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def found() -> dict[str, tuple[int, list[str]]]:
    return {check.name: (check.counted, check.breaches) for check in checks()}


def a_picture(folder: str = "goods") -> str:
    return picture_store(ContentFile(picture(size=(900, 900))), folder=folder)


def message_with_file() -> UserLeavingMessage:
    buyer = UserProfile.objects.create_user("13800000001")
    message = UserLeavingMessage(user=buyer, subject="s", message="m")
    message.file.save("x.pdf", ContentFile(b"%PDF-1.4"))
    return message


def aged(name: str) -> None:
    os.utime(default_storage.path(name), (1, 1))


def test_all_is_there() -> None:
    make_goods(make_category(), goods_front_image=a_picture())
    message_with_file()
    a_picture()  # of no row: the sweep of pictures takes care of it
    assert found() == {THERE: (4, []), BUYERS: (0, [])}


@pytest.mark.parametrize("size", ["list", "page", "zoom"])
def test_each_size_of_a_picture_must_be_there(size: str) -> None:
    name = a_picture()
    make_goods(make_category(), goods_front_image=name)
    missing = name.replace(".page.", f".{size}.")
    default_storage.delete(missing)
    assert found()[THERE] == (3, [f"goods.Goods.goods_front_image: {missing}"])


def test_what_only_an_order_shows() -> None:
    goods = make_goods(make_category(), goods_num=5, goods_front_image="")
    buyer = UserProfile.objects.create_user("13800000001")
    cart_add(user_id=buyer.pk, goods_id=goods.pk, nums=1)
    order_create(user_id=buyer.pk, destination=Destination("street", "name", "13800000001"))
    OrderGoods.objects.update(image="goods/old.jpg")
    assert found()[THERE] == (1, ["trade.OrderGoods.image: goods/old.jpg"])


def test_what_only_a_text_shows() -> None:
    name = a_picture("descriptions")
    make_goods(
        make_category(), goods_desc=f'<p><img src="/media/{name}"></p>', goods_front_image=""
    )
    assert found()[THERE] == (1, [])
    default_storage.delete(name)
    assert found()[THERE] == (1, [f"a text: {name}"])


def test_a_buyers_file_without_a_row() -> None:
    message = message_with_file()
    kept = str(message.file.name)
    UserLeavingMessage.objects.filter(pk=message.pk).update(file="")
    # The row of a file that was sent just now may come yet.
    assert found()[BUYERS] == (1, [])
    aged(kept)
    assert found()[BUYERS] == (1, [kept])


def test_a_file_that_went_with_its_row_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading of the rows and the look at the files its buyer deletes a message."""
    message = message_with_file()
    listdir = default_storage.listdir

    def after_the_rows(path: str) -> tuple[list[str], list[str]]:
        UserLeavingMessage.objects.all().delete()
        default_storage.delete(str(message.file.name))
        return listdir(path)

    monkeypatch.setattr(default_storage, "listdir", after_the_rows)
    assert found()[THERE] == (1, [])
