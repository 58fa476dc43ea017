"""The staff's page of freight rules."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.trade.models import FreightProvince, FreightRule
from apps.trade.provinces import Province
from apps.trade.services import freight as freight_service

from .staff import staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PAGE = "/admin/trade/freightrule/"


@pytest.fixture
def staff() -> Any:
    return staff_client(
        "view_freightrule", "add_freightrule", "change_freightrule", "delete_freightrule"
    )


def save(staff: Any, path: str = "add/", **fields: Any) -> Any:
    return staff.post(f"{PAGE}{path}", {"name": "规则", "fee": "8", **fields})


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def rows() -> dict[str, tuple[Any, ...]]:
    return {
        row.name: (
            row.fee, row.free_from, row.is_default,
            sorted(row.provinces.values_list("province", flat=True)),
        )
        for row in FreightRule.objects.all()
    }  # fmt: skip


def test_rules_are_written_changed_and_deleted(staff):
    assert save(staff, name="全国", is_default="on").status_code == 302
    near = {"name": "江浙", "fee": "5.50", "free_from": "99", "provinces": ["32", "33"]}
    assert save(staff, **near).status_code == 302
    assert rows() == {
        "全国": (Decimal("8.00"), None, True, []),
        "江浙": (Decimal("5.50"), Decimal("99.00"), False, ["32", "33"]),
    }
    row = FreightRule.objects.get(name="江浙")
    form = staff.get(f"{PAGE}{row.pk}/change/")
    assert form.context["adminform"].form.initial["provinces"] == ["32", "33"]
    assert b"<script>" not in form.content
    changed = {**near, "free_from": "", "provinces": ["33", "31"]}
    assert save(staff, f"{row.pk}/change/", **changed).status_code == 302
    assert rows()["江浙"] == (Decimal("5.50"), None, False, ["31", "33"])
    assert staff.post(f"{PAGE}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert (list(rows()), FreightProvince.objects.count()) == (["全国"], 0)


def test_what_is_refused(staff):
    save(staff, name="全国", is_default="on")
    save(staff, name="上海", provinces=["31"])
    before = rows()
    taken = {"provinces": ["这些省份已属于其他规则：上海 (上海)。"]}
    assert errors(save(staff, provinces=["31", "32"])) == taken
    second = {"is_default": ["“全国”已是默认规则：请修改该规则，或先删除它。"]}
    assert errors(save(staff, is_default="on")) == second
    none = {"provinces": ["请选择省份，或设为默认规则，否则该规则永远不会生效。"]}
    assert errors(save(staff)) == none
    both = {"provinces": ["默认规则适用于其他规则之外的所有地区，不能选择省份。"]}
    default = FreightRule.objects.get(name="全国")
    change = f"{default.pk}/change/"
    assert errors(save(staff, change, is_default="on", provinces=["32"])) == both
    for fields, name in (
        ({"fee": "-1"}, "fee"), ({"fee": "x"}, "fee"), ({"fee": ""}, "fee"),
        ({"fee": "1.005"}, "fee"), ({"fee": "1e9"}, "fee"), ({"free_from": "0"}, "free_from"),
        ({"provinces": ["99"]}, "provinces"), ({"name": ""}, "name"),
    ):  # fmt: skip
        assert list(errors(save(staff, **{"provinces": ["32"], **fields}))) == [name]
    assert rows() == before


def test_two_of_the_staff_at_once(staff, monkeypatch):
    """What the form's checks did not see is told, and nothing is stored."""
    real = freight_service.freight_rule_save

    def save_after_a_colleague(*, rule: FreightRule, provinces: Any) -> None:
        other = FreightRule.objects.create(name="同事", fee=1)
        FreightProvince.objects.create(rule=other, province=Province.HUNAN)
        real(rule=rule, provinces=provinces)

    monkeypatch.setattr("apps.trade.admin.freight.freight_rule_save", save_after_a_colleague)
    response = save(staff, provinces=["43"])
    assert response.status_code == 302
    assert told(response) == ["error: 另一条规则刚刚被设为默认，或已包含其中某个省份。"]
    assert not FreightRule.objects.filter(name="规则").exists()


def test_who_may_only_see_it(staff):
    save(staff, name="江浙", provinces=["32", "33"])
    page = staff_client("view_freightrule").get(f"{PAGE}{FreightRule.objects.get().pk}/change/")
    assert page.status_code == 200
    assert "江苏, 浙江" in page.content.decode()


def test_the_list_takes_the_same_queries_for_any_number(staff):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert staff.get(PAGE).status_code == 200
        return len(captured)

    save(staff, name="全国", is_default="on")
    few = queries()
    for province in list(Province)[:20]:
        save(staff, name=province.label, provinces=[province.value])
    assert queries() == few
