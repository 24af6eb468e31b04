"""Alert rules and dashboard: they ask for metrics and labels that exist, and the alerts do what they say."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from hub import metrics
from hub.mirroring import figures
from tests.deploy.files import DEPLOY, read_yaml

RULES = DEPLOY / "prometheus" / "entrepot.rules.yml"
DASHBOARD = json.loads((DEPLOY / "grafana" / "entrepot.json").read_text())
FIGURES = {figure.name: set(figure.labels) for figure in figures.ALL}


def labels_by_name() -> dict[str, set[str]]:
    """Every series that a query may ask for, with its labels."""
    found = dict(FIGURES)
    for family in metrics.COUNTED._collector_to_names:
        own = set(family._labelnames)
        for name in metrics.names_of(family):
            found[name] = own | ({"le"} if name.endswith("_bucket") else set())
    return found


def queries() -> Iterator[tuple[str, str]]:
    for rule in read_yaml("prometheus/entrepot.rules.yml")["groups"][0]["rules"]:
        yield rule["alert"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


QUERIES = list(queries())


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[where for where, _ in QUERIES])
def test_every_metric_of_a_query_exists(where: str, query: str) -> None:
    named = set(re.findall(r"\b(entrepot_[a-z0-9_]+)", query)) or {"up"}
    assert named <= {*labels_by_name(), "up"}


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[where for where, _ in QUERIES])
def test_every_label_of_a_query_exists(where: str, query: str) -> None:
    known = labels_by_name()
    of_prometheus = {"job", "instance"}
    names = re.findall(r"\b(entrepot_[a-z0-9_]+)", query)
    here = set().union(*(known[name] for name in names)) | of_prometheus
    selected = re.findall(r"[{,]\s*([a-z_]+)\s*(?:=~|!=|!~|=)", query)
    grouped = [word for group in re.findall(r"\bby \(([^)]*)\)", query) for word in re.split(r"[,\s]+", group) if word]
    assert set(selected) | set(grouped) <= here


def test_every_metric_is_watched_by_somebody() -> None:
    """A figure that no panel and no alert shows is one that nobody will look for."""
    asked = {name for _, query in QUERIES for name in re.findall(r"\b(entrepot_[a-z0-9_]+)", query)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in labels_by_name()}
    assert families - {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} == set()


def test_every_alert_says_what_it_is_and_what_to_do() -> None:
    for rule in read_yaml("prometheus/entrepot.rules.yml")["groups"][0]["rules"]:
        assert set(rule["annotations"]) == {"summary", "next_step"}, rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning")


def promtool(*arguments: str) -> "subprocess.CompletedProcess[str]":
    if not shutil.which("promtool"):
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is missing (Debian: prometheus)")
        pytest.skip("promtool is not installed")
    return subprocess.run(["promtool", *arguments], cwd=RULES.parent, capture_output=True, text=True, check=False)


def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    answer = promtool("check", "config", "--syntax-only", "prometheus.yml")
    assert answer.returncode == 0, answer.stderr + answer.stdout
    answer = promtool("check", "rules", RULES.name)
    assert answer.returncode == 0, answer.stderr + answer.stdout


def test_the_alerts_fire_when_they_should() -> None:
    answer = promtool("test", "rules", "entrepot.rules.test.yml")
    assert answer.returncode == 0, answer.stderr + answer.stdout


def test_what_is_told_is_what_prometheus_reads() -> None:
    from prometheus_client import generate_latest

    if not shutil.which("promtool"):
        promtool()
    told = generate_latest(metrics.COUNTED)
    answer = subprocess.run(["promtool", "check", "metrics"], input=told, capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr + answer.stdout


class TestDashboard:
    def test_panels_lie_beside_each_other(self) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            xs, ys = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
            cells = {(x, y) for x in xs for y in ys}
            assert place["x"] + place["w"] <= 24
            assert not cells & taken, panel["title"]
            taken |= cells

    def test_panels_have_numbers_and_a_source_of_ones_own(self) -> None:
        ids = [panel["id"] for panel in DASHBOARD["panels"]]
        assert len(ids) == len(set(ids))
        for panel in DASHBOARD["panels"]:
            for target in panel.get("targets", ()):
                assert target["datasource"] == {"type": "prometheus", "uid": "${source}"}
