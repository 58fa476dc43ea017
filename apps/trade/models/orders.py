"""Orders and what was bought, as it was when it was bought."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Right
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods, GoodsCardsQuerySet
from utils.api.mobile import validate_mobile
from utils.journal.tracking import JournaledModel, Tracked

from ..buyer_status import BuyerView, OrderFacts, buyer_view
from ..order_status import OVER, PAID, UNPAID, Delivery, Event, PayStatus, ReceivedBy
from .order_queries import OrderQuerySet


class OrderInfo(JournaledModel):
    """An order. Rows are never deleted: a buyer who deletes one hides it.

    ``pay_status`` and ``delivery`` move by the tables in order_status.py alone, under a lock on
    this row.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.PROTECT,
        related_name="orders", db_index=False,
    )  # fmt: skip
    order_sn = models.CharField(
        _("order number"), max_length=32, unique=True,
        help_text=_("14 digits of local time and 8 random ones."),
    )  # fmt: skip
    pay_status = models.CharField(
        _("status"), max_length=20, choices=PayStatus.choices, default=PayStatus.PAYING
    )
    order_mount = models.DecimalField(
        _("total"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))],
        help_text=_("In yuan: the sum of its lines and the freight."),
    )  # fmt: skip
    freight_amount = models.DecimalField(
        _("freight"), max_digits=8, decimal_places=2, default=Decimal(0), db_default=Decimal(0),
        help_text=_("In yuan; contained in the total."),
    )  # fmt: skip
    expires_at = models.DateTimeField(
        _("to be paid until"), help_text=_("An order still unpaid then is closed.")
    )
    trade_no = models.CharField(
        _("trade number"), max_length=64, null=True, blank=True, unique=True,
        help_text=_("Alipay's number of the trade that paid the order."),
    )  # fmt: skip
    pay_time = models.DateTimeField(_("paid"), null=True, blank=True)
    asked_at = models.DateTimeField(
        _("gateway last asked"), null=True, blank=True, editable=False,
        help_text=_("When Alipay was last asked whether the order is paid."),
    )  # fmt: skip
    claimed_until = models.DateTimeField(
        _("claimed until"), null=True, blank=True, editable=False,
        help_text=_("A run of the background work is at it until then."),
    )  # fmt: skip
    shipped_at = models.DateTimeField(
        _("shipped"), null=True, blank=True, help_text=_("When its first parcel left.")
    )
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by = models.CharField(
        _("received because"), max_length=10, blank=True, default="", db_default="",
        choices=ReceivedBy.choices,
    )  # fmt: skip
    closed_by = models.CharField(
        _("closed because"), max_length=10, blank=True, default="",
        choices=[(event.value, event.label) for event in (
            Event.CANCEL, Event.EXPIRE, Event.STAFF_CLOSE, Event.REFUND,
        )],
    )  # fmt: skip
    cancel_reason = models.CharField(
        _("why cancelled"), max_length=200, blank=True, default="", db_default="",
        help_text=_("In the buyer's words."),
    )  # fmt: skip
    holds_stock = models.BooleanField(
        _("holds stock"),
        default=True,
        help_text=_("Its pieces are reserved or sold, not returned to stock."),
    )
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("The buyer has deleted it.")
    )
    post_script = models.CharField(_("buyer's note"), max_length=200, blank=True, default="")
    address = models.CharField(_("address"), max_length=100)
    signer_name = models.CharField(_("recipient"), max_length=20)
    singer_mobile = models.CharField(
        _("recipient's mobile"), max_length=11, validators=[validate_mobile]
    )
    # What people give as theirs on the telephone.
    mobile_tail = models.GeneratedField(
        expression=Right("singer_mobile", 4),
        output_field=models.CharField(max_length=4),
        db_persist=True,
    )
    add_time = models.DateTimeField(_("ordered"), default=timezone.now)
    # Written to lock the row (utils/db/locks.py).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)

    objects = OrderQuerySet.as_manager()

    # Not the address: the journal names no buyers.
    journal = Tracked(
        columns=("pay_status", "received_at", "is_hidden"), by_staff=True, name="order_sn"
    )

    # On the wire for the clients' sake: there is one way to pay, and WeChat's is not it.
    pay_type = "alipay"
    nonce_str: str | None = None
    # Filled by services.pay_links.
    alipay_url: str | None

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="order_status_known", condition=Q(pay_status__in=PayStatus.values)
            ),
            models.CheckConstraint(
                name="order_total_not_negative", condition=Q(order_mount__gte=0)
            ),
            models.CheckConstraint(
                name="order_paid_has_time",
                condition=~Q(pay_status__in=PAID) | Q(pay_time__isnull=False),
            ),
            models.CheckConstraint(
                name="order_closed_has_reason",
                condition=Q(pay_status=PayStatus.TRADE_CLOSED) & ~Q(closed_by="")
                | ~Q(pay_status=PayStatus.TRADE_CLOSED) & Q(closed_by=""),
            ),
            models.CheckConstraint(
                name="order_received_was_shipped",
                condition=Q(received_at__isnull=True, received_by="")
                | Q(received_at__isnull=False, shipped_at__isnull=False) & ~Q(received_by=""),
            ),
            # What is paid or may yet be has its pieces; of closed orders only what was
            # refunded after it was shipped.
            models.CheckConstraint(
                name="order_stock_fits_status",
                condition=Q(pay_status=PayStatus.TRADE_CLOSED, holds_stock=False)
                | Q(pay_status=PayStatus.TRADE_CLOSED, closed_by="refund", shipped_at__isnull=False)
                | (~Q(pay_status=PayStatus.TRADE_CLOSED) & Q(holds_stock=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "is_hidden", "id"], name="order_of_user"),
            models.Index(fields=["pay_status", "expires_at"], name="order_expiring"),
            models.Index(fields=["user", "pay_status"], name="order_unpaid_of_user"),
            models.Index(fields=["add_time"], name="order_added"),
            models.Index(fields=["singer_mobile"], name="order_mobile"),
            models.Index(fields=["pay_status", "shipped_at"], name="order_to_ship"),
            models.Index(fields=["received_at", "shipped_at"], name="order_on_its_way"),
            models.Index(fields=["pay_time", "pay_status"], name="order_by_payment"),
            models.Index(fields=["mobile_tail"], name="order_mobile_tail"),
            models.Index(fields=["signer_name"], name="order_recipient"),
        ]

    def __str__(self) -> str:
        return self.order_sn

    @property
    def is_unpaid(self) -> bool:
        return self.pay_status in UNPAID

    @property
    def goods_amount(self) -> Decimal:
        """What its lines cost, in yuan."""
        return self.order_mount - self.freight_amount

    @property
    def delivery(self) -> Delivery:
        """Where its goods are."""
        if self.received_at is not None:
            return Delivery.RECEIVED
        return Delivery.WAITING if self.shipped_at is None else Delivery.SHIPPED

    @cached_property
    def shown_lines(self) -> list[Any]:
        """Its lines, in order. One query, unless for_list() has read them."""
        return list(self.lines.all())

    @cached_property
    def current_shipments(self) -> list[Any]:
        """Its shipments without those that were corrected. No query if they are prefetched."""
        if self.shipped_at is None:
            return []
        return [shipment for shipment in self.shipments.all() if shipment.is_current]

    @cached_property
    def refunded_amount(self) -> Decimal:
        """What was given back of it, in yuan. One query, unless for_list() has read it."""
        if self.pay_time is None:
            return Decimal(0)
        applied = self.payments.filter(applied_to=self.pk).first()
        return applied.refunded if applied else Decimal(0)

    @cached_property
    def refunding_amount(self) -> Decimal:
        """What is being given back, in yuan. One query, unless for_list() has read it."""
        pending = self.payments.filter(applied_to=self.pk, refunds__state="pending")
        total: Decimal | None = pending.aggregate(total=Sum("refunds__amount"))["total"]
        return total or Decimal(0)

    @property
    def refundable_amount(self) -> Decimal:
        """What was paid for it, and neither was given back nor is being given back, in yuan."""
        if self.pay_status not in PAID:
            return Decimal(0)
        return self.order_mount - self.refunded_amount - self.refunding_amount

    @cached_property
    def _open_request(self) -> tuple[int | None, str | None]:
        if self.pay_time is None:  # there is no money to ask for
            return None, None
        found = self.refund_requests.filter(open_of=self.pk).values_list("pk", "state").first()
        return found or (None, None)

    @cached_property
    def open_request_id(self) -> int | None:
        """The refund request of it that is open. One query at most, none after for_list()."""
        return self._open_request[0]

    @cached_property
    def open_request_state(self) -> str | None:
        """The state of that request. The same query."""
        return self._open_request[1]

    @property
    def has_open_request(self) -> bool:
        return self.open_request_id is not None

    @cached_property
    def buyer_view(self) -> BuyerView:
        """What its buyer sees of it, and may do, when this is first asked of the row."""
        is_paid = self.pay_status in PAID
        return buyer_view(
            OrderFacts(
                pay_status=PayStatus(self.pay_status),
                delivery=self.delivery,
                closed_by=self.closed_by,
                is_expired=timezone.now() >= self.expires_at,
                has_open_request=is_paid and self.has_open_request,
                left=self.refundable_amount,
            )
        )

    @property
    def is_over(self) -> bool:
        """Whether its buyer needs it no more: closed, finished or received."""
        is_received = self.pay_status in PAID and self.received_at is not None
        return self.pay_status in OVER or is_received

    @property
    def address_can_change(self) -> bool:
        """Whether its address may still change: neither shipped nor closed."""
        return self.shipped_at is None and not self.closed_by

    def is_payable(self, now: datetime) -> bool:
        """Whether the buyer may still pay it: unpaid, and its time has not run out."""
        return self.is_unpaid and now < self.expires_at

    @property
    def status_now(self) -> str:
        """``pay_status`` as the clock has it: an unpaid order is closed when its time is over.

        The sweep closes it soon after; a reader need not wait for that.
        """
        if self.is_unpaid and timezone.now() >= self.expires_at:
            return PayStatus.TRADE_CLOSED
        return self.pay_status


