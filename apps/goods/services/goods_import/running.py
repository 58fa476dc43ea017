"""Carrying out a checked import: chunks of rows, each a transaction that says it is done."""

import logging
import time
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from utils.db import clock

from ...models import GoodsImport, GoodsImportRow
from .chunks import StoredPictures, chunk_apply, chunk_fail
from .claims import Claim, ClaimLostError
from .pictures import Pictures

logger = logging.getLogger(__name__)

# Rows of one transaction: what it locks, a buyer who wants one of them waits for.
CHUNK = 50
# Seconds of rest for each second of work, so that the shop has the database to itself as well.
REST = 0.5
Plan, Outcome = GoodsImportRow.Plan, GoodsImportRow.Outcome


def import_run(goods_import: GoodsImport, claim: Claim) -> None:
    """Import what is left of the rows; raises ClaimLostError."""
    with Pictures(goods_import) as pictures:
        while rows := _next(goods_import):
            started = time.monotonic()
            _import(goods_import, claim, rows, pictures)
            time.sleep(min(REST * (time.monotonic() - started), 1.0))
    claim.finish(state=GoodsImport.State.DONE, finished_at=clock.database_now())


def _next(goods_import: GoodsImport) -> list[GoodsImportRow]:
    left = goods_import.rows.filter(plan__in=(Plan.NEW, Plan.CHANGE), outcome=Outcome.NONE)
    return list(left.order_by("number")[:CHUNK])


def _import(
    goods_import: GoodsImport, claim: Claim, rows: Sequence[GoodsImportRow], pictures: Pictures
) -> None:
    """Import a chunk; one row after the other where that is not possible."""
    try:
        _apply(goods_import, claim, rows, pictures)
    except (ClaimLostError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.exception("import %d, rows from %d", goods_import.pk, rows[0].number)
        if len(rows) == 1:
            reason = _("The database does not take it (%(error)s).") % {
                "error": type(error).__name__
            }
            chunk_fail(claim=claim, row=rows[0], reason=reason)
            return
        for row in rows:
            _import(goods_import, claim, [row], pictures)


def _apply(
    goods_import: GoodsImport, claim: Claim, rows: Sequence[GoodsImportRow], pictures: Pictures
) -> None:
    # Before the transaction: files may lie on another machine.
    with StoredPictures(rows, pictures) as stored:
        chunk_apply(goods_import=goods_import, claim=claim, rows=rows, stored=stored)
