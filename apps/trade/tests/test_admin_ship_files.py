"""Shipping by a file: what is read, what is refused and how it is said, and what is done."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.trade.admin import ship_file
from apps.trade.carriers import Carrier, carrier_named
from apps.trade.models import OrderInfo, RefundRequest, Shipment
from utils.spreadsheets.reading import table_read
from utils.spreadsheets.xlsx_stream import Sheet, xlsx_stream

from .shipping import ship
from .staff import ORDERS, VIEW, hidden, staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

PAGE = f"{ORDERS}ship/file/"
SF = "SF1234567890123"


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client("change_orderinfo", *VIEW)


def upload(client: Client, content: str | bytes, name: str = "numbers.csv") -> Any:
    if isinstance(content, str):
        content = content.encode()
    page = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert page.status_code == 200
    return page


def faults(page: Any) -> list[tuple[int, str, str, str]]:
    return [(row.row, str(fault.column), fault.value, fault.text)
            for row in page.context["faulty"] for fault in row.faults]  # fmt: skip


@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_a_file_is_shown_and_then_done(staff, orders, kind) -> None:
    rows = [[orders[0].order_sn, "顺丰", SF], [orders[1].order_sn, "中通快递", "78123456789012"]]
    header = ["订单号", "快递公司", "快递单号"]
    if kind == "xlsx":
        content = b"".join(xlsx_stream([Sheet(name="s", header=header, rows=rows)]))
        page = upload(staff, content, "numbers.xlsx")
    else:
        text = "\n".join(",".join(row) for row in [header, *rows])
        page = upload(staff, text.encode(kind))
    assert (faults(page), len(page.context["to_do"])) == ([], 2)
    assert not Shipment.objects.exists()
    answer = staff.post(PAGE, hidden(page))
    assert answer.status_code == 302
    assert told(answer) == ["success: 2 parcels were recorded."]
    assert [str(row) for row in Shipment.objects.order_by("pk")] == [
        f"SF Express {SF}", "ZTO Express 78123456789012"
    ]  # fmt: skip
    assert LogEntry.objects.count() == 2
    # The same file again: nothing is left to do.
    again = upload(staff, "\n".join(",".join(row) for row in [header, *rows]))
    assert (again.context["known"], again.context["to_do"], faults(again)) == (2, [], [])
    staff.post(PAGE, hidden(page))
    assert Shipment.objects.count() == 2


def test_all_faults_at_once(staff, orders, order_of) -> None:
    unpaid = OrderInfo.objects.get(pk=order_of(1)["id"])
    RefundRequest.objects.create(order=orders[1], amount=1, reason="unwanted")
    good = orders[0].order_sn
    page = upload(staff, "\n".join([
        "order_sn,Note,Carrier,Tracking No.",
        f"{good},x,sf,{SF}",
        f"{good},x,sf,{SF}",
        ",x,sf,SF1234567890124",
        "",
        f"{good},x,,13800000001",
        f"{good},x,飞马,",
        f"{good},x,sf,13800000001",
        "2026112700000000000000,x,sf,SF1234567890125",
        f"{unpaid.order_sn},x,sf,SF1234567890126",
        f"{orders[1].order_sn},x,sf,SF1234567890127",
        "2.02611E+21,x,sf,SF1234567890128",
        f"{orders[2].order_sn},only a note,,",
        f"{orders[2].order_sn},x,other,",
    ]))  # fmt: skip
    names = ", ".join(str(carrier.label) for carrier in Carrier)
    assert faults(page) == [
        (3, "tracking number", SF, "Row 2 has the same parcel."),
        (4, "order number", "", "It is missing."),
        (6, "carrier", "", "It is missing."),
        (7, "carrier", "飞马", f"It is not one of: {names}."),
        (7, "tracking number", "", "It is missing."),
        (8, "tracking number", "13800000001",
         "This is not a number of SF Express, which looks like SF1234567890123."),
        (9, "order number", "2026112700000000000000", "There is no such order."),
        (10, "order number", unpaid.order_sn,
         "The order is not paid, or it is closed: it cannot be shipped."),
        (11, "order number", orders[1].order_sn,
         "The buyer asks for money back: decide that request first, then ship."),
        (12, "order number", "2.02611E+21",
         "Excel has shortened this number, and its last digits are lost. Format the column as text "
         "and write the code again."),
    ]  # fmt: skip
    assert [row.row for row in page.context["to_do"]] == [2, 14]
    staff.post(PAGE, hidden(page))
    assert [str(row) for row in Shipment.objects.order_by("pk")] == [f"SF Express {SF}", "other"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("order_sn,carrier\n1,sf", "The first row must be headers; missing: tracking number."),
        ("订单号,单号,快递公司,快递单号\n1,2,sf,3", "The column “单号” is there twice."),
        ("order_sn,carrier,tracking_no\n1,,", "No row has a carrier or a number."),
        ("", "The submitted file is empty."),
        (b"%PDF-1.4 x", "This is not a text file. Save it as .xlsx or as CSV."),
    ],
)  # fmt: skip
def test_a_file_that_is_refused(staff, content, said) -> None:
    page = upload(staff, content)
    assert page.context["form"].errors["file"] == [said]
    assert not page.context["rows"]


def test_what_overtook_the_check_is_told(staff, orders, monkeypatch) -> None:
    lines = "\n".join(f"{order.order_sn},sf,SF123456789012{n}" for n, order in enumerate(orders))
    page = upload(staff, f"order_sn,carrier,tracking_no\n{lines}")
    ship(orders[0].pk, "sf", "SF1234567890120")
    OrderInfo.objects.filter(pk=orders[1].pk).update(singer_mobile="13900000000")
    RefundRequest.objects.create(order=orders[1], amount=1, reason="unwanted")
    again = staff.post(PAGE, hidden(page))
    assert [row[0] for row in faults(again)] == [3]
    assert Shipment.objects.count() == 2
    # A request has so much time; the rest is shown to be continued.
    RefundRequest.objects.all().delete()
    monkeypatch.setattr(ship_file, "SECONDS", -1)
    again = staff.post(PAGE, hidden(page))
    assert [row.order for row in again.context["to_do"]] == [orders[1]]
    for nonsense in ("", "{", "[[1]]", "[1]", '{"a": 1}', "9" * 5000):
        assert staff.post(PAGE, {"rows": nonsense}).status_code in (200, 302)
    assert Shipment.objects.count() == 2


def test_the_list_can_be_filled_in_and_sent_back(staff, orders) -> None:
    OrderInfo.objects.filter(pk=orders[0].pk).update(post_script="=1+1")
    answer = staff.get(f"{ORDERS}ship/list/")
    table = table_read(name="x.xlsx", content=b"".join(answer.streaming_content))
    assert [cell.text for cell in table.rows[0].cells[:3]] == [
        "order number", "carrier", "tracking number"
    ]  # fmt: skip
    assert [row.cells[0].text for row in table.rows[1:]] == [order.order_sn for order in orders]
    assert table.rows[1].cells[6].text == "脐橙 × 1"


def test_who_may_view_ships_nothing(orders) -> None:
    client = staff_client(*VIEW)
    for page in ("ship/", "ship/file/", "ship/list/"):
        assert client.get(f"{ORDERS}{page}").status_code == 403
        assert client.post(f"{ORDERS}{page}", {"rows": "[]"}).status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("sf", "sf"), ("SF", "sf"), ("顺丰", "sf"), ("顺丰速运", "sf"), ("顺丰快递", "sf"),
        ("SF Express", "sf"), ("中通快递有限公司", "zto"), (" 圆 通 ", "yto"),
        ("韵达速递", "yunda"),
        ("申通", "sto"), ("极兔", "jt"), ("J&T Express", "jt"), ("京东物流", "jd"), ("EMS", "ems"),
        ("中国邮政", "ems"), ("德邦物流", "deppon"), ("其他", "other"), ("ＺＴＯ", "zto"),
        ("", None), ("快递", None), ("飞马快递", None),
    ],
)  # fmt: skip
def test_carriers_as_people_write_them(text: str, carrier: str | None) -> None:
    assert carrier_named(text) == carrier
