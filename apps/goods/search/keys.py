"""A condition on many primary keys that the ORM would take longer to write than to run."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Lookup


class KeyAmong(Lookup[int]):
    """``key IN (...)``, with the numbers in the statement instead of a parameter for each."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, lhs: Any, keys: Iterable[int] | str) -> None:
        # A text, because Django compares and hashes conditions.
        text = keys if isinstance(keys, str) else ",".join(str(int(key)) for key in keys)
        super().__init__(lhs, text)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN ({self.rhs})", tuple(params)
