"""What the project as a whole keeps: how its background work is doing."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from utils.journal.actors import Way


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
    result = models.CharField(
        _("what it did"), db_column="said", max_length=255, blank=True, default="",
        help_text=_("What it counted, or the error."),
    )  # fmt: skip
    # NULL, so that processes of the release before, which do not know it, can make rows.
    counts = models.JSONField(_("counts"), null=True, blank=True, editable=False)

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


class JournalEntry(models.Model):
    """One value that staff changed: who, when, by which way, from what to what.

    Written in the transaction of the change, by ``utils.journal``, and never changed; what names a
    person is emptied when that account is closed. Values are kept as the database has them, and
    are put into words when they are shown.
    """

    add_time = models.DateTimeField(_("time"), default=timezone.now)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True,
        blank=True, related_name="+", help_text=_("Empty: not by staff in the administration."),
    )  # fmt: skip
    way = models.CharField(_("by way of"), max_length=10, choices=Way.choices, blank=True)
    kind = models.CharField(_("kind"), max_length=50, help_text=_("The model, as goods.goods."))
    object_id = models.BigIntegerField(_("key"))
    object_name = models.CharField(_("about"), max_length=200)
    column = models.CharField(_("what"), max_length=100)
    old = models.CharField(_("before"), max_length=500, blank=True)
    new = models.CharField(_("after"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-add_time", "-id"]
        default_permissions = ("view",)
        # The key is the last part of each.
        indexes = [
            models.Index(fields=["add_time"], name="journal_by_time"),
            models.Index(fields=["kind", "object_id", "add_time"], name="journal_by_object"),
            models.Index(fields=["kind", "add_time"], name="journal_by_kind"),
            models.Index(fields=["staff", "add_time"], name="journal_by_staff"),
            models.Index(fields=["column", "add_time"], name="journal_by_column"),
            models.Index(fields=["object_name"], name="journal_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.object_name}: {self.column} {self.old} → {self.new}"
