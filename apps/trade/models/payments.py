"""Money: what Alipay said, what was paid, what was given back. No row is ever deleted."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.journal.tracking import JournaledModel, JournaledQuerySet, Tracked

from .orders import OrderInfo


class PaymentQuerySet(models.QuerySet["Payment"]):
    def to_give_back(self) -> "PaymentQuerySet":
        """Money that pays no order and is not all given back, found by the index of applied_to."""
        return self.filter(applied_to__isnull=True, refunded__lt=F("amount"))


class Payment(models.Model):
    """A trade of Alipay's in which a buyer paid for an order.

    At most one payment is applied to an order (``applied_to`` is unique). What comes besides
    is kept and flagged with the reason: staff give it back.
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("pays the order")
        FLAGGED = "flagged", _("to be looked at")

    class Flag(models.TextChoices):
        SOLD_OUT = "sold_out", _("came after the order was closed, and the goods are gone")
        DUPLICATE = "duplicate", _("the order was already paid by another trade")
        REFUNDED = "refunded", _("came after the order was refunded")
        NO_ACCOUNT = "no_account", _("came after the buyer closed the account")

    order = models.ForeignKey(
        OrderInfo, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments"
    )
    trade_no = models.CharField(_("trade number"), max_length=64, unique=True)
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2, help_text=_("In yuan.")
    )
    refunded = models.DecimalField(
        _("given back"), max_digits=10, decimal_places=2, default=Decimal(0),
        help_text=_("In yuan: the sum of its refunds that are done."),
    )  # fmt: skip
    gateway_refunded_total = models.DecimalField(
        _("given back, by Alipay's count"), max_digits=10, decimal_places=2, default=Decimal(0),
        help_text=_("In yuan: the most that its notices told of so far."),
    )  # fmt: skip
    paid_at = models.DateTimeField(_("paid"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    flag = models.CharField(
        _("why flagged"), max_length=10, choices=Flag.choices, blank=True, default=""
    )
    # The order where the payment is applied, and NULL elsewhere: MariaDB has no partial
    # unique index.
    applied_to = models.GeneratedField(
        expression=Case(When(state="applied", then=F("order_id")), default=None),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
        unique=True,
    )
    add_time = models.DateTimeField(_("recorded"), default=timezone.now)
    # Written to lock the row (utils/db/locks.py).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        # Beside "may view": not everybody who looks at money may move it.
        permissions = [("refund_payment", "Can give the money of payments back")]
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="payment_refunded_within_amount",
                condition=Q(refunded__gte=0, refunded__lte=F("amount")),
            ),
            models.CheckConstraint(
                name="payment_flag_has_reason",
                condition=Q(state="applied", flag="") | Q(state="flagged") & ~Q(flag=""),
            ),
        ]
        # Both columns, so that a sum by day reads the index alone.
        indexes = [models.Index(fields=["paid_at", "amount"], name="payment_by_day")]

    def __str__(self) -> str:
        return self.trade_no


class PaymentNotice(models.Model):
    """A message about a payment, as it came in, and what was made of it.

    One row for each thing said: a signed message that comes again is counted in ``repeats``.
    """

    class Verdict(models.TextChoices):
        # Written before anything is done, so that a crash leaves a trace; reconciling
        # judges what stayed so.
        RECEIVED = "received", _("received, not judged yet")
        PAID = "paid", _("the order is paid by it")
        PAID_LATE = "paid_late", _("the order was closed; it is paid now")
        FLAGGED = "flagged", _("money that is not applied; see the payment")
        REPEAT = "repeat", _("known already")
        WAITING = "waiting", _("the buyer is at the cashier")
        FINISHED = "finished", _("the time for refunds ended")
        CLOSED = "closed", _("the trade was closed")
        REFUND = "refund", _("money was given back")
        IGNORED = "ignored", _("changes nothing")
        BAD_SIGNATURE = "bad_signature", _("refused: the signature is wrong")
        WRONG_APP = "wrong_app", _("refused: another app id")
        WRONG_SELLER = "wrong_seller", _("refused: another seller")
        UNKNOWN_ORDER = "unknown_order", _("refused: no such order")
        WRONG_AMOUNT = "wrong_amount", _("refused: not the order's total")
        MALFORMED = "malformed", _("refused: a field is missing or nonsense")

    class Source(models.TextChoices):
        NOTIFY = "notify", _("notice")
        QUERY = "query", _("answer of the gateway")

    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    raw = models.TextField(_("as received"), help_text=_("The body, or the answer's fields."))
    verdict = models.CharField(
        _("verdict"), max_length=20, choices=Verdict.choices, default=Verdict.RECEIVED
    )
    order = models.ForeignKey(
        OrderInfo, verbose_name=_("order"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="notices",
    )  # fmt: skip
    notify_id = models.CharField(_("notice id"), max_length=128, blank=True, default="")
    out_trade_no = models.CharField(_("order number"), max_length=64, blank=True, default="")
    trade_no = models.CharField(_("trade number"), max_length=64, blank=True, default="")
    trade_status = models.CharField(_("trade status"), max_length=32, blank=True, default="")
    content_key = models.CharField(
        max_length=64, null=True, blank=True, editable=False, unique=True,
        help_text=_("Of what it says; empty where the signature is wrong."),
    )  # fmt: skip
    repeats = models.PositiveIntegerField(_("repeated"), default=0)
    repeated_at = models.DateTimeField(_("last repeated"), null=True, blank=True)
    add_time = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("payment notice")
        verbose_name_plural = _("payment notices")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["verdict", "add_time"], name="notice_verdict"),
            models.Index(fields=["out_trade_no"], name="notice_order_sn"),
            models.Index(fields=["trade_no"], name="notice_trade_no"),
            models.Index(fields=["notify_id"], name="notice_notify_id"),
            # Filters of the staff's list.
            models.Index(fields=["trade_status"], name="notice_trade_status"),
            models.Index(fields=["source"], name="notice_source"),
            models.Index(fields=["add_time"], name="notice_received"),
        ]

    def __str__(self) -> str:
        return f"{self.out_trade_no or '–'}: {self.get_verdict_display()}"


class Refund(JournaledModel):
    """Money given back out of a payment; done only when the gateway says it moved.

    ``out_request_no`` names the refund at Alipay and is the same on every try, so that
    however often it is asked for, the money moves once.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("refused by the gateway")

    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="refunds"
    )
    out_request_no = models.CharField(_("refund number"), max_length=64, unique=True)
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))], help_text=_("In yuan."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    answer = models.CharField(
        _("the gateway's answer"), max_length=255, blank=True, default="",
        help_text=_("What it said last, when it did not do it."),
    )  # fmt: skip
    tries = models.PositiveIntegerField(_("tries"), default=0)
    asked_at = models.DateTimeField(_("last asked"), null=True, blank=True)
    claimed_until = models.DateTimeField(
        _("claimed until"), null=True, blank=True, editable=False,
        help_text=_("A run of the background work is at it until then."),
    )  # fmt: skip
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+", help_text=_("Empty: made at Alipay, not here."),
    )  # fmt: skip
    add_time = models.DateTimeField(_("asked for"), default=timezone.now)

    objects = JournaledQuerySet["Refund"].as_manager()

    journal = Tracked(
        columns=("state",), created=("amount", "reason"), by_staff=True, name="out_request_no"
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_done_has_time",
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "asked_at"], name="refund_in_doubt"),
            models.Index(fields=["done_at", "amount"], name="refund_by_day"),
        ]

    def __str__(self) -> str:
        return self.out_request_no
