"""A member of staff in a browser, whose clicks and typed fields are counted."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page


class Hand:
    """Does what a person does, and counts it."""

    def __init__(self, page: Page, rows: dict[str, Any], folder: Path) -> None:
        self.page, self.rows, self.folder = page, rows, folder
        self.clicks = self.fields = 0

    def begin(self) -> None:
        self.clicks = self.fields = 0
        self.page.goto("/admin/")

    def click(self, selector: str, **options: Any) -> None:
        self.clicks += 1
        self.page.locator(selector).first.click(**options)

    def menu(self, path: str) -> None:
        self.click(f'#nav-sidebar a[href="/admin/{path}/"]')

    def choose(self, selector: str, **option: Any) -> None:
        self.clicks += 1
        self.page.locator(selector).first.select_option(**option)

    def type(self, selector: str, text: str, *, enter: bool = False) -> None:
        self.fields += 1
        field = self.page.locator(selector).first
        field.fill(text)
        if enter:
            field.press("Enter")

    def files(self, selector: str, *files: Path) -> None:
        self.clicks += 1
        self.page.locator(selector).first.set_input_files(list(files))

    def find(self, selector: str, text: str) -> None:
        """Open a select that searches, type, take the first."""
        self.click(selector)
        self.type(".select2-search__field", text)
        self.click(".select2-results__option--highlighted")

    def act(self, action: str) -> None:
        self.choose("select[name=action]", value=action)
        self.click("button[name=index]")

    def sees(self, text: str) -> None:
        for _try in range(300):
            if re.search(text, self.page.inner_text("body")):
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{text!r} does not appear")

    def loads(self, selector: str) -> Path:
        """Click, and return the file that comes."""
        with self.page.expect_download() as download:
            self.click(selector)
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)
        return path
