"""Filters, orders, pages and facets of a search, against a plain count in Python over random entries."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

import pytest

from hub.errors import BadInput
from hub.index import search as searching
from hub.index.counts import refresh
from hub.index.models import Entry
from hub.index.query import CHOICES, SIZE_CLASSES, Query, Sort
from hub.index.search import search
from hub.index.words import size_class
from hub.names import RepoKind
from hub.upstreams.models import Upstream

from .corpus import listed

COUNT = 200
TASKS = ("text-generation", "fill-mask", "translation", "")
LANGUAGES = ("zh", "en", "ja", "fr")
NAMES = ("llama", "qwen", "bert", "whisper")


@pytest.fixture
def upstreams(db: None) -> list[Upstream]:
    return [Upstream.objects.create(slug=slug, kind=slug, url="http://127.0.0.1:9") for slug in ("one", "two")]


@pytest.fixture(params=["not counted", "counted"])
def entries(request: pytest.FixtureRequest, upstreams: list[Upstream]) -> list[Entry]:
    chance = Random(5)
    rows = [_random(chance, number, chance.choice(upstreams)) for number in range(COUNT)]
    Entry.objects.bulk_create(rows)
    if request.param == "counted":
        refresh()
    return list(Entry.objects.all())


@pytest.fixture(params=["few", "many"], autouse=True)
def _as_if_large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way of looking is tried: also what is done only where much matches."""
    if request.param == "many":
        monkeypatch.setattr(searching, "FEW", 5)


def _random(chance: Random, number: int, upstream: Upstream) -> Entry:
    return listed(
        upstream,
        f"owner{number % 7}/{chance.choice(NAMES)}-{number}",
        kind=chance.choice(("model", "dataset")),
        task=chance.choice(TASKS),
        library=chance.choice(("transformers", "diffusers", "")),
        licence=chance.choice(("mit", "apache-2.0", "")),
        languages=chance.sample(LANGUAGES, chance.randrange(4)),
        tags=chance.sample(("a", "b:c", "Strange tag's \\ \"", "région"), chance.randrange(3)),
        gated=chance.choice(("", "auto")),
        bytes=chance.choice((0, 5, 10**9, 10**10, 10**11, 10**12)),
        parameters=chance.choice((0, 10**6, 7 * 10**9)),
        downloads=int(10 ** chance.uniform(0, 7)),
        likes=chance.randrange(5),
        trending=float(chance.randrange(3)),
        updated_at=chance.choice((None, "2026-01-01T00:00Z", "2025-01-01T10:20:30.456Z")),
    )


FILTERS: list[tuple[Query, Callable[[Entry], bool]]] = [
    (Query(), lambda one: True),
    (Query(kinds=[RepoKind.MODEL]), lambda one: one.kind == "model"),
    (Query(upstreams=["two"]), lambda one: one.upstream.slug == "two"),
    (Query(authors=["OWNER1", "owner2"]), lambda one: one.namespace in ("owner1", "owner2")),
    (Query(tasks=["fill-mask"]), lambda one: one.task == "fill-mask"),
    (Query(libraries=["diffusers"]), lambda one: one.library == "diffusers"),
    (Query(licences=["mit", "nobody's"]), lambda one: one.licence == "mit"),
    (Query(languages=["zh", "fr"]), lambda one: bool({"zh", "fr"} & set(one.languages))),
    (Query(sizes=["1-10gb"]), lambda one: one.bytes == 10**9),
    (Query(tags=["b:c"]), lambda one: "b:c" in one.tags),
    (Query(tags=["Strange tag's \\ \"", "région"]), lambda one: {"Strange tag's \\ \"", "région"} <= set(one.tags)),
    (Query(parameters=(6e9, 8e9)), lambda one: one.parameters == 7 * 10**9),
    (Query(held=True), lambda one: False),
    (Query(gated=True), lambda one: one.gated == "auto"),
    (Query("llama"), lambda one: one.name.startswith("llama")),
    (Query("qwen chinese"), lambda one: one.name.startswith("qwen") and "zh" in one.languages),
    (Query("bert", gated=False, tasks=["translation"]), lambda one: _bert_translating(one)),
]


