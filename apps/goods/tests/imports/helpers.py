"""Files as staff make them, and an import's way through the pages."""

import csv
import zipfile
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from PIL import Image

from apps.goods.models import GoodsImport

UPLOAD = "/admin/goods/goods/import/"
PAGE = "/admin/goods/goodsimport/"


def csv_file(*rows: Sequence[Any], encoding: str = "utf-8-sig", name: str = "goods.csv") -> Any:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode(encoding))


def xlsx_file(*rows: Sequence[Any], name: str = "goods.xlsx") -> Any:
    """A workbook as openpyxl makes it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = BytesIO()
    book.save(content)
    return SimpleUploadedFile(name, content.getvalue())


def zip_file(files: dict[str, bytes], name: str = "pictures.zip") -> Any:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return SimpleUploadedFile(name, content.getvalue())


def picture(kind: str = "PNG", colour: str = "red") -> bytes:
    content = BytesIO()
    Image.new("RGB", (4, 3), colour).save(content, kind)
    return content.getvalue()


def work() -> list[str]:
    """Carry out the tasks that wait, as a worker does."""
    said = []
    for result in DBTaskResult.objects.filter(status=TaskResultStatus.READY).order_by(
        "enqueued_at"
    ):
        said.append(result.task.call(**result.args_kwargs["kwargs"]))
        DBTaskResult.objects.filter(pk=result.pk).update(status=TaskResultStatus.SUCCESSFUL)
    return said


def upload(staff: Client, file: Any, *archives: Any) -> GoodsImport:
    """Upload a file and have it checked."""
    response: Any = staff.post(UPLOAD, {"file": file, "pictures": list(archives)})
    assert response.status_code == 302, response.context["form"].errors
    work()
    return GoodsImport.objects.latest("pk")


def press(staff: Client, goods_import: GoodsImport, button: str, **form: Any) -> GoodsImport:
    """Press a button of an import's page, and have done what follows."""
    response = staff.post(f"{PAGE}{goods_import.pk}/{button}/", form)
    assert response.status_code == 302
    work()
    goods_import.refresh_from_db()
    return goods_import


def faults(goods_import: GoodsImport) -> list[tuple[int, str, str, str]]:
    """Row, column, value and text of each fault."""
    rows = goods_import.rows.filter(plan="faulty").order_by("number")
    return [(row.number, *fault) for row in rows for fault in row.faults]


def changes(goods_import: GoodsImport) -> dict[int, list[list[Any]]]:
    return {row.number: row.changes for row in goods_import.rows.exclude(changes=[])}
