"""Reads of the catalogue: what is public, and which rows each shape needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from django.apps import apps
from django.db import connections, models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Coalesce

from utils.db.completed_rows import CompletedQuerySet

if TYPE_CHECKING:
    from .models import Goods, GoodsCategory


Row = TypeVar("Row", bound=models.Model)


class CategoryQuerySet(models.QuerySet["GoodsCategory"]):
    def subtree(self, category_id: int) -> CategoryQuerySet:
        """The category itself, its children and theirs: there are three levels."""
        return self.filter(
            Q(pk=category_id)
            | Q(parent_category=category_id)
            | Q(parent_category__parent_category=category_id)
        )

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


class Picture(NamedTuple):
    image: FieldFile


class GoodsQuerySet(CompletedQuerySet["Goods"]):
    def on_sale(self) -> GoodsQuerySet:
        """What the public may see."""
        # Value(True) reads "is_on_sale = 1"; True alone reads "is_on_sale", for which SQLite
        # uses no index.
        return self.filter(is_on_sale=Value(True))

    def in_category(self, category_id: int) -> GoodsQuerySet:
        """Goods of a category of any level, and of the categories below it."""
        category_model: Any = self.model._meta.get_field("category").related_model
        # As a list: neither database plans well around the subquery with its OR.
        subtree = list(category_model.objects.subtree(category_id).values_list("pk", flat=True))
        return self.filter(category__in=subtree) if subtree else self.none()

    def bestsellers(self, groups: Mapping[int, Collection[int]], *, limit: int) -> set[int]:
        """Return the ids of the ``limit`` most sold goods on sale of each group of categories.

        One query: a UNION ALL of limited subqueries, each of which reads the sales index
        until it has enough. A window function would rank every row of the table; the ORM
        has no spelling for this that both SQLite and MariaDB take.
        """
        if not groups:
            return set()
        table = connections[self.db].ops.quote_name(self.model._meta.db_table)
        statements = [
            # "+ 0" keeps the databases from taking the category's index and sorting all it finds.
            f"SELECT * FROM (SELECT id FROM {table} WHERE is_on_sale = 1"  # noqa: S608 (no input)
            f" AND category_id + 0 IN ({', '.join(['%s'] * len(category_ids))})"
            f" ORDER BY sold_num DESC, id LIMIT {int(limit)}) AS best_{number}"
            for number, category_ids in enumerate(groups.values())
        ]
        params = [pk for category_ids in groups.values() for pk in category_ids]
        with connections[self.db].cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), params)
            return {pk for (pk,) in cursor}

    def with_pictures(self) -> GoodsQuerySet:
        """Each goods row read gets its pictures: one query for all of them.

        What prefetch_related("images") does, at a third of its cost: the lists hold the
        pictures alone, not rows of GoodsImage.
        """
        return self.completed_by(self._with_their_pictures)

    def _with_their_pictures(self, rows: list[Goods]) -> list[Goods]:
        pictures: dict[int, list[Picture]] = {goods.pk: [] for goods in rows}
        image_model: Any = self.model._meta.get_field("images").related_model
        image_field = image_model._meta.get_field("image")
        names = image_model.objects.filter(goods__in=pictures).order_by("pk")
        for goods_id, name in names.values_list("goods_id", "image"):
            pictures[goods_id].append(Picture(image_field.attr_class(None, image_field, name)))
        for goods in rows:
            goods.pictures = pictures[goods.pk]
        return rows

    def with_click_num(self) -> GoodsQuerySet:
        """Each goods row read gets the number of its views, ``click_num``, in the same query.

        Not by a join, from which MariaDB may start: the subquery reads the one row by its key,
        after the rows were sorted and limited.
        """
        counts: Any = apps.get_model("goods", "GoodsViewCount")
        number = counts.objects.filter(pk=OuterRef("pk")).values("click_num")
        rows: Any = self  # Goods declares click_num, which mypy would have defined once
        counted: GoodsQuerySet = rows.annotate(click_num=Coalesce(Subquery(number), Value(0)))
        return counted

    def for_card(self) -> GoodsQuerySet:
        """With all that a goods card shows but its category: two queries."""
        return self.with_pictures().with_click_num().defer("goods_desc", "search_text")

    def for_list(self) -> GoodsQuerySet:
        """With all that a goods card shows: two queries, however many goods."""
        return self.for_card().select_related("category")

    def for_detail(self) -> GoodsQuerySet:
        """With all that the goods page shows but its category tree: two queries."""
        return self.with_pictures().with_click_num().defer("search_text")


class GoodsCardsQuerySet(CompletedQuerySet[Row]):
    """Of rows with a foreign key ``goods``."""

    def with_goods_cards(self) -> Self:
        """Each row read gets its goods with all that a card shows: two queries for all of them.

        Not prefetch_related("goods"), which writes an OR for each row on SQLite, and fails
        from the thousandth on. Goods that left the shelf are among them.
        """
        return self.completed_by(self._with_their_cards)

    def _with_their_cards(self, rows: list[Any]) -> list[Any]:
        """Return the rows with their goods; not those that went with theirs meanwhile."""
        goods: Any = self.model._meta.get_field("goods").related_model
        found = goods.objects.for_list().filter(pk__in={row.goods_id for row in rows})
        cards = {card.pk: card for card in found}
        rows = [row for row in rows if row.goods_id in cards]
        for row in rows:
            row.goods = cards[row.goods_id]
        return rows
