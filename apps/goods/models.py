"""The catalogue: categories, brands, goods, what the index page shows, and the stock ledger."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from utils.text.rich_text import RichTextField, html_to_text
from utils.uploads.picture_fields import CheckedImageField

from .querysets import CategoryQuerySet, GoodsQuerySet, Picture


def add_time_field() -> models.DateTimeField:
    return models.DateTimeField(_("added"), default=timezone.now)


class GoodsCategory(models.Model):
    """A node of the category tree, which has three levels.

    A child's level is its parent's plus one, which also rules out cycles. The database
    holds the half of this that one row can show; ``clean()`` and ``save()`` the rest.
    """

    class Level(models.IntegerChoices):
        ONE = 1, _("level 1")
        TWO = 2, _("level 2")
        THREE = 3, _("level 3")

    name = models.CharField(_("name"), max_length=30, help_text=_("Shown in the menus."))
    code = models.CharField(
        _("code"), max_length=30, unique=True,
        help_text=_("Short Latin name, unique; imports refer to it."),
    )  # fmt: skip
    desc = models.TextField(_("description"), blank=True, default="")
    category_type = models.PositiveSmallIntegerField(
        _("level"), choices=Level.choices, help_text=_("1 is the top level, 3 the lowest.")
    )
    parent_category = models.ForeignKey(
        "self", verbose_name=_("parent"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="sub_cat",
        help_text=_("A category one level up; none for level 1."),
    )  # fmt: skip
    is_tab = models.BooleanField(
        _("in navigation"), default=False,
        help_text=_("Level 1 only: shown in the navigation and on the index page."),
    )  # fmt: skip
    add_time = add_time_field()

    objects = CategoryQuerySet.as_manager()

    # Filled by CategoryQuerySet.as_forest(),
    children: "list[GoodsCategory]"
    # and by index_page.index_categories().
    index_brands: "list[GoodsCategoryBrand]"
    index_goods: "list[Goods]"
    index_ad_goods: "Goods | None"

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="category_level_fits_parent",
                condition=Q(category_type=1, parent_category__isnull=True)
                | Q(category_type__in=[2, 3], parent_category__isnull=False),
                violation_error_message=_("Level 1 has no parent; levels 2 and 3 have one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raise ValidationError unless the parent is one level up and the children one down."""
        parent = self.parent_category
        if parent is not None and parent.category_type != self.category_type - 1:
            raise ValidationError(
                {"parent_category": _("The parent must be exactly one level above.")}
            )
        if self.pk and self.sub_cat.exclude(category_type=self.category_type + 1).exists():
            raise ValidationError(
                {"category_type": _("The category has children: its level cannot change.")}
            )


