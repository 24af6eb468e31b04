"""Listings out of files: of the hubs themselves, of public tables, of another Entrepot, and of no use at all."""

import gzip
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from hub.errors import BadInput
from hub.index import dumps
from hub.index.carrying import export_file, import_file
from hub.index.entries import Taken
from hub.index.models import Entry
from hub.upstreams.models import Upstream

RECORDED = Path(__file__).parents[1] / "fakes" / "recorded"
GOOD = {"id": "acme/tiny", "downloads": 5, "likes": 2, "tags": ["license:mit", "en"], "pipeline_tag": "fill-mask"}


@pytest.fixture(autouse=True)
def upstreams(db: None) -> None:
    Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9", position=1)
    Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9", position=2)


def written(path: Path, *values: Any) -> str:
    path.write_text("".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values))
    return str(path)


def take(path: str, slug: str = "huggingface", kind: str = "model") -> tuple[Taken, int]:
    imported = import_file(path, slug, kind)
    return imported.taken, imported.bad


def test_lines_of_a_listing_are_taken_in(tmp_path: Path) -> None:
    name = written(tmp_path / "a.jsonl", GOOD, {**GOOD, "id": "acme/other"}, "", GOOD)
    assert take(name) == (Taken(new=2, skipped=1), 0)
    entry = Entry.objects.get(key="acme/tiny")
    assert (entry.task, entry.licence, entry.languages, entry.downloads) == ("fill-mask", "mit", ["en"], 5)
    assert take(name) == (Taken(same=2, skipped=1), 0)


def test_recorded_answers_are_taken_in_as_they_were_saved(tmp_path: Path) -> None:
    paths = sorted(RECORDED.rglob("api-models-*listing*.json"))
    name = written(tmp_path / "a.jsonl", *(json.loads(path.read_text())["body"] for path in paths))
    taken, bad = take(name)
    assert (taken.new >= 8, bad) == (True, 0)


def test_a_packed_file_is_unpacked_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(f"{json.dumps(GOOD)}\n".encode() * 3))
    assert take(str(path)) == (Taken(new=1, skipped=2), 0)


def test_a_last_line_without_its_end_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(GOOD))
    assert take(str(path)) == (Taken(new=1), 0)


def test_lines_of_no_use_are_counted_and_named(tmp_path: Path) -> None:
    lines: list[Any] = [
        GOOD,
        "{broken",
        {"id": 7},
        [],
        "null",
        '"text"',
        {"id": "../x"},
        {**GOOD, "id": "b/c", "likes": -1},
    ]
    imported = import_file(written(tmp_path / "a.jsonl", *lines), "huggingface", "model")
    assert (imported.taken.new, imported.bad) == (2, 5)
    assert [line.number for line in imported.problems] == [2, 3, 5, 6, 7]


def test_bytes_that_are_no_text_are_a_line_of_no_use(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xff\xfe\x00\n" + b'{"id": "acme/\\u0000tiny"}\n' + json.dumps(GOOD).encode())
    assert take(str(path)) == (Taken(new=1), 2)


def test_a_line_without_end_is_skipped_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "LONGEST_LINE", 1000)
    name = written(tmp_path / "a.jsonl", "x" * 5500, GOOD)
    imported = import_file(name, "huggingface", "model")
    assert (imported.taken, imported.bad, imported.problems[0].number) == (Taken(new=1), 1, 1)


def test_what_was_read_before_a_file_breaks_off_is_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    packed = gzip.compress(b"".join(json.dumps({"id": f"acme/thing-{n}"}).encode() + b"\n" for n in range(5000)))
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(BadInput) as caught:
        import_file(str(path), "huggingface", "model")
    assert "cut off" in caught.value.words
    assert 0 < Entry.objects.count() < 5000


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.jsonl.gz", "missing.parquet", "."])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        import_file(str(tmp_path / name), "huggingface", "model")


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.parquet"])
def test_a_file_that_is_not_what_its_name_says_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("nothing of the kind")
    with pytest.raises(BadInput) as caught:
        import_file(str(tmp_path / name), "huggingface", "model")
    assert caught.value.next_step.endswith("again")


@pytest.mark.parametrize(("slug", "kind"), [("nobody", "model"), ("huggingface", "space"), ("", "model")])
def test_an_unknown_upstream_or_kind_is_told(tmp_path: Path, slug: str, kind: str) -> None:
    with pytest.raises(BadInput):
        import_file(written(tmp_path / "a.jsonl", GOOD), slug, kind)


def test_a_listing_of_modelscope_is_read_as_such(tmp_path: Path) -> None:
    row = {"id": "Qwen/Qwen3", "display_name": "Qwen3", "license": "Apache License 2.0", "tasks": ["text-generation"]}
    website = {"Path": "iic", "Name": "nlp", "Tasks": [{"Name": "fill-mask"}], "Stars": 4}
    name = written(tmp_path / "a.jsonl", row, [website])
    assert take(name, "modelscope") == (Taken(new=2), 0)
    assert Entry.objects.get(key="qwen/qwen3").licence == "apache-2.0"
    assert Entry.objects.get(key="iic/nlp").likes == 4


def parquet(path: Path, columns: dict[str, Any]) -> str:
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=2)
    return str(path)


