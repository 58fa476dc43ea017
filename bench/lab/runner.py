"""Finds the scenarios, and measures them round by round, two checkouts in turns if asked to."""

import contextlib
import importlib
import pkgutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .. import scenarios as folder_of_scenarios
from ..scenarios.model import CPU_MS, Scenario, Target
from . import mroonga
from .machine import PROJECT, BenchError
from .services import mariadb, redis_server
from .shops import Peers, Shops

THIS, OTHER = "this", "other"


def all_scenarios() -> list[Scenario]:
    """Return the scenarios of every module in bench/scenarios, by module and place."""
    found: list[Scenario] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(folder_of_scenarios.__path__)):
        loaded = importlib.import_module(f"{folder_of_scenarios.__name__}.{module}")
        found += getattr(loaded, "SCENARIOS", ())
    names = [scenario.name for scenario in found]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise BenchError(f"two scenarios are called {', '.join(sorted(doubled))}")
    return found


@dataclass
class Result:
    """Figures of a scenario: by side and unit, one for each round."""

    scenario: Scenario
    rounds: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, side: str, figures: dict[str, float]) -> None:
        for unit, value in figures.items():
            self.rounds.setdefault(side, {}).setdefault(unit, []).append(value)

    def value(self, unit: str, side: str = THIS) -> float | None:
        found = self.rounds.get(side, {}).get(unit)
        return median(found) if found else None

    def values(self, side: str = THIS) -> dict[str, float]:
        return {unit: median(found) for unit, found in self.rounds.get(side, {}).items()}

    def ratio(self, unit: str) -> float | None:
        """Return the median of this beside the other checkout, round by round."""
        mine, theirs = (self.rounds.get(side, {}).get(unit) for side in (THIS, OTHER))
        if not mine or not theirs or not all(theirs):
            return None
        return median(a / b for a, b in zip(mine, theirs, strict=False))

    def judged(self) -> list[tuple[Target, float]]:
        """Return each target with the figure it judges."""
        return [
            (target, value)
            for target in self.scenario.targets
            if (value := self.value(target.unit)) is not None
        ]


@dataclass(frozen=True)
class Outcome:
    results: list[Result]
    mariadb: str
    worker_mb: float


def run(
    chosen: Sequence[Scenario], *, is_quick: bool, other: Path | None,
    rounds: int | None, say: Callable[[str], None],
) -> Outcome:  # fmt: skip
    """Measure the scenarios in a temporary folder, which is taken away at the end."""
    projects = {THIS: PROJECT, **({OTHER: other} if other else {})}
    results = {scenario.name: Result(scenario) for scenario in chosen}
    worker_mb = 0.0
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mxshop-bench-")))
        database = stack.enter_context(mariadb(folder, *mroonga.server_options()))
        if mroonga.is_installed():
            database.run(mroonga.MAKE_FUNCTION)
        redis = stack.enter_context(redis_server(folder))
        peers = Peers(folder, database, redis, stack)
        shops = Shops(folder, database, redis, peers, is_quick=is_quick)
        for spec in dict.fromkeys(scenario.shop for scenario in chosen):
            with contextlib.ExitStack() as serving:
                say(f"a shop of {spec.goods:,} goods" + (", answers kept" if spec.cache else ""))
                served = {
                    side: serving.enter_context(shops.serve(spec, side=side, project=project))
                    for side, project in projects.items()
                }
                for scenario in chosen:
                    if scenario.shop != spec:
                        continue
                    number = rounds or (1 if is_quick else scenario.rounds)
                    for turn in range(number):
                        say(f"{scenario.name} {turn + 1}/{number}")
                        # There and back, so that a drift of the machine is shared.
                        order = list(served) if turn % 2 == 0 else list(reversed(served))
                        for side in order:
                            figures = dict(scenario.round(served[side]))
                            results[scenario.name].add(side, figures)
                worker_mb = max(worker_mb, served[THIS].server.peak_memory_mb())
    _compare(results)
    return Outcome(list(results.values()), database.version, worker_mb)


def _compare(results: dict[str, Result]) -> None:
    """Add what each scenario costs beside the one that it is compared with."""
    for result in results.values():
        name = result.scenario.compared_with
        if name not in results:
            continue
        for side in result.rounds:
            mine, theirs = result.value(CPU_MS, side), results[name].value(CPU_MS, side)
            if mine and theirs:
                result.add(side, {f"× {name}": mine / theirs})
