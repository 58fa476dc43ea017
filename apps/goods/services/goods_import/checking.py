"""The check of a file: reads it and the goods, writes rows of the import, and nothing else."""

import logging
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from utils.db import clock
from utils.db.batches import delete_in_batches
from utils.db.transactions import retry_on_deadlock
from utils.spreadsheets.cells import Table
from utils.spreadsheets.reading import table_read
from utils.spreadsheets.refusals import TableRefusedError
from utils.uploads.content import content_of

from ...models import GoodsImport, GoodsImportRow
from .categories import Categories
from .claims import Claim
from .columns import PICTURES
from .headers import headers_read
from .numbering import Numbered, rows_number
from .pictures import ArchiveRefusedError, Pictures
from .planning import RowFinders, row_plan
from .states import states_read

logger = logging.getLogger(__name__)

BATCH = 200
State = GoodsImport.State


def import_check(goods_import: GoodsImport, claim: Claim) -> None:
    """Check a file from its beginning: what an earlier worker wrote of it is made anew."""
    delete_in_batches(goods_import.rows.all())
    try:
        table = _read(goods_import)
        headers = headers_read(table.rows[0].cells)
        if headers.faults:
            claim.finish(state=State.REFUSED, problems=headers.faults, finished_at=_now())
            return
        if len(table.rows) == 1:
            problem = _("There are no rows below the headers.")
            claim.finish(state=State.REFUSED, problems=[problem], finished_at=_now())
            return
        with Pictures(goods_import) as pictures:
            claim.write(
                rows_total=len(table.rows) - 1, rows_checked=0, columns=[*headers.places],
                notes=[*_notes(table), *headers.notes],
            )  # fmt: skip
            _check_rows(goods_import, claim, table, headers.places, pictures)
    except (TableRefusedError, ArchiveRefusedError) as error:
        claim.finish(state=State.REFUSED, problems=[str(error)], finished_at=_now())
    except FileNotFoundError:
        logger.exception("the file of import %d is gone", goods_import.pk)
        problem = _("The uploaded file is not on this machine: the workers share no VAR_DIR.")
        claim.finish(state=State.REFUSED, problems=[problem], finished_at=_now())


def _read(goods_import: GoodsImport) -> Table:
    with goods_import.file.open("rb") as file, content_of(file) as content:
        return table_read(name=goods_import.name, content=content)


def _notes(table: Table) -> Iterable[str]:
    if table.other_sheets:
        yield _("Only the sheet “%(sheet)s” is read; %(others)d other sheets are not.") % {
            "sheet": table.sheet, "others": table.other_sheets,
        }  # fmt: skip
    if table.encoding:
        yield _("The file was read as %(encoding)s.") % {"encoding": table.encoding}


def _check_rows(
    goods_import: GoodsImport,
    claim: Claim,
    table: Table,
    places: dict[str, int],
    pictures: Pictures,
) -> None:
    numbered = rows_number(table.rows[1:], places["goods_sn"])
    categories = Categories()
    faulty = 0
    for start in range(0, len(numbered), BATCH):
        batch = numbered[start : start + BATCH]
        rows = _plans(batch, places, categories, pictures)
        faulty += sum(row.plan == GoodsImportRow.Plan.FAULTY for row in rows)
        _write(goods_import, claim, rows, checked=start + len(batch))
    claim.finish(state=State.FAULTY if faulty else State.CHECKED)


def _plans(
    batch: Sequence[Numbered],
    places: dict[str, int],
    categories: Categories,
    pictures: Pictures,
) -> list[GoodsImportRow]:
    goods_ids = [row.goods_id for row in batch if row.goods_id is not None]
    states = states_read(goods_ids, with_pictures=any(name in places for name in PICTURES))
    rows = []
    for each in batch:
        state = states.get(each.goods_id or 0)
        if state is None:
            each.goods_id = None  # deleted a moment ago: new goods
        finders = RowFinders(categories, pictures, state)
        rows.append(row_plan(each, places=places, finders=finders, state=state))
    return rows


@retry_on_deadlock
def _write(
    goods_import: GoodsImport, claim: Claim, rows: list[GoodsImportRow], *, checked: int
) -> None:
    with transaction.atomic():
        claim.write(rows_checked=checked)
        for row in rows:
            row.pk, row.goods_import = None, goods_import
        GoodsImportRow.objects.bulk_create(rows)


def _now() -> object:
    return clock.database_now()
