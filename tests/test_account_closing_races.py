"""Closing an account beside its owner's other requests, on MariaDB, each beside its control.

The rival runs at the worst moment: once everything was erased and nothing is committed yet, or
after its own row was written and before that is committed. Signals are where they meet.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.db.models.signals import post_save
from django.dispatch import Signal
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from social_core.exceptions import AuthPolicyError
from social_django.models import UserSocialAuth

from apps.goods.models import Goods
from apps.goods.services.stock import stock_adjust
from apps.goods.tests.factories import make_category, make_goods
from apps.trade.models import CartLine, OrderInfo, Payment, RefundRequest
from apps.trade.order_status import Event, ReceivedBy
from apps.trade.services import carts, checkout, payments, refund_requests
from apps.trade.services.carts import cart_add
from apps.trade.services.checkout import order_create
from apps.trade.services.destinations import Destination
from apps.trade.services.orders import order_close
from apps.trade.services.payments import payment_confirm
from apps.trade.services.shipping import order_confirm
from apps.trade.tests.shipping import ship
from apps.user_operation import admin as user_operation_admin
from apps.user_operation.models import UserAddress, UserFav, UserLeavingMessage
from apps.user_operation.services import addresses, favourites, messages
from apps.users import closed_accounts
from apps.users.models import UserProfile
from apps.users.signals import account_erasing
from extra_apps.social_jwt.pipeline import account_still_open
from utils.db import clock

from . import closing
from .audit import assert_audit_clean
from .closing import DESTINATION, HOME, PERSON, client_of, close, closing_code, person, traces
from .parallel import tell

pytestmark = [pytest.mark.mariadb, pytest.mark.django_db(transaction=True)]

# A rival that waits for a lock never comes within this time; one that waits for none has come.
WAITS = 0.5

Rival = Callable[[APIClient, Goods], Any]


@pytest.fixture(autouse=True)
def _quiet(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "off")
    settings.ZEAL_NPLUSONE_THRESHOLD = 100  # a retry is not a loop of queries


@pytest.fixture
def user() -> UserProfile:
    return person()


@pytest.fixture
def goods() -> Goods:
    return make_goods(make_category(), stock=10)


@contextmanager
def at(signal: Signal, rival: Callable[[], Any], sender: Any = None) -> Any:
    """Start ``rival`` in a thread the first time that ``signal`` is sent; yield its result."""
    found: list[Future[Any]] = []

    def act() -> Any:
        try:
            return rival()
        finally:
            connections.close_all()

    def start(**kwargs: Any) -> None:
        if found:
            return
        found.append(pool.submit(act))
        with suppress(TimeoutError):
            found[0].exception(timeout=WAITS)

    with ThreadPoolExecutor(1) as pool:
        signal.connect(start, sender=sender)
        try:
            yield lambda: found[0].result(timeout=30)
        finally:
            signal.disconnect(start, sender=sender)


def add_to_cart(client: APIClient, goods: Goods) -> Any:
    return client.post("/shopcarts/", {"goods": goods.pk, "nums": 1})


def check_out(client: APIClient, goods: Goods) -> Any:
    return client.post("/orders/", DESTINATION)


def check_out_with_a_key(client: APIClient, goods: Goods) -> Any:
    return client.post("/orders/", DESTINATION, HTTP_IDEMPOTENCY_KEY="k")


def add_address(client: APIClient, goods: Goods) -> Any:
    return client.post("/address/", HOME)


def leave_message(client: APIClient, goods: Goods) -> Any:
    file = SimpleUploadedFile("我的合同.txt", "我的合同".encode())
    body = {"subject": "想问一下", "message": "林小满", "file": file}
    return client.post("/messages/", body, format="multipart")


def add_favourite(client: APIClient, goods: Goods) -> Any:
    return client.post("/userfavs/", {"goods": goods.pk})


def rename(client: APIClient, goods: Goods) -> Any:
    return client.patch("/users/1/", {"email": "xiaoman@mail.example"})


def ask_for_money(client: APIClient, goods: Goods) -> Any:
    order = OrderInfo.objects.get()
    body = {"reason": "damaged", "description": "林小满"}
    return client.post(f"/orders/{order.pk}/refunds/", body)


# The rival, the row that it writes, and the guard that stands in its way.
RIVALS: dict[Rival, tuple[Any, Any, str]] = {
    add_to_cart: (CartLine, carts, "account_open_now"),
    check_out: (OrderInfo, checkout, "account_open_now"),
    check_out_with_a_key: (OrderInfo, checkout, "account_open_now"),
    add_address: (UserAddress, addresses, "account_check_open"),
    leave_message: (UserLeavingMessage, messages, "account_lock_open"),
    add_favourite: (UserFav, favourites, "account_lock_open"),
    ask_for_money: (RefundRequest, refund_requests, "account_lock_open"),
}
# Those that the closing is refused for, when they came before it.
IN_THE_WAY: dict[Rival, str] = {
    check_out: "有未付款的订单，请先付款或取消。",
    check_out_with_a_key: "有未付款的订单，请先付款或取消。",
    ask_for_money: "有未处理完的退款申请：请先撤回，或等待处理结果。",
}


def received_order(user: UserProfile, goods: Goods) -> None:
    """Two pieces that have arrived; the shelf is filled up again."""
    cart_add(user_id=user.pk, goods_id=goods.pk, nums=2)
    order = order_create(user_id=user.pk, destination=Destination(**DESTINATION))
    payment_confirm(order_id=order.pk, trade_no="trade", amount=order.order_mount,
                    paid_at=timezone.now())  # fmt: skip
    ship(order.pk)
    order_confirm(order_id=order.pk, by=ReceivedBy.BUYER)
    stock_adjust(goods_id=goods.pk, delta=2)


def prepare(user: UserProfile, goods: Goods, rival: Rival) -> tuple[APIClient, APIClient, str]:
    if rival in (check_out, check_out_with_a_key):
        cart_add(user_id=user.pk, goods_id=goods.pk, nums=2)
    if rival is ask_for_money:
        received_order(user, goods)
    return client_of(user), client_of(user), closing_code(user)


def left_of(user: UserProfile) -> set[str]:
    """Traces, and rows that only an open account has."""
    rows = {model.__name__ for model in (CartLine, UserAddress, UserLeavingMessage, UserFav)
            if model._default_manager.filter(user=user).exists()}  # fmt: skip
    if OrderInfo.objects.filter(user=user).unpaid().exists():
        rows.add("unpaid order")
    return traces() | rows


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.__name__)
def test_what_comes_while_the_account_closes_is_refused(user, goods, rival):
    client, another, code = prepare(user, goods, rival)
    with at(account_erasing, lambda: rival(another, goods)) as result:
        assert close(client, code).status_code == 204
        answer = result()
    # Of a cart that was emptied meanwhile, nothing can be ordered.
    assert (answer.status_code, answer.json()) == (401, {"detail": "令牌无效或已过期。"})
    assert answer["WWW-Authenticate"] == 'JWT realm="api"'
    assert left_of(user) == set()
    assert Goods.objects.values_list("goods_num", "fav_num").get() == (10, 0)
    assert_audit_clean()


@pytest.mark.parametrize(
    "rival",
    [rival for rival in RIVALS if rival not in (check_out, check_out_with_a_key)],
    ids=lambda rival: rival.__name__,
)
def test_control_without_the_guard_it_stays(user, goods, rival, monkeypatch):
    """The row waits for the account (its foreign key), and is written once that is closed."""
    _model, module, guard = RIVALS[rival]
    monkeypatch.setattr(module, guard, lambda **kwargs: clock.database_now())
    client, another, code = prepare(user, goods, rival)
    with at(account_erasing, lambda: rival(another, goods)) as result:
        assert close(client, code).status_code == 204
        answer = result()
    left = left_of(user)
    tell(f"control: {rival.__name__} without {guard}: {answer.status_code}, left: {sorted(left)}")
    assert answer.status_code == 201
    assert left


def test_control_a_checkout_without_its_guards(user, goods, monkeypatch):
    """No lock, no look at the account, no count of rows: an unpaid order of nobody."""
    for module in (checkout, carts):
        monkeypatch.setattr(module, "cart_lock", lambda *args, **kwargs: True)
    monkeypatch.setattr(checkout, "account_open_now", lambda **kwargs: clock.database_now())
    monkeypatch.setattr(checkout, "check_changed", lambda *args: None)
    client, another, code = prepare(user, goods, check_out)
    with at(account_erasing, lambda: check_out(another, goods)) as result:
        assert close(client, code).status_code == 204
        answer = result()
    tell(f"control: check_out without the cart's lock: {answer.status_code}, {left_of(user)}")
    assert answer.status_code == 201
    assert "unpaid order" in left_of(user)


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.__name__)
def test_what_came_before_the_closing_is_seen_by_it(user, goods, rival):
    """The closing waits; an order refuses it, and all else is erased with the rest."""
    client, another, code = prepare(user, goods, rival)
    with at(post_save, lambda: close(another, code), sender=RIVALS[rival][0]) as result:
        assert rival(client, goods).status_code == 201
        answer = result()
    if rival in IN_THE_WAY:
        assert (answer.status_code, answer.json()) == (400, {"detail": IN_THE_WAY[rival]})
        assert UserProfile.objects.get(pk=user.pk).closed_at is None
        assert OrderInfo.objects.get().address == DESTINATION["address"]
    else:
        assert answer.status_code == 204
        assert left_of(user) == set()
    assert_audit_clean()


def test_a_name_that_comes_while_the_account_closes(user, goods, monkeypatch):
    client, another, code = prepare(user, goods, rename)
    with at(account_erasing, lambda: rename(another, goods)) as result:
        assert close(client, code).status_code == 204
        assert result().status_code in (200, 401)
    assert traces() == set()


def test_twice_at_once(user, goods):
    client, another, code = prepare(user, goods, add_address)
    with at(account_erasing, lambda: close(another, code)) as result:
        assert close(client, code).status_code == 204
        # The code was used, and is gone.
        assert (result().status_code, list(result().json())) == (400, ["code"])
    assert traces() == set()


# --- A form of the staff's that is saved meanwhile --------------------------------------------


@pytest.fixture
def save_form(user: UserProfile) -> Callable[[], int]:
    """Staff open the account's page before, and save it at the worst moment."""
    staff = Client(raise_request_exception=False)
    staff.force_login(UserProfile.objects.create_superuser("boss"))
    form = {
        # The name is changed: only what is changed is written.
        **PERSON, "name": f"{PERSON['name']} *", "gender": "female", "birthday": "1991-02-03",
        "is_active": "on",
        "date_joined_0": "2026-11-23", "date_joined_1": "11:00",
        "social_auth-TOTAL_FORMS": 0, "social_auth-INITIAL_FORMS": 0,
    }  # fmt: skip
    path = f"/admin/users/buyer/{user.pk}/change/"
    return lambda: int(staff.post(path, form).status_code)


