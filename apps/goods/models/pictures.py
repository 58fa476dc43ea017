"""What is remembered about files of pictures."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PictureMark(models.Model):
    """A file of a picture, by its name in the storage, about which something was found out.

    The rows that show pictures hold their names alone; a mark belongs to the file.
    """

    class State(models.TextChoices):
        # No row names it: it is deleted when this has been so for long (services/picture_sweep.py).
        DISCARDED = "discarded", _("discarded")
        # It was there before the shop kept sizes, and none can be made of it.
        UNUSABLE = "unusable", _("unusable")

    name = models.CharField(_("name"), max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    since = models.DateTimeField(_("marked at"), default=timezone.now)

    class Meta:
        verbose_name = _("mark of a picture")
        verbose_name_plural = _("marks of pictures")
        default_permissions = ()  # it is in no admin page

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
