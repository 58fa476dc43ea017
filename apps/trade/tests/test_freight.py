"""What it costs to send an order, and to where: rules, provinces, the order that keeps its fee."""

from decimal import Decimal
from typing import Any

import pytest

from apps.goods.models import Goods
from apps.trade.models import FreightProvince, FreightRule, OrderInfo, Payment
from apps.trade.provinces import NAMES, Province, province_of
from apps.trade.services.quote import quote
from apps.trade.services.refunds import refund_open, refund_send
from tests.audit import assert_audit_clean, broken
from tests.clients import send

from .addresses import DESTINATION, add_address


def rule(fee: str, *provinces: Province, **values: Any) -> FreightRule:
    row = FreightRule.objects.create(
        name=f"{fee} 元", fee=Decimal(fee), is_default=not provinces, **values
    )
    for province in provinces:
        FreightProvince.objects.create(rule=row, province=province)
    return row


@pytest.fixture
def heavy(goods: Goods) -> Goods:
    """The oranges, and they do not travel free."""
    Goods.objects.filter(pk=goods.pk).update(ship_free=False)
    goods.refresh_from_db()
    return goods


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("texts", "province"),
    [
        (["广东省深圳市南山区科技园 1 号"], Province.GUANGDONG),
        (["内蒙古自治区呼和浩特市"], Province.NEIMENGGU),
        (["黑龙江哈尔滨"], Province.HEILONGJIANG),
        (["北京市朝阳区"], Province.BEIJING),
        (["北京东城区"], Province.BEIJING),
        (["广西壮族自治区南宁市"], Province.GUANGXI),
        (["香港特别行政区"], Province.XIANGGANG),
        (["臺灣台北市"], Province.TAIWAN),
        (["廣東省"], Province.GUANGDONG),
        (["中国 广东省深圳市"], Province.GUANGDONG),
        (["中华人民共和国，广东"], Province.GUANGDONG),
        (["　 广 东 省"], Province.GUANGDONG),
        (["中國·廣東"], Province.GUANGDONG),
        (["新疆维吾尔自治区", "广东省"], Province.XINJIANG),
        (["", "广东省深圳市"], Province.GUANGDONG),
        (["其他", "深圳市广东路", "广东省深圳市"], Province.GUANGDONG),
        (["深圳市南山区"], None),
        (["北京路 12 号"], None),
        (["上海南路 1 号"], None),
        (["海南藏族自治州共和县"], None),
        (["河南蒙古族自治县"], None),
        (["海南省海口市"], Province.HAINAN),
        (["Guangdong"], None),
        (["中国"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_province_of_an_address(texts, province):
    assert province_of(*texts) == province


@pytest.mark.one_database
def test_every_province_has_a_name():
    assert sorted(NAMES.values()) == sorted(Province)
    assert all(province_of(name) == province for name, province in NAMES.items())


@pytest.mark.django_db
def test_a_quote(heavy, pears, django_assert_num_queries):
    pears.refresh_from_db()
    both = [(heavy, 2), (pears, 3)]
    assert quote(both, Province.GUANGDONG).freight_amount == 0  # no rule yet
    rule("10")
    rule("6", Province.GUANGDONG, Province.HUNAN, free_from=Decimal("39.75"))
    rule("25.50", Province.XIZANG)

    def freight(lines: Any, province: Province | None) -> Decimal:
        with django_assert_num_queries(1):
            return quote(lines, province).freight_amount

    assert freight(both, None) == 10
    assert freight(both, Province.BEIJING) == 10
    assert freight(both, Province.XIZANG) == Decimal("25.50")
    assert freight([(heavy, 3), (pears, 0)], Province.HUNAN) == 6
    # The goods of the whole order count, those that travel free as well.
    assert freight(both, Province.GUANGDONG) == 0
    found = quote(both, Province.XIZANG)
    assert (found.goods_amount, found.total) == (Decimal("39.75"), Decimal("65.25"))
    with django_assert_num_queries(0):
        assert quote([(pears, 3)], Province.XIZANG).freight_amount == 0
        assert quote([], None).total == 0


@pytest.mark.django_db
def test_an_order_keeps_its_freight(mine, heavy):
    dear = rule("12", Province.JIANGSU)
    mine.post("/shopcarts/", {"goods": heavy.pk, "nums": 2})
    shown = send(mine, "post", "/orders/", {**DESTINATION, "order_mount": 24.6})
    assert (shown.status_code, shown.json()) == (400, {"order_mount": ["现在的总金额为 36.60 元"]})
    made = send(mine, "post", "/orders/", {**DESTINATION, "order_mount": 36.6}).json()
    amounts = {"goods_amount": 24.6, "freight_amount": 12.0, "order_mount": 36.6}
    assert {name: made[name] for name in amounts} == amounts
    assert "36.60" in made["alipay_url"]
    dear.delete()
    now = mine.get(f"/orders/{made['id']}/").json()
    assert {name: now[name] for name in amounts} == amounts
    assert_audit_clean()
    OrderInfo.objects.update(freight_amount=Decimal("12.01"))
    assert list(broken()) == ["an order's total is the sum of its lines and its freight"]


@pytest.mark.django_db
def test_the_province_of_the_address_book_decides(mine, heavy):
    rule("12", Province.XIZANG)
    address_id = add_address(mine, province="西藏自治区", city="拉萨市", district="")
    for nums, province in ((1, "西藏自治区"), (2, "")):
        mine.patch(f"/address/{address_id}/", {"province": province})
        body = {"address_id": address_id, "buy_now": {"goods": heavy.pk, "nums": nums}}
        made = send(mine, "post", "/orders/", body).json()
        assert made["freight_amount"] == (12.0 if province else 0.0)


@pytest.mark.django_db
def test_a_full_refund_gives_the_freight_back(mine, heavy, gateway):
    rule("12")
    mine.post("/shopcarts/", {"goods": heavy.pk, "nums": 2})
    made = send(mine, "post", "/orders/", DESTINATION).json()
    gateway.pay(made["alipay_url"])
    payment = Payment.objects.get()
    assert payment.amount == Decimal("36.60")
    refund = refund_open(
        payment_id=payment.pk, amount=payment.amount, reason="", staff_id=payment.order.user_id
    )
    refund_send(refund_id=refund.pk)
    now = mine.get(f"/orders/{made['id']}/").json()
    assert (now["status"], now["refunded_amount"]) == ("refunded", 36.6)
    assert_audit_clean()
