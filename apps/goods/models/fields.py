"""Fields that several models of the catalogue have."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def add_time_field() -> models.DateTimeField:
    return models.DateTimeField(_("added"), default=timezone.now)
