"""Many goods at once: flags, categories, prices."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from apps.goods.admin.bulk_prices import preview
from apps.goods.models import Goods
from apps.goods.services.prices import Doubt, PriceRule, Rounding, price_doubt

from .conftest import Catalogue

pytestmark = pytest.mark.django_db

LIST = "/admin/goods/goods/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


def act(client: Client, action: str, *goods: Goods, **form: Any) -> Any:
    chosen = [row.pk for row in goods]
    return client.post(LIST, {"action": action, "_selected_action": chosen, **form})


def history() -> list[tuple[str, str]]:
    return list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message"))


@pytest.mark.parametrize(
    ("percent", "yuan", "rounding", "price", "new"),
    [
        ("5", "0", "cent", "29.90", "31.40"),  # 31.395
        ("5", "0", "tenth", "29.90", "31.40"),
        ("5", "0", "yuan", "29.90", "31.00"),
        ("5", "0", "ninety", "29.90", "30.90"),  # 31.395
        ("10", "0", "ninety", "29.90", "32.90"),
        ("0", "0.50", "ninety", "29.90", "30.90"),  # half a step: up
        ("-99", "0", "ninety", "29.90", "0.90"),
        ("-99", "0", "ninety_nine", "29.90", "0.99"),
        ("-100", "0", "cent", "29.90", "0.00"),
        ("0", "-29.90", "cent", "29.90", "0.00"),
        ("0", "-29.91", "cent", "29.90", None),
        ("0", "-40", "ninety", "29.90", None),
        ("0", "1", "cent", "99999999.00", None),
        ("0", "0.99", "cent", "99999999.00", "99999999.99"),
    ],
)
def test_rules(percent: str, yuan: str, rounding: str, price: str, new: str | None) -> None:
    rule = PriceRule(Decimal(percent), Decimal(yuan), Rounding(rounding))
    result = rule.apply(Decimal(price))
    assert result == (None if new is None else Decimal(new))
    assert result is None or result.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [("10", "13", None), ("10", "7", None), ("10", "13.01", Doubt.FAR), ("10", "6.99", Doubt.FAR),
     ("10", "0", Doubt.ZERO), ("0", "0", None), ("0", "5", None), (None, "0", Doubt.ZERO),
     (None, "5", None)],
)  # fmt: skip
def test_doubts(old: str | None, new: str, doubt: Doubt | None) -> None:
    assert price_doubt(None if old is None else Decimal(old), Decimal(new)) == doubt


@pytest.mark.parametrize(
    ("action", "flag", "value", "told"),
    [
        ("mark_new", "is_new", True, "已设为新品。"),
        ("unmark_new", "is_new", False, "已取消新品。"),
        ("mark_hot", "is_hot", True, "已设为热销。"),
        ("unmark_hot", "is_hot", False, "已取消热销。"),
    ],
)
def test_flags(
    staff: Client, catalogue: Catalogue, action: str, flag: str, value: bool, told: str
) -> None:
    Goods.objects.update(**{flag: not value})
    act(staff, action, catalogue.in_orange, catalogue.in_meat)
    changed = set(Goods.objects.filter(**{flag: value}))
    assert changed == {catalogue.in_orange, catalogue.in_meat}
    assert sorted(history()) == [("牛肉", told), ("脐橙", told)]


def test_moving_to_a_category(staff: Client, catalogue: Catalogue) -> None:
    orange, meat = catalogue.in_orange, catalogue.in_meat
    page = act(staff, "change_category", orange, meat)
    text = page.content.decode()
    assert f'<option value="{catalogue.orange.pk}">水果 › 柑橘 › 橙子</option>' in text
    assert "已选择 2 件商品。" in text
    form = {"goods": f"{orange.pk},{meat.pk}", "category": catalogue.meat.pk}
    assert staff.post(f"{LIST}category/", form).headers["Location"] == LIST
    assert set(Goods.objects.filter(category=catalogue.meat)) == {orange, meat}
    assert history() == [("脐橙", "类别：水果 › 柑橘 › 橙子 → 肉类")]


def test_prices_in_two_steps(staff: Client, catalogue: Catalogue) -> None:
    orange, meat = catalogue.in_orange, catalogue.in_meat  # 29.90 and 156.00
    assert "已选择 2 件商品。" in act(staff, "change_prices", orange, meat).content.decode()
    form = {"goods": f"{orange.pk},{meat.pk}", "column": "shop_price", "amount": "5",
            "unit": "percent", "rounding": "ninety"}  # fmt: skip
    page: Any = staff.post(f"{LIST}prices/", form | {"preview": "x"})
    rows = {row.goods.pk: (row.old, row.new, row.percent) for row in page.context["rows"]}
    assert rows == {
        orange.pk: (Decimal("29.90"), Decimal("30.90"), "+3.3 %"),
        meat.pk: (Decimal("156.00"), Decimal("163.90"), "+5.1 %"),
    }
    assert not page.context["asks"]
    assert set(Goods.objects.values_list("shop_price")) >= {(Decimal("29.90"),)}
    Goods.objects.filter(pk=meat.pk).update(shop_price=Decimal("150.00"))  # meanwhile
    seen = page.context["form"]["seen"].value()

    done = staff.post(f"{LIST}prices/", form | {"seen": seen, "apply": "x"}, follow=True)

    assert "已更改 1 件商品。" in done.content.decode()
    assert "有 1 件商品的价格期间已被修改，未作改动。" in done.content.decode()
    prices = dict(Goods.objects.values_list("pk", "shop_price"))
    assert (prices[orange.pk], prices[meat.pk]) == (Decimal("30.90"), Decimal("150.00"))
    assert history() == [("脐橙", "本店价：29.90 → 30.90")]


def test_marked_prices_want_a_look(staff: Client, catalogue: Catalogue) -> None:
    orange, meat = catalogue.in_orange, catalogue.in_meat
    form = {"goods": f"{orange.pk},{meat.pk}", "column": "shop_price", "amount": "-50",
            "unit": "yuan", "rounding": "cent"}  # fmt: skip
    page: Any = staff.post(f"{LIST}prices/", form)
    marks = {row.goods.pk: (row.new, row.doubt) for row in page.context["rows"]}
    assert marks == {orange.pk: (None, None), meat.pk: (Decimal("106.00"), Doubt.FAR)}
    form["seen"] = page.context["form"]["seen"].value()
    refused = staff.post(f"{LIST}prices/", form | {"apply": "x"})
    assert "请先核对标出的价格。" in refused.content.decode()
    assert history() == []
    staff.post(f"{LIST}prices/", form | {"apply": "x", "checked": "on"})
    assert history() == [("牛肉", "本店价：156.00 → 106.00")]


@pytest.mark.parametrize(
    "form",
    [
        {}, {"goods": ""}, {"goods": "x"}, {"goods": "1,"}, {"goods": "9" * 40}, {"goods": "-1"},
        {"goods": "1", "amount": "0"}, {"goods": "1", "amount": "1e999999"},
        {"goods": "1", "amount": "5", "unit": "percent", "rounding": "cent",
         "column": "goods_sn", "seen": "1:0"},
        {"goods": "1", "amount": "5", "unit": "percent", "rounding": "cent",
         "column": "shop_price", "seen": "a:b,1", "apply": "x"},
        {"goods": "1", "amount": "5", "unit": "percent", "rounding": "cent",
         "column": "shop_price", "seen": "1:NaN,2:1e999999", "apply": "x"},
    ],
)  # fmt: skip
def test_nonsense_changes_nothing(
    staff: Client, catalogue: Catalogue, form: dict[str, str]
) -> None:
    before = list(Goods.objects.values_list("shop_price", "category"))
    for page in ("prices/", "category/"):
        assert staff.post(LIST + page, form).status_code in (200, 302)
        assert "请先在列表中选择商品。" in staff.get(LIST + page).content.decode()
    assert list(Goods.objects.values_list("shop_price", "category")) == before


def test_who_may_only_look_changes_nothing(client: Client, catalogue: Catalogue) -> None:
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename="view_goods"))
    client.force_login(clerk)
    form = {"goods": str(catalogue.in_orange.pk), "category": catalogue.meat.pk}
    for page in ("prices/", "category/"):
        assert client.post(LIST + page, form).status_code == 403
        assert client.get(LIST + page).status_code == 403


def test_the_filter_of_categories(
    staff: Client, catalogue: Catalogue, django_assert_max_num_queries: Any
) -> None:
    def found(category: Any) -> set[str]:
        page: Any = staff.get(LIST, {"category": category})
        assert page.status_code == 200
        return {goods.name for goods in page.context["cl"].result_list}

    assert found(catalogue.fruit.pk) == {"果篮", "蜜桔", "脐橙", "停售的橙"}
    assert found(catalogue.orange.pk) == {"脐橙", "停售的橙"}
    assert len(found("")) == 5
    assert found(999_999) == set()
    for nonsense in ("x", "9" * 40, "-1", "\0"):
        assert staff.get(LIST, {"category": nonsense}).status_code in (200, 302, 400)
    with django_assert_max_num_queries(9):
        page = staff.get(LIST, {"is_hot__exact": "1", "q": "橙"})
    assert '<input type="hidden" name="is_hot__exact" value="1">' in page.content.decode()


def test_previews_ask_once(catalogue: Catalogue, django_assert_num_queries: Any) -> None:
    keys = list(Goods.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        assert len(preview(keys, PriceRule(Decimal(5)), "shop_price")) == 5
