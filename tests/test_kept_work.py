"""A compiler's work is kept for the same content alone, and never where it failed."""

from pathlib import Path
from typing import Any

import pytest

from . import kept_work as keeper
from .kept_work import kept_work


def test_kept_until_an_input_changes(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(keeper, "FOLDER", tmp_path / "kept")
    sources = tmp_path / "sources"
    (sources / "node_modules").mkdir(parents=True)
    (sources / "a.ts").write_text("1")
    made: list[int] = []

    def make(folder: Path) -> None:
        assert (sources / "a.ts").read_text() != "wrong"
        made.append(1)
        (folder / "out").write_text(f"{len(made)}")

    def out(version: str = "v20") -> str:
        return (kept_work("it", make, sources, version) / "out").read_text()

    assert (out(), out()) == ("1", "1")
    (sources / "node_modules" / "b.ts").write_text("")
    assert out() == "1"
    assert out("v22") == "2"
    (sources / "a.ts").rename(sources / "c.ts")
    (sources / "a.ts").write_text("")
    assert out("v22") == "3"
    (sources / "a.ts").write_text("wrong")
    for _ in range(2):
        with pytest.raises(AssertionError):
            out("v22")
    assert len(list((tmp_path / "kept").iterdir())) == 1  # of what failed, nothing is left
