"""The one way to run the bench: ``python -m bench [COMMAND]``; bench/README.md explains it."""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

from .lab.machine import PROJECT, BenchError, processor
from .lab.runner import Outcome, all_scenarios, run
from .report.chart import chart
from .report.document import document_write, is_documented
from .report.table import table

# Measurements that are commands of their own, by name: a module of bench/tools each.
TOOLS = (
    "alarms", "audit", "first-page", "goods-lists", "importing", "kill-anything",
    "order-reads", "outages", "pictures", "profile", "searching", "staff-lists",
    "staff-tasks", "sweeping", "sync-wait", "uploads",
)  # fmt: skip


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in TOOLS:
        tool = importlib.import_module(f"bench.tools.{sys.argv.pop(1).replace('-', '_')}")
        return tool.main() or 0
    return measure()


def measure() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the shop; bench/README.md explains it.",
        epilog=f"Commands of their own, each with --help: {', '.join(TOOLS)}.",
    )
    parser.add_argument("--quick", action="store_true", help="few scenarios, one round: a minute")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT",
                        help="scenarios with this text in the name; several add up")  # fmt: skip
    parser.add_argument("--beside", type=Path, metavar="FOLDER",
                        help="measure another checkout as well, in turns")  # fmt: skip
    parser.add_argument("--rounds", type=int, metavar="N")
    parser.add_argument("--list", action="store_true", help="name the scenarios, measure nothing")
    parser.add_argument("--document", action="store_true",
                        help="the demo shop, three rounds, into docs/performance.md")  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw what each request costs")
    arguments = parser.parse_args()
    start = time.monotonic()
    commit = _commit(PROJECT)
    try:
        chosen = [
            scenario
            for scenario in all_scenarios()
            if (scenario.in_quick or not arguments.quick)
            and (is_documented(scenario) or not arguments.document)
            and (not arguments.only or any(text in scenario.name for text in arguments.only))
        ]
        if arguments.list:
            print("\n".join(scenario.name for scenario in chosen))
            return 0
        other = arguments.beside and arguments.beside.resolve()
        rounds = arguments.rounds or (3 if arguments.document else None)
        is_quick = arguments.quick or arguments.document  # with 40 buyers, not 100
        outcome = run(chosen, is_quick=is_quick, other=other, rounds=rounds, say=_say)
    except BenchError as error:
        print(f"\nbench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbench: interrupted, everything taken away", file=sys.stderr)
        return 130
    about = _about(outcome, commit, seconds=time.monotonic() - start, other=other)
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(table(outcome))
    if arguments.document:
        arguments.svg = arguments.svg or PROJECT / "docs/performance/requests.svg"
        arguments.json = arguments.json or PROJECT / "docs/performance/results.json"
        document_write(outcome, {"other": "–", "rounds": rounds, **about})
    if arguments.svg:
        arguments.svg.write_text(chart(outcome, f"{about['date']}, commit {about['commit']}"))
    if arguments.json:
        report = {"about": about, "results": [_as_json(result) for result in outcome.results]}
        arguments.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
    return 0


def _as_json(result: Any) -> dict[str, Any]:
    return {
        "scenario": result.scenario.name,
        "goods": result.scenario.shop.goods,
        "kept": result.scenario.shop.cache,
        "rounds": result.rounds,
        "targets": [
            {"limit": target.limit, "unit": target.unit, "is_least": target.is_least,
             "value": value, "met": target.is_met(value)}
            for target, value in result.judged()
        ],
    }  # fmt: skip


def _about(outcome: Outcome, commit: str, *, seconds: float, other: Path | None) -> dict[str, Any]:
    about = {
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "commit": commit,
        "seconds": round(seconds),
        "cpu": processor(),
        "cores": os.cpu_count(),
        # What else the machine did: above the number of cores, compare ratios only.
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "django": django.get_version(),
        "kernel": platform.release(),
        "mariadb": outcome.mariadb,
    }
    return about | ({"other": _commit(other)} if other else {})


def _commit(folder: Path) -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=folder, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def _say(text: str) -> None:
    """One line that is written over on a terminal; lines of their own elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    else:
        print(f"  {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
