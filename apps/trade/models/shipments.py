"""Parcels: which carrier has the goods of an order, under which number."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.journal.tracking import JournaledModel, JournaledQuerySet, Tracked

from ..carriers import Carrier, tracking_url
from .orders import OrderInfo


class ShipmentQuerySet(JournaledQuerySet["Shipment"]):
    def current(self) -> "ShipmentQuerySet":
        """Without those that staff have corrected, oldest first."""
        return self.filter(is_current=True).order_by("pk")


class Shipment(JournaledModel):
    """A parcel of an order; there may be several.

    Rows are never changed: a correction is a new row, and the one that it ``corrects`` stays as
    the trace of what was wrong.
    """

    order = models.ForeignKey(
        OrderInfo, verbose_name=_("order"), on_delete=models.PROTECT, related_name="shipments"
    )
    carrier = models.CharField(_("carrier"), max_length=20, choices=Carrier.choices)
    tracking_no = models.CharField(
        _("tracking number"), max_length=40, blank=True, default="",
        help_text=_("Empty only where no carrier is involved, such as the shop's own driver."),
    )  # fmt: skip
    shipped_at = models.DateTimeField(_("shipped"), default=timezone.now)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
        help_text=_("Empty: recorded before shipments had a carrier."),
    )  # fmt: skip
    corrects = models.OneToOneField(
        "self", verbose_name=_("corrects"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="correction",
    )  # fmt: skip
    is_current = models.BooleanField(
        _("current"), default=True, help_text=_("False: corrected since.")
    )
    add_time = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = ShipmentQuerySet.as_manager()

    journal = Tracked(
        columns=(),
        created=("carrier", "tracking_no"),
        by_staff=True,
        about=("trade.orderinfo", "order_id", "order__order_sn"),
    )

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="shipment_has_number", condition=Q(carrier=Carrier.OTHER) | ~Q(tracking_no="")
            ),
        ]
        indexes = [models.Index(fields=["tracking_no"], name="shipment_tracking_no")]

    def __str__(self) -> str:
        return f"{self.get_carrier_display()} {self.tracking_no}".rstrip()

    @property
    def tracking_url(self) -> str | None:
        """Where the carrier shows the parcel; None where there is no such page."""
        return tracking_url(self.carrier, self.tracking_no)
