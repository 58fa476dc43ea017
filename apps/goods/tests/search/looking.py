"""What tests ask of the two ways to search."""

from apps.goods.models import Goods, Listing
from apps.goods.search.mroonga import goods_found


def by_like(*words: str) -> set[int]:
    rows = Goods.objects.on_sale()
    for word in words:
        rows = rows.filter(search_text__icontains=word)
    return set(rows.values_list("pk", flat=True))


def by_index(*words: str) -> set[int] | None:
    """Return None where LIKE has to answer."""
    found = goods_found(Goods.objects.listed(Listing()), words)
    return None if found is None or found.keys is None else set(found.keys)
