"""Accounts of buyers and staff."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class MobileField(models.CharField):
    """A mobile number, unique when set: an empty one is stored as NULL."""

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(value or None, connection)


class UserProfile(AbstractUser):
    """A buyer or a member of staff; buyers who register get their mobile as username."""

    class Gender(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    name = models.CharField(_("name"), max_length=30, blank=True, default="")
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    gender = models.CharField(
        _("gender"), max_length=6, choices=Gender.choices, default=Gender.FEMALE
    )
    mobile = MobileField(
        _("mobile"), max_length=11, null=True, blank=True, unique=True,
        help_text=_("Mainland China, 11 digits; one account per number."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(name="user_mobile_not_empty", condition=~models.Q(mobile="")),
            models.CheckConstraint(
                name="user_gender_known", condition=models.Q(gender__in=["male", "female"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username
