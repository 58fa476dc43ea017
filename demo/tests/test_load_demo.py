from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.goods.models import Banner, Goods, GoodsCategory, HotSearchWords, StockMovement
from apps.users.models import UserProfile
from demo import logins
from demo.addresses import addresses
from demo.draw.__main__ import main as draw
from demo.loading import PICTURES

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.slow]


def load(**options: Any) -> str:
    output = StringIO()
    call_command("load_demo", stdout=output, **options)
    return output.getvalue()


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count()
        for model in (GoodsCategory, Goods, Banner, HotSearchWords, StockMovement, UserProfile)
    )


def test_the_demo_fills_the_shop_once() -> None:
    assert "78 goods added" in load()
    assert Goods.objects.count() == 78
    assert GoodsCategory.objects.filter(category_type=1).count() == 8
    before = counts()
    Goods.objects.filter(goods_sn="FR0003").update(name="改过的名字")
    assert "0 goods added" in load()
    assert counts() == before
    assert Goods.objects.get(goods_sn="FR0003").name == "改过的名字"


def test_the_pictures_together_are_small() -> None:
    assert sum(file.stat().st_size for file in PICTURES.rglob("*.webp")) < 6_000_000


def test_the_drawings_match_the_catalogue() -> None:
    assert draw(["--check"]) == 0


@pytest.fixture
def debug(settings: Any, tmp_path: Path) -> None:
    settings.DEBUG = True
    settings.VAR_DIR = tmp_path
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend", "demo.logins.DemoLoginBackend",
    ]  # fmt: skip


def test_without_debug_no_logins_are_made() -> None:
    assert "demo logins: refused, because DEBUG is off" in load()
    assert not UserProfile.objects.exists()


def test_what_bin_serve_prints(debug: None) -> None:
    call_command("prepare_demo", stdout=StringIO())
    text = "\n".join(addresses("http://127.0.0.1:8000"))
    assert "http://127.0.0.1:8000/docs/" in text
    for username, password in logins.demo_passwords().items():
        assert f"{username}  password {password}" in text
