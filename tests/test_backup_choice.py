"""Which backups a moment is restored from (deploy/lib/backup/snapshots.py)."""

from typing import Any

import pytest

from deploy.lib.backup.snapshots import choose

LATEST = float("inf")


def backup(name: str, kind: str, at: int) -> dict[str, Any]:
    tags = [kind, f"at={at}", "media=/m", f"work=/w/{name}"]
    return {"id": name, "time": f"2026-11-27T00:00:{at:02}Z", "tags": tags}


BACKUPS = [
    backup("log-9", "log", 9),
    backup("full-10", "full", 10),
    backup("log-20", "log", 20),
    backup("log-29", "log", 29),
    backup("full-30", "full", 30),
    backup("log-40", "log", 40),
]


@pytest.mark.parametrize(
    ("moment", "full", "before", "after", "log_until"),
    [
        (10, "full-10", "full-10", "full-10", 10),
        (15, "full-10", "full-10", "log-20", 20),
        (25, "full-10", "log-20", "log-29", 29),
        (29.5, "full-10", "log-29", "full-30", 30),  # the dump of 30 is after that moment
        (30, "full-30", "full-30", "full-30", 30),
        (35, "full-30", "full-30", "log-40", 40),
        (50, "full-30", "log-40", "log-40", 40),  # the log ends before that moment
        (LATEST, "full-30", "log-40", "log-40", 40),
    ],
)
def test_choice(moment: float, full: str, before: str, after: str, log_until: int) -> None:
    shuffled = BACKUPS[3:] + BACKUPS[:3]
    assert choose(shuffled, moment) == {
        "full": full, "before": before, "after": after, "log_until": str(log_until),
        "media": "/m", "full_work": f"/w/{full}", "after_work": f"/w/{after}",
    }  # fmt: skip


def test_nothing_is_as_old() -> None:
    with pytest.raises(LookupError, match="the oldest whole backup is of 10, after that moment"):
        choose(BACKUPS, 9)
    with pytest.raises(LookupError, match="no whole backup yet"):
        choose(BACKUPS[:1], LATEST)
    with pytest.raises(LookupError, match="no whole backup yet"):
        choose([], LATEST)


def test_backups_of_somebody_else_are_left_alone() -> None:
    foreign = {"id": "x", "time": "2026-11-27T00:00:59Z", "tags": None}
    assert choose([*BACKUPS, foreign], LATEST)["after"] == "log-40"
