"""The rules by which freight is charged, as staff write them. An order keeps its fee."""

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from utils.api.errors import DomainError

from ..models import FreightProvince, FreightRule


class FreightTakenError(DomainError):
    """Another rule took the default, or one of the provinces, meanwhile; nothing was changed."""

    message: Any = _(
        "Meanwhile another rule was made the default one, or names one of these provinces."
    )


def freight_rule_save(*, rule: FreightRule, provinces: Collection[str]) -> None:
    """Store a rule, new or changed, with all the provinces for which it holds.

    Raises FreightTakenError.
    """
    try:
        with transaction.atomic():
            rule.save()
            known = set(rule.provinces.values_list("province", flat=True))
            rule.provinces.exclude(province__in=provinces).delete()
            FreightProvince.objects.bulk_create(
                FreightProvince(rule=rule, province=province)
                for province in sorted(set(provinces) - known)
            )
    except IntegrityError as error:
        raise FreightTakenError from error
