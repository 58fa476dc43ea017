"""One chunk of an import: goods, stock, pictures, history and the rows' outcomes together."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from django.db.models import F
from django.utils.translation import gettext as _

from utils.cache.catalogue_version import catalogue_changed
from utils.db.row_updates import rows_update
from utils.db.transactions import CommitUnknownError, atomic_retry_on_deadlock
from utils.pictures.naming import names_beside

from ...models import Goods, GoodsImage, GoodsImport, GoodsImportRow
from ..stock import MOST_PIECES, stock_adjust_many
from .article_numbers import fold
from .claims import Claim
from .columns import BY_NAME
from .history import history_write
from .pictures import Pictures
from .showing import value_text
from .states import FIELDS, ZIPPED, is_same, model_values, state_of

Plan, Outcome = GoodsImportRow.Plan, GoodsImportRow.Outcome


class StoredPictures:
    """The pictures of some rows, put where uploads lie; taken away again when the rows fail.

    Stored as the form stores them: by the fields of the models.
    """

    def __init__(self, rows: Sequence[GoodsImportRow], pictures: Pictures) -> None:
        self._rows, self._pictures = rows, pictures
        self._files: list[Any] = []
        self._names: dict[tuple[int, str, str], str] = {}

    def __enter__(self) -> Self:
        try:
            for row in self._rows:
                for column, _old, new in row.changes:
                    if column in ("goods_front_image", "images"):
                        self._store(row, column, new)
        except BaseException:  # whatever it was, no file may stay without its row
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A row may name a file whose COMMIT was not answered: what no row names is swept later.
        if error is not None and not isinstance(error, CommitUnknownError):
            self._remove()

    def name(self, row: GoodsImportRow, column: str, picture: str) -> str:
        """Return under which name a picture of a row is stored."""
        return self._names.get((row.number, column, picture), picture)

    def _store(self, row: GoodsImportRow, column: str, new: Any) -> None:
        for picture in new if isinstance(new, list) else [new]:
            if not picture.startswith(ZIPPED):
                continue
            file: Any
            if column == "images":
                file = GoodsImage(goods_id=row.goods_id or 0).image
            else:
                file = Goods(pk=row.goods_id, goods_sn=row.goods_sn).goods_front_image
            name = picture.removeprefix(ZIPPED)
            file.save(name, self._pictures.get(name), save=False)
            self._files.append(file)
            self._names[row.number, column, picture] = file.name

    def _remove(self) -> None:
        for file in self._files:
            for name in names_beside(file.name):
                file.storage.delete(name)
        self._files = []


@atomic_retry_on_deadlock
def chunk_apply(
    *,
    goods_import: GoodsImport,
    claim: Claim,
    rows: Sequence[GoodsImportRow],
    stored: StoredPictures,
) -> None:
    """Import ``rows``; those whose goods somebody else has changed since the check are left.

    Locks the import, then the goods by their keys. A row is left whole: the other's change stays
    in the goods, ours in the row. Raises ClaimLostError, having done nothing.
    """
    claim.write(rows_done=F("rows_done") + len(rows))
    reasons: dict[int, str] = {}
    goods = _locked([row for row in rows if row.plan == Plan.CHANGE], reasons)
    _refuse_existing([row for row in rows if row.plan == Plan.NEW], reasons)
    to_do = [row for row in rows if row.pk not in reasons]
    changed = [row for row in to_do if row.plan == Plan.CHANGE]
    new = [row for row in to_do if row.plan == Plan.NEW]
    values = {row.goods_id or 0: _changed(goods[row.goods_id or 0], row, stored) for row in changed}
    # What the lists' indexes are about is written last: until the commit, whoever counts along such
    # an index has to look up each row of a page that was touched.
    history_write(goods_import, changed)
    _stock_move(goods_import, changed)
    rows_update(Goods, values)
    _create(new, stored)
    _pictures_set(to_do, stored)
    _stock_move(goods_import, new)
    history_write(goods_import, new)
    _outcomes_write(to_do, reasons)
    catalogue_changed()


@atomic_retry_on_deadlock
def chunk_fail(*, claim: Claim, row: GoodsImportRow, reason: str) -> None:
    """Note that a row cannot be imported; raises ClaimLostError."""
    claim.write(rows_done=F("rows_done") + 1)
    GoodsImportRow.objects.filter(pk=row.pk).update(outcome=Outcome.FAILED, reason=reason)


def _locked(rows: Sequence[GoodsImportRow], reasons: dict[int, str]) -> dict[int, Goods]:
    """Lock and return the goods of ``rows``, and report the rows whose goods were changed since."""
    ids = [row.goods_id or 0 for row in rows]
    found = Goods.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    goods = {row.pk: row for row in found}
    pictured = [row.goods_id for row in rows if any(name == "images" for name, *_ in row.changes)]
    images: dict[int, list[str]] = {pk: [] for pk in goods}
    if pictured:
        for picture in GoodsImage.objects.filter(goods__in=pictured).order_by("pk"):
            images[picture.goods_id].append(str(picture.image.name))
    for row in rows:
        own = goods.get(row.goods_id or 0)
        if own is None:
            reasons[row.pk] = _("The goods were deleted meanwhile.")
            continue
        values = {name: getattr(own, name) for name in FIELDS if name != "category"}
        state = state_of({**values, "category": own.category_id}, stock=own.goods_num)
        state["images"] = images[own.pk]
        if text := _difference(row, state):
            reasons[row.pk] = text
    return goods


def _difference(row: GoodsImportRow, state: dict[str, Any]) -> str:
    """Say what somebody else has changed that this row would change."""
    texts = []
    for name, old, new in row.changes:
        if name == "stock_change":
            if not 0 <= state["stock"] + new <= MOST_PIECES:
                texts.append(_("Only %(pieces)d are left.") % {"pieces": state["stock"]})
        elif state[name] != old and not is_same(name, state[name], new):
            texts.append(
                _("%(column)s: it was %(old)s at the check and is %(now)s now.")
                % {
                    "column": BY_NAME[name].label,
                    "old": value_text(name, old),
                    "now": value_text(name, state[name]),
                }
            )
    return " ".join(texts)


def _refuse_existing(rows: Sequence[GoodsImportRow], reasons: dict[int, str]) -> None:
    numbers = {row.goods_sn for row in rows}
    if not numbers:
        return
    # By the database's idea of the same, which is what its unique index goes by.
    found = Goods.objects.filter(goods_sn__in=numbers).values_list("goods_sn", flat=True)
    folds = {fold(number) for number in found}
    for row in rows:
        if fold(row.goods_sn) in folds:
            reasons[row.pk] = _("Goods with this article number were added meanwhile.")


def _changed(goods: Goods, row: GoodsImportRow, stored: StoredPictures) -> dict[str, Any]:
    """Return the columns that a row sets, and what is derived from them."""
    columns = _columns(row, stored)
    for name, value in columns.items():
        setattr(goods, name, value)
    if {"name", "goods_brief", "goods_desc"} & {*columns}:
        columns["search_text"] = Goods._meta.get_field("search_text").pre_save(goods, False)
    return columns


def _columns(row: GoodsImportRow, stored: StoredPictures) -> dict[str, Any]:
    values = {
        name: stored.name(row, name, new) if name == "goods_front_image" else new
        for name, _old, new in row.changes
        if name in FIELDS
    }
    return model_values(values)


def _create(rows: Sequence[GoodsImportRow], stored: StoredPictures) -> None:
    if not rows:
        return
    made = [Goods(goods_sn=row.goods_sn, **_columns(row, stored)) for row in rows]
    Goods.objects.bulk_create(made)
    keys = {goods.goods_sn: goods.pk for goods in made}
    if None in keys.values():  # MySQL does not tell them
        found = Goods.objects.filter(goods_sn__in=keys).values_list("goods_sn", "pk")
        keys |= dict(found)
    for row in rows:
        row.goods_id = keys[row.goods_sn]


def _stock_move(goods_import: GoodsImport, rows: Sequence[GoodsImportRow]) -> None:
    deltas = {
        row.goods_id or 0: new
        for row in rows
        for name, _old, new in row.changes
        if name == "stock_change"
    }
    stock_adjust_many(deltas=deltas, reference=f"import:{goods_import.pk}")


def _pictures_set(rows: Sequence[GoodsImportRow], stored: StoredPictures) -> None:
    """Let goods have the pictures that their row names, in its order."""
    for row in rows:
        for name, _old, new in row.changes:
            if name != "images":
                continue
            GoodsImage.objects.filter(goods=row.goods_id).delete()
            for picture in new:
                image = stored.name(row, name, picture)
                GoodsImage.objects.create(goods_id=row.goods_id or 0, image=image)


def _outcomes_write(done: Sequence[GoodsImportRow], reasons: dict[int, str]) -> None:
    outcomes: dict[int, dict[str, Any]] = {
        row.pk: {"outcome": Outcome.DONE, "goods_id": row.goods_id} for row in done
    }
    outcomes |= {pk: {"outcome": Outcome.CONFLICT, "reason": text} for pk, text in reasons.items()}
    rows_update(GoodsImportRow, outcomes)