def test_a_form_that_is_saved_while_the_account_closes(user, save_form):
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, save_form) as result:
        assert close(client, code).status_code == 204
        assert result() == 403
    assert traces() == set()


def test_control_a_form_that_locks_nothing(user, save_form, monkeypatch):
    """It would bring the person back; a constraint is left, and what it stops is a 500."""
    monkeypatch.setattr(closed_accounts, "accounts_lock", lambda **kwargs: None)
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, save_form) as result:
        assert close(client, code).status_code == 204
        assert result() == 500


@pytest.fixture
def save_reply(user: UserProfile) -> Callable[[], int]:
    """Staff answer a message, after which the history calls it by its subject."""
    closing.leave_message(user)
    staff = Client()
    staff.force_login(UserProfile.objects.create_superuser("boss"))
    message = UserLeavingMessage.objects.get()
    path = f"/admin/user_operation/userleavingmessage/{message.pk}/change/"
    return lambda: int(staff.post(path, {"reply": "您好"}).status_code)


def test_a_reply_while_the_account_closes(user, save_reply):
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, save_reply) as result:
        assert close(client, code).status_code == 204
        assert result() == 302  # to the list: there is no such message
    assert traces() == set()


def test_control_a_reply_that_locks_nothing(user, save_reply, monkeypatch):
    monkeypatch.setattr(user_operation_admin, "accounts_lock", lambda **kwargs: None)
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, save_reply) as result:
        assert close(client, code).status_code == 204
        assert result() == 302
    tell(f"control: the history of a reply: {sorted(traces())}")
    assert traces() == {"logentry.object_repr"}


