"""Judged searches: what comes first is what a person expects. The table is printed with `-s`."""

from math import log2
from typing import Any

import pytest
import yaml

from hub.index.counts import refresh
from hub.index.models import Entry
from hub.index.query import Query
from hub.index.search import search
from hub.upstreams.models import Upstream

from .corpus import FOLDER, known, noise

FIRST = 10
LEAST_GAIN = 0.85
LEAST_RECALL = 0.9
LEAST_OF_ONE = 0.3
"""Nothing that was judged may come out worse than this, whatever the mean."""


@pytest.fixture
def corpus(db: None) -> None:
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9")
    Entry.objects.bulk_create([*known(upstream), *noise(upstream)])
    refresh()


def test_judged_searches_find_first_what_people_expect(corpus: None) -> None:
    table = [_judge(judged) for judged in yaml.safe_load((FOLDER / "judged.yaml").read_text())]
    print()
    for text, gain, recall, first in table:
        print(f"{gain:5.2f} {recall:5.2f}  {text:28} {first}")
    gains, recalls = [row[1] for row in table], [row[2] for row in table]
    mean_gain, mean_recall = sum(gains) / len(gains), sum(recalls) / len(recalls)
    print(f"{mean_gain:5.3f} {mean_recall:5.3f}  mean of {len(table)}")
    assert len(table) >= 60
    assert mean_gain >= LEAST_GAIN
    assert mean_recall >= LEAST_RECALL
    assert not [row for row in table if row[1] < LEAST_OF_ONE]


def _judge(judged: dict[str, Any]) -> tuple[str, float, float, str]:
    """(text, nDCG@10, recall@10 of the best, the first three that were found)"""
    found = [str(entry.listed_id) for entry in search(Query(judged["query"]), FIRST).entries]
    worth = {**dict.fromkeys(judged["good"], 1), **dict.fromkeys(judged["best"], 2)}
    ideal = sorted(worth.values(), reverse=True)[:FIRST]
    gain = _gain([worth.get(repo_id, 0) for repo_id in found]) / _gain(ideal)
    best = judged["best"][:FIRST]
    recall = len(set(found) & set(best)) / len(best)
    return judged["query"], gain, recall, ", ".join(found[:3])


def _gain(worths: list[int]) -> float:
    return sum((2**worth - 1) / log2(place + 2) for place, worth in enumerate(worths))
