"""Which backups a moment is restored from, out of `restic snapshots --json` on standard input.

    restic snapshots --json | python3 snapshots.py SECONDS|latest

Prints NAME=value lines: ``full`` (the newest whole backup of before that moment), ``before`` and
``after`` (the newest backup of any kind until then, and the first from then on: together they
hold every upload of that moment, and ``after`` the binary log), ``log_until`` (how far the log
reaches, in seconds since 1970) ``media``, ``full_work`` and ``after_work`` (where uploads, dump and
log lay on the machine that was backed up). Exit 1 with a
line on standard error when no whole backup is as old. Standard library alone.
"""

import json
import sys
from typing import Any

Row = dict[str, Any]


def tag(row: Row, name: str) -> str:
    for text in row.get("tags") or ():
        if text.startswith(f"{name}="):
            return str(text[len(name) + 1 :])
    return ""


def at(row: Row) -> int:
    return int(tag(row, "at") or 0)


def choose(rows: list[Row], moment: float) -> dict[str, str]:
    """Return what is printed; raise LookupError, with a line to say, when there is none."""
    ours = sorted((row for row in rows if at(row)), key=lambda row: (at(row), row["time"]))
    whole = [row for row in ours if "full" in row["tags"]]
    if not whole:
        raise LookupError("there is no whole backup yet (backup.sh full)")
    full = [row for row in whole if at(row) <= moment]
    if not full:
        raise LookupError(f"the oldest whole backup is of {at(whole[0])}, after that moment")
    before = [row for row in ours if at(row) <= moment][-1]
    after = next((row for row in ours if at(row) >= moment), ours[-1])
    return {
        "full": full[-1]["id"], "before": before["id"], "after": after["id"],
        "log_until": str(at(after)), "media": tag(after, "media"),
        "full_work": tag(full[-1], "work"), "after_work": tag(after, "work"),
    }  # fmt: skip


def main() -> int:
    moment = float("inf") if sys.argv[1] == "latest" else float(sys.argv[1])
    try:
        chosen = choose(json.load(sys.stdin) or [], moment)
    except LookupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, value in chosen.items():
        sys.stdout.write(f"{name}={value}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
