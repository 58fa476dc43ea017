"""What the gateway says of an order, and what the shop makes of it.

The gateway is asked outside of any transaction; what it says goes through notices.py, as a
notice does.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utils.alipay import client_from_settings
from utils.api.errors import DomainError
from utils.db import clock

from ..models import OrderInfo
from ..order_status import PayStatus
from .notices import answer_keep, notice_process

# A buyer who comes back reloads the page now and then; one question serves all of that.
RETURN_ASK_AGAIN = timedelta(seconds=3)


class GatewaySilentError(DomainError):
    """Alipay cannot be asked whether the order is paid; the order was not changed."""

    status = 503
    message: Any = _("Alipay does not answer, please try again later.")
    wait = 5


def order_ask(*, order_id: int) -> bool:
    """Ask the gateway about an order and act on its answer; return whether it knows a trade.

    Raises AlipayError when it does not answer.
    """
    OrderInfo.objects.filter(pk=order_id).update(asked_at=clock.database_now())
    return _ask(order_id)


def order_ask_on_return(*, order_id: int) -> bool:
    """Ask as order_ask(), because the buyer came back from the cashier; return whether it asked.

    Anybody who has the address of a return may repeat it without end: it asks once in
    RETURN_ASK_AGAIN. Raises AlipayError when the gateway does not answer.
    """
    now = clock.database_now()
    is_due = Q(asked_at=None) | Q(asked_at__lte=now - RETURN_ASK_AGAIN)
    if not OrderInfo.objects.filter(is_due, pk=order_id).update(asked_at=now):
        return False
    _ask(order_id)
    return True


def _ask(order_id: int) -> bool:
    order = OrderInfo.objects.only("order_sn", "pay_status").get(pk=order_id)
    trade = client_from_settings().query(out_trade_no=order.order_sn)
    if trade is None:
        return False
    if trade.trade_status == order.pay_status == PayStatus.WAIT_BUYER_PAY:
        return True  # known, and not worth a row each time
    notice_process(notice_id=answer_keep(trade=trade).pk)
    return True
