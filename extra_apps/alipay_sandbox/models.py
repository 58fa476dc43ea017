"""What the gateway remembers: trades, refunds, and the notices about them."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TradeStatus(models.TextChoices):
    """https://opendocs.alipay.com/open/194/103296: Alipay's own words."""

    WAIT_BUYER_PAY = "WAIT_BUYER_PAY", _("waiting for the buyer")
    TRADE_SUCCESS = "TRADE_SUCCESS", pgettext_lazy("status of a trade", "paid")
    TRADE_FINISHED = "TRADE_FINISHED", _("over, no refund any more")
    TRADE_CLOSED = "TRADE_CLOSED", _("closed")


class SandboxTrade(models.Model):
    """One purchase at the gateway, from the first look at its cashier page on.

    Amounts are yuan. ``status`` changes by conditional updates in services/ alone; a closed
    trade with ``paid_at`` is one refunded in full.
    """

    trade_no = models.CharField(_("trade number"), max_length=28, unique=True)
    out_trade_no = models.CharField(_("merchant's order number"), max_length=64, unique=True)
    subject = models.CharField(_("what is bought"), max_length=256)
    body = models.CharField(_("description"), max_length=128, blank=True, default="")
    passback_params = models.CharField(
        _("merchant's own data"), max_length=512, blank=True, default=""
    )
    total_amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    refunded_amount = models.DecimalField(_("refunded"), max_digits=11, decimal_places=2, default=0)
    status = models.CharField(
        _("status"), max_length=16, choices=TradeStatus.choices, default=TradeStatus.WAIT_BUYER_PAY
    )
    buyer_id = models.CharField(_("buyer's number"), max_length=16, blank=True, default="")
    buyer_logon_id = models.CharField(_("buyer's account"), max_length=100, blank=True, default="")
    notify_url = models.CharField(_("address for notices"), max_length=256, blank=True, default="")
    return_url = models.CharField(_("address to return to"), max_length=256, blank=True, default="")
    quit_url = models.CharField(_("address to leave to"), max_length=400, blank=True, default="")
    product_code = models.CharField(_("product"), max_length=64, default="FAST_INSTANT_TRADE_PAY")
    time_expire = models.DateTimeField(_("to be paid until"))
    created_at = models.DateTimeField(_("opened at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("sandbox trade")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="sandboxtrade_status_known", condition=Q(status__in=TradeStatus.values)
            ),
            models.CheckConstraint(
                name="sandboxtrade_amount_positive", condition=Q(total_amount__gt=0)
            ),
            models.CheckConstraint(
                name="sandboxtrade_refunds_within",
                condition=Q(refunded_amount__gte=0, refunded_amount__lte=F("total_amount")),
            ),
            models.CheckConstraint(
                name="sandboxtrade_refunded_was_paid",
                condition=Q(refunded_amount=0) | Q(paid_at__isnull=False),
            ),
            models.CheckConstraint(
                name="sandboxtrade_paid_has_time",
                condition=Q(status="WAIT_BUYER_PAY", paid_at__isnull=True)
                | Q(status="TRADE_CLOSED", closed_at__isnull=False)
                | Q(status__in=["TRADE_SUCCESS", "TRADE_FINISHED"], paid_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.out_trade_no

    @property
    def is_of_a_phone(self) -> bool:
        """Whether the link that counts was one to a phone's cashier."""
        return self.product_code == "QUICK_WAP_WAY"

    @property
    def refundable_amount(self) -> Decimal:
        """Yuan that can still be given back, once it is paid."""
        return self.total_amount - self.refunded_amount


class SandboxRefund(models.Model):
    """Money given back; ``out_request_no`` makes a repeat of the same request harmless."""

    trade = models.ForeignKey(
        SandboxTrade, models.PROTECT, related_name="refunds", verbose_name=_("sandbox trade")
    )
    out_request_no = models.CharField(_("merchant's refund number"), max_length=64)
    amount = models.DecimalField(_("amount"), max_digits=11, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=256, blank=True, default="")
    created_at = models.DateTimeField(_("refunded at"))

    class Meta:
        verbose_name = verbose_name_plural = _("sandbox refund")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="sandboxrefund_request_once", fields=["trade", "out_request_no"]
            ),
            models.CheckConstraint(name="sandboxrefund_amount_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return self.out_request_no


class SandboxNotice(models.Model):
    """A notice for the merchant and what became of it.

    ``params`` are its parameters without notify_time and signature, which every attempt has
    anew. ``next_at`` is when it is due, None when nothing is planned. ``replies`` are the
    attempts so far: ``{"at": Shanghai time, "status": HTTP status or None, "text": str}``.
    """

    trade = models.ForeignKey(
        SandboxTrade, models.PROTECT, related_name="notices", verbose_name=_("sandbox trade")
    )
    notify_id = models.CharField(_("notice number"), max_length=34, unique=True)
    params = models.JSONField(_("parameters"))
    is_forged = models.BooleanField(_("signed with a stranger's key"), default=False)
    repeats_left = models.PositiveSmallIntegerField(_("repeats although delivered"), default=0)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("due at"), null=True, blank=True, db_index=True)
    replies = models.JSONField(_("answers"), default=list, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    created_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = verbose_name_plural = _("sandbox notice")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.notify_id
