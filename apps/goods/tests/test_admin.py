from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tablib import Dataset
from zeal import zeal_ignore

from apps.goods.admin import goods as goods_admin
from apps.goods.admin.goods_resource import GoodsResource
from apps.goods.models import Goods, GoodsViewCount, StockMovement
from apps.goods.services.stock import stock_adjust
from apps.goods.services.view_counts import goods_record_view

from .conftest import Catalogue
from .factories import make_category, make_goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    user = get_user_model().objects.create_superuser("boss", password="only-for-this-test")
    client.force_login(user)
    return client


def form_of(goods: Goods, **values: Any) -> dict[str, Any]:
    return {
        "name": goods.name,
        "goods_sn": goods.goods_sn,
        "category": goods.category_id,
        "shop_price": goods.shop_price,
        "market_price": goods.market_price,
        "goods_brief": "",
        "goods_desc": "",
        "is_on_sale": "on",
        "stock_change": "0",
        "images-TOTAL_FORMS": "0",
        "images-INITIAL_FORMS": "0",
        **values,
    }


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


@pytest.mark.usefixtures("sale")
def test_a_file_does_not_undo_a_sale(catalogue: Catalogue) -> None:
    goods = catalogue.in_orange
    headers = ["goods_sn", "name", "category", "shop_price", "stock_change"]
    row = (goods.goods_sn, "新名字", catalogue.citrus.code, "35.00", "2")
    GoodsResource().import_data(Dataset(row, headers=headers), raise_errors=True)
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


def test_import_creates_changes_and_moves_stock(catalogue: Catalogue) -> None:
    orange = catalogue.in_orange
    stock_adjust(goods_id=orange.pk, delta=-3)  # a sale since the file was exported
    rows = Dataset(
        ("IMP1", "进口", catalogue.meat.code, "9.90", "<p>好</p><script>x</script>", "0", "4"),
        (orange.goods_sn, "脐橙王", catalogue.citrus.code, "35.00", "<p>甜</p>", "8", "2"),
        headers=[
            "goods_sn", "name", "category", "shop_price", "goods_desc", "goods_num",
            "stock_change",
        ],
    )  # fmt: skip

    result = GoodsResource().import_data(rows, raise_errors=True)

    assert result.totals["new"] == result.totals["update"] == 1
    new = Goods.objects.get(goods_sn="IMP1")
    assert (new.name, new.category, new.goods_num) == ("进口", catalogue.meat, 4)
    assert new.goods_desc == "<p>好</p>"
    orange.refresh_from_db()
    assert (orange.name, orange.category) == ("脐橙王", catalogue.citrus)
    assert orange.shop_price == Decimal("35.00")
    assert orange.goods_num == 8 - 3 + 2
    assert "脐橙王" in orange.search_text


@pytest.mark.parametrize(
    ("column", "value"),
    [("category", "no-such-code"), ("shop_price", "-1"), ("shop_price", "x"),
     ("stock_change", "-9"), ("stock_change", "many"), ("stock_change", "1.5"),
     ("stock_change", "NaN"), ("stock_change", "Infinity"), ("stock_change", "3000000000"),
     ("stock_change", "1000000000"), ("stock_change", "1e999999")],
)  # fmt: skip
def test_import_refuses_bad_rows_and_changes_nothing(
    catalogue: Catalogue, column: str, value: str
) -> None:
    row = {
        "goods_sn": catalogue.in_orange.goods_sn, "name": "x", "category": catalogue.meat.code,
        "shop_price": "1", "stock_change": "0", column: value,
    }  # fmt: skip
    rows = Dataset(tuple(row.values()), headers=list(row))
    result = GoodsResource().import_data(rows, use_transactions=True)
    assert result.has_errors() or result.has_validation_errors()
    catalogue.in_orange.refresh_from_db()
    assert (catalogue.in_orange.name, catalogue.in_orange.goods_num) == ("脐橙", 8)


def test_export_does_not_write_formulas(staff: Client, catalogue: Catalogue) -> None:
    Goods.objects.filter(pk=catalogue.in_orange.pk).update(name="=1+1")
    form = {
        "format": "0",
        "resource": "",
        "goodsresource_name": "on",
        "goodsresource_goods_sn": "on",
    }
    response = staff.post("/admin/goods/goods/export/", form)
    assert "csv" in response.headers["Content-Type"], response.content.decode()
    text = response.content.decode()
    assert catalogue.in_orange.goods_sn in text
    assert "=1+1" not in text


@pytest.mark.parametrize(
    ("cell", "pieces"), [("", 0), ("2.0", 2), ("-8", -8), (" 3 ", 3), (2.0, 2)]
)
def test_cells_that_are_pieces(catalogue: Catalogue, cell: Any, pieces: int) -> None:
    orange = catalogue.in_orange
    headers = ["goods_sn", "name", "category", "shop_price", "stock_change"]
    row = (orange.goods_sn, "脐橙", catalogue.citrus.code, "35.00", cell)
    GoodsResource().import_data(Dataset(row, headers=headers), raise_errors=True)
    orange.refresh_from_db()
    assert orange.goods_num == 8 + pieces


