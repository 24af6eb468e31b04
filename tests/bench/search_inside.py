"""In a process of its own: an index that grows, searched by eight users at once; times, plans and the ingest. On
SQLite, where one process writes at a time, the times alone."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

USERS = 8
LISTED = 20_000
FIRST, EACH = 1, 6
MOST_AT_ONCE = 50_000
"""Rows of a COPY: a statement has five minutes."""


LISTINGS = ("/api/models?limit=1000", "/api/models?limit=1000&search=llama", "/api/models?limit=1000&sort=likes")
PAGES = (
    "/-/?kind=model&sort=downloads",
    "/-/?q=llama",
    "/-/?q=chinese+embedding",
    "/-/?q=qwen2.5+7b&licence=mit",
    "/-/?q=embeding",
    "/-/?task=translation&language=zh",
    "/-/?q=bert&sort=updated",
)


def main() -> None:
    django.setup()
    from hub.upstreams.models import Upstream

    call_command("prepare", verbosity=0, stdout=sys.stderr)
    sizes = [int(word) for word in sys.argv[1:]]
    upstreams = list(Upstream.objects.filter(slug__in=("huggingface", "modelscope")).order_by("slug"))
    found: dict[str, Any] = {"sizes": {}}
    before = 0
    for size in sizes:
        grow(before, size, sizes[-1], upstreams)
        found["sizes"][str(size)] = searches()
        before = size
    found["listing"] = _answers(LISTINGS, 1000)
    found["pages"] = _answers(PAGES)
    if connection.vendor == "postgresql":
        found["plans"] = plans()
        found["ingest"] = ingest(upstreams[0])
    print(json.dumps(found))


def grow(first: int, last: int, whole: int, upstreams: list[Any]) -> None:
    from hub.index.counts import refresh

    if connection.vendor == "postgresql":
        _grow_in_postgres(first, last, whole, upstreams)
    else:
        _load(first, last, whole, upstreams)
    refresh()


def _grow_in_postgres(first: int, last: int, whole: int, upstreams: list[Any]) -> None:
    """Loaded by as many processes as there are cores; the indexes are made anew, which is quicker."""
    from hub.index.fulltext import INDEXES, prepare
    from hub.index.models import Entry

    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {', '.join(INDEXES)}")
    with connection.schema_editor() as editor:
        for index in Entry._meta.indexes:
            editor.remove_index(Entry, index)
    connection.close()
    cores = os.cpu_count() or 1
    step = min(-(-(last - first) // (cores * 4)), MOST_AT_ONCE)
    parts = [(at, min(at + step, last), whole, upstreams) for at in range(first, last, step)]
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        pool.starmap(_load, parts)
    with connection.cursor() as cursor:
        # What the settings grant a statement is for a hub at work.
        cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '1GB'")
    prepare()
    with connection.schema_editor() as editor:
        for index in Entry._meta.indexes:
            editor.add_index(Entry, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE index_entry")


def _load(first: int, last: int, whole: int, upstreams: list[Any]) -> None:
    from tests.bench.entries import load

    load(first, last, whole, upstreams)
    connection.close()


def shapes() -> dict[str, list[Any]]:
    """Queries of each kind."""
    from hub.index.query import Query, Sort
    from hub.names import RepoKind

    return {
        "empty": [Query(), Query(kinds=[RepoKind.MODEL]), Query(kinds=[RepoKind.DATASET])],
        "common": [Query("llama"), Query("qwen2.5 7b"), Query("bert"), Query("chinese embedding"), Query("gguf")],
        "rare": [Query("kalomiteran"), Query("org077"), Query("user4242 lora"), Query("ka lo mi ter")],
        "filters": [
            Query(tasks=["text-generation"]),
            Query(tasks=["translation"], licences=["mit"]),
            Query("llama", licences=["gpl-3.0"], languages=["zh"]),
            Query(languages=["kk"], sizes=["1-10gb"]),
            Query("vision", kinds=[RepoKind.MODEL], parameters=(6e9, 8e9)),
        ],
        "chinese": [Query("中文向量"), Query("语音识别"), Query("文生图"), Query("大模型 中文")],
        "typo": [Query("lamma"), Query("embeding"), Query("qwne 7b"), Query("deepseak")],
        "sorts": [
            Query(sort=Sort.DOWNLOADS),
            Query("llama", sort=Sort.UPDATED),
            Query(tasks=["translation"], sort=Sort.SIZE),
            Query("bert", licences=["gpl-3.0"], sort=Sort.LIKES),
        ],
    }


def searches() -> dict[str, dict[str, float]]:
    """Milliseconds of each kind of query, for eight users at once."""
    connection.close()
    with multiprocessing.get_context("fork").Pool(USERS) as pool:
        told = {name: pool.map(_user, [name] * USERS, chunksize=1) for name in shapes()}
    return {name: _spread([one for user in users for one in user]) for name, users in told.items()}


def _user(name: str) -> list[float]:
    from hub.index.search import search

    queries = shapes()[name]
    for query in queries:
        for _ in range(FIRST):
            search(query, 20, facets=True)
    return [_timed(lambda query=query: search(query, 20, facets=True)) for _ in range(EACH) for query in queries]


def _timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - started)


def _spread(times: list[float]) -> dict[str, float]:
    return {"p50": median(times), "p95": quantiles(times, n=20)[-1]}


def _answers(addresses: Sequence[str], listed: int | None = None) -> dict[str, float]:
    """Milliseconds of the answers of the views, for one user who has a session; of a listing, so many are listed."""
    from django.test import Client

    import hub.wsgi  # noqa: F401 (what is done once before answers are given)
    from hub.accounts.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.earliest("pk"))
    told: list[float] = []
    for address in addresses:
        for turn in range(FIRST + 3 * EACH):
            started = time.perf_counter()
            answer = client.get(address)
            if turn >= FIRST:
                told.append(1000 * (time.perf_counter() - started))
            if answer.status_code != 200 or (listed and len(answer.json()) != listed):
                raise RuntimeError(f"{address} answered {answer.status_code}")
    return _spread(told)


def ingest(upstream: Any) -> dict[str, float]:
    """Rows a second that are new, into the index as it is now: of a listing read page by page, and of a file."""
    from hub.index.carrying import import_file
    from hub.index.dumps import exported
    from hub.index.entries import take_in
    from hub.names import RepoKind
    from hub.upstreams.protocol import ListedRepo

    from .entries import WHOLE, entries

    names = ("title", "summary", "task", "library", "licence", "gated", "parameters", "bytes", "downloads", "likes")
    repos = [
        ListedRepo(
            RepoKind(entry.kind),
            entry.listed_id,
            languages=tuple(entry.languages),
            tags=tuple(entry.tags),
            updated_at=entry.updated_at,
            **{name: getattr(entry, name) for name in names},
        )
        for entry in entries(WHOLE, WHOLE + LISTED, WHOLE, [upstream])
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for entry in entries(WHOLE + LISTED, WHOLE + 2 * LISTED, WHOLE, [upstream]):
            file.write(exported(entry) + "\n")
        file.flush()
        started, told = time.perf_counter(), list[float]()
        take_in(upstream, repos)
        paged, started = time.perf_counter() - started, time.perf_counter()
        import_file(file.name, upstream.slug, "model", lambda imported: told.append(time.perf_counter()))
        # The words are counted anew after the last batch, once, whatever the length of the file.
        return {"a listing": LISTED / paged, "a file": LISTED / (told[-1] - started)}


def plans() -> dict[str, str]:
    """How Postgres answers the first query of each kind: the longest statement of each."""
    from django.db import reset_queries

    from hub.index.search import search

    told: dict[str, str] = {}
    connection.force_debug_cursor = True
    for name, queries in shapes().items():
        reset_queries()
        search(queries[0], 20, facets=True)
        longest = max(connection.queries, key=lambda one: float(one["time"]))["sql"]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {longest}")
            told[name] = "\n".join(row[0] for row in cursor.fetchall())
    connection.force_debug_cursor = False
    return told


if __name__ == "__main__":
    main()
