"""The staff's pages for parcels: one order, several at once, corrections."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from apps.trade.admin import ship_many
from apps.trade.models import OrderInfo, RefundRequest, Shipment

from .shipping import ship
from .staff import ORDERS, VIEW, act, hidden, staff_client, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

SF = "SF1234567890123"
RECORDED = "This parcel is recorded for the order already."


@pytest.fixture
def staff(db: None) -> Client:
    return staff_client("change_orderinfo", *VIEW)


def page_of(order: OrderInfo) -> str:
    return f"{ORDERS}{order.pk}/ship/"


def parcels(order: OrderInfo) -> list[str]:
    return [str(row) for row in Shipment.objects.current().filter(order=order)]


def parcel(order: OrderInfo, number: str, carrier: str = "sf") -> dict[str, str]:
    """Return the fields of an order's row, filled in."""
    prefix = f"parcel-{order.pk}"
    return {f"{prefix}-carrier": carrier, f"{prefix}-tracking_no": number}


def errors(page: Any) -> list[str]:
    return re.findall(r'<ul class="errorlist[^>]*><li>([^<]*)', page.content.decode())


def test_one_order_from_its_page(staff, orders) -> None:
    order = orders[0]
    page = staff.get(page_of(order))
    html = page.content.decode()
    for text in (order.order_sn, "小满", "13800000001", "脐橙 × 1", "autofocus"):
        assert text in html, text
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", html)
    answer = staff.post(page_of(order), {"carrier": "zto", "tracking_no": " 7812 3456 7890 12"})
    assert answer.headers["Location"] == f"{ORDERS}{order.pk}/change/"
    assert told(answer) == [
        f"success: Order {order.order_sn}: parcel shipped: ZTO Express 78123456789012"
    ]
    assert parcels(order) == ["ZTO Express 78123456789012"]
    shipment, entry = Shipment.objects.get(), LogEntry.objects.get()
    assert shipment.staff.username == entry.user.username == "staff0"
    assert (entry.object_id, entry.change_message) == (
        str(order.pk), "已发货：中通快递 78123456789012"
    )  # fmt: skip
    # The next parcel starts from the carrier chosen last.
    again = staff.get(page_of(orders[1]))
    assert '<option value="zto" selected>' in again.content.decode()
    inline = staff.get(f"{ORDERS}{order.pk}/change/").content.decode()
    assert "https://www.zto.com/express/expressCheck.html?txtBill=78123456789012" in inline
    assert "Ship another parcel" in inline
    # In the list, under the number.
    found = staff.get(f"{ORDERS}?q=7812 3456").context["cl"].result_list
    assert list(found) == []
    found = staff.get(f"{ORDERS}?q=78123456789012").context["cl"].result_list
    assert list(found) == [order]
    assert "on its way" in staff.get(f"{ORDERS}?tab=to_receive").content.decode()


