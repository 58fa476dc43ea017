"""A search box that asks indexes, not every row: tables of orders grow without end."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.users.models import UserProfile

from ..models import OrderInfo


class IndexedSearchAdmin(admin.ModelAdmin):
    """Each word of a search must be found by ``found()``.

    That says what a word may be by columns of the admin's own table, with keys of others
    looked up before: an OR over several tables would read them all.
    """

    search_fields = ("pk",)  # not read: it brings the box

    def words(self, text: str) -> list[str]:
        """Return the words that a row must all have."""
        return text.split()

    def found(self, word: str) -> Q:
        raise NotImplementedError

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for word in self.words(search_term):
            queryset = queryset.filter(self.found(word))
        return queryset, False


def buyers_found(word: str) -> list[int]:
    """Return the ids of those whose username or mobile is ``word``."""
    buyers = UserProfile.objects.filter(Q(username=word) | Q(mobile=word))
    return list(buyers.values_list("pk", flat=True))


def orders_found(word: str) -> list[int]:
    """Return the id of the order whose number is ``word``, in a list."""
    return list(OrderInfo.objects.filter(order_sn=word).values_list("pk", flat=True))