def _bert_translating(one: Entry) -> bool:
    return one.name.startswith("bert") and not one.gated and one.task == "translation"


def test_filters_find_what_holds_and_nothing_else(entries: list[Entry]) -> None:
    for query, holds in FILTERS:
        wanted = {one.pk for one in entries if holds(one)}
        page = search(query, 1000, facets=True)
        assert {one.pk for one in page.entries} == wanted, query
        assert len(page.entries) == len(wanted), query
        assert page.after == ""
        if page.exact:
            assert page.total == len(wanted), query
        if page.facets.exact:
            counts = {name: dict(values) for name, values in page.facets.counts.items()}
            chosen = {facet for facet, name in CHOICES.items() if getattr(query, name) not in (None, (), [])}
            plain = _counted(entries, wanted)
            assert {n: c for n, c in counts.items() if n not in chosen} == {
                n: c for n, c in plain.items() if n not in chosen
            }, query


def test_a_facet_with_a_choice_counts_what_could_be_chosen_beside_it(entries: list[Entry]) -> None:
    llamas = [one for one in entries if one.name.startswith("llama") and one.task == "fill-mask"]
    page = search(Query("llama", tasks=["fill-mask"], licences=["mit"], gated=False), 5, facets=True)
    if not page.facets.exact:
        return  # counted over the most popular only, as the world of this run has too many
    counts = {name: dict(values) for name, values in page.facets.counts.items()}
    open_ones = [one for one in llamas if not one.gated]
    assert counts["licence"] == Counter(one.licence for one in open_ones if one.licence)
    assert counts["gated"] == Counter("yes" if one.gated else "no" for one in llamas if one.licence == "mit")
    assert counts["library"] == Counter(one.library for one in open_ones if one.licence == "mit" and one.library)


def test_facets_and_totals_of_little_are_exact(entries: list[Entry]) -> None:
    little = Query("llama", authors=["owner1"], tags=["b:c"], parameters=(6e9, 8e9))
    page = search(little, 9, facets=True)
    assert page.exact
    assert page.facets.exact


def _counted(entries: list[Entry], wanted: set[int]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in search(Query(), 1, facets=True).facets.counts}
    for one in entries:
        if one.pk in wanted:
            for name, value in (
                ("kind", one.kind),
                ("upstream", one.upstream.slug),
                ("task", one.task),
                ("library", one.library),
                ("licence", one.licence),
                ("size", size_class(one.bytes)),
                ("gated", "yes" if one.gated else "no"),
                ("held", "yes" if one.held else "no"),
                *(("language", code) for code in one.languages),
            ):
                if value:
                    counts[name][value] += 1
    return {name: dict(counter) for name, counter in counts.items()}


@pytest.mark.parametrize(
    ("sort", "column"),
    [
        (Sort.DOWNLOADS, "downloads"),
        (Sort.LIKES, "likes"),
        (Sort.SIZE, "bytes"),
        (Sort.TRENDING, "trending"),
        (Sort.UPDATED, "updated_at"),
        (Sort.CREATED, "created_at"),
    ],
)
def test_orders_are_kept_over_all_pages(entries: list[Entry], sort: Sort, column: str) -> None:
    for text, ascending in (("", False), ("", True), ("llama", False), ("llama", True)):
        found = _all_pages(Query(text, sort=sort, ascending=ascending), 40)
        values = [(_comparable(getattr(one, column)), one.pk) for one in found]
        assert values == sorted(values, reverse=not ascending)
        assert len(set(values)) == len(values) == len([one for one in entries if text in one.name])


def _comparable(value: Any) -> float:
    return value.timestamp() if isinstance(value, datetime) else float(value or 0)


