from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from apps.goods.admin import goods as goods_admin
from apps.goods.models import Goods, GoodsViewCount, StockMovement
from apps.goods.services.stock import stock_adjust
from apps.goods.services.view_counts import goods_record_view

from .conftest import Catalogue
from .factories import make_category, make_goods
from .forms import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    user = get_user_model().objects.create_superuser("boss", password="only-for-this-test")
    client.force_login(user)
    return client


def test_lists_open_with_a_fixed_number_of_queries(
    staff: Client, catalogue: Catalogue, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        make_goods(make_category(catalogue.fruit), stock=1)
    for model in (
        "goods", "goodscategory", "goodscategorybrand", "banner", "indexad", "hotsearchwords",
        "stockmovement",
    ):  # fmt: skip
        with django_assert_max_num_queries(8):
            assert staff.get(f"/admin/goods/{model}/").status_code == 200


def test_stock_is_moved_not_set(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    address = f"/admin/goods/goods/{goods.pk}/change/"
    assert "stock_change" in staff.get(address).content.decode()
    stock_adjust(goods_id=goods.pk, delta=-3)  # a sale, while the form is open

    response = staff.post(address, form_of(goods, stock_change="10", goods_num="8"))

    assert response.status_code == 302
    goods.refresh_from_db()
    assert goods.goods_num == 8 - 3 + 10
    movement = StockMovement.objects.first()
    assert movement is not None
    assert (movement.delta, movement.reason) == (10, "adjust")
    assert movement.reference.startswith("admin:")


def test_a_form_does_not_turn_counters_back(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    Goods.objects.filter(pk=goods.pk).update(sold_num=41, fav_num=42)
    GoodsViewCount.objects.create(pk=goods.pk, click_num=40)
    address = f"/admin/goods/goods/{goods.pk}/change/"
    staff.post(address, form_of(goods, click_num=0, sold_num=0, fav_num=0, name="新名字"))
    goods.refresh_from_db()
    assert (goods.name, goods.sold_num, goods.fav_num) == ("新名字", 41, 42)
    assert goods_record_view(goods_id=goods.pk) == 41
    assert '<div class="readonly">41</div>' in staff.get(address).content.decode()


def test_a_form_that_is_sent_twice_moves_stock_once(staff: Client, catalogue: Catalogue) -> None:
    goods, address = catalogue.in_orange, f"/admin/goods/goods/{catalogue.in_orange.pk}/change/"
    tokens = []
    for expected in (18, 28):  # each opened form moves it
        page: Any = staff.get(address)
        tokens.append(page.context["adminform"].form["stock_token"].value())
        form = form_of(goods, stock_change="10", stock_token=tokens[-1])
        assert f'name="stock_token" value="{tokens[-1]}"' in page.content.decode()
        told = []
        for _ in range(2):
            response: Any = staff.post(address, form, follow=True)
            told.append("没有再次变动" in response.content.decode())
        goods.refresh_from_db()
        assert (goods.goods_num, told) == (expected, [False, True])
    assert len({*tokens}) == 2
    assert StockMovement.objects.filter(goods=goods, delta=10).count() == 2


@pytest.fixture
def sale(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pieces are sold after the row was read and before it is saved."""
    goods, clean = catalogue.in_orange, Goods.clean

    def sell_first(row: Goods) -> None:
        stock_adjust(goods_id=goods.pk, delta=-3)
        Goods.objects.filter(pk=goods.pk).update(sold_num=41, fav_num=42)
        clean(row)

    monkeypatch.setattr(Goods, "clean", sell_first)


def counted(goods: Goods) -> tuple[int, int, int]:
    goods.refresh_from_db()
    return goods.goods_num, goods.sold_num, goods.fav_num


@pytest.mark.usefixtures("sale")
def test_a_form_does_not_undo_a_sale(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    form = form_of(goods, name="新名字", stock_change="2")
    staff.post(f"/admin/goods/goods/{goods.pk}/change/", form)
    assert counted(goods) == (8 - 3 + 2, 41, 42)
    assert goods.name == "新名字"


def test_more_than_there_is_is_refused(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    response = staff.post(
        f"/admin/goods/goods/{goods.pk}/change/", form_of(goods, stock_change="-9", name="x")
    )
    assert response.status_code == 200
    assert "只剩 8 件。" in response.content.decode()
    goods.refresh_from_db()
    assert (goods.goods_num, goods.name) == (8, "脐橙")


@pytest.mark.parametrize("change", ["1000000000", "3000000000", "99999999999999999999", "1" * 5000])
def test_more_than_a_shelf_can_have_is_refused(
    staff: Client, catalogue: Catalogue, change: str
) -> None:
    goods = catalogue.in_orange
    form = form_of(goods, name="新名字", stock_change=change)
    staff.post(f"/admin/goods/goods/{goods.pk}/change/", form)
    goods.refresh_from_db()
    assert (goods.name, goods.goods_num) == ("脐橙", 8)


def test_a_sale_between_check_and_saving_saves_nothing(
    staff: Client, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = catalogue.in_orange
    adjust = goods_admin.stock_adjust

    def sell_first(**kwargs: Any) -> None:
        Goods.objects.filter(pk=goods.pk).update(goods_num=1)
        adjust(**kwargs)

    monkeypatch.setattr(goods_admin, "stock_adjust", sell_first)
    response = staff.post(
        f"/admin/goods/goods/{goods.pk}/change/",
        form_of(goods, stock_change="-5", name="x"),
        follow=True,
    )
    assert "库存不足，无法减少 5 件。" in response.content.decode()
    goods.refresh_from_db()
    assert goods.name == "脐橙"


def test_new_goods_with_their_first_stock(staff: Client, catalogue: Catalogue) -> None:
    picture = BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    response = staff.post(
        "/admin/goods/goods/add/",
        form_of(
            catalogue.in_orange,
            goods_sn="NEW1",
            goods_desc='<p onclick="x()">a<script>alert(1)</script></p>',
            stock_change="7",
            goods_front_image=SimpleUploadedFile("a.png", picture.getvalue()),
        ),
    )
    assert response.status_code == 302
    goods = Goods.objects.get(goods_sn="NEW1")
    assert goods.goods_num == 7
    assert goods.goods_desc == "<p>a</p>"
    assert list(goods.movements.values_list("delta", flat=True)) == [7]


def test_shelf_actions(staff: Client, catalogue: Catalogue) -> None:
    for action, on_sale in [("take_off_shelf", False), ("put_on_shelf", True)]:
        staff.post(
            "/admin/goods/goods/",
            {"action": action, "_selected_action": [catalogue.in_orange.pk]},
        )
        catalogue.in_orange.refresh_from_db()
        assert catalogue.in_orange.is_on_sale is on_sale


def test_shelf_actions_leave_an_entry_for_each_goods_that_changed(
    staff: Client, catalogue: Catalogue
) -> None:
    chosen = [catalogue.in_orange, catalogue.in_meat]
    Goods.objects.filter(pk=catalogue.in_meat.pk).update(is_on_sale=False)
    form = {"_selected_action": [goods.pk for goods in chosen]}
    for action in ("take_off_shelf", "take_off_shelf", "put_on_shelf"):
        staff.post("/admin/goods/goods/", {"action": action, **form})
    entries = LogEntry.objects.order_by("pk").values_list("object_id", "change_message")
    assert list(entries) == [
        (str(catalogue.in_orange.pk), "已下架。"),
        *((str(goods.pk), "已上架。") for goods in sorted(chosen, key=lambda goods: goods.pk)),
    ]


def test_who_may_only_look_moves_nothing_off_the_shelf(
    client: Client, catalogue: Catalogue
) -> None:
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_goods"))
    client.force_login(clerk)
    for action in ("take_off_shelf", "put_on_shelf", "delete_selected"):
        form = {"action": action, "_selected_action": [catalogue.in_orange.pk], "post": "yes"}
        client.post("/admin/goods/goods/", form)
    catalogue.in_orange.refresh_from_db()
    assert catalogue.in_orange.is_on_sale
    assert not LogEntry.objects.exists()


def test_the_ledger_is_read_only(staff: Client, catalogue: Catalogue) -> None:
    movement = StockMovement.objects.get(goods=catalogue.in_orange)
    assert staff.get("/admin/goods/stockmovement/add/").status_code == 403
    address = f"/admin/goods/stockmovement/{movement.pk}"
    assert staff.post(f"{address}/change/", {"delta": 99}).status_code == 403
    assert staff.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    movement.refresh_from_db()
    assert movement.delta == 8


def test_goods_with_a_ledger_are_not_deleted(staff: Client, catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    response = staff.post(f"/admin/goods/goods/{goods.pk}/delete/", {"post": "yes"})
    assert response.status_code == 200
    assert Goods.objects.filter(pk=goods.pk).exists()
