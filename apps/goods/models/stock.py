"""The stock ledger."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .goods import Goods


class StockMovement(models.Model):
    """One change of ``Goods.goods_num``: the ledger that explains every piece.

    Written in the transaction of the change it records and never altered; at any moment
    a goods row's ``goods_num`` is the sum of its ``delta``.
    """

    class Reason(models.TextChoices):
        ADJUST = "adjust", _("set by staff")
        HOLD = "hold", _("held by a cart")
        RELEASE = "release", _("released from a cart")
        LAPSE = "lapse", _("hold lapsed")
        CLOSE = "close", _("order closed unpaid")
        REFUND = "refund", _("refunded before shipping")
        RETURN = "return", _("returned by the buyer")

    class Cause(models.TextChoices):
        """Why staff moved pieces."""

        DELIVERY = "delivery", _("delivery")
        COUNT = "count", _("stocktaking")
        DAMAGE = "damage", _("damaged or spoiled goods")
        RETURN = "return", _("returned goods")
        OTHER = "other", _("other reason")

    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.PROTECT, related_name="movements"
    )
    delta = models.IntegerField(_("pieces"), help_text=_("Positive: more can be bought."))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, default="",
        help_text=_("What caused it, such as an order number."),
    )  # fmt: skip
    cause = models.CharField(
        _("cause"), max_length=10, choices=Cause.choices, blank=True, default="", db_default="",
        help_text=_("Of what staff moved."),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    add_time = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="movement_moves", condition=~Q(delta=0)),
        ]
        indexes = [
            models.Index(fields=["goods", "delta"], name="movement_sum"),
            models.Index(fields=["reference"], name="movement_reference"),
            models.Index(fields=["reason", "add_time"], name="movement_reason"),
            models.Index(fields=["add_time"], name="movement_time"),
            models.Index(fields=["cause"], name="movement_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.goods_id}: {self.delta:+d} ({self.get_reason_display()})"
