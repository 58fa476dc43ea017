"""A buyer's cart, and the stock its lines hold."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.goods.models import Goods, RowsWithGoodsCards
from utils.db.written_once import Given, Read

# What an order keeps of goods, and what speaks against ordering them.
OFFERED = ("name", "shop_price", "goods_front_image", "goods_num", "is_on_sale", "ship_free")


class ShoppingCart(models.Model):
    """One row for each buyer who ever had a cart: what every write to its lines writes first.

    Lines cannot serve as that lock, because the first of them is not there yet when two
    requests add it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.PROTECT,
        primary_key=True, related_name="shopping_cart",
    )  # fmt: skip
    # Written to lock the row (utils/db/locks.py).
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.user_id}"


class CartLineQuerySet(models.QuerySet["CartLine"]):
    def for_checkout(self) -> "CartLineQuerySet":
        """With what an order keeps of their goods, by the keys of these: one query."""
        columns = [f"goods__{name}" for name in OFFERED]
        lines = self.select_related("goods").only("user_id", "nums", "held_until", *columns)
        return lines.order_by("goods_id")

    def lapsed(self, now: datetime) -> "CartLineQuerySet":
        """Lines that hold stock longer than they may."""
        return self.filter(held_until__lte=now)


class CartLine(models.Model):
    """Goods in a buyer's cart.

    While ``held_until`` is set, the ``nums`` pieces are taken out of stock for this buyer;
    once the hold has lapsed it is NULL and the line holds nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("buyer"), on_delete=models.PROTECT,
        related_name="cart_lines", db_index=False,
    )  # fmt: skip
    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.PROTECT, related_name="+"
    )
    nums = models.PositiveIntegerField(_("pieces"))
    held_until = models.DateTimeField(
        _("held until"), null=True, blank=True,
        help_text=_("Until then the pieces are kept for this buyer; empty: they are not."),
    )  # fmt: skip
    add_time = models.DateTimeField(_("added"), default=timezone.now)

    objects = CartLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="cart_line_once", fields=["user", "goods"]),
            models.CheckConstraint(name="cart_line_has_pieces", condition=Q(nums__gte=1)),
        ]
        indexes = [models.Index(fields=["held_until", "user"], name="cart_line_held")]

    def __str__(self) -> str:
        return f"{self.goods} x {self.nums}"

    @property
    def held_until_now(self) -> datetime | None:
        """``held_until`` by the clock: None once the hold is over, released or not."""
        is_held = self.held_until is not None and timezone.now() < self.held_until
        return self.held_until if is_held else None


_SHOWN = Read(lambda: CartLine.objects.filter(user_id=Given("user_id")).order_by("-pk"))


def cart_shown(*, user_id: int) -> list[CartLine]:
    """Return the lines of a cart with their goods cards, newest first: three queries.

    Goods that left the shelf are among them: the buyer still wants to see them.
    """
    return RowsWithGoodsCards(CartLine).complete(_SHOWN(user_id=user_id))
