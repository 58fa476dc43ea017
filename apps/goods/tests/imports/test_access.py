"""Who may import and export, and what the pages make of nonsense."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client

from apps.goods.models import GoodsImport

from ..conftest import Catalogue
from .helpers import PAGE, UPLOAD, csv_file, upload

pytestmark = pytest.mark.django_db
EXPORT = "/admin/goods/goods/export/"


@pytest.mark.parametrize(
    ("permissions", "may_import", "may_export"),
    [
        ([], False, False),
        (["view_stockmovement"], False, False),
        (["view_goods"], False, True),
        (["add_goods", "view_goods"], False, True),
        (["change_goods"], False, True),
        (["add_goods", "change_goods"], True, True),
    ],
)
def test_files_are_for_those_who_may_do_it_by_hand(
    client: Client,
    catalogue: Catalogue,
    permissions: list[str],
    may_import: bool,
    may_export: bool,
) -> None:
    clerk = get_user_model().objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)
    own = GoodsImport.objects.create(name="a.csv", state="checked")
    file = csv_file(["货号", "售价"], [catalogue.in_orange.goods_sn, "0.01"])
    imports = [
        client.get(UPLOAD), client.get(f"{UPLOAD}template/"), client.get(PAGE),
        client.get(f"{PAGE}{own.pk}/change/"), client.get(f"{PAGE}{own.pk}/result/"),
        client.get(f"{PAGE}{own.pk}/left/"),
    ]  # fmt: skip
    changes = [client.post(UPLOAD, {"file": file})] + [
        client.post(f"{PAGE}{own.pk}/{name}/") for name in ("start", "cancel", "again", "pictures")
    ]
    assert {answer.status_code for answer in imports} == {200 if may_import else 403}
    assert {answer.status_code for answer in changes} == {302 if may_import else 403}
    assert GoodsImport.objects.count() == 1 + may_import
    assert client.get(EXPORT).status_code == (200 if may_export else 403)
    listed = client.get("/admin/goods/goods/")
    if listed.status_code == 200:
        assert (UPLOAD.encode() in listed.content) == may_import
        assert (EXPORT.encode() in listed.content) == may_export


def test_pages_run_no_script_of_their_own(staff: Client, catalogue: Catalogue) -> None:
    """They work under script-src 'self'."""
    goods_import = upload(staff, csv_file(["货号", "售价"], [catalogue.in_orange.goods_sn, "1"]))
    for path in (UPLOAD, EXPORT, PAGE, f"{PAGE}{goods_import.pk}/change/"):
        text = staff.get(path).content.decode()
        assert "<script>" not in text
        assert " onclick=" not in text
        assert ' style="' not in text.partition("<main")[2]


def test_a_page_takes_as_many_queries_for_many_rows(
    staff: Client, catalogue: Catalogue, django_assert_max_num_queries: Any
) -> None:
    rows = [[f"N{number}", f"新 {number}", "橙子", "1"] for number in range(150)]
    goods_import = upload(staff, csv_file(["货号", "名称", "类别", "售价"], *rows))
    with django_assert_max_num_queries(12):
        page = staff.get(f"{PAGE}{goods_import.pk}/change/?p=2")
    assert len(page.context["rows"]) == 50


def test_too_many_wait(staff: Client, catalogue: Catalogue) -> None:
    GoodsImport.objects.bulk_create(GoodsImport(name="a.csv") for _ in range(20))
    response: Any = staff.post(UPLOAD, {"file": csv_file(["货号", "售价"])})
    assert response.context["form"].non_field_errors() == ["等待中的导入太多，请等它们完成后再试。"]


def test_nonsense(staff: Client, catalogue: Catalogue) -> None:
    for path in (f"{PAGE}99/change/", f"{PAGE}99/result/", f"{PAGE}x/change/"):
        assert staff.get(path).status_code == 404
    assert staff.post(f"{PAGE}99/start/").status_code == 404
    own = GoodsImport.objects.create(name="a.csv", state="done")
    for query in ("?p=x&show=y", "?p=99&show=new", "?show=conflict"):
        assert staff.get(f"{PAGE}{own.pk}/change/{query}").status_code == 200
    response: Any = staff.post(f"{PAGE}{own.pk}/start/")
    (told,) = get_messages(response.wsgi_request)
    assert str(told) == "这次导入的状态已经改变，没有重复操作。"
    assert staff.post(EXPORT, {"format": "exe"}).headers["Content-Disposition"].endswith('.xlsx"')
    assert staff.get(UPLOAD).status_code == 200