# --- An identity at a provider that is linked meanwhile ----------------------------------------


def link_identity(user: UserProfile) -> str:
    """The last steps of the pipeline, in its transaction (extra_apps.social_jwt.strategy)."""
    try:
        with transaction.atomic():
            UserSocialAuth.objects.create(user=user, provider="weibo", uid="an-openid")
            account_still_open(backend=None, user=user, new_association=True)
    except AuthPolicyError:
        return "refused"
    return "linked"


def test_an_identity_that_is_linked_while_the_account_closes(user):
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, lambda: link_identity(user)) as result:
        assert close(client, code).status_code == 204
        assert result() == "refused"
    assert traces() == set()


def test_an_identity_that_was_linked_before_the_closing(user):
    client, code = client_of(user), closing_code(user)
    with at(post_save, lambda: close(client, code), sender=UserSocialAuth) as result:
        assert link_identity(user) == "linked"
        assert result().status_code == 204
    assert traces() == set()


def test_control_an_identity_without_the_last_look(user, monkeypatch):
    """The person's next sign-in would find a closed account, and make no new one."""
    monkeypatch.setitem(globals(), "account_still_open", lambda **kwargs: None)
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, lambda: link_identity(user)) as result:
        assert close(client, code).status_code == 204
        assert result() == "linked"
    tell(f"control: an identity of nobody: {sorted(traces())}")
    assert traces() == {"usersocialauth.uid"}