def test_by_relevance_pages_are_one_list_whatever_their_length(entries: list[Entry]) -> None:
    whole = [one.pk for one in search(Query("llama"), 1000).entries]
    for length in (1, 7, 50):
        assert [one.pk for one in _all_pages(Query("llama"), length)] == whole
    assert [one.pk for one in search(Query("llama"), 10, skip=20).entries] == whole[20:30]


def _all_pages(query: Query, length: int, between: Callable[[], Any] = lambda: None) -> list[Entry]:
    found: list[Entry] = []
    after = ""
    for _ in range(COUNT + 2):
        page = search(query, length, after)
        found += page.entries
        after = page.after
        if not after:
            return found
        between()
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("query", [Query("qwen"), Query(sort=Sort.DOWNLOADS), Query(tasks=["fill-mask"])], ids=range(3))
def test_pages_neither_repeat_nor_skip_while_rows_come_and_go(
    entries: list[Entry], upstreams: list[Upstream], query: Query
) -> None:
    chance = Random(9)
    gone: set[int] = set()
    numbers = iter(range(1000, 10_000))

    def change() -> None:
        _random(chance, next(numbers), chance.choice(upstreams)).save()
        doomed = Entry.objects.exclude(pk__in=gone).order_by("?").first()
        assert doomed is not None
        gone.add(doomed.pk)
        Entry.objects.filter(pk=doomed.pk).delete()

    before = {one.pk for one in search(query, 1000).entries}
    found = [one.pk for one in _all_pages(query, 9, change)]
    assert len(found) == len(set(found))
    assert before - gone <= set(found)


def test_the_very_id_comes_first_and_the_very_name_before_names_that_contain_it(
    entries: list[Entry], upstreams: list[Upstream]
) -> None:
    listed(upstreams[0], "nobody/llama", downloads=100_000).save()
    assert search(Query("llama"), 3).entries[0].key == "nobody/llama"
    assert search(Query("nobody/llama"), 3).entries[0].key == "nobody/llama"
    assert search(Query("LLaMA", tasks=["fill-mask"]), 3).entries[0].key != "nobody/llama"


def test_what_vanished_upstream_is_not_found(entries: list[Entry]) -> None:
    Entry.objects.filter(name__startswith="llama").update(vanished_at="2026-01-01T00:00Z")
    assert not search(Query("llama", sort=Sort.LIKES), 5).entries
    assert len(search(Query(), 1000).entries) == len([one for one in entries if not one.name.startswith("llama")])


def test_a_place_that_no_page_gave_is_refused(upstreams: list[Upstream]) -> None:
    for after in ("x", "bm9uc2Vuc2U", "WzEsMl0", "W10", "é", "A" * 5000):
        with pytest.raises(BadInput):
            search(Query("llama"), 5, after)


def test_a_place_in_another_order_is_refused(entries: list[Entry]) -> None:
    after = search(Query(sort=Sort.LIKES), 5).after
    with pytest.raises(BadInput):
        search(Query(sort=Sort.DOWNLOADS), 5, after)


HOSTILE = [
    "' OR 1=1 --",
    "a & !b | (c <-> d):*",
    'words:"x" NEAR(a b) ^ *',
    "\x00\x01\ufffe",
    "%s %(x)s {0} \\' \\\\",
    "=kind/model n/llama t/llama",
    "((((((",
    "NOT AND OR NEAR",
    "-" * 300,
    "x" * 10_000,
    "中" * 10_000,
    "\ud800 lone",
    "🦙 ﷺ ﬁ",
    "llama" * 2000,
]


def test_hostile_text_is_text(entries: list[Entry]) -> None:
    for text in HOSTILE:
        for query in (
            Query(text),
            Query(f"llama {text}", prefix=True),
            Query("llama", tags=[text], authors=[text], tasks=[text], licences=[text]),
        ):
            assert len(search(query, 5, facets=True).entries) <= 5


def test_sizes_are_the_classes_of_the_query() -> None:
    assert [size_class(least) for least, _ in SIZE_CLASSES.values()] == list(SIZE_CLASSES)
    assert size_class(0) == ""
