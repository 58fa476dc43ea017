"""Orders and what was bought, as it was when it was bought."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods, GoodsCardsQuerySet
from utils.api.mobile import validate_mobile

from ..order_status import PAID, UNPAID, Event, PayStatus


class OrderQuerySet(models.QuerySet["OrderInfo"]):
    def shown(self) -> "OrderQuerySet":
        """What its buyer has not deleted, newest first."""
        return self.filter(is_hidden=False).order_by("-pk")

    def for_detail(self) -> "OrderQuerySet":
        """With their lines and the goods cards of these: four queries, however many lines."""
        lines = OrderGoods.objects.with_goods_cards()
        return self.prefetch_related(Prefetch("lines", queryset=lines))

    def unpaid(self) -> "OrderQuerySet":
        """What still waits for its money, expired or not."""
        return self.filter(pay_status__in=UNPAID)

    def expired(self, now: datetime) -> "OrderQuerySet":
        """What was not paid in time, and is not closed yet."""
        return self.unpaid().filter(expires_at__lte=now)


class OrderInfo(models.Model):
    """An order. Rows are never deleted: a buyer who deletes one hides it.

    ``pay_status`` moves by the table in order_status.py alone, under a lock on this row.
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
        help_text=_("In yuan: the sum of its lines."),
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
    shipped_at = models.DateTimeField(_("shipped"), null=True, blank=True)
    closed_by = models.CharField(
        _("closed because"), max_length=10, blank=True, default="",
        choices=[(event.value, event.label) for event in (
            Event.CANCEL, Event.EXPIRE, Event.STAFF_CLOSE, Event.REFUND,
        )],
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
    add_time = models.DateTimeField(_("ordered"), default=timezone.now)
    # Written by whoever must be alone with the row (utils/db/locks.py).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)

    objects = OrderQuerySet.as_manager()

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
        ]

    def __str__(self) -> str:
        return self.order_sn

    @property
    def is_unpaid(self) -> bool:
        return self.pay_status in UNPAID

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
        ]

    def __str__(self) -> str:
        return f"{self.name} x {self.goods_num}"

    @property
    def amount(self) -> Decimal:
        """Price times pieces, in yuan."""
        return self.price * self.goods_num
