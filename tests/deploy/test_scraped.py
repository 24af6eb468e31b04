"""Every figure that the files in deploy/ ask for is in a real scrape of a hub, with the labels that they choose by."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from hub.blobs.models import Blob
from hub.counters import Observation, counters
from hub.index.crawls import Crawl
from hub.mirroring import figures
from hub.upstreams.budget import account_key, budget_name
from tests import people
from tests.deploy.files import DEPLOY

pytestmark = pytest.mark.django_db
FOLDERS = ("helm", "grafana", "prometheus")
Series = tuple[str, dict[str, str]]


@pytest.fixture
def scraped(client: Client, settings: Any, tmp_path: Path) -> list[Series]:
    """A hub of which everything that may be told is known."""
    settings.DATA_DIR, settings.EXTERNAL_URL = tmp_path, ""
    settings.QUOTA, settings.LOW_SPACE = 10**12, 1
    row = people.upstream()
    Blob.objects.create(sha256="a" * 64, size=1000)
    Crawl.objects.create(upstream=row, kind="model", author="acme", finished_at=timezone.now())
    counters().observe(budget_name(account_key(row.url, ""), "api"), Observation(left=9, quota=500, window=300))
    figures.forget()
    text = client.get("/-/metrics", headers={"host": "localhost"}).content.decode()
    figures.forget()
    return list(series_of(text))


def series_of(text: str) -> Iterator[Series]:
    for family in text_string_to_metric_families(text):
        # A counter or histogram with labels has no series before something happens: its name is told all the same.
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        yield from ((family.name + ending, {}) for ending in endings)
        yield from ((sample.name, dict(sample.labels)) for sample in family.samples)


def asked() -> Iterator[tuple[str, str, dict[str, str]]]:
    """(where, name, labels that must be equal) of every figure in the files, JSON and templates too."""
    for folder in FOLDERS:
        for path in sorted((DEPLOY / folder).rglob("*.*")):
            text = path.read_text().replace('\\"', '"')
            for name, labels in re.findall(r"\b(entrepot_[a-z0-9_]+)(?:\{([^}]*)\})?", text):
                equal = dict(re.findall(r'\b(\w+)="([^"$]*)"', labels))
                yield str(path.relative_to(DEPLOY)), name, equal


OF_PROMETHEUS = {"job", "instance"}
GAUGES = {figure.name for figure in figures.ALL}
ASKED = list(asked())


def test_something_is_asked_for_in_every_folder() -> None:
    assert {where.split("/")[0] for where, _, _ in ASKED} == set(FOLDERS)


def test_every_name_in_the_deploy_files_is_in_a_scrape(scraped: list[Series]) -> None:
    known = {name for name, _ in scraped}
    assert {(where, name) for where, name, _ in ASKED if name not in known} == set()


def test_every_figure_has_a_series_with_the_labels_it_is_chosen_by(scraped: list[Series]) -> None:
    """Figures of rows are always there; a counter begins when something happens."""
    unknown = []
    for where, name, equal in ASKED:
        wanted = {(label, value) for label, value in equal.items() if label not in OF_PROMETHEUS}
        if name in GAUGES and not any(name == other and wanted <= set(labels.items()) for other, labels in scraped):
            unknown.append((where, name, wanted))
    assert not unknown


def test_what_workers_are_scaled_by_is_the_number_of_files_that_are_due() -> None:
    chosen = [(name, equal) for where, name, equal in ASKED if where.startswith("helm/") and equal]
    assert chosen == [("entrepot_transfers", {"state": "due"})]
