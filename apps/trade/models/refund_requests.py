"""What buyers ask to have back, and what staff decide."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.journal.tracking import JournaledModel, JournaledQuerySet, Tracked
from utils.uploads.names import random_file_name

from .orders import OrderGoods, OrderInfo
from .payments import Refund

PICTURE_FOLDER = "refunds/"


class RefundRequestQuerySet(JournaledQuerySet["RefundRequest"]):
    def of_buyer(self, user_id: int) -> "RefundRequestQuerySet":
        """What a buyer asked for, newest first."""
        return self.filter(order__user_id=user_id).order_by("-pk")

    def for_list(self) -> "RefundRequestQuerySet":
        """With all that a list shows of them: three queries, however many."""
        # Not select_related(): MariaDB would start at the orders, and sort all of them.
        return self.prefetch_related("order", "pictures")


class RefundRequest(JournaledModel):
    """A buyer asks for money back; an order has at most one open request.

    ``refund`` is what staff opened for it: its state follows that refund.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("to be decided")
        APPROVED = "approved", _("approved, money under way")
        DONE = "done", _("money given back")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn by the buyer")
        FAILED = "failed", _("refused by the gateway")

    class Reason(models.TextChoices):
        UNWANTED = "unwanted", _("not wanted any more")
        DAMAGED = "damaged", _("damaged or spoiled")
        MISSING = "missing", _("something is missing")
        WRONG = "wrong", _("not what was ordered")
        OTHER = "other", _("another reason")

    OPEN = (State.REQUESTED, State.APPROVED)

    order = models.ForeignKey(
        OrderInfo, verbose_name=_("order"), on_delete=models.PROTECT,
        related_name="refund_requests",
    )  # fmt: skip
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In yuan: what the buyer asks for."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    description = models.CharField(_("description"), max_length=500, blank=True, default="")
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.REQUESTED
    )
    approved_amount = models.DecimalField(
        _("approved amount"), max_digits=10, decimal_places=2, null=True, blank=True,
        help_text=_("In yuan: what staff give back."),
    )  # fmt: skip
    reply = models.CharField(
        _("reply"), max_length=500, blank=True, default="",
        help_text=_("The buyer reads it beside the request."),
    )  # fmt: skip
    refund = models.OneToOneField(
        Refund, verbose_name=_("refund"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="request",
    )  # fmt: skip
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    add_time = models.DateTimeField(_("asked for"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # The order while the request is open, and NULL after: MariaDB has no partial unique index.
    open_of = models.GeneratedField(
        expression=Case(When(state__in=OPEN, then=F("order_id")), default=None),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
        unique=True,
    )

    objects = RefundRequestQuerySet.as_manager()

    journal = Tracked(columns=("state", "approved_amount"), by_staff=True, name="order__order_sn")

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        ordering = ["-id"]
        # Beside "may view": not everybody who answers buyers may move money.
        permissions = [("decide_refundrequest", "Can approve and reject refund requests")]
        constraints = [
            models.CheckConstraint(
                name="refund_request_amount_positive", condition=Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="refund_request_has_refund",
                condition=~Q(state__in=["approved", "done", "failed"])
                | Q(refund__isnull=False, approved_amount__gt=0),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "add_time"], name="refund_request_state"),
            # The staff's list: what is open first. The unique index does not serve that.
            models.Index(fields=["open_of", "id"], name="refund_request_open_first"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.amount:.2f}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


def refund_picture_name(picture: "RefundPicture", name: str) -> str:
    return random_file_name(PICTURE_FOLDER, name)


class RefundPicture(models.Model):
    """A picture that a buyer sent with a refund request; opened by its address alone."""

    request = models.ForeignKey(
        RefundRequest, verbose_name=_("refund request"), on_delete=models.CASCADE,
        related_name="pictures",
    )  # fmt: skip
    file = models.FileField(_("file"), upload_to=refund_picture_name)
    file_size = models.PositiveIntegerField(
        _("file size"), editable=False, help_text=_("In bytes.")
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.file.name)


class RefundLine(models.Model):
    """Pieces that come back into stock when the money of a refund has moved."""

    refund = models.ForeignKey(
        Refund, verbose_name=_("refund"), on_delete=models.PROTECT, related_name="lines"
    )
    line = models.ForeignKey(
        OrderGoods, verbose_name=_("order line"), on_delete=models.PROTECT, related_name="+"
    )
    nums = models.PositiveIntegerField(_("pieces"))

    class Meta:
        verbose_name = _("returned pieces")
        verbose_name_plural = _("returned pieces")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="refund_line_once", fields=["refund", "line"]),
            models.CheckConstraint(name="refund_line_has_pieces", condition=Q(nums__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.line} <- {self.nums}"
