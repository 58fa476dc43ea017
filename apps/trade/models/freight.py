"""What it costs to send goods that do not travel free."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from utils.db.written_once import Given, Read
from utils.journal.tracking import JournaledModel, JournaledQuerySet, Tracked

from ..provinces import Province


class FreightRuleQuerySet(JournaledQuerySet["FreightRule"]):
    def rule_for(self, province: Province | None) -> "FreightRule | None":
        """Return the rule that names a province, else the default one, if any: one query."""
        # No row names "".
        return _RULE.first(province=province or "")


def _rule() -> "FreightRuleQuerySet":
    fits = Q(is_default=True) | Q(provinces__province=Given("province"))
    return FreightRule.objects.filter(fits).order_by("is_default", "pk")[:1]


_RULE = Read(_rule)


class FreightRule(JournaledModel):
    """A fee for some provinces, or for all that no other rule names (``is_default``)."""

    name = models.CharField(_("name"), max_length=50)
    fee = models.DecimalField(
        _("fee"), max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal(0))],
        help_text=_("In yuan, for one order."),
    )  # fmt: skip
    free_from = models.DecimalField(
        _("free from"), max_digits=10, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("In yuan: an order with goods of this amount or more pays no fee. Empty: every "
                    "order pays it."),
    )  # fmt: skip
    is_default = models.BooleanField(
        _("default rule"), default=False,
        help_text=_("For every province that no other rule names, and for unknown addresses."),
    )  # fmt: skip
    # 1 on the default rule and NULL on the others: MariaDB has no partial unique index.
    default_key = models.GeneratedField(
        expression=Case(When(is_default=True, then=Value(1)), default=None),
        output_field=models.SmallIntegerField(null=True),
        db_persist=True,
        unique=True,
    )

    objects = FreightRuleQuerySet.as_manager()

    journal = Tracked(
        columns=("name", "fee", "free_from", "is_default"), created=("fee", "free_from")
    )

    class Meta:
        verbose_name = _("freight rule")
        verbose_name_plural = _("freight rules")
        ordering = ["-is_default", "id"]
        constraints = [
            models.CheckConstraint(name="freight_fee_not_negative", condition=Q(fee__gte=0)),
            models.CheckConstraint(
                name="freight_free_from_positive",
                condition=Q(free_from__isnull=True) | Q(free_from__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def fee_for(self, goods_amount: Decimal) -> Decimal:
        """Return the fee of an order whose goods cost ``goods_amount``; both in yuan."""
        is_free = self.free_from is not None and goods_amount >= self.free_from
        return Decimal(0) if is_free else self.fee


class FreightProvince(models.Model):
    """A province for which a rule holds; each has at most one."""

    rule = models.ForeignKey(
        FreightRule, verbose_name=_("freight rule"), on_delete=models.CASCADE,
        related_name="provinces",
    )  # fmt: skip
    province = models.CharField(_("province"), max_length=10, choices=Province.choices, unique=True)

    class Meta:
        verbose_name = _("province")
        verbose_name_plural = _("provinces")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_province_display()