def goods_file(*rows: tuple[Any, ...]) -> SimpleUploadedFile:
    headers = ["goods_sn", "name", "category", "shop_price", "stock_change"]
    return SimpleUploadedFile("goods.csv", Dataset(*rows, headers=headers).export("csv").encode())


def preview(staff: Client, file: SimpleUploadedFile) -> dict[str, Any]:
    """Upload a file; return the form that confirms it."""
    form = {"format": "0", "resource": "", "import_file": file}
    with zeal_ignore():  # the library reads row by row
        page: Any = staff.post("/admin/goods/goods/import/", form)
    return dict(page.context["confirm_form"].initial, resource="")


def confirm(staff: Client, form: dict[str, Any]) -> tuple[str, list[str]]:
    """Confirm a file; return where that leads, and what staff are told."""
    with zeal_ignore():
        response: Any = staff.post("/admin/goods/goods/process_import/", form)
    told = [str(message) for message in get_messages(response.wsgi_request)]
    return response.headers["Location"], told


def test_a_file_that_does_not_fit_any_more(staff: Client, catalogue: Catalogue) -> None:
    orange, code = catalogue.in_orange, catalogue.citrus.code
    form = preview(
        staff,
        goods_file(
            (orange.goods_sn, "脐橙王", code, "35.00", "-8"), ("NEW1", "新", code, "1.00", "4")
        ),
    )
    stock_adjust(goods_id=orange.pk, delta=-3)  # a sale since the preview
    address, told = confirm(staff, form)
    assert address == "/admin/goods/goods/import/"
    assert told == [
        "没有导入任何数据：文件与现在的数据不再相符。",
        "第 1 行：库存不足，无法减少 8 件。",
    ]
    orange.refresh_from_db()
    assert (orange.name, orange.goods_num) == ("脐橙", 5)
    assert not Goods.objects.filter(goods_sn="NEW1").exists()


def test_a_file_of_which_a_row_is_not_valid_any_more(
    staff: Client, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    orange, code = catalogue.in_orange, catalogue.citrus.code
    form = preview(
        staff,
        goods_file(
            ("NEW1", "新", code, "1.00", "4"), (orange.goods_sn, "脐橙王", code, "35.00", "1")
        ),
    )

    def refuse(goods: Goods) -> None:
        if goods.pk:
            raise ValidationError("名称已被占用。")

    monkeypatch.setattr(Goods, "clean", refuse)
    address, told = confirm(staff, form)
    assert address == "/admin/goods/goods/import/"
    assert told[1:] == ["第 2 行：名称已被占用。"]
    assert not Goods.objects.filter(goods_sn="NEW1").exists()


def test_a_file_is_imported_once(staff: Client, catalogue: Catalogue) -> None:
    orange = catalogue.in_orange
    row = (orange.goods_sn, "脐橙王", catalogue.citrus.code, "35.00", "2")
    form = preview(staff, goods_file(row))
    address, told = confirm(staff, form)
    assert address == "/admin/goods/goods/"
    assert [text[:4] for text in told] == ["导入成功"]
    address, told = confirm(staff, form)
    assert address == "/admin/goods/goods/import/"
    assert told[-1:] == ["这个文件已经导入过，或者已不存在。请重新选择文件。"]
    orange.refresh_from_db()
    assert (orange.name, orange.goods_num) == ("脐橙王", 8 + 2)


@pytest.mark.parametrize(
    ("permissions", "may_import", "may_export"),
    [
        ([], False, False),
        (["view_stockmovement"], False, False),
        (["view_goods"], False, True),
        (["add_goods", "view_goods"], False, True),
        (["change_goods"], False, True),
        (["add_goods", "change_goods"], True, True),
    ],
)
def test_files_are_for_those_who_may_do_it_by_hand(
    client: Client,
    catalogue: Catalogue,
    permissions: list[str],
    may_import: bool,
    may_export: bool,
) -> None:
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    row = (catalogue.in_orange.goods_sn, "x", catalogue.citrus.code, "0.01", "9")
    form = {"format": "0", "resource": "", "import_file": goods_file(row)}

    imports = [
        client.get("/admin/goods/goods/import/"),
        client.post("/admin/goods/goods/import/", form),
        client.post("/admin/goods/goods/process_import/", {}),
    ]
    exported = client.get("/admin/goods/goods/export/")

    assert {answer.status_code for answer in imports} == {200 if may_import else 403}
    assert exported.status_code == (200 if may_export else 403)
    listed = client.get("/admin/goods/goods/")
    if listed.status_code == 200:
        assert (b"/admin/goods/goods/import/" in listed.content) == may_import
