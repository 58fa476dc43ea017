"""A server that had Mroonga comes back without it: a new version, or another machine."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from apps.goods.services.search_index.building import search_index_build
from apps.goods.services.search_index.faults import SearchIndexError, search_index_fault
from tests.mroonga import create_tables, mroonga_server, wait_until_it_answers
from tests.other_database import default_database

from ..factories import make_category, make_goods
from .looking import by_index
from .test_changes import breaches, marked

pytestmark = [pytest.mark.mroonga, pytest.mark.slow, pytest.mark.one_database]

NO_PLUGIN = "the server has no Mroonga: apt-get install mariadb-plugin-mroonga"


def test_like_answers_until_the_plugin_is_back(
    tmp_path: Path, api: APIClient, settings: Any, django_db_blocker: Any
) -> None:
    settings.GOODS_SEARCH = "mroonga"
    settings.CATALOGUE_CACHE_SECONDS = 0

    def found(word: str) -> list[int]:
        return [goods["id"] for goods in api.get(f"/goods/?search={word}").json()["results"]]

    with (
        django_db_blocker.unblock(), mroonga_server(folder=tmp_path) as url, default_database(url)
    ):  # fmt: skip
        wait_until_it_answers()
        create_tables()
        category = make_category()
        apple, pear = (make_goods(category, name=name) for name in ("苹果", "梨子"))
        search_index_build()
        assert by_index("苹果") == {apple.pk}

    with (
        django_db_blocker.unblock(),
        mroonga_server(folder=tmp_path, has_plugin=False) as url,
        default_database(url),
    ):
        wait_until_it_answers()
        assert found("苹果") == [apple.pk]
        # The edit and its mark go on.
        pear.name = "苹果梨"
        pear.save()
        assert found("苹果") == [apple.pk, pear.pk]
        assert marked() == [pear.pk]

        assert search_index_fault() == NO_PLUGIN
        assert breaches() == [f"it cannot be used, and LIKE answers: {NO_PLUGIN}"]
        with pytest.raises(CommandError, match=NO_PLUGIN):
            call_command("search_index", "status", stdout=StringIO())
        with pytest.raises(SearchIndexError, match=NO_PLUGIN):
            search_index_build()
        assert found("苹果") == [apple.pk, pear.pk]

    with (
        django_db_blocker.unblock(), mroonga_server(folder=tmp_path) as url, default_database(url)
    ):  # fmt: skip
        wait_until_it_answers()
        assert search_index_fault() == ""
        assert by_index("苹果") == {apple.pk, pear.pk}
        assert breaches() == []
