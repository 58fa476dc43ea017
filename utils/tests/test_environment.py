from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from utils.config.environment import Environment

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "on", " ON "])
def test_true(text: str) -> None:
    assert Environment({"A": text}).bool("A", default=False) is True


@pytest.mark.parametrize("text", ["false", "FALSE", "0", "no", "off"])
def test_false(text: str) -> None:
    assert Environment({"A": text}).bool("A", default=True) is False


def test_defaults() -> None:
    env = Environment({"EMPTY": ""})
    for name in ("EMPTY", "ABSENT"):
        assert env(name, default="x") == "x"
        assert env.bool(name, default=True) is True
        assert env.int(name, default=-5) == -5
        assert env.float(name, default=0.5) == 0.5
        assert env.list(name, default=["x"]) == ["x"]
        assert env.choice(name, default="x", choices=("x", "y")) == "x"
        assert env.path(name, default=Path("/x")) == Path("/x")
    assert env.faults == []
    assert env.names == {"EMPTY", "ABSENT"}


def test_values() -> None:
    env = Environment(
        {"NUMBER": " 5 ", "PART": "0.25", "LIST": "a, b,,c ", "HOME": "/h", "P": "~/v"}
    )
    assert env.int("NUMBER", default=1, at_most=5) == 5
    assert env.float("PART", default=0, at_most=1) == 0.25
    assert env.list("LIST") == ["a", "b", "c"]
    assert env.path("P", default=Path()).is_absolute()


def test_each_fault_is_a_line_and_the_default_goes_on() -> None:
    env = Environment({"A": "maybe", "B": "6", "C": "x" * 100, "D": "z"})
    assert env.bool("A", default=True) is True
    assert env.int("B", default=1, at_least=2, at_most=5) == 1
    assert env.int("C", default=3) == 3
    assert env.choice("D", default="x", choices=("x", "y")) == "x"
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.refuse()
    assert str(refusal.value).splitlines() == [
        "A='maybe' is not a boolean: write true or false.",
        "B='6' is not a whole number from 2 to 5: write one, such as 1.",
        f"C='{'x' * 60}…' is not a whole number from 0 to 1000000000: write one, such as 3.",
        "D must be x or y, not 'z'.",
    ]


class TestFile:
    def read(self, path: Path, content: bytes, **variables: str) -> Environment:
        path.write_bytes(content)
        return Environment(variables, path)

    def test_the_environment_wins(self, tmp_path: Path) -> None:
        env = self.read(tmp_path / "env", b"A=1\nB='two words'\n# C=3\nD=\n", A="0", D="4")
        assert (env("A"), env("B"), env("C"), env("D")) == ("0", "two words", "", "4")

    def test_as_windows_writes_it(self, tmp_path: Path) -> None:
        env = self.read(tmp_path / "env", "\ufeffA=1\r\nB=店\r\n".encode())
        assert (env("A"), env("B")) == ("1", "店")

    def test_what_cannot_be_read(self, tmp_path: Path, monkeypatch: Any) -> None:
        path = tmp_path / "env"
        env = self.read(path, b"A=\xd6\n")
        assert env.faults == [f"{path} is not UTF-8: save it as such."]
        path.unlink()
        path.mkdir()
        [line] = Environment({}, path).faults
        assert line.startswith(f"{path} cannot be read (Is a directory)")

    def test_slips_of_the_pen(self, tmp_path: Path) -> None:
        env = self.read(
            tmp_path / "env", b"CART_LINE=5\nOTHER=1\nMINE=2\n", CARTLINES="1", PATH="/"
        )
        env.int("CART_LINES", default=1)
        assert env.misspelt(also=["MINE"]) == [
            "CARTLINES is not a variable of the shop: did you mean CART_LINES?",
            "CART_LINE is not a variable of the shop: did you mean CART_LINES?",
            "OTHER in .env is not a variable of the shop (see .env.example).",
        ]
