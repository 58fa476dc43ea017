"""What a lost connection did not do is done again on a new one (ADR 22).

A node that is restarted refuses statements and cuts its connections; a proxy leads the next one
to another node. Three things are told apart:

* In a transaction, before its COMMIT: the server rolls it back. TransactionLostError, upon which
  ``retry_on_deadlock`` begins the transaction again.
* Outside of one, and in a request: a read, and whatever a node refused because it is not ready,
  is sent again here. A write whose connection was lost is not: it may have been done.
* COMMIT: sent once. Only a node that refuses it has certainly not done it.
"""

import time
from contextlib import suppress
from typing import Any

from django.db import Error, InterfaceError, OperationalError

from .gate import gate
from .outages import is_commit_unknown, is_lost, is_undone
from .transactions import TRIES, CommitUnknownError, TransactionLostError, is_soon, pause

LOSSES = (OperationalError, InterfaceError)
READS = ("SELECT", "(SELECT", "SHOW")


class ReconnectingConnection:
    """A database wrapper of Django's that tells what was not done; comes before it in the bases.

    ``commits_sent`` counts the COMMITs that may have been done.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commits_sent = 0
        self._is_connecting = False
        self.execute_wrappers: list[Any]
        self.execute_wrappers.append(self._statement)

    def connect(self: Any) -> None:
        self._is_connecting = True
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._is_connecting = False

    def _statement(
        self: Any, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        number = 0
        while True:
            begun = time.monotonic()
            try:
                return execute(sql, params, many, context)
            except LOSSES as error:
                if self._is_connecting or not is_lost(error):
                    raise
                if self.in_atomic_block:
                    raise TransactionLostError(*error.args) from error
                number += 1
                may_go_again = is_undone(error) or sql.lstrip().startswith(READS)
                may_go_again = may_go_again and not many
                if not (may_go_again and gate.is_patient and number < TRIES and is_soon(begun)):
                    raise
            pause(number)
            # First the cursor: once its connection is closed, closing it is an error.
            with suppress(self.Database.Error):
                context["cursor"].close()
            self.close()
            self.ensure_connection()
            context["cursor"].cursor = self.create_cursor()

    def _set_autocommit(self: Any, autocommit: bool) -> None:
        try:
            super()._set_autocommit(autocommit)  # type: ignore[misc]
        except LOSSES as error:
            if self._is_connecting or not is_lost(error):
                raise
            # Not close(), which would forget what is to be done after the commit.
            with suppress(Error):
                self._close()
            self.connection = None
            if not autocommit:  # nothing has begun
                raise TransactionLostError(*error.args) from error
            # The transaction is over, one way or the other: the next statement connects.

    def _commit(self: Any) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        except LOSSES as error:
            if is_undone(error):
                raise TransactionLostError(*error.args) from error
            self.commits_sent += 1
            if is_commit_unknown(error):
                raise CommitUnknownError(*error.args) from error
            raise
        self.commits_sent += 1
