"""
What is handed to Prometheus and Grafana: that it can be read, says what it means, and asks for nothing
that there is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from h323d.web.metrics import TABLE, Kind
from tests.support.promtool import promtool

ROOT = Path(__file__).parents[2]
PROMETHEUS, GRAFANA = ROOT / "etc/prometheus", ROOT / "etc/grafana"
RUNBOOK = (ROOT / "docs/H323-PRODUCTION-RUNBOOK.md").read_text()
DASHBOARDS = sorted(GRAFANA.glob("*.json"))
RULES: Any = yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"][0]["rules"]
LABELS = {each.name: set(each.labels) for each in TABLE}
SCRAPED = {"instance", "job", "le"}  # that Prometheus adds, and a histogram has
VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}


def alert(rule: Any) -> str:
    name: str = rule["alert"]
    return name


def series() -> set[str]:
    """
    The names that Prometheus knows.
    """
    found = {"up"}
    for each in TABLE:
        suffixes = ("_bucket", "_count", "_sum") if each.kind is Kind.HISTOGRAM else ("",)
        found |= {each.name + suffix for suffix in suffixes}
    return found


def named(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:h323_\w+|up(?=\{))", expression))


def panels(dashboard: Path) -> Iterator[Any]:
    yield from json.loads(dashboard.read_text())["panels"]


def expressions(dashboard: Path) -> list[str]:
    told = json.loads(dashboard.read_text())
    asked = [target["expr"] for panel in told["panels"] for target in panel["targets"]]
    return [*asked, *(each["expr"] for each in told["annotations"]["list"])]


def stem(path: Path) -> str:
    return path.stem


def test_promtoolCanReadTheConfiguration() -> None:
    assert promtool("check", "config", "scrape.yml", at=PROMETHEUS) == []


def test_theAlertsDoAsTheirTestsSay() -> None:
    assert promtool("test", "rules", "rules_test.yml", at=PROMETHEUS) == []


def test_everyAlertIsTested() -> None:
    tests = (PROMETHEUS / "rules_test.yml").read_text()
    assert [alert(each) for each in RULES if f"alertname: {alert(each)}" not in tests] == []


def test_theLabelsOfTheServerAreKept() -> None:
    (job,) = yaml.safe_load((PROMETHEUS / "scrape.yml").read_text())["scrape_configs"]
    assert (job["job_name"], job["honor_labels"]) == ("h323d", True)


@pytest.mark.parametrize("rule", RULES, ids=alert)
def test_anAlertAsksForWhatThereIs(rule: Any) -> None:
    asked = named(rule["expr"])
    assert asked
    assert asked <= series()


@pytest.mark.parametrize("rule", RULES, ids=alert)
def test_anAlertNamesAnEntryOfTheRunbook(rule: Any) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/H323-PRODUCTION-RUNBOOK.md"
    assert f"\n({anchor})=\n" in RUNBOOK


def test_everyFigureThatTheRunbookNamesIsThere() -> None:
    names = {each.name for each in TABLE}
    assert sorted(set(re.findall(r"\bh323_\w+", RUNBOOK)) - names) == []


def test_thereAreThreeDashboards() -> None:
    assert [each.stem for each in DASHBOARDS] == ["council", "quality", "server"]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=stem)
def test_aDashboardAsksForWhatThereIs(dashboard: Path) -> None:
    asked = [named(each) for each in expressions(dashboard)]
    assert all(asked)
    assert set().union(*asked) <= series()


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=stem)
def test_aDashboardNamesNoLabelThatWhatItAsksForHasNot(dashboard: Path) -> None:
    for panel in panels(dashboard):
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            having = (LABELS[each] for each in map(figureOf, named(target["expr"])))
            assert shown <= set().union(SCRAPED, *having), target


def figureOf(name: str) -> str:
    base = re.sub(r"_(bucket|count|sum)$", "", name)
    return base if base in LABELS else name


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=stem)
def test_promtoolCanReadWhatADashboardAsks(dashboard: Path, tmp_path: Path) -> None:
    rules = []
    for number, expression in enumerate(expressions(dashboard)):
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        rules.append({"record": f"h323d:{dashboard.stem}:{number}", "expr": expression})
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": dashboard.stem, "rules": rules}]}))
    assert promtool("check", "rules", str(file)) == []


def test_everyFigureIsSeenSomewhere() -> None:
    seen = set().union(*(named(each) for path in DASHBOARDS for each in expressions(path)))
    assert {each.name for each in TABLE} - set(map(figureOf, seen)) == set()
