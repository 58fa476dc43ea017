"""Closing an account: nothing of the person is left, and nothing of the trade is lost."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as shop_settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from social_django.models import UserSocialAuth
from zeal import zeal_ignore

from apps.goods.models import Goods, StockMovement
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import (
    CartLine,
    OrderGoods,
    OrderInfo,
    Payment,
    RefundRequest,
    Shipment,
)
from apps.trade.order_status import Event, ReceivedBy
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.orders import order_close
from apps.trade.services.payments import payment_confirm, payment_finish
from apps.trade.services.refund_requests import refund_request_withdraw
from apps.trade.services.shipping import order_confirm, orders_confirm_received
from apps.trade.tests.shipping import ship
from apps.user_operation.models import UserAddress, UserFav, UserLeavingMessage
from apps.user_operation.services.favourites import favourite_add
from apps.users.models import CodeQuota, UserProfile
from apps.users.services.accounts import account_update
from apps.users.services.locks import AccountClosedError
from apps.users.tokens import token_make
from extra_apps.idempotency.models import IdempotencyRecord

from .audit import assert_audit_clean
from .busy_shop import BusyShop
from .closing import (
    DESTINATION,
    HOME,
    MOBILE,
    TRACES,
    client_of,
    close,
    closing_code,
    leave_address,
    leave_message,
    leave_requests,
    person,
    traces,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_quiet")]


@pytest.fixture
def _quiet(settings: Any, tmp_path: Path) -> Any:
    settings.VAR_DIR = tmp_path  # the codes that were sent
    with zeal_ignore():  # several requests, one after the other
        yield


@pytest.fixture
def user() -> UserProfile:
    return person()


def order_paid(user: UserProfile, goods: Goods, note: str = "放门口") -> OrderInfo:
    cart_add(user_id=user.pk, goods_id=goods.pk, nums=2)
    order = order_create(user_id=user.pk, destination=Destination(**DESTINATION, post_script=note))
    payment_confirm(order_id=order.pk, trade_no=f"trade{order.pk}", amount=order.order_mount,
                    paid_at=timezone.now())  # fmt: skip
    order.refresh_from_db()
    return order


def test_what_is_erased_and_what_is_kept(user, django_capture_on_commit_callbacks, admin_user):
    goods, hearts = make_goods(make_category(), stock=10), make_goods(make_category(), stock=5)
    order = order_paid(user, goods)
    ship(order.pk)
    order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
    OrderInfo.objects.update(cancel_reason="林收件不在家")
    leave_requests(order, admin_user)
    payment_finish(order_id=order.pk, trade_no=f"trade{order.pk}")
    cart_add(user_id=user.pk, goods_id=goods.pk, nums=3)
    for each in (goods, hearts):
        favourite_add(user_id=user.pk, goods_id=each.pk)
    leave_address(user)
    leave_message(user)
    UserSocialAuth.objects.create(user=user, provider="weibo", uid="an-openid", extra_data={})
    user.groups.add(Group.objects.create(name="test buyers"))
    user.last_login = timezone.now()
    user.save()
    client = client_of(user)
    client.post("/orders/", {}, HTTP_IDEMPOTENCY_KEY="k")
    IdempotencyRecord.objects.update(body='{"signer_name": "林收件"}', status=201)
    for row in (user, UserAddress.objects.get(), UserLeavingMessage.objects.get()):
        LogEntry.objects.log_actions(admin_user.pk, [row], 2, change_message=f"to {row}")
    tokens, session = [token_make(user) for _ in range(2)], APIClient()
    session.force_login(user)
    kept = OrderGoods.objects.values().get(), Payment.objects.values().get()
    before = traces()
    assert len(before) >= 20  # the search finds what is there
    assert {
        "orderinfo.address",
        "orderinfo.cancel_reason",
        "logentry.object_repr",
        "usersocialauth.uid",
        "refundrequest.description",
        "refundrequest.reply",
    } <= before

    code = closing_code(user)
    with django_capture_on_commit_callbacks() as after_commit:
        response = close(client, code)
        assert (response.status_code, response.content) == (204, b"")
    assert {trace.rpartition(".")[2] for trace in traces()} == {"txt", "png"}
    for folder in ("messages", "refunds"):
        assert len(list((Path(shop_settings.MEDIA_ROOT) / folder).iterdir())) == 1
    for callback in after_commit:  # files go once there is no way back
        callback()
    assert traces() == set()

    for token in tokens:
        assert APIClient().post("/api-token-verify/", {"token": token}).status_code == 401
        assert APIClient().post("/api-token-refresh/", {"token": token}).status_code == 401
    assert client.get("/users/1/").status_code == 401
    assert session.get("/users/1/").status_code == 401
    user.refresh_from_db()
    assert user.username.startswith("closed-")
    assert (user.is_active, user.has_usable_password(), user.last_login) == (False, False, None)
    assert user.closed_at is not None
    assert not user.groups.exists()
    # The trade's own things are as they were, and whose they are is a number.
    assert (OrderGoods.objects.values().get(), Payment.objects.values().get()) == kept
    order.refresh_from_db()
    assert (order.user_id, order.order_mount, order.pay_status) == (
        user.pk, Decimal("20.00"), "TRADE_FINISHED",
    )  # fmt: skip
    assert not CartLine.objects.exists()
    assert not UserFav.objects.exists()
    assert list(Goods.objects.order_by("pk").values_list("goods_num", "fav_num")) == [
        (8, 0), (5, 0),
    ]  # fmt: skip
    last = StockMovement.objects.latest("pk")
    assert (last.delta, last.reason, last.reference) == (3, "release", f"cart:{user.pk}")
    entries = LogEntry.objects.filter(user=admin_user).values_list("object_repr", "change_message")
    assert set(entries) == {("–", "")}
    assert entries.count() == 3
    assert_audit_clean()


# --- Who may not yet ---------------------------------------------------------------------------

UNPAID = "有未付款的订单，请先付款或取消。"
UNSHIPPED = "有已付款、尚未发货的订单。"
ON_ITS_WAY = "有运输中的订单。"
REFUNDING = "有正在处理的退款。"
REQUESTED = "有未处理完的退款申请：请先撤回，或等待处理结果。"
TO_RETURN = "有待退还的款项。"

OUTCOMES = {
    "open": UNPAID,
    "at_cashier": UNPAID,
    "closed": None,
    "paid": UNSHIPPED,
    "shipped": ON_ITS_WAY,
    "received": None,
    "finished": ON_ITS_WAY,
    "paid_late": UNSHIPPED,
    "paid_twice": UNSHIPPED,
    "sold_out": TO_RETURN,
    "refunded_in_part": UNSHIPPED,
    "refunded": None,
    "refunded_shipped": None,
    "paid_after_refund": TO_RETURN,
    "asked": ON_ITS_WAY,
    "approved": UNSHIPPED,
}


def with_mobile(user: UserProfile) -> UserProfile:
    user.mobile = user.username
    user.save()
    return user


@pytest.mark.slow
def test_every_story_of_an_order():
    shop = BusyShop()
    for story, refusal in OUTCOMES.items():
        order = shop.orders[story]
        user = with_mobile(order.user)
        client = client_of(user)
        before = OrderInfo.objects.values().get(pk=order.pk)
        response = close(client, closing_code(user))
        if refusal is None:
            assert (story, response.status_code) == (story, 204)
            order.refresh_from_db()
            assert (order.address, order.signer_name, order.singer_mobile) == ("", "", "")
        else:
            answer = response.status_code, response.json()
            assert (story, *answer) == (story, 400, {"detail": refusal})
            assert OrderInfo.objects.values().get(pk=order.pk) == before
            assert client.get("/users/1/").status_code == 200
        assert_audit_clean()
    for cart in (with_mobile(shop.held), with_mobile(shop.lapsed)):
        assert close(client_of(cart), closing_code(cart)).status_code == 204
    assert not CartLine.objects.exists()
    assert_audit_clean()


def test_a_refund_under_way(user):
    order = order_paid(user, make_goods(make_category(), stock=10))
    ship(order.pk)
    order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
    payment = order.payments.get()
    payment.refunds.create(out_request_no="r1", amount=Decimal(1), reason="bruised")
    response = close(client_of(user), closing_code(user))
    assert (response.status_code, response.json()) == (400, {"detail": REFUNDING})


@pytest.mark.parametrize("state", ["requested", "approved"])
def test_a_refund_asked_for(user, admin_user, state):
    order = order_paid(user, make_goods(make_category(), stock=10))
    ship(order.pk)
    order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
    payment_finish(order_id=order.pk, trade_no=f"trade{order.pk}")
    request = RefundRequest.objects.create(order=order, amount=1, reason="other")
    if state == "approved":
        refund = order.payments.get().refunds.create(out_request_no="r1", amount=1, reason="r")
        RefundRequest.objects.update(state=state, refund=refund, approved_amount=1)
    code = closing_code(user)
    response = close(client_of(user), code)
    text = REFUNDING if state == "approved" else REQUESTED
    assert (response.status_code, response.json()) == (400, {"detail": text})
    if state == "requested":
        refund_request_withdraw(request_id=request.pk)
        assert close(client_of(user), code).status_code == 204
        assert_audit_clean()


def test_shipped_so_long_ago_that_it_has_arrived(user, settings):
    settings.ORDER_CONFIRM_DAYS = 10
    order = order_paid(user, make_goods(make_category(), stock=10))
    client, code = client_of(user), closing_code(user)
    ship(order.pk)
    for ago, status in (
        (timedelta(days=10, minutes=-5), 400),
        (timedelta(days=10, seconds=1), 204),
    ):
        for rows in (OrderInfo.objects, Shipment.objects):
            rows.update(shipped_at=timezone.now() - ago)
        orders_confirm_received()
        # A refusal leaves the code as good as it was.
        assert close(client, code).status_code == status
    order.refresh_from_db()
    assert (order.pay_status, order.address) == ("TRADE_SUCCESS", "")
    assert_audit_clean()


def test_a_hidden_order_counts_as_well(user):
    order = order_paid(user, make_goods(make_category(), stock=10))
    OrderInfo.objects.filter(pk=order.pk).update(is_hidden=True)
    assert close(client_of(user), closing_code(user)).json() == {"detail": UNSHIPPED}


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_staff(user, flag):
    code = closing_code(user)
    UserProfile.objects.update(**{flag: True})
    response = close(client_of(user), code)
    assert (response.status_code, response.json()) == (
        400, {"detail": "员工账户不能以此方式注销。"},
    )  # fmt: skip
    user.refresh_from_db()
    assert (user.mobile, user.closed_at) == (MOBILE, None)


def test_an_account_without_a_mobile(user):
    UserProfile.objects.update(mobile=None)
    response = close(client_of(user), "123456"[: len(closing_code(user))])
    assert (response.status_code, response.json()) == (
        400, {"detail": "请先绑定手机号，验证码将发送到该手机。"},
    )  # fmt: skip


def test_codes(user):
    client, code = client_of(user), closing_code(user)
    wrong = str(int(code[0]) ^ 1) + code[1:]
    for body, text in (
        ({}, "请输入验证码"), ({"code": ""}, "请输入验证码"), ({"code": "x"}, "验证码格式错误"),
        ({"code": wrong}, "验证码错误"),
    ):  # fmt: skip
        response = client.delete("/users/1/", body, format="json")
        assert (response.status_code, response.json()) == (400, {"code": [text]})
    # A code is good for its purpose alone.
    for path, body in (
        ("/password/reset/", {"mobile": MOBILE, "code": code, "password": "another-2027"}),
        ("/login/", {"username": MOBILE, "code": code}),
    ):
        assert APIClient().post(path, body).status_code == 400
    other = UserProfile.objects.create_user("13800000009", mobile="13800000009")
    assert close(client_of(other), code).status_code == 400  # nor for another account
    assert close(APIClient(), code).status_code == 401
    assert close(client, code).status_code == 204


# --- Afterwards --------------------------------------------------------------------------------


@pytest.fixture
def closed(user: UserProfile) -> UserProfile:
    UserSocialAuth.objects.create(user=user, provider="weibo", uid="an-openid")
    assert close(client_of(user), closing_code(user)).status_code == 204
    user.refresh_from_db()
    return user


def test_nothing_opens_it(closed):
    api = APIClient()
    for name in (MOBILE, closed.username):
        answer = api.post("/login/", {"username": name, "password": "xm-2026-xm"})
        assert answer.status_code == 400
        assert not Client().login(username=name, password="xm-2026-xm")
    for purpose in ("login", "reset", "close_account"):
        answer = api.post("/codes/", {"mobile": MOBILE, "purpose": purpose})
        assert answer.status_code == 400


def test_the_mobile_registers_again_as_somebody_new(closed):
    again = UserProfile.objects.create_user(username=MOBILE, mobile=MOBILE)
    assert again.pk != closed.pk
    assert not again.orders.exists()
    assert client_of(again).get("/users/").json()["name"] == ""
    # And may close that one, too.
    UserProfile.objects.filter(pk=again.pk).update(name="林小满")
    CodeQuota.objects.update(last_time=None)
    assert close(client_of(again), closing_code(again)).status_code == 204
    assert traces() == set()


def test_a_request_that_read_the_account_before_writes_nothing(closed):
    stale = UserProfile(pk=closed.pk, name="", closed_at=None)
    with pytest.raises(AccountClosedError):
        account_update(account=stale, changes={"name": "林小满"}, code=None, address="203.0.113.1")
    with pytest.raises(IntegrityError):
        UserProfile.objects.filter(pk=closed.pk).update(name="林小满")


def test_staff_see_it_and_change_nothing(closed, admin_client):
    path = f"/admin/users/buyer/{closed.pk}/change/"
    html = admin_client.get(path).content.decode()
    assert closed.username in html
    assert 'name="_save"' not in html
    form = {"username": MOBILE, "mobile": MOBILE, "name": "林小满", "gender": "female",
            "is_active": "on", "date_joined_0": "2026-11-23", "date_joined_1": "11:00"}  # fmt: skip
    assert admin_client.post(path, form).status_code == 403
    assert traces() == set()


def test_money_that_comes_afterwards_is_to_be_returned(user):
    """An order that was cancelled in time, and a payment that was under way."""
    goods = make_goods(make_category(), stock=10)
    cart_add(user_id=user.pk, goods_id=goods.pk, nums=1)
    order = order_create(user_id=user.pk, destination=Destination(**DESTINATION))
    OrderInfo.objects.update(expires_at=timezone.now())
    order_close(order_id=order.pk, event=Event.CANCEL)
    assert close(client_of(user), closing_code(user)).status_code == 204
    payment_confirm(order_id=order.pk, trade_no="late", amount=order.order_mount,
                    paid_at=timezone.now())  # fmt: skip
    payment = Payment.objects.get()
    assert (payment.state, payment.flag) == ("flagged", "no_account")
    order.refresh_from_db()
    goods.refresh_from_db()
    assert (order.pay_status, goods.goods_num) == ("TRADE_CLOSED", 10)
    assert_audit_clean()


def test_what_the_buyer_deleted_before_leaves_no_name_in_the_history(user, admin_client):
    leave_address(user)
    leave_message(user)
    address, message = UserAddress.objects.get(), UserLeavingMessage.objects.get()
    admin_client.post(f"/admin/user_operation/useraddress/{address.pk}/change/", {
        **HOME, "city": "无锡", "is_default": "on",
    })  # fmt: skip
    admin_client.post(
        f"/admin/user_operation/userleavingmessage/{message.pk}/change/", {"reply": "您好"}
    )
    assert LogEntry.objects.count() == 2
    client = client_of(user)
    assert client.delete(f"/address/{address.pk}/").status_code == 204
    assert client.delete(f"/messages/{message.pk}/").status_code == 204
    assert set(LogEntry.objects.values_list("object_repr", flat=True)) == {"–"}


def test_what_staff_deleted_leaves_no_name_in_the_history(user, admin_client):
    leave_address(user)
    leave_message(user)
    for model, row in (("useraddress", UserAddress.objects.get()),
                       ("userleavingmessage", UserLeavingMessage.objects.get())):  # fmt: skip
        path = f"/admin/user_operation/{model}/{row.pk}/delete/"
        assert admin_client.post(path, {"post": "yes"}).status_code == 302
    assert list(LogEntry.objects.values_list("action_flag", "object_repr")) == [(3, "–")] * 2


def test_the_search_for_traces_knows_every_one(user):
    """What is looked for is there before."""
    leave_address(user)
    leave_message(user)
    goods = make_goods(make_category(), stock=10)
    order_paid(user, goods)
    UserSocialAuth.objects.create(user=user, provider="weibo", uid="an-openid")
    rows = " ".join(
        str(value)
        for model in (UserProfile, UserAddress, UserLeavingMessage, OrderInfo, UserSocialAuth)
        for row in model._default_manager.values_list()
        for value in row
    )
    unseen = {trace for trace in TRACES if trace not in rows}
    assert unseen <= {"1991-02-03"}
