"""The documents: what they link to and name exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "deploy/*.md", "bench/*.md", "storefront/*.md")
    for path in ROOT.glob(pattern)
)


def without_code(text: str) -> str:
    return re.sub(r"^( {4}|```).*$|`[^`\n]*`", "", text, flags=re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code((ROOT / page).read_text())):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_decisions_are_numbered_without_a_gap() -> None:
    pages = sorted((ROOT / "docs/adr").glob("0*.md"))
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04}-")
        assert page.read_text().startswith(f"# {number}. ")
    assert len(anchors(ROOT / "docs/adr/README.md")) == 1
    index = (ROOT / "docs/adr/README.md").read_text()
    assert re.findall(r"\((\d{4}-.*)\)", index) == [page.name for page in pages]


@pytest.mark.parametrize(
    "page", ["docs/architecture.md", "CONTRIBUTING.md", "docs/order_lifecycle.md"]
)
def test_files_that_are_named_exist(page: str) -> None:
    """``apps/trade/views/orders.py`` or ``utils/alipay/``, in backticks."""
    text = (ROOT / page).read_text()
    named = re.findall(r"`((?:apps|bin|deploy|docs|extra_apps|mxshop|utils|tests)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_tests_that_are_named_exist() -> None:
    """``test_stock.py::test_more_than_there_is_changes_nothing``, in backticks."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`((?:races/)?test_\w+\.py)((?:::\w+)+)`", text)
    assert len(named) > 10
    for file, names in named:
        texts = [path.read_text() for folder in ("apps", "tests")
                 for path in (ROOT / folder).rglob(file)]  # fmt: skip
        wanted = [rf"(def|class) {name}\b" for name in names.split("::")[1:]]
        assert any(all(re.search(one, text) for one in wanted) for text in texts), (file, names)


@pytest.mark.parametrize(
    "english", ["README.md", "docs/payments.md", "docs/administration.md", "docs/performance.md"]
)
def test_a_page_in_two_languages_has_the_same_commands(english: str) -> None:
    chinese = {"README.md": "README.zh-CN.md"}.get(english, english.replace("docs/", "docs/zh/"))
    commands = []
    for page in (english, chinese):
        text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
        lines = re.findall(r"^    +(.*)$", text, flags=re.MULTILINE)
        commands.append([re.sub(r"\s+#.*", "", line) for line in lines])
    assert commands[0] == commands[1]
