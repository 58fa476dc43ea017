"""deploy/monitoring: alarms and dashboard ask for numbers that /metrics has."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

import utils.metrics.counters  # noqa: F401  (makes them)
from mxshop.metrics.figures import figures_read

from .busy_shop import BusyShop

FOLDER = Path(__file__).parents[1] / "deploy" / "monitoring"
# Grafana shows a unit that it does not know as a word behind the number.
UNITS = {"none", "short", "reqps", "s", "bytes", "prefix:¥"}
# What Prometheus makes of a histogram.
SUFFIXES = ("_bucket", "_count", "_sum")

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def names_known() -> set[str]:
    known = {family.name for family in figures_read()}
    for family in REGISTRY.collect():
        if family.type == "counter":
            known.add(f"{family.name}_total")
        elif family.type == "histogram":
            known |= {f"{family.name}{suffix}" for suffix in SUFFIXES}
    return {name for name in known if name.startswith("mxshop_")}


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\bmxshop_[a-z_]+", text))


def panels() -> list[dict[str, Any]]:
    board = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = board["panels"]
    return found


def alarms() -> str:
    text = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"expr:((?:.*\n)(?: {10,}.*\n)*)", text))


def expressions() -> list[str]:
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def test_all_that_is_asked_for_is_there() -> None:
    BusyShop()
    known = names_known()
    assert len(names_in(alarms())) > 10
    assert names_in(alarms()) - known == set()
    assert len(expressions()) > 20
    assert names_in("\n".join(expressions())) - known == set()


def test_all_that_is_there_is_shown() -> None:
    """But for counts that the dashboard shows as a sum."""
    BusyShop()
    shown = names_in("\n".join(expressions()) + alarms())
    unused = {"mxshop_payments_today", "mxshop_refunds_today"}
    unused.add("mxshop_http_request_seconds_count")
    assert names_known() - shown == unused


def test_grafana_knows_the_units() -> None:
    assert {panel["fieldConfig"]["defaults"]["unit"] for panel in panels()} <= UNITS


def test_numbers_are_red_only_where_the_dashboard_says_so() -> None:
    """Without thresholds Grafana takes its own, which are red from 80."""
    red = {
        panel["title"].rpartition(" / ")[2]
        for panel in panels()
        if panel["type"] == "stat"
        for step in panel["fieldConfig"]["defaults"].get(
            "thresholds", {"steps": [{"color": "red"}]}
        )["steps"]
        if step["color"] == "red"
    }
    assert red == {"Alarms firing", "Parts of the shop"}


def test_labels_are_those_of_the_shop() -> None:
    """A queue or a part that was renamed would silence its alarm."""
    BusyShop()
    known = {
        (family.name, name, value)
        for family in figures_read()
        for sample in family.samples
        for name, value in sample.labels.items()
    }
    asked = {
        (metric, label, value)
        for metric, selector in re.findall(r"(mxshop_[a-z_]+)\{([^}]*)\}", alarms())
        for label, values in re.findall(r'(part|queue|what)=~?"([^"]+)"', selector)
        for value in values.split("|")
        if metric != "mxshop_sweep_found"
    }
    assert len(asked) >= 10
    assert asked - known == set()


def test_every_alarm_is_explained() -> None:
    names = re.findall(r"- alert: (\w+)", (FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    assert len(names) == len(set(names)) > 20
    for page in ("docs/operations.md", "docs/zh/operations.md"):
        explained = (FOLDER.parents[1] / page).read_text(encoding="utf-8")
        assert [name for name in names if f"`{name}`" not in explained] == []