class GoodsCategoryBrand(models.Model):
    """A brand shown beside a category on the index page."""

    category = models.ForeignKey(
        GoodsCategory, verbose_name=_("category"), on_delete=models.CASCADE, related_name="brands"
    )
    name = models.CharField(_("name"), max_length=30)
    desc = models.TextField(_("description"), max_length=200, blank=True, default="")
    image = CheckedImageField(_("logo"), max_length=200, upload_to="brands/")
    add_time = add_time_field()

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SearchTextField(models.TextField):
    """Name, brief and the words of the description: what a search looks through.

    Derived whenever a row is written, so that a search for "table" does not find every
    description that is laid out with one, and looks through one column instead of three.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        goods: Any = model_instance
        text = "\n".join([goods.name, goods.goods_brief, html_to_text(goods.goods_desc)])
        setattr(goods, self.attname, text)
        return text


class Goods(models.Model):
    """Something the shop sells.

    ``goods_num`` is what can still be bought: never set it, move it through
    ``services.stock`` so that the ledger knows. Goods with a ledger cannot be deleted,
    only taken off the shelf (``is_on_sale``).
    """

    category = models.ForeignKey(
        GoodsCategory, verbose_name=_("category"), on_delete=models.PROTECT, related_name="goods"
    )
    goods_sn = models.CharField(
        _("article number"), max_length=50, unique=True, help_text=_("Unique in the shop.")
    )
    name = models.CharField(_("name"), max_length=100)
    sold_num = models.IntegerField(_("sold"), default=0, editable=False)
    # Of sold_num, what no order of this shop explains: the audit counts on from here.
    sold_before = models.IntegerField(
        _("sold before"), default=0, editable=False,
        help_text=_("Pieces that were sold before this shop took its first order."),
    )  # fmt: skip
    fav_num = models.IntegerField(_("times favourited"), default=0, editable=False)
    goods_num = models.IntegerField(
        _("stock"), default=0, validators=[MinValueValidator(0)],
        help_text=_("Pieces that can still be bought."),
    )  # fmt: skip
    market_price = models.DecimalField(
        _("market price"), max_digits=10, decimal_places=2, default=0,
        validators=[MinValueValidator(0)], help_text=_("In yuan, struck through in the shop."),
    )  # fmt: skip
    shop_price = models.DecimalField(
        _("shop price"), max_digits=10, decimal_places=2, default=0,
        validators=[MinValueValidator(0)], help_text=_("In yuan: what the buyer pays."),
    )  # fmt: skip
    goods_brief = models.TextField(
        _("brief"), max_length=500, blank=True, default="", help_text=_("One or two sentences.")
    )
    goods_desc = RichTextField(
        _("description"), blank=True, default="",
        help_text=_("HTML; addresses of uploaded pictures are relative (/media/...)."),
    )  # fmt: skip
    search_text = SearchTextField(_("searched text"), default="")
    ship_free = models.BooleanField(_("free shipping"), default=True)
    goods_front_image = CheckedImageField(
        _("front picture"), max_length=200, upload_to="goods/", blank=True
    )
    is_new = models.BooleanField(_("new"), default=False)
    is_hot = models.BooleanField(_("hot"), default=False)
    is_on_sale = models.BooleanField(
        _("on sale"), default=True, help_text=_("Off the shelf, it is in no public list.")
    )
    add_time = add_time_field()

    objects = GoodsQuerySet.as_manager()

    # Filled by GoodsQuerySet.with_pictures().
    click_num: int

    class Meta:
        verbose_name = _("goods")
        verbose_name_plural = _("goods")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name=f"{name}_not_negative", condition=Q(**{f"{name}__gte": 0}))
            for name in (
                "sold_num", "sold_before", "fav_num", "goods_num", "market_price", "shop_price",
            )
        ]  # fmt: skip
        # Each order of the list in both directions, ties by id, as the database reads it;
        # the sales index also answers the index page without touching the rows.
        indexes = [
            models.Index(fields=["is_on_sale", "id"], name="goods_by_id"),
            models.Index(fields=["is_on_sale", "shop_price", "id"], name="goods_by_price"),
            models.Index(fields=["is_on_sale", "-shop_price", "id"], name="goods_by_price_desc"),
            models.Index(fields=["is_on_sale", "sold_num", "id"], name="goods_by_sales"),
            models.Index(
                fields=["is_on_sale", "-sold_num", "id", "category"], name="goods_by_sales_desc"
            ),
            models.Index(fields=["is_on_sale", "add_time", "id"], name="goods_by_time"),
            models.Index(fields=["is_on_sale", "-add_time", "id"], name="goods_by_time_desc"),
            models.Index(fields=["is_on_sale", "is_hot", "id"], name="goods_hot"),
            models.Index(fields=["is_on_sale", "is_new", "id"], name="goods_new"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def pictures(self) -> Sequence["Picture | GoodsImage"]:
        """Its pictures in order; GoodsQuerySet.with_pictures() fills this for many goods."""
        return list(self.images.order_by("pk"))


class GoodsViewCount(models.Model):
    """How often the page of goods was seen (ADR 7).

    A table of its own, because whoever holds a goods row (stock, an import) must not hold up
    those who look at the goods; and no foreign key, for which the database would lock that row.
    Written by services.view_counts alone; goods that nobody has seen have no row.
    """

    goods_id = models.BigIntegerField(_("goods"), primary_key=True)
    click_num = models.BigIntegerField(_("clicks"))

    class Meta:
        verbose_name = _("views of goods")
        verbose_name_plural = _("views of goods")
        default_permissions = ()  # it is in no admin page

    def __str__(self) -> str:
        return f"{self.goods_id}: {self.click_num}"


class GoodsImage(models.Model):
    """One of the pictures of the goods page."""

    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.CASCADE, related_name="images"
    )
    image = CheckedImageField(_("picture"), max_length=200, upload_to="goods/")
    add_time = add_time_field()

    class Meta:
        verbose_name = _("goods picture")
        verbose_name_plural = _("goods pictures")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.goods_id}: {self.image.name}"


class Banner(models.Model):
    """A wide picture at the top of the index page, leading to goods."""

    goods = models.ForeignKey(Goods, verbose_name=_("goods"), on_delete=models.CASCADE)
    image = CheckedImageField(_("picture"), max_length=200, upload_to="banners/")
    index = models.IntegerField(_("position"), default=0, help_text=_("Small numbers first."))
    add_time = add_time_field()

    class Meta:
        verbose_name = _("banner")
        verbose_name_plural = _("banners")
        ordering = ["index", "id"]

    def __str__(self) -> str:
        return f"{self.index}: {self.image.name}"


class IndexAd(models.Model):
    """The goods advertised beside a category on the index page."""

    category = models.OneToOneField(
        GoodsCategory, verbose_name=_("category"), on_delete=models.CASCADE,
        related_name="index_ad", limit_choices_to={"category_type": 1},
    )  # fmt: skip
    goods = models.ForeignKey(Goods, verbose_name=_("goods"), on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("index page ad")
        verbose_name_plural = _("index page ads")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.category_id}: {self.goods_id}"


class HotSearchWords(models.Model):
    """A word offered under the search box."""

    keywords = models.CharField(_("word"), max_length=20)
    index = models.IntegerField(_("rank"), default=0, help_text=_("Large numbers first."))
    add_time = add_time_field()

    class Meta:
        verbose_name = _("hot search word")
        verbose_name_plural = _("hot search words")
        ordering = ["-index", "id"]

    def __str__(self) -> str:
        return self.keywords


class StockMovement(models.Model):
    """One change of ``Goods.goods_num``: the ledger that explains every piece.

    Written in the transaction of the change it records and never altered; at any moment
    a goods row's ``goods_num`` is the sum of its ``delta``.
    """

    class Reason(models.TextChoices):
        ADJUST = "adjust", _("set by staff")
        HOLD = "hold", _("held by a cart")
        RELEASE = "release", _("released from a cart")
        LAPSE = "lapse", _("hold lapsed")
        CLOSE = "close", _("order closed unpaid")
        REFUND = "refund", _("refunded before shipping")

    goods = models.ForeignKey(
        Goods, verbose_name=_("goods"), on_delete=models.PROTECT, related_name="movements"
    )
    delta = models.IntegerField(_("pieces"), help_text=_("Positive: more can be bought."))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, default="",
        help_text=_("What caused it, such as an order number."),
    )  # fmt: skip
    add_time = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="movement_moves", condition=~Q(delta=0)),
        ]
        indexes = [
            models.Index(fields=["goods", "delta"], name="movement_sum"),
            models.Index(fields=["reference"], name="movement_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.goods_id}: {self.delta:+d} ({self.reason})"
