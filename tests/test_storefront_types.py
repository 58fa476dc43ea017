"""The shop's own front agrees with the API's description, passes its own tests, and is built.

What is built and installed stays under var/storefront, where bin/serve finds it, too.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command

from mxshop.storefront.building import storefront_build
from mxshop.storefront.places import Places
from mxshop.storefront.sources import FOLDER

from .kept_work import kept_work
from .node_tools import ENVIRONMENT, NPM_CI, run, run_freely
from .shop_settings import TOP

pytestmark = [pytest.mark.slow, pytest.mark.node, pytest.mark.one_database]

SELF = Path(__file__)
MADE = shutil.ignore_patterns("node_modules", "dist", "schema.d.ts")


@pytest.fixture(scope="module")
def packages() -> Path:
    """Build the front as bin/serve does; return the packages that were installed for that."""
    places = Places(TOP / "var" / "storefront")
    build = storefront_build(places, environment=ENVIRONMENT)
    assert b"/static/shop/assets/" in (build / "index.html").read_bytes()
    lock = "package-lock.json"
    if (places.workshop / lock).read_bytes() != (FOLDER / lock).read_bytes():
        run(shutil.copytree(FOLDER, places.workshop, dirs_exist_ok=True, ignore=MADE), *NPM_CI)
    return places.workshop / "node_modules"


@pytest.fixture
def front(tmp_path: Path, packages: Path) -> Path:
    """Return a copy of the front beside the API's description."""
    front = shutil.copytree(FOLDER, tmp_path / "storefront", ignore=MADE)
    (front / "node_modules").symlink_to(packages)
    (tmp_path / "var").mkdir()
    call_command("spectacular", file=str(tmp_path / "var" / "schema.yml"))
    return front


def test_the_front_and_the_description_agree(front: Path) -> None:
    """The compiler reads the same front and description once, and is believed again."""
    description = front.parent / "var" / "schema.yml"
    node = run(front, "node", "--version")
    kept_work("front-agrees", lambda _folder: check(front), front, description, SELF, node)


def check(front: Path) -> None:
    """The control stands beside the front: a component that the API left behind."""
    run(front, "npm", "run", "types")
    card = (front / "src" / "components" / "GoodsCard.vue").read_text()
    assert "goods.shop_price" in card
    control = front / "src" / "components" / "Control.vue"
    control.write_text(card.replace("goods.shop_price", "goods.price_of_shop"))
    code, said = run_freely(front, "npm", "run", "check")
    errors = re.findall(r"^(\S+)\(\d+,\d+\): error TS\d+: (.*?) on type", said, re.M)
    assert errors == [("src/components/Control.vue", "Property 'price_of_shop' does not exist")], (
        said
    )
    assert (code != 0, said.count("error TS")) == (True, 1), said


def test_the_front_passes_its_own_tests(front: Path) -> None:
    run(front, "npm", "test")


def test_no_built_file_asks_another_host(packages: Path) -> None:
    """What the Content-Security-Policy would refuse in the browser."""
    build = storefront_build(Places(TOP / "var" / "storefront"), environment=os.environ)
    for file in build.rglob("*.css"):
        assert "url(//" not in file.read_text(), file.name
        assert "url(http" not in file.read_text(), file.name
    for file in build.rglob("*.js"):
        text = file.read_text()
        assert "new Function(" not in text, file.name
        assert not any(f"{before}eval(" in text for before in " ;=(,{"), file.name
    page = (build / "index.html").read_text()
    assert "<style" not in page
    assert page.count("<script") == page.count(
        '<script type="module" crossorigin src="/static/shop/'
    )
