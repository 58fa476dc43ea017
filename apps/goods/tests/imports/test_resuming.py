"""Workers that die, meet, or are stopped: each row is imported once."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from PIL import Image

from apps.goods.models import Goods, GoodsImport, StockMovement
from apps.goods.services.goods_import import chunks, running
from apps.goods.services.goods_import.claims import Claim, ClaimLostError
from apps.goods.services.goods_import.starting import goods_import_create, goods_import_start
from apps.goods.services.goods_import.sweeping import goods_imports_purge, goods_imports_resume
from apps.goods.services.goods_import.tasks import goods_import_work
from tests.parallel import in_parallel
from tests.shop_process import shop_nursery
from utils.db import clock
from utils.db.transactions import CommitUnknownError
from utils.task_results import task_results_purge

from ..conftest import Catalogue
from ..factories import make_category, make_goods
from .helpers import csv_file, picture, press, upload, work, zip_file

ROWS = 12


def lapse(goods_import: GoodsImport) -> None:
    """As if the claim of a worker were a minute old."""
    past = clock.database_now() - timedelta(seconds=1)
    GoodsImport.objects.filter(pk=goods_import.pk).update(claimed_until=past)


def stock_file(goods: list[Goods]) -> Any:
    return csv_file(["货号", "库存变动", "本店价"], *([g.goods_sn, "1", "77"] for g in goods))


class WorkerKilled(BaseException):
    pass


@pytest.mark.django_db
def test_a_worker_that_dies_between_chunks(
    staff: Client, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = [make_goods(catalogue.meat, stock=1) for _ in range(ROWS)]
    goods_import = upload(staff, stock_file(goods))
    monkeypatch.setattr(running, "CHUNK", 5)
    apply = running.chunk_apply

    def die(**arguments: Any) -> None:
        if arguments["rows"][0].number > 6:
            raise WorkerKilled
        apply(**arguments)

    monkeypatch.setattr(running, "chunk_apply", die)
    goods_import_start(import_id=goods_import.pk, staff_id=goods_import.staff_id or 0)
    with pytest.raises(WorkerKilled):
        work()
    DBTaskResult.objects.filter(status="READY").update(status=TaskResultStatus.RUNNING)
    assert StockMovement.objects.filter(reference__startswith="import").count() == 5
    assert goods_imports_resume() == {"resumed": 0, "waiting": 0}  # the claim may be alive
    lapse(goods_import)
    assert goods_imports_resume() == {"resumed": 1, "waiting": 0}
    assert goods_imports_resume() == {"resumed": 0, "waiting": 1}
    assert DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).count() == 0
    monkeypatch.setattr(running, "chunk_apply", apply)
    assert work() == ["done"]
    assert StockMovement.objects.filter(reference__startswith="import").count() == ROWS
    assert {g.goods_num for g in Goods.objects.filter(category=catalogue.meat)} == {0, 2}
    goods_import.refresh_from_db()
    assert goods_import.rows_done == ROWS


@pytest.mark.django_db
def test_a_picture_whose_row_may_have_been_committed(
    staff: Client, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to COMMIT is lost: the picture stays, and the import goes on where it stood."""
    file = csv_file(["货号", "名称", "类别", "售价", "主图"], ["N1", "新", "橙子", "1", "a.png"])
    goods_import = upload(staff, file, zip_file({"a.png": picture()}))
    apply = running.chunk_apply

    def apply_and_lose_the_answer(**arguments: Any) -> None:
        apply(**arguments)
        raise CommitUnknownError(2013, "Lost connection to server during query")

    monkeypatch.setattr(running, "chunk_apply", apply_and_lose_the_answer)
    goods_import_start(import_id=goods_import.pk, staff_id=goods_import.staff_id or 0)
    with pytest.raises(CommitUnknownError):
        work()
    with Image.open(Goods.objects.get(goods_sn="N1").goods_front_image.path) as stored:
        assert stored.size == (4, 3)
    DBTaskResult.objects.filter(status="READY").update(status=TaskResultStatus.RUNNING)
    monkeypatch.setattr(running, "chunk_apply", apply)
    lapse(goods_import)
    assert goods_imports_resume() == {"resumed": 1, "waiting": 0}
    assert work() == ["done"]
    goods_import.refresh_from_db()
    assert (goods_import.state, goods_import.rows_done) == ("done", 1)
    assert Goods.objects.filter(goods_sn="N1").count() == 1


