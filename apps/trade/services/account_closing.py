"""A buyer who closes the account: whether that may be yet, and what is left without the person."""

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.goods.models import StockMovement
from apps.goods.services.stock import stock_return
from utils.api.errors import DomainError
from utils.db.locks import check_changed

from ..models import CartLine, OrderInfo, Payment, Refund, RefundRequest, ShoppingCart
from ..order_status import PAID
from .cart_locks import cart_lock, cart_reference
from .refund_pictures import refund_pictures_remove


class AccountNeededError(DomainError):
    """Something is under way between shop and buyer; nothing was changed."""


class OrderUnpaidError(AccountNeededError):
    message = _("An order is unpaid: pay or cancel it first.")


class OrderUnshippedError(AccountNeededError):
    message = _("An order is paid and has not been shipped yet.")


class OrderOnItsWayError(AccountNeededError):
    message = _("An order is on its way.")


class RefundPendingError(AccountNeededError):
    message = _("A refund is under way.")


class RefundRequestedError(AccountNeededError):
    message = _("A refund request is open: withdraw it first, or wait for the answer.")


class MoneyToReturnError(AccountNeededError):
    message = _("A payment is still to be returned.")


def cart_lock_for_closing(*, user_id: int) -> None:
    """Lock the cart of a buyer who closes the account, before the account is locked.

    A buyer who never had one gets one, so that there is a row to lock: a first addition that comes
    meanwhile waits for it, and then finds the account closed.
    """
    if not cart_lock(user_id):
        ShoppingCart.objects.get_or_create(user_id=user_id)
        cart_lock(user_id)


def buyer_erase(*, user_id: int) -> None:
    """Take the person out of a buyer's orders, and give back what the cart holds.

    Orders, their lines, payments, refunds and notices stay; of refund requests, the words and the
    pictures go. Within the transaction that closes the
    account, which has locked the cart and the account. Raises an AccountNeededError while an order
    is unpaid, not shipped or not received, a refund is asked for or under way, or money is to be
    returned.
    """
    orders = OrderInfo.objects.filter(user_id=user_id)
    # First: the write locks the orders. A payment that comes for one waits, and then finds the
    # account closed; or it came before, and the order is seen as paid. With the version, because
    # columns that are empty already would not be written (utils/db/locks.py).
    orders.update(
        address="", signer_name="", singer_mobile="", post_script="", cancel_reason="",
        version=F("version") + 1,
    )  # fmt: skip
    _check_nothing_is_due(user_id, orders)
    requests = RefundRequest.objects.filter(order__user_id=user_id)
    requests.update(description="", reply="")
    refund_pictures_remove(user_id=user_id)
    _cart_clear(user_id)


def _check_nothing_is_due(user_id: int, orders: QuerySet[OrderInfo]) -> None:
    paid = orders.filter(pay_status__in=PAID)
    payments = Payment.objects.filter(order__user_id=user_id)
    refunds = Refund.objects.filter(payment__order__user_id=user_id)
    requests = RefundRequest.objects.filter(order__user_id=user_id)
    due: list[tuple[type[AccountNeededError], QuerySet]] = [
        (OrderUnpaidError, OrderInfo.objects.filter(user_id=user_id).unpaid()),
        (OrderUnshippedError, paid.filter(shipped_at__isnull=True)),
        (OrderOnItsWayError, paid.filter(shipped_at__isnull=False, received_at__isnull=True)),
        (RefundPendingError, refunds.filter(state=Refund.State.PENDING)),
        (RefundRequestedError, requests.filter(open_of__isnull=False)),
        (
            MoneyToReturnError,
            payments.filter(state=Payment.State.FLAGGED, refunded__lt=F("amount")),
        ),
    ]
    for error, rows in due:
        if rows.exists():
            raise error


def _cart_clear(user_id: int) -> None:
    lines = list(CartLine.objects.filter(user_id=user_id))
    stock_return(
        pieces={line.goods_id: line.nums for line in lines if line.held_until is not None},
        reason=StockMovement.Reason.RELEASE,
        reference=cart_reference(user_id),
    )
    deleted, _per_model = CartLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    check_changed(deleted, len(lines))
