from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from utils.api.lookups import parse_pk
from utils.config.local_secrets import local_secret


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("0", 0),
        ("007", 7),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("9" * 5000, None),
        ("-1", None),
        ("1.0", None),
        ("٣", None),
        ("1\0", None),
        (" 1", None),
        ("1\n", None),
        ("", None),
        ("more", None),
    ],
    ids=lambda value: str(value)[:12],
)
def test_parse_pk(text: str, number: int | None) -> None:
    assert parse_pk(text) == number


def test_two_processes_that_start_at_once_share_one_secret(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: local_secret(path), range(32)))
    assert found == {path.read_text()}
    assert len(path.read_text()) == 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]
