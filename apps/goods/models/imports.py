"""Files of goods that staff import: what was found in them, and what has become of each row."""

from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def import_storage() -> Storage:
    """Not the folder of uploads: no address leads to these files (mxshop/media_settings.py)."""
    return storages["imports"]


def import_file_name(instance: Any, name: str) -> str:
    """The name that staff gave is kept beside the file."""
    return token_hex(16)


class GoodsImportQuerySet(models.QuerySet["GoodsImport"]):
    def unfinished(self) -> "GoodsImportQuerySet":
        """Those that a worker has to check or to carry out."""
        return self.filter(state__in=GoodsImport.TO_DO)

    def unclaimed(self, now: Any) -> "GoodsImportQuerySet":
        """Those that no worker is at, or whose worker has died."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lte=now))


class GoodsImport(models.Model):
    """One uploaded file, from its check to its result (docs/import_export.md).

    A worker claims it (``claimed_by``, ``claimed_until``) and writes only while the claim is its
    own; each chunk of rows is one transaction that also says which rows are done.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("being checked")
        REFUSED = "refused", _("cannot be read")
        FAULTY = "faulty", _("has faults")
        CHECKED = "checked", _("checked, to be confirmed")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        CANCELLED = "cancelled", _("cancelled")

    TO_DO = (State.WAITING, State.RUNNING)

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.SET_NULL, null=True,
        related_name="+",
    )  # fmt: skip
    name = models.CharField(_("file"), max_length=255)
    file = models.FileField(
        max_length=64, upload_to=import_file_name, storage=import_storage, editable=False
    )
    digest = models.CharField(
        max_length=64, db_index=True, editable=False, help_text=_("SHA-256 of the file.")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    problems = models.JSONField(
        default=list, editable=False, help_text=_("Why the file as a whole is refused.")
    )
    notes = models.JSONField(
        default=list, editable=False, help_text=_("What staff should know of how it was read.")
    )
    columns = models.JSONField(
        default=list, editable=False, help_text=_("The columns that were found, in their order.")
    )
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_checked = models.PositiveIntegerField(_("rows checked"), default=0)
    rows_done = models.PositiveIntegerField(_("rows imported"), default=0)
    task_id = models.UUIDField(null=True, editable=False)
    claimed_by = models.CharField(max_length=32, blank=True, default="", editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    add_time = models.DateTimeField(_("uploaded"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = GoodsImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of goods")
        verbose_name_plural = _("imports of goods")
        ordering = ["-id"]
        # Who may add and change goods may import them: it is the same, of many.
        default_permissions = ()
        indexes = [models.Index(fields=["state", "claimed_until"], name="import_to_do")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_to_do(self) -> bool:
        return self.state in self.TO_DO


class GoodsImportArchive(models.Model):
    """A zip of pictures that belongs to an import."""

    goods_import = models.ForeignKey(GoodsImport, on_delete=models.CASCADE, related_name="archives")
    name = models.CharField(max_length=255)
    file = models.FileField(max_length=64, upload_to=import_file_name, storage=import_storage)

    class Meta:
        verbose_name = _("zip of pictures")
        verbose_name_plural = _("zips of pictures")
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class GoodsImportRow(models.Model):
    """One row of the file: what it would do, and what it did."""

    class Plan(models.TextChoices):
        FAULTY = "faulty", _("has faults")
        NEW = "new", _("new goods")
        CHANGE = "change", _("change")
        SAME = "same", _("unchanged")

    class Outcome(models.TextChoices):
        NONE = "", "–"
        DONE = "done", _("imported")
        CONFLICT = "conflict", _("not imported: changed meanwhile")
        FAILED = "failed", _("not imported: an error")

    goods_import = models.ForeignKey(GoodsImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    goods_sn = models.CharField(_("article number"), max_length=100, blank=True, default="")
    # No foreign key: the database would lock the goods, and a check locks nothing.
    goods_id = models.BigIntegerField(null=True)
    plan = models.CharField(_("plan"), max_length=10, choices=Plan.choices)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True, default=""
    )
    reason = models.TextField(
        _("why"), db_column="said", blank=True, default="",
        help_text=_("Why it was not imported."),
    )  # fmt: skip
    cells = models.JSONField(default=dict, help_text=_("The texts of its cells, by column."))
    changes = models.JSONField(default=list, help_text=_("Column, value before, value after."))
    faults = models.JSONField(default=list, help_text=_("Column, value, what is wrong with it."))
    warnings = models.JSONField(default=list, help_text=_("What looks like a slip."))

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["goods_import", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="import_row_once", fields=["goods_import", "number"])
        ]
        indexes = [
            models.Index(fields=["goods_import", "plan", "outcome"], name="import_row_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.goods_import_id}: {self.number}"
