"""Reads of the catalogue: what is public, and which rows each shape needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from django.apps import apps
from django.db import connections, models
from django.db.models import Q, Value
from django.db.models.fields.files import FieldFile

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
        """Each goods row read gets its pictures and ``click_num``: one query for all of them.

        For the pictures, what prefetch_related("images") does, at a third of its cost: the
        lists hold the pictures alone, not rows of GoodsImage.
        """
        return self.completed_by(self._with_their_pictures)

    def _with_their_pictures(self, rows: list[Goods]) -> list[Goods]:
        pictures: dict[int, list[Picture]] = {goods.pk: [] for goods in rows}
        views = dict.fromkeys(pictures, 0)
        image_model: Any = self.model._meta.get_field("images").related_model
        image = image_model._meta.get_field("image")
        # In order of the pictures' keys: what comes of the union is in none.
        for _number, name, goods_id, click_num in sorted(self._read_pictures(list(pictures))):
            if name:
                pictures[goods_id].append(Picture(image.attr_class(None, image, name)))
            else:
                views[goods_id] = click_num
        for goods in rows:
            goods.pictures, goods.click_num = pictures[goods.pk], views[goods.pk]
        return rows

    def _read_pictures(self, goods_ids: list[int]) -> Collection[tuple[int, str, int, int]]:
        """Return ``(id, name, goods, 0)`` for each picture, ``(0, "", goods, click_num)`` for each
        number of views.

        By hand: a UNION of the ORM costs more to write than to run. Two queries would be one
        more for every list. And views as a subquery, or by a join, in the list's own query are
        looked up for every row that is sorted, not for the twelve that are shown.
        """
        if not goods_ids:
            return ()
        quote = connections[self.db].ops.quote_name
        image_model: Any = self.model._meta.get_field("images").related_model
        pictures = quote(image_model._meta.db_table)
        views = quote(apps.get_model("goods", "GoodsViewCount")._meta.db_table)
        places = ", ".join(["%s"] * len(goods_ids))
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"SELECT id, image, goods_id, 0 FROM {pictures}"  # noqa: S608 (no input)
                f" WHERE goods_id IN ({places})"
                f" UNION ALL SELECT 0, '', goods_id, click_num FROM {views}"
                f" WHERE goods_id IN ({places})",
                [*goods_ids, *goods_ids],
            )
            rows: list[tuple[int, str, int, int]] = cursor.fetchall()
        return rows

    def for_card(self) -> GoodsQuerySet:
        """With all that a goods card shows but its category: two queries."""
        return self.with_pictures().defer("goods_desc", "search_text")

    def for_list(self) -> GoodsQuerySet:
        """With all that a goods card shows: two queries, however many goods."""
        return self.for_card().select_related("category")

    def for_detail(self) -> GoodsQuerySet:
        """With all that the goods page shows but its category tree: two queries."""
        return self.with_pictures().defer("search_text")


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
