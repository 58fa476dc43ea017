"""What docs/performance.md shows of a run: tables in two languages, a picture, and the numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..lab.machine import PROJECT
from ..lab.runner import OTHER, Outcome, Result
from ..scenarios.model import CPU_MS, DEMO, Scenario, Target

BEGIN, END = "<!-- python -m bench --document: from here -->", "<!-- to here -->"
HEADS = {
    "docs/performance.md": (
        "| request | before, ms | after, ms | after ÷ before | target | met |",
        "| | before | after | target | met |",
        "yes", "no", "Commit {other} beside {commit}, {date}; {cpu}, {cores} cores, load {load}; "
        "MariaDB {mariadb}, Python {python}, Django {django}; {seconds} s. CPU milliseconds of a "
        "request, medians of {rounds} rounds; nothing is kept unless it says so.",
    ),
    "docs/zh/performance.md": (
        "| 请求 | 之前，毫秒 | 之后，毫秒 | 之后 ÷ 之前 | 目标 | 达到 |",
        "| | 之前 | 之后 | 目标 | 达到 |",
        "是", "否", "提交 {other} 与 {commit} 对比，{date}；{cpu}，{cores} 核，负载 {load}；"
        "MariaDB {mariadb}，Python {python}，Django {django}；{seconds} 秒。"
        "每个请求的 CPU 毫秒数，{rounds} 轮的中位数；未注明 kept 的不用缓存。",
    ),
}  # fmt: skip


def is_documented(scenario: Scenario) -> bool:
    """Whether the page shows it: everything that the demo shop can be asked."""
    return scenario.shop.goods == DEMO and not scenario.shop.orders


def document_write(outcome: Outcome, about: Mapping[str, Any]) -> None:
    """Write the tables into both pages, between their marks."""
    for path, (costs, others, yes, no, intro) in HEADS.items():
        page = PROJECT / path
        said = {True: yes, False: no}
        lines = [
            intro.format(**about), "",
            costs, "|---|---|---|---|---|---|", *_costs(outcome.results, said), "",
            others, "|---|---|---|---|---|", *_others(outcome.results, said),
        ]  # fmt: skip
        text, number = re.subn(
            f"{re.escape(BEGIN)}.*?{re.escape(END)}",
            lambda _found, lines=lines: "\n".join([BEGIN, *lines, END]),  # type: ignore[misc]
            page.read_text(),
            flags=re.DOTALL,
        )
        assert number == 1, f"{path} has no place for the tables"
        page.write_text(text)


def _costs(results: list[Result], said: Mapping[bool, str]) -> Iterator[str]:
    for result in results:
        value, other = result.value(CPU_MS), result.value(CPU_MS, OTHER)
        if value is None:
            continue
        target = next((t for t in result.scenario.targets if t.unit == CPU_MS), None)
        cells = [
            result.scenario.name,
            _number(other),
            _number(value),
            _number(result.ratio(CPU_MS)),
        ]
        cells += [_limit(target), said[target.is_met(value)]] if target else ["", ""]
        yield f"| {' | '.join(cells)} |"


def _others(results: list[Result], said: Mapping[bool, str]) -> Iterator[str]:
    """Targets that are not milliseconds of CPU, and figures that have no target."""
    for result in results:
        targets = {target.unit: target for target in result.scenario.targets}
        for unit, value in result.values().items():
            target = targets.get(unit)
            if unit == CPU_MS or not (target or unit in SHOWN):
                continue
            cells = [f"{result.scenario.name}: {unit}", _number(result.value(unit, OTHER))]
            cells += [_number(value)]
            cells += [_limit(target), said[target.is_met(value)]] if target else ["", ""]
            yield f"| {' | '.join(cells)} |"


# Without a target, and told all the same.
SHOWN = {"refused with 503", "p99 held ms, bought at once", "p99 held ms, cart and checkout"}


def _limit(target: Target) -> str:
    return f"{'≥' if target.is_least else '≤'} {target.limit:g}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".removesuffix(".00")
