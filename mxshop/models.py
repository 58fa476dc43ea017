"""What the project as a whole keeps: how its background work is doing."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a sweep last started and finished, and how it went; one row for each sweep.

    Of several runners the last one to write is seen. Times are the database's.
    """

    sweep = models.CharField(_("sweep"), max_length=50, primary_key=True)
    every = models.PositiveIntegerField(_("every"), help_text=_("In seconds."))
    runner = models.CharField(
        _("runner"), max_length=100, help_text=_("Host and process that ran it last.")
    )
    started_at = models.DateTimeField(_("last started"))
    finished_at = models.DateTimeField(
        _("last finished"), null=True, blank=True, help_text=_("Well or not.")
    )
    went_well_at = models.DateTimeField(_("last went well"), null=True, blank=True)
    went_well = models.BooleanField(_("went well"), null=True, blank=True)
    said = models.CharField(
        _("what it did"), max_length=255, blank=True, default="",
        help_text=_("What it counted, or the error."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("background work")
        verbose_name_plural = _("background work")
        ordering = ["sweep"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.sweep

    def is_late(self, now: datetime) -> bool:
        """Whether it should have gone well again by ``now``: three turns and a minute ago."""
        latest = self.went_well_at or self.started_at
        return now - latest > timedelta(seconds=3 * self.every + 60)