@pytest.mark.parametrize(
    ("carrier", "number", "error"),
    [
        ("sf", "", "A tracking number is needed."),
        ("sf", "13800000001", "This is not a number of SF Express, which looks like "
         "SF1234567890123."),
        ("nobody", SF, "Select a valid choice. nobody is not one of the available choices."),
        ("", SF, "This field is required."),
        ("sf", "1" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("sf", "a\x00b", "Null characters are not allowed."),
    ],
)  # fmt: skip
def test_nonsense_is_refused(staff, orders, carrier, number, error) -> None:
    answer = staff.post(page_of(orders[0]), {"carrier": carrier, "tracking_no": number})
    assert (answer.status_code, errors(answer)) == (200, [error])
    assert not Shipment.objects.exists()
    assert not LogEntry.objects.exists()


def test_what_the_service_refuses_stands_in_the_form(staff, orders, order_of) -> None:
    unpaid = OrderInfo.objects.get(pk=order_of(1)["id"])
    RefundRequest.objects.create(order=orders[0], amount=1, reason="unwanted")
    ship(orders[1].pk, "sf", SF)
    for order, error in [
        (unpaid, "The order is not paid, or it is closed: it cannot be shipped."),
        (orders[0], "The buyer asks for money back: decide that request first, then ship."),
        (orders[1], RECORDED),
    ]:
        answer = staff.post(page_of(order), {"carrier": "sf", "tracking_no": SF})
        assert (answer.status_code, errors(answer)) == (200, [error])
    assert Shipment.objects.count() == 1


def test_a_number_of_another_order_is_told(staff, orders) -> None:
    ship(orders[0].pk, "sf", SF)
    answer = staff.post(page_of(orders[1]), {"carrier": "sf", "tracking_no": SF})
    assert told(answer)[-1] == (
        f"warning: The same number belongs to: {orders[0].order_sn}. Right if they are packed "
        "together."
    )
    assert parcels(orders[1]) == [f"SF Express {SF}"]


def test_correcting(staff, orders) -> None:
    order = orders[0]
    wrong = ship(order.pk, "sf", SF).shipment
    address = f"{page_of(order)}?correct={wrong.pk}"
    assert f'href="{address}"' in staff.get(f"{ORDERS}{order.pk}/change/").content.decode()
    html = staff.get(address).content.decode()
    assert f'value="{SF}"' in html
    assert "to be corrected" in html
    form = {"carrier": "jt", "tracking_no": "JT1234567890123"}
    answer = staff.post(address, form)
    assert answer.headers["Location"] == f"{ORDERS}{order.pk}/change/"
    assert parcels(order) == ["J&T Express JT1234567890123"]
    said = f"更正包裹：顺丰速运 {SF} 改为 极兔速递 JT1234567890123"
    assert LogEntry.objects.get().change_message == said
    page = staff.get(f"{ORDERS}{order.pk}/change/").content.decode()
    assert "corrected: J&amp;T Express JT1234567890123" in page
    # Sent again, by a double click.
    again = staff.post(address, form)
    assert errors(again) == ["This parcel was corrected meanwhile: look at the order again."]
    assert Shipment.objects.count() == 2
    for nonsense in (f"{page_of(orders[1])}?correct={wrong.pk}", f"{page_of(order)}?correct=x",
                     f"{page_of(order)}?correct={9**30}", f"{ORDERS}999/ship/"):  # fmt: skip
        assert staff.get(nonsense).status_code == 404


def test_several_at_once(staff, orders, order_of) -> None:
    unpaid = OrderInfo.objects.get(pk=order_of(1)["id"])
    page = act(staff, ORDERS, "ship_orders", *orders, unpaid)
    assert (page.status_code, parcels(orders[0])) == (200, [])
    assert 'name="carrier"' not in page.content.decode()
    assert f"Order {unpaid.order_sn}: The order is not paid" in page.content.decode()
    first, second, third = (f"parcel-{order.pk}" for order in orders)
    form = {
        **hidden(page),
        f"{first}-carrier": "sf", f"{first}-tracking_no": SF,
        f"{second}-carrier": "sf", f"{second}-tracking_no": "SF12",
        f"{third}-carrier": "zto", f"{third}-tracking_no": "",
    }  # fmt: skip
    page = staff.post(ORDERS, form)
    # Shipped is the first; the second is wrong, and of the third nothing is known yet.
    assert [parcels(order) for order in orders] == [[f"SF Express {SF}"], [], []]
    assert errors(page) == ["This is not a number of SF Express, which looks like SF1234567890123."]
    html = page.content.decode()
    assert orders[0].order_sn not in html.partition("<form method")[2]
    assert 'value="SF12"' in html
    form = {
        **hidden(page),
        f"{second}-carrier": "yto", f"{second}-tracking_no": "yt1234567890123",
        f"{third}-carrier": "other", f"{third}-tracking_no": "",
    }  # fmt: skip
    answer = staff.post(ORDERS, form)
    assert answer.status_code == 302
    assert [parcels(order) for order in orders[1:]] == [["YTO Express YT1234567890123"], ["other"]]
    assert LogEntry.objects.count() == 3


def test_the_action_alone_ships_nothing(staff, orders) -> None:
    """As a form would send it that was open while the shop was upgraded."""
    for name in ("ship_orders", "mark_shipped"):
        answer = act(staff, ORDERS, name, *orders, confirmed="yes")
        assert answer.status_code in (200, 302)
    assert not OrderInfo.objects.exclude(shipped_at=None).exists()


def test_any_number_of_orders(staff, orders, monkeypatch) -> None:
    """Those that have no room on the page follow when its own are done."""
    monkeypatch.setattr(ship_many, "ROWS", 2)
    page = act(staff, ORDERS, "ship_orders", *orders)
    assert "1 more order follows." in page.content.decode()
    form = hidden(page)
    assert (form["later"], len(form["_selected_action"])) == (str(orders[2].pk), 2)
    for number, order in enumerate(orders[:2]):
        form |= parcel(order, f"SF123456789012{number}")
    page = staff.post(ORDERS, form)
    assert told(page)[0] == "success: 2 parcels were recorded."
    form = hidden(page)
    assert (form["later"], form["_selected_action"]) == ("", str(orders[2].pk))
    assert staff.post(ORDERS, {**form, **parcel(orders[2], SF)}).status_code == 302
    assert [len(parcels(order)) for order in orders] == [1, 1, 1]


def test_all_that_wait_on_one_page(staff, orders, monkeypatch) -> None:
    monkeypatch.setattr(ship_many, "ROWS", 2)
    RefundRequest.objects.create(order=orders[0], amount=1, reason="unwanted")
    address = f"{ORDERS}ship/"
    page = staff.get(address)
    assert [order for order, _form in page.context["rows"]] == orders[1:]
    form = {**hidden(page), **parcel(orders[1], SF), **parcel(orders[2], "SF12")}
    page = staff.post(address, form)
    # The wrong row alone is asked again, as it was filled in.
    assert [order for order, _form in page.context["rows"]] == [orders[2]]
    assert 'value="SF12"' in page.content.decode()
    answer = staff.post(address, {**hidden(page), **parcel(orders[2], "")})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert [len(parcels(order)) for order in orders] == [0, 1, 0]
    assert [order for order, _form in staff.get(address).context["rows"]] == [orders[2]]
    assert "No order waits" in staff.get(f"{address}?skip=2").content.decode()
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|\sstyle=", page.content.decode())


def test_who_may_view_ships_nothing(orders) -> None:
    client = staff_client(*VIEW)
    wrong = ship(orders[0].pk, "sf", SF).shipment
    page = client.get(f"{ORDERS}{orders[0].pk}/change/").content.decode()
    assert SF in page
    assert "/ship/" not in page
    form = {"carrier": "sf", "tracking_no": "SF1234567890129"}
    for address in (page_of(orders[1]), f"{page_of(orders[0])}?correct={wrong.pk}"):
        assert client.get(address).status_code == 403
        assert client.post(address, form).status_code == 403
    assert Shipment.objects.count() == 1


def test_a_buyers_reason_is_shown(staff, mine, order_of, gateway) -> None:
    order = order_of(1)
    mine.post(f"/orders/{order['id']}/cancel/", {"reason": "买多了"})
    assert "买多了" in staff.get(f"{ORDERS}{order['id']}/change/").content.decode()


def test_the_page_takes_few_queries(staff, orders, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(9):
        act(staff, ORDERS, "ship_orders", *orders)
