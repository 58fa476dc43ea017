"""A worker's claim on an import: who has it may write, until it lapses or another takes it."""

from datetime import timedelta
from secrets import token_hex
from typing import Any

from utils.db import clock
from utils.db.transactions import retry_on_deadlock

from ...models import GoodsImport

# Longer than reading the largest file takes; renewed with every batch and every chunk.
CLAIM_SECONDS = 60


class ClaimLostError(Exception):
    """Another worker has the import by now, or it was cancelled: nothing more is written."""


class Claim:
    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self._token = token_hex(16)

    @retry_on_deadlock
    def take(self) -> bool:
        """Claim the import while it is to do and free; return whether it was."""
        now = clock.database_now()
        free = GoodsImport.objects.unfinished().unclaimed(now).filter(pk=self.import_id)
        until = now + timedelta(seconds=CLAIM_SECONDS)
        return bool(free.update(claimed_by=self._token, claimed_until=until))

    def write(self, **columns: Any) -> None:
        """Write columns of the import and go on for CLAIM_SECONDS; raises ClaimLostError.

        In a transaction, this locks the import: what is written with it is written by the owner
        of the claim, and once.
        """
        until = clock.database_now() + timedelta(seconds=CLAIM_SECONDS)
        self._update(**{"claimed_until": until, **columns})

    def finish(self, **columns: Any) -> None:
        """Write columns of the import and give the claim back; raises ClaimLostError."""
        self._update(claimed_until=None, claimed_by="", **columns)

    def _update(self, **columns: Any) -> None:
        own = GoodsImport.objects.unfinished().filter(pk=self.import_id, claimed_by=self._token)
        if not own.update(**columns):
            raise ClaimLostError
