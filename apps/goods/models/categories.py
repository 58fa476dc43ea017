"""The category tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utils.pictures.fields import CheckedImageField

from .fields import add_time_field

if TYPE_CHECKING:
    from .goods import Goods
    from .index_page import GoodsCategoryBrand


PATH_ARROW = " › "


class CategoryQuerySet(models.QuerySet["GoodsCategory"]):
    def subtree(self, category_id: int) -> CategoryQuerySet:
        """The category itself, its children and theirs: there are three levels."""
        return self.filter(
            Q(pk=category_id)
            | Q(parent_category=category_id)
            | Q(parent_category__parent_category=category_id)
        )

    def with_paths(self) -> list[GoodsCategory]:
        """Read the categories in one query; return them as one walks down the tree.

        Each carries ``path``, its name behind those above it: ``水果 › 柑橘 › 橙子``.
        """
        found: list[GoodsCategory] = []

        def walk(category: GoodsCategory, above: str) -> None:
            category.path = above + category.name
            found.append(category)
            for child in category.children:
                walk(child, f"{category.path}{PATH_ARROW}")

        for root in self.as_forest():
            walk(root, "")
        return found

    def as_forest(self) -> list[GoodsCategory]:
        """Read the categories in one query and return those whose parent is not among them.

        Each carries its children, nested, in ``children`` (a list, in id order).
        """
        categories = list(self.order_by("pk"))
        by_id = {category.pk: category for category in categories}
        roots: list[GoodsCategory] = []
        for category in categories:
            category.children = []
        for category in categories:
            parent = by_id.get(category.parent_category_id or 0)
            (roots if parent is None else parent.children).append(category)
        return roots


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
    image = CheckedImageField(
        _("picture"), max_length=200, upload_to="categories/", blank=True, default="",
        db_default="", help_text=_("Square, shown in the menus; may be left out."),
    )  # fmt: skip
    add_time = add_time_field()

    objects = CategoryQuerySet.as_manager()

    # Filled by CategoryQuerySet.as_forest(), with_paths(),
    children: list[GoodsCategory]
    path: str
    # by forest.py, on rows that are kept: their shapes (utils/api/compiled_serializers.py),
    kept_shapes: dict[tuple[type, str], Any] | None = None
    # and by index_page.index_categories().
    index_brands: list[GoodsCategoryBrand]
    index_goods: list[Goods]
    index_ad_goods: Goods | None

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

    def path_read(self) -> str:
        """Return its name behind those above it; reads the parents that are not there yet."""
        above = f"{self.parent_category.path_read()}{PATH_ARROW}" if self.parent_category else ""
        return above + self.name
