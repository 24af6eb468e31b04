"""Listings as files, for networks that no upstream can be reached from: read line by line, whatever their size.

JSONL holds one repo a line, as Hugging Face or ModelScope list it, or as `index export` writes it; a line may also hold
a list of them, as a saved answer does. `.gz` is unpacked on the way. Parquet holds one a row, under the names that
public dumps of Hugging Face use.
"""

import gzip
import json
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from hub.errors import BadInput
from hub.index.models import Entry
from hub.names import RepoKind, is_commit
from hub.upstreams.listed import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Odd,
    id_in,
    line_in,
    score_in,
    time_in,
    whole_in,
    word_in,
    words_in,
)
from hub.upstreams.protocol import ListedRepo
from hub.upstreams.registry import KINDS

LONGEST_LINE = 16 << 20
"""Bytes. A saved answer of 1,000 repos has a few MB."""
ROWS = 1000

MARK = "entrepot_index"
"""Marks a line of our own export, and its version."""
VERSION = 1

_CALLED = {
    "id": ("modelId", "datasetId", "model_id", "dataset_id", "repo_id"),
    "lastModified": ("last_modified", "lastModifiedAt", "updated_at"),
    "createdAt": ("created_at",),
    "trendingScore": ("trending_score",),
    "usedStorage": ("used_storage",),
    "cardData": ("card_data",),
}
"""What tables call the fields of Hugging Face, where they do not keep to its names."""


@dataclass(frozen=True)
class Line:
    """One repo of a file, or why there is none: `number` is its line, or its row in Parquet, counted from 1."""

    number: int
    repo: ListedRepo | None
    problem: str = ""


def lines_of(name: str, upstream_kind: str, kind: RepoKind) -> Iterator[Line]:
    """Every repo of a file, "-" being standard input. `upstream_kind` says how its entries are written.

    Raises BadInput for a file that cannot be read, or is none of these, also after some of its lines.
    """
    read = KINDS[upstream_kind].repo_of
    for number, value in _values(name):
        if isinstance(value, Odd):
            yield Line(number, None, str(value))
            continue
        for entry in value if isinstance(value, list) else [value]:
            try:
                own = isinstance(entry, dict) and MARK in entry
                yield Line(number, _own(kind, entry) if own else read(kind, _called(entry)))
            except Odd as error:
                yield Line(number, None, str(error))


def _values(name: str) -> Iterator[tuple[int, Any]]:
    if name.endswith(".parquet"):
        return _parquet_rows(name)
    return _json_lines(name)


def _json_lines(name: str) -> Iterator[tuple[int, Any]]:
    try:
        with _opened(name) as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
                    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                    yield number, Odd(f"the line has more than {LONGEST_LINE >> 20} MiB")
                elif line.strip():
                    yield number, _parsed(line)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(f"{name} is no gzip file, or is cut off: {error}", "pack or copy it again") from None
    except OSError as error:
        raise _unreadable(name, error) from None


def _opened(name: str) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    if name.endswith(".gz"):
        return cast(BinaryIO, gzip.open(name))
    return Path(name).open("rb")


def _unreadable(name: str, error: OSError) -> BadInput:
    return BadInput(f"{name} cannot be read: {error.strerror or error}", "name a .jsonl, .jsonl.gz or .parquet file")


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return Odd("it is not JSON")


def _parquet_rows(name: str) -> Iterator[tuple[int, Any]]:
    try:
        from pyarrow import ArrowException  # type: ignore[import-untyped]
        from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]
    except ImportError:
        raise BadInput(
            "reading Parquet needs pyarrow, which is not installed",
            "run `pip install entrepot[parquet]`, or turn the file into JSONL elsewhere",
        ) from None
    number = 0
    try:
        with ParquetFile(name) as file:
            columns = [column for column in file.schema_arrow.names if column in _COLUMNS]
            if not {"id", *_CALLED["id"]} & set(columns):
                raise BadInput(
                    f"{name} has no column `id` or `modelId`",
                    f"its columns are: {', '.join(file.schema_arrow.names)[:300]}",
                )
            for batch in file.iter_batches(ROWS, columns=columns):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {key: _plain(key, value) for key, value in row.items() if value is not None}
    except ArrowException as error:
        raise BadInput(f"{name} is no Parquet file, or is damaged: {str(error)[:200]}", "copy it again") from None
    except OSError as error:
        raise _unreadable(name, error) from None


