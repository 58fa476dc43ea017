"""What buyers leave in the shop who closed their account."""

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q

from utils.db.audit import Check, rows_unless

from ..models import CartLine, OrderInfo
from ..order_status import UNPAID


def checks() -> Iterator[Check]:
    accounts = get_user_model().objects.all()
    orders = OrderInfo.objects.filter(user=OuterRef("pk"))
    nameless = Q(address="", signer_name="", singer_mobile="", post_script="", cancel_reason="")
    unfit = Exists(rows_unless(orders, nameless & ~Q(pay_status__in=UNPAID)))
    lines = Exists(CartLine.objects.filter(user=OuterRef("pk")))
    found = accounts.filter(unfit | lines, closed_at__isnull=False).order_by("pk")
    yield Check(
        "a closed account has no cart, and its orders are paid or closed and name nobody",
        accounts.count(),
        [f"account {pk}" for pk in found.values_list("pk", flat=True)],
    )
