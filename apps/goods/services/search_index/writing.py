"""Statements that write the index."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from ...models import Goods
from ...search.folding import Folding
from ...search.index_table import STAMP_ROW, TABLE, stamp_text
from ...search.tokens import COLUMNS, tokens_of, words_only

# Every pair of neighbouring characters is a token, whatever kind they are of, and nothing is
# normalised: texts come folded. So a phrase is found exactly where LIKE finds it.
_TOKENS = """COMMENT 'tokenizer "TokenBigramSplitSymbolAlphaDigit", normalizer "none"'"""


def goods_texts(goods: QuerySet[Goods], folding: Folding) -> dict[int, str]:
    """Return what the index has to have of ``goods``, by their keys."""
    return {
        pk: words_only(folding.fold(text)) + tokens_of(category_id, is_hot, is_new)
        for pk, text, category_id, is_hot, is_new in goods.values_list(*COLUMNS)
    }


def stamp_new() -> str:
    return secrets.token_hex(8)


def table_create(cursor: Any, table: str) -> None:
    """Make a table without its index, which is quicker to build over all rows at once."""
    cursor.execute(
        f"CREATE TABLE {table} (goods_id BIGINT NOT NULL PRIMARY KEY, words LONGTEXT NOT NULL)"
        " ENGINE=Mroonga DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
    )


def table_index(cursor: Any, table: str) -> None:
    cursor.execute(f"ALTER TABLE {table} ADD FULLTEXT KEY {table}_words (words) {_TOKENS}")


def table_drop(cursor: Any, table: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {table}")


def rows_insert(cursor: Any, table: str, rows: Sequence[tuple[int, str]]) -> None:
    if rows:
        places = ", ".join(["(%s, %s)"] * len(rows))
        values = [value for row in rows for value in row]
        cursor.execute(f"INSERT INTO {table} (goods_id, words) VALUES {places}", values)  # noqa: S608


def rows_replace(cursor: Any, keys: Iterable[int], rows: Sequence[tuple[int, str]]) -> None:
    """Let the index have ``rows``, and of ``keys`` nothing else."""
    gone = sorted(keys)
    places = ", ".join(["%s"] * len(gone))
    cursor.execute(f"DELETE FROM {TABLE} WHERE goods_id IN ({places})", gone)  # noqa: S608
    rows_insert(cursor, TABLE, rows)


def stamp_write(cursor: Any, stamp: str) -> None:
    # In one statement: without its stamp the index would have to be built anew.
    cursor.execute(
        f"UPDATE {TABLE} SET words = %s WHERE goods_id = %s",  # noqa: S608
        [stamp_text(stamp), STAMP_ROW],
    )