_READ = """
    id author tags pipeline_tag library_name downloads likes lastModified createdAt trendingScore gated private disabled
    sha description safetensors gguf usedStorage mainSize cardData license language languages display_name tasks params
    file_size visibility Path Name ChineseName License Tasks Tags Downloads Stars LastUpdatedTime CreatedTime
    StorageSize
"""
_COLUMNS = frozenset((*_READ.split(), *(other for names in _CALLED.values() for other in names)))


def _plain(key: str, value: Any) -> Any:
    """A cell as JSON has it."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, str) and key in ("cardData", "card_data", "safetensors", "tags") and value[:1] in ("{", "["):
        found = _parsed(value.encode("utf-8", "replace"))
        return value if isinstance(found, Odd) else found
    return value


def _called(entry: Any) -> Any:
    """The entry under the hub's own names, and what tables keep in columns of their own in its place."""
    if not isinstance(entry, dict):
        return entry
    found = dict(entry)
    for name, others in _CALLED.items():
        if name not in found and (other := next((other for other in others if other in found), None)):
            found[name] = found[other]
    for key in ("lastModified", "createdAt"):
        found[key] = _with_zone(found.get(key))
    if isinstance(found.get("gated"), str) and found["gated"].lower() in ("false", "no", "none", ""):
        found["gated"] = False
    card = found.get("cardData")
    apart = {key: found[key] for key in ("license", "language") if isinstance(found.get(key), str | list)}
    if apart and not isinstance(card, dict):
        found["cardData"] = apart
    return found


def _with_zone(value: Any) -> Any:
    """Tables write times without a zone, and mean UTC."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value if moment.tzinfo else moment.replace(tzinfo=UTC).isoformat()


def _own(kind: RepoKind, told: Mapping[str, Any]) -> ListedRepo:
    """A line of our own export; trusted no more than any other. Raises Odd."""
    if told.get("kind") != kind.value:
        raise Odd(f"it is of the kind {str(told.get('kind'))[:20]}, and not a {kind}")
    return ListedRepo(
        kind=kind,
        repo_id=id_in(told.get("id")),
        title=line_in(told.get("title"), LONGEST_TITLE),
        summary=line_in(told.get("summary"), LONGEST_SUMMARY),
        languages=words_in(told.get("languages")),
        tags=words_in(told.get("tags")),
        base_models=words_in(told.get("base_models")),
        trending=score_in(told.get("trending")),
        created_at=time_in(_moment(told.get("created_at"))),
        updated_at=time_in(_moment(told.get("updated_at"))),
        task=word_in(told.get("task")),
        library=word_in(told.get("library")),
        licence=word_in(told.get("licence")),
        gated=told["gated"] if told.get("gated") in ("auto", "manual") else "",
        parameters=whole_in(told.get("parameters")),
        bytes=whole_in(told.get("bytes")),
        downloads=whole_in(told.get("downloads")),
        likes=whole_in(told.get("likes")),
        commit=told["commit"] if is_commit(str(told.get("commit"))) else "",
    )


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


_TOLD = """
    title summary task library licence languages tags base_models gated parameters bytes downloads likes trending
    created_at updated_at commit
"""


def exported(entry: Entry) -> str:
    """The line that stands for an entry in our own export; what nobody told is left out."""
    name = f"{entry.namespace}/{entry.name}" if entry.namespace else entry.name
    told: dict[str, Any] = {MARK: VERSION, "upstream": entry.upstream.slug, "kind": entry.kind, "id": name}
    told |= {name: value for name in _TOLD.split() if (value := getattr(entry, name))}
    return json.dumps(told, ensure_ascii=False, default=lambda value: value.isoformat())