# --- Money that comes meanwhile ----------------------------------------------------------------


def cancelled_order(user: UserProfile, goods: Goods) -> OrderInfo:
    cart_add(user_id=user.pk, goods_id=goods.pk, nums=2)
    order = order_create(user_id=user.pk, destination=Destination(**DESTINATION))
    order_close(order_id=order.pk, event=Event.CANCEL)
    return order


def late_money(order: OrderInfo) -> str:
    return str(
        payment_confirm(
            order_id=order.pk, trade_no="late", amount=order.order_mount, paid_at=timezone.now()
        )
    )


def test_money_that_comes_while_the_account_closes_is_to_be_returned(user, goods):
    order = cancelled_order(user, goods)
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, lambda: late_money(order)) as result:
        assert close(client, code).status_code == 204
        assert result() == "flagged"
    assert Payment.objects.get().flag == "no_account"
    assert traces() == set()
    assert_audit_clean()


def test_control_money_without_the_look_at_the_account(user, goods, monkeypatch):
    """The shop owes goods to nobody."""
    monkeypatch.setattr(payments, "account_is_open", lambda **kwargs: True)
    order = cancelled_order(user, goods)
    client, code = client_of(user), closing_code(user)
    with at(account_erasing, lambda: late_money(order)) as result:
        assert close(client, code).status_code == 204
        assert result() == "paid_late"
    order.refresh_from_db()
    tell(f"control: an order of nobody is {order.pay_status}, to be sent to {order.address!r}")
    assert (order.pay_status, order.address) == ("TRADE_SUCCESS", "")


def test_money_that_came_before_the_closing_is_seen_by_it(user, goods):
    order = cancelled_order(user, goods)
    client, code = client_of(user), closing_code(user)
    with at(post_save, lambda: close(client, code), sender=Payment) as result:
        assert late_money(order) == "paid_late"
        answer = result()
    assert (answer.status_code, answer.json()) == (
        400, {"detail": "有已付款、尚未发货的订单。"},
    )  # fmt: skip
    order.refresh_from_db()
    assert (order.pay_status, order.address) == ("TRADE_SUCCESS", DESTINATION["address"])
    assert_audit_clean()
