"""datasets 5.2: whole, by streaming, from the files of the repo, with the hub as the only source."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.origin import Origin
from tests.journeys.running import RunningHub

from .conftest import Held
from .shelf import ROWS, Shelf
from .told import cached, python, unasked

WHOLE = """
    import datasets, json
    rows = datasets.load_dataset({name!r}, split="train")
    print(json.dumps([rows.num_rows, rows[7], rows.column_names]))
"""
STREAMED = """
    import datasets, json
    rows = list(datasets.load_dataset({name!r}, split="train", streaming=True))
    print(json.dumps([len(rows), rows[7]]))
"""


def test_a_dataset_that_the_hub_never_saw_is_fetched_and_loaded(
    tools: Path, hub: RunningHub, shelf: Shelf, homes: Iterator[Path]
) -> None:
    home = next(homes)
    told = python(tools, WHOLE.format(name=shelf.figures.id), home, HF_ENDPOINT=hub.url)
    assert told.value == [ROWS, {"number": 7, "word": "word 7"}, ["number", "word"]]
    arrived = cached(home, shelf.figures.id, "dataset")
    assert arrived["data/train-00000-of-00001.parquet"] == shelf.figures.digests["data/train-00000-of-00001.parquet"]


@pytest.mark.parametrize("script", [WHOLE, STREAMED], ids=["whole", "streamed"])
def test_rows_of_parquet_and_of_json_lines_come_from_the_hub_alone(
    script: str, tools: Path, hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, homes: Iterator[Path]
) -> None:
    for repo, row in ((shelf.figures, {"number": 7, "word": "word 7"}), (shelf.verses, {"line": 7, "text": "Verse 7"})):
        held(repo)
        with unasked(origin):
            told = python(tools, script.format(name=repo.id), next(homes), HF_ENDPOINT=hub.url)
        assert told.value[1] == row


def test_a_file_system_path_reads_a_table_without_the_library_of_datasets(
    tools: Path, hub: RunningHub, shelf: Shelf, held: Held, origin: Origin, homes: Iterator[Path]
) -> None:
    """pandas, DuckDB and Polars take `hf://` the same way."""
    held(shelf.figures)
    script = """
        import json, pandas
        table = pandas.read_parquet("hf://datasets/tools/figures/data/train-00000-of-00001.parquet")
        print(json.dumps([len(table), int(table.number.sum())]))
    """
    with unasked(origin):
        told = python(tools, script, next(homes), HF_ENDPOINT=hub.url)
    assert told.value == [ROWS, sum(range(ROWS))]


def test_a_closed_hub_wants_a_token_of_its_own(
    tools: Path, closed_hub: RunningHub, token: str, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    held(shelf.verses, closed_hub)
    script = WHOLE.format(name=shelf.verses.id)
    refused = python(tools, script, next(homes), HF_ENDPOINT=closed_hub.url)
    assert refused.code != 0
    let_in = python(tools, script, next(homes), HF_ENDPOINT=closed_hub.url, HF_TOKEN=token)
    assert let_in.value[0] == 200


def test_a_single_file_of_a_dataset_is_what_its_digest_says(
    tools: Path, hub: RunningHub, shelf: Shelf, held: Held, homes: Iterator[Path]
) -> None:
    held(shelf.verses)
    script = """
        import json
        from huggingface_hub import hf_hub_download
        print(json.dumps(hf_hub_download("tools/verses", "data/train.jsonl", repo_type="dataset")))
    """
    path = Path(python(tools, script, next(homes), HF_ENDPOINT=hub.url).value)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == shelf.verses.digests["data/train.jsonl"]
