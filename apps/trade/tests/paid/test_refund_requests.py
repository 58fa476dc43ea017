"""A buyer asks for money back: what is asked, what is refused, and what staff's answer does."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from rest_framework.test import APIClient

from apps.goods.models import StockMovement
from apps.trade.models import (
    OrderGoods,
    OrderInfo,
    Payment,
    Refund,
    RefundLine,
    RefundPicture,
    RefundRequest,
)
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.services.reconciling import payments_reconcile
from apps.trade.services.refund_pictures import PictureFiles
from apps.trade.services.refund_requests import (
    ApprovedTooMuchError,
    ReplyMissingError,
    RequestDecidedError,
    refund_request_approve,
    refund_request_reject,
)
from apps.trade.services.refunds import (
    RefundOverError,
    RefundTooLargeError,
    refund_done,
    refund_fail,
    refund_open,
    refund_send,
    refund_sync,
)
from apps.trade.services.returns import ReturnRefusedError, ReturnTooLargeError
from apps.trade.tests.shipping import ship
from apps.users.models import UserProfile
from extra_apps.alipay_sandbox.models import SandboxRefund
from tests.audit import assert_audit_clean
from tests.clients import send
from tests.sample_files import HTML, PDF, SVG, picture

pytestmark = pytest.mark.django_db

TOTAL = Decimal("24.60")  # two oranges
ASK = {"reason": "damaged"}


@pytest.fixture
def boss(db: None) -> UserProfile:
    return UserProfile.objects.create_user("boss", is_staff=True)


def path_of(order: dict[str, Any]) -> str:
    return f"/orders/{order['id']}/refunds/"


@pytest.fixture
def ask(mine: APIClient, paid_order: dict[str, Any]) -> Callable[..., Any]:
    """Ask for money back for two oranges that are paid."""

    def wish(format: str = "json", **fields: Any) -> Any:
        body = {**ASK, **fields}
        if format == "json":
            return send(mine, "post", path_of(paid_order), body)
        return mine.post(path_of(paid_order), body, format=format)

    return wish


@pytest.fixture
def approve(boss: UserProfile) -> Callable[..., Refund]:
    """Approve the newest request, and have the money moved."""

    def decide(amount: str, *pieces: int, reply: str = "", send: bool = True) -> Refund:
        request = RefundRequest.objects.latest("pk")
        refund = refund_request_approve(
            request_id=request.pk, amount=Decimal(amount), lines=lines_of(request.order, *pieces),
            reply=reply, staff_id=boss.pk,
        )  # fmt: skip
        return refund_send(refund_id=refund.pk) if send else refund

    return decide


def lines_of(order: OrderInfo, *pieces: int) -> dict[int, int]:
    """Return so many pieces of each line of an order, by its id."""
    keys = order.lines.order_by("pk").values_list("pk", flat=True)
    return {pk: nums for pk, nums in zip(keys, pieces, strict=False) if nums}


def sole_request() -> RefundRequest:
    return RefundRequest.objects.get()


def moved() -> list[Decimal]:
    return list(SandboxRefund.objects.order_by("pk").values_list("amount", flat=True))


def returned() -> list[tuple[int, str]]:
    moves = StockMovement.objects.filter(reason__in=["refund", "return"]).order_by("pk")
    return list(moves.values_list("delta", "reason"))


def files_in(media_root: Path) -> list[Path]:
    return sorted(path for path in media_root.rglob("*") if path.is_file())


# --- Asking ------------------------------------------------------------------------------------


def test_a_request_as_it_is_answered(mine, theirs, ask, paid_order):
    response = ask(amount=4.5, description="两个都压坏了")
    assert response.status_code == 201
    row = sole_request()
    answer = response.json()
    assert answer == {
        "id": row.pk, "order": paid_order["id"], "order_sn": paid_order["order_sn"],
        "amount": 4.5, "approved_amount": None, "reason": "damaged",
        "description": "两个都压坏了", "pictures": [], "state": "requested", "reply": "",
        "add_time": answer["add_time"], "decided_at": None, "done_at": None,
    }  # fmt: skip
    assert (row.amount, row.state, row.order_id) == (
        Decimal("4.50"), "requested", paid_order["id"],
    )  # fmt: skip
    for path in ("/refunds/", path_of(paid_order)):
        assert mine.get(path).json() == [answer]
    assert mine.get(f"/refunds/{row.pk}/").json() == answer
    assert mine.get("/refunds/?page=1").json()["results"] == [answer]
    assert theirs.get("/refunds/").json() == []
    for path in (path_of(paid_order), f"/refunds/{row.pk}/"):
        assert theirs.get(path).status_code == 404
    assert theirs.post(path_of(paid_order), ASK).status_code == 404
    assert theirs.post(f"/refunds/{row.pk}/withdraw/").status_code == 404
    assert sole_request().state == "requested"
    order = mine.get(f"/orders/{paid_order['id']}/").json()
    assert "request_refund" not in order["actions"]


@pytest.mark.parametrize(
    "body", [{}, {"amount": None}, {"amount": ""}, {"amount": "24.60"}, {"amount": 24.6}]
)
def test_all_that_is_left(ask, body):
    assert ask(**body).json()["amount"] == 24.6


@pytest.mark.parametrize(
    ("field", "value"),
    [("reason", "greed"), ("reason", ""), ("reason", "\ud800"), ("reason", ["x"]),
     ("amount", 0), ("amount", -1), ("amount", "0.001"), ("amount", "NaN"),
     ("amount", "Infinity"), ("amount", "1e1000000"), ("amount", "9" * 31), ("amount", True),
     ("amount", {}), ("amount", "x"), ("description", "x" * 501), ("description", "a\0b"),
     ("description", []), ("pictures", "x"), ("pictures", ["x"]), ("pictures", [{}]),
     ("pictures", {"0": 1})],
)  # fmt: skip
def test_nonsense_is_named(ask, field, value):
    response = ask(**{field: value})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert all(isinstance(text, str) for text in response.json()[field])
    assert not RefundRequest.objects.exists()


def test_more_than_is_left_names_it(ask, approve):
    assert ask(amount="24.61").json() == {"amount": ["最多还可退 24.60 元。"]}
    ask(amount="20.00")
    approve("20.00")
    assert ask(amount="4.61").json() == {"amount": ["最多还可退 4.60 元。"]}
    assert ask().json()["amount"] == 4.6


def test_one_at_a_time(mine, ask, paid_order, approve):
    first = ask(amount=1).json()
    again = ask(amount=1)
    assert (again.status_code, again.json()) == (400, {"detail": "该订单已有处理中的退款申请。"})
    with pytest.raises(IntegrityError):
        RefundRequest.objects.create(order_id=paid_order["id"], amount=1, reason="other")
    del first


def test_the_order_names_its_open_request(mine, ask, paid_order, approve):
    def seen() -> list[tuple[Any, Any]]:
        listed = mine.get("/orders/?status=to_ship").json()[0]
        order = mine.get(f"/orders/{paid_order['id']}/").json()
        return [(found["open_refund"], found["open_refund_state"]) for found in (listed, order)]

    assert seen() == [(None, None)] * 2
    request = ask(amount=1).json()["id"]
    assert seen() == [(request, "requested")] * 2
    refund = approve("1.00", send=False)
    assert seen() == [(request, "approved")] * 2
    refund_send(refund_id=refund.pk)
    assert seen() == [(None, None)] * 2


def test_what_cannot_be_refunded(mine, order_of, ask, paid_order, boss):
    unpaid = mine.post(path_of(order_of(1)), ASK)
    assert (unpaid.status_code, unpaid.json()) == (400, {"detail": "订单未付款，无法退款。"})
    payment = Payment.objects.get()
    refund = refund_open(payment_id=payment.pk, amount=TOTAL, reason="r", staff_id=boss.pk)
    nothing = {"detail": "该订单已没有可退的款项。"}
    assert mine.get(f"/orders/{paid_order['id']}/").json()["actions"] == []  # under way
    [listed] = [row for row in mine.get("/orders/").json() if row["id"] == paid_order["id"]]
    assert listed["actions"] == []
    assert ask().json() == nothing
    refund_send(refund_id=refund.pk)
    assert ask().json() == nothing
    assert not RefundRequest.objects.exists()


def test_when_alipays_time_is_over(mine, ask, paid_order, boss):
    made = ask().json()
    payment = Payment.objects.get()
    payment_finish(order_id=paid_order["id"], trade_no=payment.trade_no)
    with pytest.raises(RefundOverError):
        refund_request_approve(
            request_id=made["id"], amount=TOTAL, lines={}, reply="", staff_id=boss.pk
        )
    assert mine.post(f"/refunds/{made['id']}/withdraw/").json()["state"] == "withdrawn"
    answer = ask()
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.parametrize("limit", ["REFUND_REQUESTS_PER_DAY", "REFUND_REQUESTS_PER_ORDER"])
def test_so_many_and_no_more(mine, ask, settings, limit, time_machine):
    time_machine.move_to("2026-11-23T23:00:00+08:00", tick=False)
    # The order was paid in another time: only what is asked for counts.
    OrderInfo.objects.update(expires_at="2027-01-01T00:00:00+08:00")
    setattr(settings, limit, 2)
    for _ in range(2):
        made = ask().json()
        mine.post(f"/refunds/{made['id']}/withdraw/")
    answer = ask()
    is_daily = limit.endswith("DAY")
    assert answer.status_code == (429 if is_daily else 400)
    assert answer.headers.get("Retry-After") == ("3601" if is_daily else None)
    time_machine.move_to("2026-11-24T00:00:01+08:00", tick=False)
    assert ask().status_code == (201 if is_daily else 400)


def test_the_same_key_asks_once(mine, paid_order, media_root):
    def send() -> Any:
        form = {**ASK, "pictures": [SimpleUploadedFile("a.png", PNG)]}
        return mine.post(path_of(paid_order), form, HTTP_IDEMPOTENCY_KEY="k")

    first, second = send(), send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
    assert RefundRequest.objects.count() == len(files_in(media_root)) == 1


# --- Pictures ----------------------------------------------------------------------------------

PNG = picture("PNG")


def pictures(*contents: bytes) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{n}.png", content) for n, content in enumerate(contents)]


def test_pictures_are_private_downloads(ask, media_root, client, paid_order):
    contents = [picture("PNG"), picture("JPEG"), picture("WEBP"), picture("GIF"), picture("BMP")]
    response = ask("multipart", pictures=pictures(*contents), description="")
    assert response.status_code == 201, response.json()
    addresses = response.json()["pictures"]
    assert [address.rpartition(".")[2] for address in addresses] == [
        "png", "jpg", "webp", "gif", "bmp",
    ]  # fmt: skip
    for address, content in zip(addresses, contents, strict=True):
        path = address.removeprefix("http://testserver")
        assert path.startswith("/media/refunds/")
        assert len(Path(path).stem) == 32
        shown = client.get(path)
        assert b"".join(shown.streaming_content) == content
        assert shown.headers["Content-Disposition"] == "attachment"
        assert shown.headers["Cache-Control"] == "private"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    sizes = RefundPicture.objects.order_by("pk").values_list("file_size", flat=True)
    assert list(sizes) == [len(content) for content in contents]


@pytest.mark.parametrize("empty", ["", "undefined", "null"])
def test_what_clients_send_for_no_picture(ask, empty):
    assert ask("multipart", pictures=empty).json()["pictures"] == []


@pytest.mark.parametrize("content", [HTML, SVG, PDF, b"hello", PNG + HTML, PNG[:-20], b""])
def test_only_pictures(ask, media_root, content):
    response = ask("multipart", pictures=pictures(PNG, content))
    assert (response.status_code, list(response.json())) == (400, ["pictures"])
    assert files_in(media_root) == []


def test_too_many_or_too_large(ask, media_root, settings):
    six = ask("multipart", pictures=pictures(*[PNG] * 6))
    assert six.json() == {"pictures": ["最多 5 张图片。"]}
    assert ask("multipart", pictures=pictures(*[PNG] * 7)).status_code == 400
    large = ask("multipart", pictures=pictures(PNG, PNG + bytes(10 * 2**20)))
    assert large.json() == {"pictures": ["图片总大小超过 10 MB。"]}
    settings.REFUND_PICTURES_MB_MAX = 0
    assert ask("multipart", pictures=pictures(PNG)).json() == {
        "pictures": ["最多保留 0 MB 图片，请不要附带图片。"]
    }
    assert files_in(media_root) == []
    assert not RefundRequest.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "k"}])
def test_no_file_without_its_row(mine, paid_order, media_root, monkeypatch, headers):
    def fail(*args: Any, **kwargs: Any) -> None:
        assert len(files_in(media_root)) == 2
        raise RuntimeError

    monkeypatch.setattr(PictureFiles, "rows_create", fail)
    form = {**ASK, "pictures": pictures(PNG, PNG)}
    with pytest.raises(RuntimeError):
        mine.post(path_of(paid_order), form, **headers)
    assert files_in(media_root) == []
    assert not RefundRequest.objects.exists()


def test_files_are_written_for_what_looks_possible_alone(ask, media_root):
    ask(amount=1)
    media_root.chmod(0o500)  # nothing could be written
    assert ask("multipart", pictures=pictures(PNG)).status_code == 400
    media_root.chmod(0o700)


# --- Withdrawing, approving, rejecting ---------------------------------------------------------


def test_withdrawn(mine, ask, boss):
    made = ask().json()
    for _ in range(2):  # again, it says the same
        answer = mine.post(f"/refunds/{made['id']}/withdraw/")
        assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    with pytest.raises(RequestDecidedError):
        refund_request_approve(
            request_id=made["id"], amount=TOTAL, lines={}, reply="", staff_id=boss.pk
        )
    with pytest.raises(RequestDecidedError):
        refund_request_reject(request_id=made["id"], reply="no", staff_id=boss.pk)
    assert not Refund.objects.exists()
    assert ask().status_code == 201


def test_rejected_with_a_reply(mine, ask, boss):
    made = ask().json()
    with pytest.raises(ReplyMissingError):
        refund_request_reject(request_id=made["id"], reply=" ", staff_id=boss.pk)
    news = [
        refund_request_reject(request_id=made["id"], reply="已过保质期", staff_id=boss.pk)
        for _ in range(2)
    ]
    assert news == [True, False]
    answer = mine.get(f"/refunds/{made['id']}/").json()
    assert (answer["state"], answer["reply"], answer["done_at"]) == ("rejected", "已过保质期", None)
    assert answer["decided_at"] is not None
    assert mine.post(f"/refunds/{made['id']}/withdraw/").status_code == 400
    assert ask().status_code == 201


def test_approved_in_part_with_a_piece_back(mine, ask, approve, stock, sold, goods):
    made = ask(amount="12.30").json()
    refund = approve("10.00", 1, reply="请寄回一个")
    assert (refund.state, refund.amount, refund.reason) == ("done", Decimal("10.00"), "损坏或变质")
    answer = mine.get(f"/refunds/{made['id']}/").json()
    assert (answer["state"], answer["approved_amount"], answer["reply"]) == (
        "done", 10.0, "请寄回一个",
    )  # fmt: skip
    assert answer["done_at"] is not None
    assert moved() == [Decimal("10.00")]
    assert (stock(goods), sold(goods)) == (9, 2)
    assert returned() == [(1, "refund")]
    assert OrderGoods.objects.get().returned_num == 1
    assert_audit_clean()
    # And then the rest: what is back already does not come back again.
    ask()
    approve("14.60")
    assert (stock(goods), sold(goods)) == (10, 0)
    assert returned() == [(1, "refund"), (1, "refund")]
    assert (OrderGoods.objects.get().returned_num, OrderInfo.objects.get().holds_stock) == (
        1, False,
    )  # fmt: skip
    assert_audit_clean()


def test_after_shipping_staff_say_what_comes_back(ask, approve, stock, sold, goods, paid_order):
    ship(paid_order["id"])
    ask()
    approve("24.60", 1)
    order = OrderInfo.objects.get()
    assert (order.pay_status, order.holds_stock) == ("TRADE_CLOSED", True)
    assert (stock(goods), sold(goods)) == (9, 0)
    assert returned() == [(1, "return")]
    assert_audit_clean()


def test_no_more_than_was_asked_or_is_left_or_is_there(ask, approve, boss):
    ask(amount="10.00")
    with pytest.raises(ApprovedTooMuchError, match=r"10\.00"):
        approve("10.01")
    for pieces in (3, -1):
        with pytest.raises(ReturnTooLargeError, match="2"):
            approve("1.00", pieces)
    payment = Payment.objects.get()
    with pytest.raises(ReturnRefusedError):
        refund_open(payment_id=payment.pk, amount=Decimal(1), reason="r", staff_id=boss.pk,
                    lines={10**9: 1})  # fmt: skip
    # Staff give most of it back elsewhere, one piece with it: neither counts twice.
    refund_open(payment_id=payment.pk, amount=Decimal("20.00"), reason="r", staff_id=boss.pk,
                lines=lines_of(payment.order, 1))  # fmt: skip
    with pytest.raises(RefundTooLargeError, match=r"4\.60"):
        approve("10.00")
    with pytest.raises(ReturnTooLargeError, match="1"):
        approve("4.60", 2)
    assert sole_request().state == "requested"
    assert Refund.objects.count() == 1
    approve("4.60", 1)
    assert sole_request().state == "done"
    assert_audit_clean()


def test_approved_again_is_the_same_refund(ask, approve, boss, other):
    ask()
    first, second = approve("10.00", 1), approve("10.00", 1)
    assert first == second
    for other_decision in (("11.00", 1), ("10.00", 2), ("10.00",)):
        with pytest.raises(RequestDecidedError):
            approve(*other_decision)
    assert (moved(), returned()) == ([Decimal("10.00")], [(1, "refund")])


def test_a_silent_gateway_and_the_sweep(mine, ask, approve, gateway, time_machine, stock, goods):
    made = ask().json()
    gateway.silent = True
    assert approve("10.00", 1).state == "pending"
    answer = mine.get(f"/refunds/{made['id']}/").json()
    assert (answer["state"], answer["done_at"], answer["approved_amount"]) == (
        "approved", None, 10.0,
    )  # fmt: skip
    assert mine.post(f"/refunds/{made['id']}/withdraw/").status_code == 400
    assert ask().status_code == 400
    assert (stock(goods), returned()) == (8, [])
    assert_audit_clean()
    gateway.silent = False
    Refund.objects.update(add_time="2026-01-01T00:00:00+08:00", asked_at=None)
    assert payments_reconcile()["refunds"] == 1
    assert sole_request().state == "done"
    assert (stock(goods), moved()) == (9, [Decimal("10.00")])
    assert_audit_clean()


def test_a_gateway_that_refuses(ask, approve, stock, goods):
    ask()
    refund = approve("24.60", 1, send=False)
    refund_fail(refund_id=refund.pk, answer="no")
    assert (sole_request().state, stock(goods), returned()) == ("failed", 8, [])
    assert_audit_clean()
    assert ask(amount="5.00").status_code == 201
    approve("5.00", 2)  # the pieces of the one that failed are free
    assert stock(goods) == 10
    assert_audit_clean()
    # And after all, the first was done: its piece came back with the other.
    refund_sync(payment_id=refund.payment_id, out_request_no=refund.out_request_no,
                refunded=Decimal("24.60"), done_at=refund.add_time)  # fmt: skip
    assert_audit_clean()
    assert stock(goods) == 10


def test_refused_and_done_after_all(ask, approve, stock, goods, boss):
    ask(amount="5.00")
    refund = approve("5.00", 1, send=False)
    refund_fail(refund_id=refund.pk, answer="no")
    ask(amount="1.00")
    approve("1.00", 2)
    assert refund_done(refund_id=refund.pk, done_at=refund.add_time)
    states = RefundRequest.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["done", "done"]
    assert stock(goods) == 10  # both pieces had come back by then
    assert list(RefundLine.objects.values_list("nums", flat=True)) == [2]
    assert_audit_clean()


# --- Money that moves otherwise ----------------------------------------------------------------


def test_staff_refund_all_while_a_request_is_open(mine, ask, boss):
    made = ask(amount="5.00").json()
    payment = Payment.objects.get()
    refund = refund_open(payment_id=payment.pk, amount=TOTAL, reason="r", staff_id=boss.pk)
    refund_send(refund_id=refund.pk)
    answer = mine.get(f"/refunds/{made['id']}/").json()
    assert (answer["state"], answer["approved_amount"]) == ("done", 24.6)
    assert sole_request().refund == refund
    assert_audit_clean()


def test_alipays_own_site_refunds_while_a_request_is_open(ask, approve, stock, goods):
    ask(amount="20.00")
    payment = Payment.objects.get()

    def told(amount: str) -> None:
        refund_sync(payment_id=payment.pk, out_request_no="", refunded=Decimal(amount),
                    done_at=payment.paid_at)  # fmt: skip

    told("10.00")
    assert sole_request().state == "requested"
    with pytest.raises(RefundTooLargeError, match=r"14\.60"):
        approve("20.00")
    told("24.60")
    request = sole_request()
    assert (request.state, request.approved_amount, request.staff) == (
        "done", Decimal("14.60"), None,
    )  # fmt: skip
    assert stock(goods) == 10
    assert_audit_clean()


def test_the_last_money_of_another_request(ask, approve, stock, goods):
    """One refused and done after all closes the order, and the open request with it."""
    ask()
    refund = approve("24.60", 1, send=False)
    refund_fail(refund_id=refund.pk, answer="no")
    ask(amount="5.00")
    assert refund_done(refund_id=refund.pk, done_at=refund.add_time)
    first, second = RefundRequest.objects.order_by("pk")
    assert (first.state, second.state) == ("done", "rejected")
    assert second.reply == "该订单的款项已全部退还。"
    assert stock(goods) == 10
    assert_audit_clean()


def test_money_that_pays_nothing_brings_no_pieces(paid_order, boss):
    payment_confirm(order_id=paid_order["id"], trade_no="second", amount=TOTAL,
                    paid_at=OrderInfo.objects.get().pay_time)  # fmt: skip
    second = Payment.objects.get(trade_no="second")
    with pytest.raises(ReturnRefusedError):
        refund_open(payment_id=second.pk, amount=TOTAL, reason="r", staff_id=boss.pk,
                    lines=lines_of(second.order, 1))  # fmt: skip


# --- Lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5])
def test_lists_take_the_same_queries(
    mine, order_of, gateway, count, django_assert_num_queries, media_root, settings
):
    for number in range(count):
        order = order_of(1)
        gateway.pay(order["alipay_url"])
        form = {**ASK, "pictures": pictures(PNG, PNG)}
        assert mine.post(path_of(order), form).status_code == 201, number
    with django_assert_num_queries(2 + 3):  # session, user; requests, orders, pictures
        assert len(mine.get("/refunds/").json()) == count
    with django_assert_num_queries(2 + 4):
        assert mine.get("/refunds/?page=1").json()["count"] == count
    with django_assert_num_queries(2 + 4):  # the order, too
        assert len(mine.get(path_of(order)).json()) == 1
