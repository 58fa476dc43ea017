"""The journal: whatever way staff change a price, stock, the shelf, an order, money or a role."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client

from apps.goods.models import Goods, StockMovement
from apps.goods.services.prices import goods_change_prices
from apps.goods.tests.factories import make_category, make_goods
from apps.goods.tests.forms import form_of
from apps.goods.tests.imports.helpers import csv_file, press, upload
from apps.trade.models import OrderInfo, RefundRequest
from apps.trade.tests.staff import rows_make
from apps.users.models import UserProfile
from mxshop.models import JournalEntry
from utils.db.staff_history import history_forget
from utils.db.written_saves import Save
from utils.journal.actors import Way, acting

pytestmark = pytest.mark.django_db

LIST = "/admin/goods/goods/"
PAGE = "/admin/mxshop/journalentry/"
PRICE = "goods.goods.shop_price"


@pytest.fixture
def owner() -> UserProfile:
    return UserProfile.objects.create_superuser("owner", name="老板")


@pytest.fixture
def staff(client: Client, owner: UserProfile) -> Client:
    client.force_login(owner)
    return client


@pytest.fixture
def goods() -> Goods:
    return make_goods(make_category(), name="脐橙", stock=10)


def entries(**terms: Any) -> list[tuple[Any, ...]]:
    """Return who, way, what, before and after of each entry, oldest first."""
    rows = JournalEntry.objects.filter(**terms).order_by("pk")
    return list(rows.values_list("staff__username", "way", "column", "old", "new"))


def by_form(staff: Client, goods: Goods) -> None:
    staff.post(f"{LIST}{goods.pk}/change/", form_of(goods, shop_price="12.50", ship_free="on"))


def by_list(staff: Client, goods: Goods) -> None:
    form = {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": goods.pk,
        "initial-form-0-shop_price": "10.00", "form-0-shop_price": "12.50", "_save": "save",
    }  # fmt: skip
    staff.post(LIST, form)


def by_bulk(staff: Client, goods: Goods) -> None:
    form = {
        "goods": goods.pk, "column": "shop_price", "amount": "25", "unit": "percent",
        "rounding": "cent", "seen": f"{goods.pk}:10.00", "apply": "yes",
    }  # fmt: skip
    staff.post(f"{LIST}prices/", form)


def by_update(staff: Client, goods: Goods) -> None:
    Goods.objects.filter(pk=goods.pk).update(shop_price=Decimal("12.50"))


def by_import(staff: Client, goods: Goods) -> None:
    goods_import = upload(staff, csv_file(["货号", "本店价（元）"], [goods.goods_sn, "12.50"]))
    press(staff, goods_import, "start")


@pytest.mark.parametrize(
    ("change", "who", "way"),
    [(by_form, "owner", "form"), (by_list, "owner", "list"), (by_bulk, "owner", "action"),
     (by_update, None, ""), (by_import, "owner", "import")],
    ids=lambda value: getattr(value, "__name__", None),
)  # fmt: skip
def test_a_price_changed_in_any_way_leaves_one_entry(
    staff: Client, goods: Goods, change: Any, who: str | None, way: str
) -> None:
    change(staff, goods)
    goods.refresh_from_db()
    assert goods.shop_price == Decimal("12.50")
    assert entries() == [(who, way, PRICE, "10.00", "12.50")]
    change(staff, goods)  # the same again is not a change
    assert JournalEntry.objects.count() == 1


def test_a_change_that_is_taken_back_leaves_nothing(goods: Goods) -> None:
    plan = {goods.pk: (Decimal(10), Decimal(12))}
    with transaction.atomic():
        goods_change_prices(column="shop_price", plan=plan)
        assert JournalEntry.objects.count() == 1
        transaction.set_rollback(True)
    assert not JournalEntry.objects.exists()


def test_stock_moves_for_a_reason(staff: Client, goods: Goods, owner: UserProfile) -> None:
    address = f"{LIST}{goods.pk}/change/"
    form = form_of(goods, stock_change="-3", stock_cause="", ship_free="on")
    assert "请选择库存变动原因。" in staff.post(address, form).content.decode()
    assert StockMovement.objects.count() == 1
    staff.post(address, {**form, "stock_cause": "damage", "stock_note": "水泡"})
    moved = StockMovement.objects.get(delta=-3)
    assert (moved.reason, moved.cause, moved.note, moved.staff) == (
        "adjust", "damage", "水泡", owner,
    )  # fmt: skip
    assert entries() == [("owner", "form", "goods.goods.goods_num", "10", "7")]
    assert JournalEntry.objects.get().note == "报损 · 水泡"
    page = staff.get(address).content.decode()
    assert f"/admin/goods/stockmovement/?goods__id__exact={goods.pk}" in page
    assert f"{PAGE}?kind=goods.goods&amp;object_id={goods.pk}" in page
    ledger = staff.get(f"/admin/goods/stockmovement/?goods__id__exact={goods.pk}")
    assert [text in ledger.content.decode() for text in ("报损", "水泡", "老板")] == [True] * 3


def test_shelf_by_an_action(staff: Client, goods: Goods) -> None:
    staff.post(LIST, {"action": "take_off_shelf", "_selected_action": [goods.pk]})
    assert entries() == [("owner", "action", "goods.goods.is_on_sale", "True", "False")]
    page = staff.get(PAGE).content.decode()
    assert "是 → <strong>否</strong>" in page


def test_new_goods_and_deleted_ones(staff: Client, goods: Goods) -> None:
    staff.post(f"{LIST}add/", form_of(goods, goods_sn="NEW", name="新品"))
    new = Goods.objects.get(goods_sn="NEW")
    staff.post(f"{LIST}{new.pk}/delete/", {"post": "yes"})
    assert entries() == [
        ("owner", "form", PRICE, "", "10.00"),
        ("owner", "form", "goods.goods.deleted", "新品", ""),
    ]


def test_orders_by_staff_and_not_by_buyers(staff: Client, goods: Goods) -> None:
    rows_make(2, goods)
    JournalEntry.objects.all().delete()
    RefundRequest.objects.all().delete()
    order = OrderInfo.objects.get(user__username="b0")
    ship = {"carrier": "zto", "tracking_no": "78123456789012"}
    OrderInfo.objects.filter(pk=order.pk).update(pay_status="TRADE_FINISHED")  # a notice
    assert not JournalEntry.objects.exists()
    OrderInfo.objects.filter(pk=order.pk).update(pay_status="TRADE_SUCCESS")
    staff.post(f"/admin/trade/orderinfo/{order.pk}/ship/", ship)
    assert entries(kind="trade.orderinfo", object_id=order.pk) == [
        ("owner", "action", "trade.shipment.carrier", "", "zto"),
        ("owner", "action", "trade.shipment.tracking_no", "", "78123456789012"),
    ]
    page = staff.get(f"{PAGE}?q={order.order_sn}").content.decode()
    assert "中通" in page


def test_roles(staff: Client) -> None:
    role = Group.objects.create(name="夜班")
    clerk = UserProfile.objects.create_user("clerk", is_staff=True)
    view = Permission.objects.get(codename="view_goods")
    staff.post(f"/admin/auth/group/{role.pk}/change/", {"name": "夜班", "permissions": [view.pk]})
    form = {
        "username": "clerk", "name": "", "mobile": "", "email": "", "groups": [role.pk],
        "is_active": "on", "is_staff": "on",
        "social_auth-TOTAL_FORMS": "0", "social_auth-INITIAL_FORMS": "0",
    }  # fmt: skip
    staff.post(f"/admin/users/staffaccount/{clerk.pk}/change/", form)
    staff.post(f"/admin/users/staffaccount/{clerk.pk}/password/", {
        "password1": "a-long-word-7", "password2": "a-long-word-7", "usable_password": "true",
    })  # fmt: skip
    assert entries() == [
        ("owner", "form", "auth.group.permissions", "", "goods.view_goods"),
        ("owner", "form", "users.userprofile.groups", "", "夜班"),
        ("owner", "form", "users.userprofile.password", "***", "***"),
    ]
    assert "商品：查看" in staff.get(PAGE).content.decode()


def test_a_closed_account_leaves_no_name(staff: Client) -> None:
    buyer = UserProfile.objects.create_user("13900000009", mobile="13900000009")
    staff.post(
        "/admin/users/buyer/",
        {"action": "deactivate", "_selected_action": [buyer.pk], "reason": "小满刷单"},
    )
    assert entries() == [("owner", "action", "users.userprofile.is_active", "True", "False")]
    history_forget(model=UserProfile, keys=[buyer.pk])
    entry = JournalEntry.objects.get()
    assert (entry.object_name, entry.old, entry.new, entry.note) == ("–", "", "", "")


def test_the_way_back(staff: Client, goods: Goods) -> None:
    by_list(staff, goods)
    first = JournalEntry.objects.get()
    address = f"{PAGE}{first.pk}/put-back/"
    assert address in staff.get(PAGE).content.decode()
    question = staff.get(address).content.decode()
    assert "脐橙，本店价：从 12.50 元恢复为 10.00 元？" in question
    answer = staff.post(address, follow=True).content.decode()
    assert "价格已恢复为 10.00 元" in answer
    assert entries() == [
        ("owner", "list", PRICE, "10.00", "12.50"),
        ("owner", "put_back", PRICE, "12.50", "10.00"),
    ]
    # The first is not the last word any more.
    assert address not in staff.get(PAGE).content.decode()
    assert "价格已被再次修改" in staff.post(address, follow=True).content.decode()
    assert JournalEntry.objects.count() == 2


def test_filters_and_who_sees_what(staff: Client, goods: Goods, owner: UserProfile) -> None:
    by_list(staff, goods)
    with acting(staff_id=owner.pk, way=Way.FORM):
        Group.objects.create(name="夜班")

    def shown(client: Client, query: str) -> list[str]:
        response = client.get(f"{PAGE}?{query}")
        assert response.status_code == 200
        return [entry.object_name for entry in response.context["cl"].result_list]

    assert shown(staff, "") == ["夜班", "脐橙"]
    cases = {
        "what=price": ["脐橙"], "what=role": ["夜班"], "what=stock": [],
        "week=this": ["夜班", "脐橙"],
        "week=last": [], "week=today": ["夜班", "脐橙"], f"staff={owner.pk}": ["夜班", "脐橙"],
        "staff=none": [], "way=list": ["脐橙"], "q=脐": ["脐橙"], f"q={goods.goods_sn}": ["脐橙"],
        f"kind=goods.goods&object_id={goods.pk}": ["脐橙"],
        "add_time__from=2001-01-01&add_time__until=2001-01-02": [],
    }  # fmt: skip
    for query, expected in cases.items():
        assert shown(staff, query) == expected, query
    clerk = UserProfile.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_journalentry", "view_goods"])
    )
    other = Client()
    other.force_login(clerk)
    assert shown(other, "") == ["脐橙"]
    price = JournalEntry.objects.get(column=PRICE)
    assert other.post(f"{PAGE}{price.pk}/put-back/").status_code == 403


def test_a_written_update_is_journaled_while_staff_are_at_work(
    owner: UserProfile, goods: Goods
) -> None:
    rows_make(1, goods)
    order = OrderInfo.objects.get()
    save = Save(OrderInfo, "is_hidden", "address")
    order.is_hidden = True
    save(order)
    assert entries() == []
    order.is_hidden, order.address = False, "another"
    with acting(staff_id=owner.pk, way=Way.ACTION):
        save(order)
    assert entries() == [("owner", "action", "trade.orderinfo.is_hidden", "True", "False")]
