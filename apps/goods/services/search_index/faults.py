"""Why the index cannot be used, in words that say what to do."""

from typing import Any

from django.db import DatabaseError, connection

from utils.db.outages import is_outage

from ...models import Goods, GoodsSearchIndex
from ...search.index_table import any_of, hits, stamp_text
from .triggers import triggers_missing, triggers_there


class SearchIndexError(Exception):
    """The index cannot be written or used; the text says what to do."""


def search_index_fault() -> str:
    """Return what is wrong with the index as a whole; an empty text when it can be used.

    That some goods are not in it yet is not a fault: the search looks at these by itself.
    """
    if connection.vendor != "mysql":
        return "the database is not MariaDB"
    with connection.cursor() as cursor:
        if fault := server_fault(cursor):
            return fault
        index = GoodsSearchIndex.objects.defer("alike_from", "alike_to").first()
        if index is None:
            return "it has not been built: manage.py search_index build"
        try:
            stamps = any_of(stamp_text(stamp) for stamp in (index.stamp, index.next_stamp))
            is_of_these_goods = hits(cursor, stamps, limit=1).number > 0
        except DatabaseError as error:
            if is_outage(error):
                raise
            return f"its table cannot be read ({error}): manage.py search_index build"
        if not is_of_these_goods:
            return (
                "it is not of these goods (a restored backup, or another server): "
                "manage.py search_index build"
            )
        if index.collation != collation_now(cursor):
            return "the collation of search_text has changed: manage.py search_index build"
        if missing := triggers_missing(cursor):
            return f"triggers are missing ({', '.join(missing)}): manage.py search_index build"
    return ""


def search_index_left() -> str:
    """Return what of an index is still there, where none is used; an empty text for nothing."""
    if connection.vendor != "mysql":
        return ""
    with connection.cursor() as cursor:
        if not triggers_there(cursor):
            return ""
    return (
        "GOODS_SEARCH=like, but triggers still mark goods for an index that nobody uses: "
        "manage.py search_index drop."
    )


def server_fault(cursor: Any) -> str:
    """Return what the server lacks; an empty text when it lacks nothing."""
    cursor.execute(
        "SELECT COUNT(*) FROM information_schema.engines"
        " WHERE engine = 'Mroonga' AND support IN ('YES', 'DEFAULT')"
    )
    [[has_engine]] = cursor.fetchall()
    if not has_engine:
        return "the server has no Mroonga: apt-get install mariadb-plugin-mroonga"
    try:
        cursor.execute("SELECT mroonga_command('status')")
        cursor.fetchall()
    except DatabaseError as error:
        if is_outage(error):
            raise
        return (
            f"the server has Mroonga without its functions ({error}): "
            "mariadb < /usr/share/mysql/mroonga/install.sql, as root"
        )
    return ""


def collation_now(cursor: Any) -> str:
    """Return by which collation LIKE compares."""
    cursor.execute(
        "SELECT collation_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND table_name = %s AND column_name = 'search_text'",
        [Goods._meta.db_table],
    )
    [[collation]] = cursor.fetchall()
    return str(collation)