def test_a_table_of_models_is_taken_in(tmp_path: Path) -> None:
    moment = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    name = parquet(
        tmp_path / "a.parquet",
        {
            "modelId": ["acme/one", "acme/two", "acme/three", None],
            "author": ["acme"] * 4,
            "last_modified": [moment.replace(tzinfo=None), moment.replace(tzinfo=None), None, None],
            "createdAt": ["2024-01-01T00:00:00.000Z", "2024-01-01 00:00:00", None, None],
            "downloads": [1.0, float("nan"), 3.0, 4.0],
            "likes": [1, 2, 3, 4],
            "tags": [["license:mit", "zh"], None, [], ["x"]],
            "pipeline_tag": ["fill-mask", None, "", "x"],
            "library_name": ["transformers"] * 4,
            "gated": ["False", "auto", None, None],
            "card": ["# a long text that nobody reads"] * 4,
        },
    )
    imported = import_file(name, "huggingface", "model")
    assert (imported.taken, imported.bad) == (Taken(new=3), 1)
    assert imported.problems[0].number == 4
    one, two = Entry.objects.get(key="acme/one"), Entry.objects.get(key="acme/two")
    assert (one.updated_at, one.languages, one.gated) == (moment, ["zh"], "")
    assert (one.downloads, two.downloads, two.gated) == (1, 0, "auto")
    assert two.created_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_a_table_may_keep_cards_and_tags_as_text(tmp_path: Path) -> None:
    name = parquet(
        tmp_path / "a.parquet",
        {
            "id": ["acme/one", "acme/two"],
            "cardData": ['{"license": "mit", "language": ["zh"]}', "{broken"],
            "tags": ['["a", "b"]', "[broken"],
            "safetensors": ['{"total": 5}', None],
        },
    )
    assert take(name) == (Taken(new=2), 0)
    one = Entry.objects.get(key="acme/one")
    assert (one.licence, one.languages, one.tags, one.parameters) == ("mit", ["zh"], ["a", "b"], 5)


def test_a_table_without_ids_is_told_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        import_file(parquet(tmp_path / "a.parquet", {"title": ["x"]}), "huggingface", "model")
    assert "title" in caught.value.words


def test_what_one_hub_has_indexed_another_takes_in(tmp_path: Path) -> None:
    rich = {
        **GOOD,
        "cardData": {"base_model": "acme/base", "pretty_name": "Tiny 小"},
        "description": "Small.",
        "safetensors": {"total": 5},
        "usedStorage": 9,
        "gated": "manual",
        "sha": "a" * 40,
        "trendingScore": 2.5,
        "lastModified": "2026-01-02T03:04:05.000Z",
        "createdAt": "2025-01-02T03:04:05.000Z",
        "library_name": "transformers",
    }
    take(written(tmp_path / "a.jsonl", rich, {**GOOD, "id": "acme/gone"}))
    Entry.objects.filter(key="acme/gone").update(vanished_at=datetime(2026, 1, 1, tzinfo=UTC))
    name = str(tmp_path / "all.jsonl.gz")
    assert export_file(name) == 1
    before = Entry.objects.values().get(key="acme/tiny")
    Entry.objects.all().delete()
    assert take(name) == (Taken(new=1), 0)
    after = Entry.objects.values().get()
    assert {key: after[key] for key in after if key not in ("id", "seen_at")} == {
        key: before[key] for key in before if key not in ("id", "seen_at")
    }


def test_an_export_of_datasets_is_no_list_of_models(tmp_path: Path) -> None:
    take(written(tmp_path / "a.jsonl", GOOD), kind="dataset")
    name = str(tmp_path / "sets.jsonl")
    assert export_file(name, "huggingface", "dataset") == 1
    assert take(name) == (Taken(), 1)
    assert export_file(name, kind="model") == 0


def test_a_forged_export_is_trusted_no_more_than_a_listing(tmp_path: Path) -> None:
    forged = {
        "entrepot_index": 1,
        "kind": "model",
        "id": "acme/x",
        "gated": "g" * 500,
        "commit": "c" * 500,
        "task": "t" * 500,
        "likes": 1 << 80,
        "tags": {"a": 1},
        "updated_at": "9999-99-99",
        "summary": "s" * 9000,
    }
    assert take(written(tmp_path / "a.jsonl", forged, {**forged, "id": "<script>"})) == (Taken(new=1), 1)
    entry = Entry.objects.get()
    assert (entry.gated, entry.commit, entry.task, entry.likes, entry.tags) == ("", "", "", 0, [])


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("index", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_tells_what_it_took_and_what_was_wrong(tmp_path: Path) -> None:
    name = written(tmp_path / "a.jsonl", GOOD, *["{"] * 25)
    told = command("import", name)
    assert "1 repo: 1 new" in told
    assert "Line 2: it is not JSON" in told
    assert "5 more like that" in told
    assert "lines of no use: 25" in told
    assert "1 entry written" in command("export", str(tmp_path / "b.jsonl"))


def test_a_file_without_any_repo_ends_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no repo in it"):
        command("import", written(tmp_path / "a.jsonl", "nothing"))
    with pytest.raises(CommandError, match="no upstream called"):
        command("import", written(tmp_path / "a.jsonl", GOOD), "--upstream", "nowhere")
