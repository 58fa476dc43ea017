"""What the index page shows beside goods and categories."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from utils.pictures.fields import CheckedImageField

from .categories import GoodsCategory
from .fields import add_time_field
from .goods import Goods
from .kept_rows import KeptRows


class GoodsCategoryBrand(models.Model):
    """A brand shown beside a category on the index page."""

    category = models.ForeignKey(
        GoodsCategory, verbose_name=_("category"), on_delete=models.CASCADE, related_name="brands"
    )
    name = models.CharField(_("name"), max_length=30)
    desc = models.TextField(_("description"), max_length=200, blank=True, default="")
    image = CheckedImageField(_("logo"), max_length=200, upload_to="brands/")
    add_time = add_time_field()

    # Filled by kept_rows.py, on rows that are kept.
    kept_shapes: dict[tuple[type, str], Any] | None = None

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


# All brands, in id order: one query, unless the process keeps them.
brands = KeptRows(
    lambda: list(GoodsCategoryBrand.objects.order_by("pk")), lambda rows: rows, most=5_000
)


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
