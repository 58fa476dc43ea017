"""Whatever is wrong with the index, the search answers; and somebody is told."""

import logging
from io import StringIO

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.test import APIClient

from apps.goods.models import GoodsSearchIndex
from apps.goods.search import mroonga as by_mroonga
from apps.goods.services.search_index.building import search_index_drop
from apps.goods.services.search_index.catching_up import search_index_sweep
from apps.goods.services.search_index.faults import SearchIndexError, search_index_fault

from ..factories import make_category, make_goods
from .looking import by_index
from .test_changes import breaches, marked

pytestmark = [pytest.mark.mroonga, pytest.mark.slow, pytest.mark.one_database]

BUILD = "manage.py search_index build"


def warned() -> list[CheckMessage]:
    return [message for message in run_checks(tags=["storage"]) if message.id == "mxshop.W008"]


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


FAULTS = {
    "no table": (["DROP TABLE goods_search_words"], "its table cannot be read"),
    "another engine's table": (
        ["DROP TABLE goods_search_words",
         "CREATE TABLE goods_search_words (goods_id BIGINT PRIMARY KEY, words LONGTEXT)",
         "INSERT INTO goods_search_words VALUES (0, '')"],
        "its table cannot be read",
    ),
    "never built": (["DELETE FROM goods_goodssearchindex"], "it has not been built"),
    "a restored backup": (
        ["UPDATE goods_goodssearchindex SET stamp = '0123456789abcdef', next_stamp = stamp"],
        "it is not of these goods",
    ),
    "empty": (["TRUNCATE goods_search_words"], "it is not of these goods"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_like_answers(
    mroonga: None, api: APIClient, caplog: pytest.LogCaptureFixture, monkeypatch, fault: str
) -> None:
    apple = make_goods(make_category(), name="苹果")
    search_index_sweep()
    statements, said = FAULTS[fault]
    sql(*statements)
    monkeypatch.setattr(by_mroonga, "_said_at", float("-inf"))
    with caplog.at_level(logging.WARNING, "apps.goods.search"):
        for _ in range(2):
            answer = api.get("/goods/?search=苹果").json()
            assert [goods["id"] for goods in answer["results"]] == [apple.pk]
    assert [r.getMessage().partition(":")[0] for r in caplog.records] == ["LIKE answers searches"]

    # The edit and the sale go on, and it is said what to do.
    apple.name = "梨子"
    apple.save()
    assert api.get("/goods/?search=梨子").json()["count"] == 1
    assert said in search_index_fault()
    assert BUILD in search_index_fault()
    [warning] = warned()
    assert said in warning.msg
    [breach] = breaches()
    assert said in breach
    with pytest.raises(SearchIndexError, match=said):
        search_index_sweep()
    with pytest.raises(CommandError, match=said):
        call_command("search_index", "status", stdout=StringIO())

    out = StringIO()
    call_command("search_index", "build", stdout=out)
    assert out.getvalue() == "search index: 1 goods\n"
    assert by_index("梨子") == {apple.pk}
    assert (warned(), breaches()) == ([], [])


def test_a_server_without_the_functions(mroonga: None, api: APIClient) -> None:
    """The plugin was loaded without what Debian's package does besides."""
    apple = make_goods(make_category(), name="苹果")
    search_index_sweep()
    sql("DROP FUNCTION mroonga_command")
    try:
        assert [goods["id"] for goods in api.get("/goods/?search=苹果").json()["results"]] == [
            apple.pk
        ]
        fault = search_index_fault()
        assert fault.startswith("the server has Mroonga without its functions")
        assert fault.endswith("mariadb < /usr/share/mysql/mroonga/install.sql, as root")
        with pytest.raises(CommandError, match="without its functions"):
            call_command("search_index", "build", stdout=StringIO())
    finally:
        sql("CREATE FUNCTION mroonga_command RETURNS STRING SONAME 'ha_mroonga.so'")
    assert search_index_fault() == ""
    assert by_index("苹果") == {apple.pk}


def test_more_changes_than_are_looked_at_one_by_one(
    mroonga: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_mroonga, "MAX_MARKS", 2)
    category = make_category()
    keys = {make_goods(category, name=f"苹果 {number}").pk for number in range(2)}
    assert by_index("苹果") == keys
    keys.add(make_goods(category, name="苹果 3").pk)
    assert by_index("苹果") is None
    search_index_sweep()
    assert by_index("苹果") == keys


def test_rows_that_somebody_changed_by_hand(mroonga: None) -> None:
    category = make_category()
    wrong, missing, right = (make_goods(category, name=f"苹果 {n}") for n in range(3))
    search_index_sweep()
    sql(
        f"UPDATE goods_search_words SET words = 'x' WHERE goods_id = {wrong.pk}",
        f"DELETE FROM goods_search_words WHERE goods_id = {missing.pk}",
        "INSERT INTO goods_search_words VALUES (999999999, 'of goods that are no more')",
    )
    found = [f"goods {wrong.pk}", f"goods {missing.pk}", "goods 999999999"]
    assert breaches() == found
    assert search_index_sweep() == {"indexed": 0, "mended": 0}  # compared a moment ago
    GoodsSearchIndex.objects.update(compared_at="2020-01-01T00:00:00Z")
    assert search_index_sweep() == {"indexed": 3, "mended": 3}
    assert breaches() == []
    assert by_index("苹果") == {wrong.pk, missing.pk, right.pk}


def test_a_shop_that_goes_back_to_like(mroonga: None, settings) -> None:
    apple = make_goods(make_category(), name="苹果")
    settings.GOODS_SEARCH = "like"
    [warning] = warned()
    assert "search_index drop" in warning.msg
    assert search_index_sweep() == {"indexed": 0, "mended": 0}
    out = StringIO()
    call_command("search_index", "drop", stdout=out)
    assert out.getvalue() == "search index: removed\n"
    assert warned() == []
    apple.delete()
    assert (marked(), GoodsSearchIndex.objects.count()) == ([], 0)
    search_index_drop()  # of nothing


def test_a_missing_trigger_is_named(mroonga: None) -> None:
    sql("DROP TRIGGER goods_search_update")
    assert search_index_fault() == f"triggers are missing (goods_search_update): {BUILD}"
    call_command("search_index", "build", stdout=StringIO())
    assert search_index_fault() == ""
