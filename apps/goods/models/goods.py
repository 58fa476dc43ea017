"""Goods, their pictures and views, and which of them each shape reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from utils.db.completed_rows import CompletedRows
from utils.db.known_count import KnownCountQuerySet
from utils.db.written_once import Among, Read
from utils.journal.tracking import JournaledModel, JournaledQuerySet, Tracked
from utils.pictures.fields import CheckedImageField
from utils.text.rich_text import RichTextField, html_to_text

from .categories import GoodsCategory
from .fields import add_time_field
from .forest import Forest, categories_by_id, kept_forest
from .list_indexes import LIST_INDEXES
from .list_pages import first_of_groups
from .listing import Listing

# Of how many goods a search of the staff for other rows looks.
CALLED_MOST = 500


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


class Picture(NamedTuple):
    """A picture of goods as lists read it: the name of its file."""

    image: str


class GoodsQuerySet(KnownCountQuerySet["Goods"], JournaledQuerySet["Goods"]):  # type: ignore[override]
    # Whose goods these are, when nothing else chooses among them.
    listing: Listing | None = None

    def _clone(self) -> Any:
        clone = super()._clone()  # type: ignore[misc]
        clone.listing = self.listing
        return clone

    def on_sale(self) -> GoodsQuerySet:
        """What the public may see."""
        # Value(True) reads "is_on_sale = 1"; True alone reads "is_on_sale", for which SQLite
        # uses no index.
        return self.filter(is_on_sale=Value(True))

    def low_in_stock(self, pieces: int) -> GoodsQuerySet:
        """Goods on sale with ``pieces`` or fewer left to buy."""
        return self.on_sale().filter(goods_num__lte=pieces)

    def called(self, word: str) -> GoodsQuerySet:
        """Goods whose name has ``word`` in it, or whose article number it is; in no order."""
        return self.filter(Q(goods_sn=word) | Q(name__icontains=word)).order_by()

    def ids_called(self, word: str) -> list[int]:
        """Return the ids of at most CALLED_MOST goods of that name or article number."""
        return list(self.called(word).values_list("pk", flat=True)[:CALLED_MOST])

    def listed(self, listing: Listing) -> GoodsQuerySet:
        """The goods of a listing, which the queryset remembers (list_pages.py)."""
        rows = self.none() if listing.is_empty else self.filter(listing.as_q())
        rows.listing = listing
        return rows

    def unlisted(self) -> GoodsQuerySet:
        """Forget the listing: something else has chosen among its goods."""
        rows = self.all()
        rows.listing = None
        return rows

    def bestsellers(self, groups: Mapping[int, Collection[int]], *, limit: int) -> set[int]:
        """Return the ids of the ``limit`` most sold goods on sale of each group of categories."""
        return first_of_groups(groups, ("-sold_num", "id"), limit=limit, using=self.db)

    def with_pictures(self) -> GoodsQuerySet:
        """Each goods row read gets its pictures and ``click_num``: one query for all of them.

        For the pictures, what prefetch_related("images") does, at a third of its cost: the
        lists hold the pictures alone, not rows of GoodsImage.
        """
        return GoodsWithPictures.of(self)

    def for_card(self) -> GoodsQuerySet:
        """With all that a goods card shows but its category: two queries."""
        return self.card_columns().with_pictures()

    def card_columns(self) -> GoodsQuerySet:
        """The columns that a goods card shows."""
        return self.defer("goods_desc", "search_text")

    def for_list(self) -> GoodsQuerySet:
        """With all that a goods card shows, of goods in an order: three queries at most.

        No join: for ``category_id IN (...)`` MariaDB starts at the joined table, reads every
        goods row of the branch and sorts them (ADR 16).
        """
        return GoodsWithCategory.of(self.for_card())


class GoodsWithPictures(CompletedRows["Goods"], GoodsQuerySet):  # type: ignore[override]
    """Of GoodsQuerySet.with_pictures()."""

    def complete(self, rows: list[Goods]) -> list[Goods]:
        pictures: dict[int, list[Picture]] = {goods.pk: [] for goods in rows}
        views = dict.fromkeys(pictures, 0)
        # In order of the pictures: what comes of the union is in none.
        found = _PICTURES_AND_VIEWS(goods=list(views)) if rows else []
        for _place, _key, name, goods_id, click_num in sorted(found):
            if name:
                pictures[goods_id].append(Picture(name))
            else:
                views[goods_id] = click_num
        for goods in rows:
            goods.pictures, goods.click_num = pictures[goods.pk], views[goods.pk]
        return rows


def _pictures_and_views() -> Any:
    """Rows of two kinds, ``(position, id, name, goods, 0)`` for each picture of the goods, and
    ``(0, 0, "", goods, click_num)`` for each number of views.

    Two queries would be one more for every list. And views as a subquery, or by a join, in the
    list's own query are looked up for every row that is sorted, not for the twelve that are shown.
    """
    pictures = GoodsImage.objects.filter(Among(F("goods_id"), "goods")).order_by()
    views = GoodsViewCount.objects.filter(Among(F("goods_id"), "goods")).order_by()
    return pictures.values_list("position", "pk", "image", "goods_id", Value(0)).union(
        views.values_list(Value(0), Value(0), Value(""), "goods_id", "click_num"), all=True
    )


_PICTURES_AND_VIEWS = Read(_pictures_and_views)


class GoodsWithCategory(GoodsWithPictures):  # type: ignore[override]
    """Of GoodsQuerySet.for_list()."""

    def complete(self, rows: list[Goods]) -> list[Goods]:
        return with_categories(super().complete(rows), kept_forest())


def with_categories(rows: list[Goods], forest: Forest | None) -> list[Goods]:
    """Give each goods row its category, of ``forest`` where that has it: one query at most."""
    categories = categories_by_id({goods.category_id for goods in rows}, forest)
    # Not those that went to another category meanwhile, and theirs was deleted.
    rows = [goods for goods in rows if goods.category_id in categories]
    for goods in rows:
        goods.category = categories[goods.category_id]
    return rows


class Goods(JournaledModel):
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

    # Stock has its ledger; what staff do to it is journaled by services.stock.
    journal = Tracked(
        columns=(
            "name", "goods_sn", "category", "shop_price", "market_price", "ship_free",
            "is_on_sale", "is_new", "is_hot",
        ),
        created=("shop_price",),
    )  # fmt: skip

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
        indexes = [
            *LIST_INDEXES,
            # Staff's list of a category. MariaDB drops the index that it made for the foreign key
            # as soon as another one begins with its column.
            models.Index(fields=["category"], name="goods_by_category"),
            # Read whole by the staff's search: a fraction of the table.
            models.Index(fields=["name", "goods_sn"], name="goods_named"),
            models.Index(fields=["is_on_sale", "goods_num"], name="goods_by_stock"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def pictures(self) -> Sequence[Picture | GoodsImage]:
        """Its pictures in order; GoodsQuerySet.with_pictures() fills this for many goods."""
        return list(self.images.order_by("position", "pk"))


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
    position = models.PositiveIntegerField(
        _("position"), default=0, db_default=0, help_text=_("Small numbers first.")
    )
    add_time = add_time_field()

    class Meta:
        verbose_name = _("goods picture")
        verbose_name_plural = _("goods pictures")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.goods_id}: {self.image.name}"
