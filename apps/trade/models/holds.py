"""How long a buyer has kept pieces of goods from others, in the cart and in unpaid orders."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods

from .carts import ShoppingCart


class HoldWindow(models.Model):
    """The time within which a buyer may hold goods; services/hold_windows.py has the rules.

    It outlives the cart line and the order, so that removing and adding, or cancelling and
    ordering, does not start it anew. Written under the lock of the buyer's cart or order.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.CASCADE,
        related_name="hold_windows", db_index=False,
    )  # fmt: skip
    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.CASCADE, related_name="+"
    )
    opened_at = models.DateTimeField(
        _("first held"), db_index=True, help_text=_("When the buyer first held some of them.")
    )
    released_at = models.DateTimeField(
        _("last given back"), help_text=_("When the buyer last gave some of them back.")
    )
    ordered_at = models.DateTimeField(
        _("first ordered"), null=True, blank=True,
        help_text=_("When they were first ordered within the window."),
    )  # fmt: skip
    most_pieces = models.PositiveIntegerField(
        _("most pieces"), help_text=_("How many pieces were held at once at most.")
    )

    class Meta:
        verbose_name = _("hold window")
        verbose_name_plural = _("hold windows")
        constraints = [models.UniqueConstraint(name="hold_window_once", fields=["user", "goods"])]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.goods_id}"


class Holder(ShoppingCart):
    """A buyer as staff see who holds stock; a model of its own for the page's permission."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("holder of stock")
        verbose_name_plural = _("holders of stock")