@pytest.mark.django_db
def test_a_worker_whose_claim_lapsed_writes_nothing_more(
    staff: Client, catalogue: Catalogue
) -> None:
    goods_import = upload(staff, stock_file([catalogue.in_orange]))
    goods_import_start(import_id=goods_import.pk, staff_id=goods_import.staff_id or 0)
    slow = Claim(goods_import.pk)
    assert slow.take()
    assert not Claim(goods_import.pk).take()
    lapse(goods_import)
    assert Claim(goods_import.pk).take()
    rows = list(goods_import.rows.all())
    with pytest.raises(ClaimLostError):
        chunks.chunk_apply(
            goods_import=goods_import, claim=slow, rows=rows,
            stored=chunks.StoredPictures(rows, None),  # type: ignore[arg-type]
        )  # fmt: skip
    catalogue.in_orange.refresh_from_db()
    assert catalogue.in_orange.goods_num == 8
    press(staff, goods_import, "cancel")
    assert goods_import_work.call(import_id=goods_import.pk) == "nothing to do"


@pytest.mark.django_db
def test_old_imports_and_tasks_are_purged(staff: Client, catalogue: Catalogue) -> None:
    goods_import = upload(staff, stock_file([catalogue.in_orange]))
    path = Path(goods_import.file.path)
    assert path.exists()
    assert "media" not in path.parts
    assert (goods_imports_purge(), task_results_purge()) == (0, 0)
    long_ago = clock.database_now() - timedelta(days=31)
    GoodsImport.objects.update(add_time=long_ago)
    DBTaskResult.objects.update(finished_at=long_ago)
    assert (goods_imports_purge(), task_results_purge()) == (1, 1)
    assert not path.exists()


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_workers_at_once(monkeypatch: pytest.MonkeyPatch, is_guarded: bool) -> None:
    """Without claims both import: the control that shows the damage."""
    goods = [make_goods(make_category(), stock=1) for _ in range(ROWS)]
    boss = get_user_model().objects.create_superuser("boss")
    goods_import = goods_import_create(staff_id=boss.pk, file=stock_file(goods))
    work()
    goods_import_start(import_id=goods_import.pk, staff_id=boss.pk)
    monkeypatch.setattr(running, "CHUNK", 3)
    if not is_guarded:
        # Each has read its rows before the other has written them.
        monkeypatch.setattr(Claim, "take", lambda claim: True)
        monkeypatch.setattr(Claim, "_update", lambda claim, **columns: time.sleep(0.05))
        monkeypatch.setattr(chunks, "_difference", lambda row, state: "")
    in_parallel(2, lambda number: goods_import_work.call(import_id=goods_import.pk))
    moved = StockMovement.objects.filter(reference__startswith="import").count()
    assert moved == ROWS if is_guarded else moved > ROWS


@pytest.mark.mariadb
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_is_killed(tmp_path: Path) -> None:
    """A real worker, kill -9 in the middle of an import, another worker."""
    category = make_category()
    goods = [make_goods(category, stock=1) for _ in range(400)]
    boss = get_user_model().objects.create_superuser("boss")
    goods_import = goods_import_create(staff_id=boss.pk, file=stock_file(goods))
    work()
    goods_import_start(import_id=goods_import.pk, staff_id=boss.pk)

    def done() -> int:
        return GoodsImport.objects.get(pk=goods_import.pk).rows_done

    with shop_nursery() as nursery:
        first = nursery.manage("run_tasks", log=tmp_path / "first.log")
        end = time.monotonic() + 60
        while not done():
            assert time.monotonic() < end
            time.sleep(0.01)
        first.kill()
        first.wait()
        at_kill = done()
        assert at_kill % running.CHUNK == 0
        lapse(goods_import)
        assert goods_imports_resume() == {"resumed": int(at_kill < 400), "waiting": 0}
        second = nursery.manage("run_tasks", "--once", log=tmp_path / "second.log")
        assert second.wait() == 0, second.said()
    assert StockMovement.objects.filter(reference__startswith="import").count() == 400
    assert set(Goods.objects.values_list("goods_num", "shop_price")) == {(2, 77)}
