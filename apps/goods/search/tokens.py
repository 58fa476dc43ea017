"""What the index has of goods besides their words: characters for what lists are filtered by.

A search in a category is then one question to the index. A character for each category, and one
for yes or no of each flag; all of them are of Unicode's private planes, and stand for nothing in a
text. The index is asked with them how many goods there are; which of them are shown is decided by
the condition that the list has.
"""

import re

from ..models import Listing

# After each character, so that character and mark are one pair: one entry of the index.
MARK = chr(0x10FFFD)
FLAGS = {
    ("is_hot", False): chr(0x10FF00), ("is_hot", True): chr(0x10FF01),
    ("is_new", False): chr(0x10FF02), ("is_new", True): chr(0x10FF03),
}  # fmt: skip
FIRST_CATEGORY, LAST_CATEGORY = 0xF0000, 0x10FEFF
_OURS = re.compile("[\U000f0000-\U0010ffff]")
# The columns of goods that goods_texts() reads.
COLUMNS = ("pk", "search_text", "category_id", "is_hot", "is_new")

# Of each condition, the texts of which the index has at least one.
Groups = tuple[tuple[str, ...], ...]


def tokens_of(category_id: int, is_hot: bool, is_new: bool) -> str:
    """Return what follows the words of goods in the index."""
    flags = FLAGS["is_hot", bool(is_hot)] + MARK + FLAGS["is_new", bool(is_new)] + MARK
    return MARK + (_category(category_id) or "") + flags


def words_only(text: str) -> str:
    """Return a folded text in which no character can be taken for one of ours."""
    return text if text.isascii() else _OURS.sub("\ufdef", text)


def is_reserved(character: str) -> bool:
    """Whether the index uses a character itself, so that no search can find it there."""
    return "\ufdd0" <= character <= "\ufdef" or bool(_OURS.match(character))


def groups_of(listing: Listing | None) -> Groups | None:
    """Return what a listing means in the index; None where it means nothing there: prices."""
    if listing is None or listing.has_prices:
        return None
    groups: list[tuple[str, ...]] = []
    if listing.categories is not None:
        texts = tuple(text for pk in listing.categories if (text := _category(pk)))
        if len(texts) != len(listing.categories):
            return None
        groups.append(texts)
    for name in ("is_hot", "is_new"):
        if (value := getattr(listing, name)) is not None:
            groups.append((FLAGS[name, value] + MARK,))
    return tuple(groups)


def _category(category_id: int) -> str:
    """Return the text for a category; an empty one when its key is larger than there are."""
    character = FIRST_CATEGORY + category_id
    return chr(character) + MARK if 0 < category_id <= LAST_CATEGORY - FIRST_CATEGORY else ""
