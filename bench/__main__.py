"""The command behind bench/run."""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import django

from .campaign import Outcome, run_campaign
from .machine import BenchError, Programs, find_programs
from .report import table


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measure the catalogue's reads; bench/README.md explains it."
    )
    parser.add_argument("--quick", action="store_true", help="fewer endpoints, one round: a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    arguments = parser.parse_args()
    start = time.monotonic()
    try:
        programs = find_programs()
        outcome = run_campaign(programs, is_quick=arguments.quick, say=_say, progress=_progress)
    except BenchError as error:
        print(f"\nbench/run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench/run: interrupted, everything taken away", file=sys.stderr)
        return 130
    _progress("")
    about = _about(programs, outcome, seconds=time.monotonic() - start, is_quick=arguments.quick)
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(table(outcome.rows, outcome.memory_mb, outcome.cache))
    if arguments.json:
        report = {
            "about": about,
            "worker_peak_mb": round(outcome.memory_mb, 1),
            "rows": [row.as_json() for row in outcome.rows],
        }
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    return 0


def _about(
    programs: Programs, outcome: Outcome, *, seconds: float, is_quick: bool
) -> dict[str, Any]:
    return {
        "run": "quick" if is_quick else "full",
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "seconds": round(seconds),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "kernel": platform.release(),
        "mariadb": outcome.mariadb,
        "cache": outcome.cache,
    }


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr)


def _progress(text: str) -> None:
    """One line that is written over on a terminal; lines of their own elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(f"  {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