class OrderGoods(models.Model):
    """A line of an order; name, price and picture are those of the moment of buying."""

    order = models.ForeignKey(
        OrderInfo, verbose_name=_("order"), on_delete=models.PROTECT, related_name="lines",
        db_index=False,
    )  # fmt: skip
    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.PROTECT, related_name="+"
    )
    goods_num = models.PositiveIntegerField(_("pieces"))
    returned_num = models.PositiveIntegerField(
        _("returned pieces"), default=0, db_default=0,
        help_text=_("How many came back into stock when money of theirs was given back."),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=100)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, help_text=_("In yuan, of one piece.")
    )
    image = models.ImageField(_("picture"), max_length=200, blank=True)
    add_time = models.DateTimeField(_("ordered"), default=timezone.now)

    objects = GoodsCardsQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="order_line_once", fields=["order", "goods"]),
            models.CheckConstraint(name="order_line_has_pieces", condition=Q(goods_num__gte=1)),
            models.CheckConstraint(name="order_line_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="order_line_returns_its_own", condition=Q(returned_num__lte=F("goods_num"))
            ),
        ]
        indexes = [
            # All columns of a sum over many orders, so that it reads the index alone.
            models.Index(
                fields=["order", "goods", "goods_num", "returned_num", "price"],
                name="order_line_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} x {self.goods_num}"

    @property
    def amount(self) -> Decimal:
        """Price times pieces, in yuan."""
        return self.price * self.goods_num
