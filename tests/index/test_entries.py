"""From listings to rows: only what changed is written, and what a held copy knows better stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.catalog.models import Repo
from hub.index.entries import Taken, take_in
from hub.index.models import PULLED, Entry
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListedRepo

MODEL = RepoKind.MODEL
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def there(db: None) -> Upstream:
    return Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9")


def listed(name: str = "acme/tiny", **more: Any) -> ListedRepo:
    facts = {"task": "text-generation", "tags": ("a", "b"), "licence": "mit", "downloads": 10, "updated_at": NOON}
    return ListedRepo(MODEL, RepoId.parse(name), **(facts | more))


def only() -> Entry:
    return Entry.objects.get()


def test_new_changed_and_same_are_told_apart(there: Upstream) -> None:
    first = [listed("acme/one"), listed("acme/two"), listed("acme/three")]
    assert take_in(there, first) == Taken(new=3)
    again = [listed("acme/one"), listed("acme/two", downloads=11), listed("acme/four")]
    assert take_in(there, again) == Taken(new=1, changed=1, same=1)
    assert Entry.objects.get(key="acme/two").downloads == 11
    assert Entry.objects.count() == 4


def test_all_that_a_listing_tells_is_kept(there: Upstream) -> None:
    facts: dict[str, Any] = {
        "title": "Tiny",
        "summary": "Very small.",
        "library": "transformers",
        "languages": ("en", "zh"),
        "base_models": ("acme/base",),
        "gated": "auto",
        "parameters": 7,
        "bytes": 8,
        "likes": 9,
        "trending": 1.5,
        "created_at": NOON,
        "commit": "a" * 40,
    }
    take_in(there, [listed("Acme/Tiny", **facts)])
    entry = only()
    assert (entry.namespace, entry.name, entry.key) == ("Acme", "Tiny", "acme/tiny")
    assert {name: getattr(entry, name) for name in facts} == {
        name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()
    }
    assert entry.words
    assert entry.popularity > 0


def test_an_entry_that_is_the_same_is_not_written_at_all(there: Upstream) -> None:
    take_in(there, [listed()], NOON)
    Entry.objects.update(words="as the search made them")
    seen = list[int]()
    take_in(there, [listed()], NOON + timedelta(days=1), seen.extend)
    assert (only().words, only().seen_at, seen) == ("as the search made them", NOON, [only().pk])


def test_words_are_made_anew_only_where_they_may_differ(there: Upstream) -> None:
    take_in(there, [listed(downloads=1000)])
    before = only().words
    Entry.objects.update(words="as the search made them")
    take_in(there, [listed(downloads=1001, likes=1, updated_at=NOON + timedelta(days=1))])
    assert (only().words, only().downloads, only().likes) == ("as the search made them", 1001, 1)
    take_in(there, [listed(downloads=1001, likes=1, library="diffusers")])
    assert set(before.split()) <= set(only().words.split())
    assert "=lib/diffusers" in only().words.split()


def test_what_reaches_another_tier_is_marked_so(there: Upstream) -> None:
    take_in(there, [listed(downloads=1000)])
    assert "=pop/400" not in only().words.split()
    take_in(there, [listed(downloads=20_000)])
    assert "=pop/400" in only().words.split()


def test_what_no_database_stores_is_left_out(there: Upstream) -> None:
    odd: dict[str, Any] = {
        "title": "Ti\0ny",
        "summary": "very\ud800 small,\nbut 中文",
        "tags": ("a\0b", "\udfff", "c"),
        "task": "\0",
    }
    assert take_in(there, [listed(**odd)]) == Taken(new=1)
    assert take_in(there, [listed(**odd)]) == Taken(same=1)
    assert (only().title, only().summary, only().tags[0], only().task) == ("Tiny", "very small,\nbut 中文", "ab", "")


def test_pulls_of_this_hub_survive_what_upstream_says_of_trends(there: Upstream) -> None:
    take_in(there, [listed(trending=2.5)])
    Entry.objects.update(trending=7 * PULLED + 2.5)
    assert take_in(there, [listed(trending=2.5)]) == Taken(same=1)
    assert take_in(there, [listed(trending=4.0)]) == Taken(changed=1)
    assert only().trending == 7 * PULLED + 4
    take_in(there, [listed(trending=float("nan"))])
    assert only().shown_trending == 7


def test_what_a_listing_does_not_tell_stays(there: Upstream) -> None:
    take_in(there, [listed(bytes=5, commit="a" * 40)])
    bare = ListedRepo(MODEL, RepoId.parse("acme/tiny"))
    assert take_in(there, [bare]) == Taken(same=1)
    assert (only().licence, only().bytes, only().tags, only().updated_at) == ("mit", 5, ["a", "b"], NOON)


def test_a_gate_that_was_opened_is_open(there: Upstream) -> None:
    take_in(there, [listed(gated="auto")])
    take_in(there, [listed()])
    assert only().gated == ""


def test_what_is_held_knows_itself_better(there: Upstream) -> None:
    take_in(there, [listed()])
    repo = Repo.objects.create(kind="model", namespace="acme", name="tiny", upstream=there, held=True)
    Entry.objects.update(repo=repo, held=True, bytes=123, summary="From the card.", licence="apache-2.0")
    take_in(there, [listed(bytes=999, summary="", licence="mit", downloads=50, library="diffusers")])
    entry = only()
    assert (entry.repo, entry.held, entry.bytes, entry.summary) == (repo, True, 123, "From the card.")
    assert (entry.licence, entry.downloads, entry.library) == ("apache-2.0", 50, "diffusers")


def test_who_had_vanished_is_back(there: Upstream) -> None:
    take_in(there, [listed()])
    Entry.objects.update(vanished_at=NOON)
    assert take_in(there, [listed()]) == Taken(changed=1)
    assert only().vanished_at is None


def test_letter_case_makes_no_second_entry(there: Upstream) -> None:
    take_in(there, [listed("acme/tiny")])
    assert take_in(there, [listed("Acme/TINY")]) == Taken(changed=1)
    assert (only().namespace, only().name) == ("Acme", "TINY")


def test_twice_in_one_listing_counts_once_and_the_first_holds(there: Upstream) -> None:
    assert take_in(there, [listed(downloads=5), listed(downloads=4)]) == Taken(new=1, skipped=1)
    assert only().downloads == 5


def test_upstreams_and_kinds_do_not_mix(there: Upstream) -> None:
    other = Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9")
    dataset = ListedRepo(RepoKind.DATASET, RepoId.parse("acme/tiny"))
    assert take_in(there, [listed(), dataset]) == Taken(new=2)
    assert take_in(other, [listed()]) == Taken(new=1)
    assert Entry.objects.count() == 3


def test_a_thousand_rows_cost_a_handful_of_queries(there: Upstream) -> None:
    rows = [listed(f"acme/thing-{number}", downloads=number) for number in range(1000)]
    take_in(there, rows)
    half = [listed(f"acme/thing-{number}", downloads=number + number % 2) for number in range(1000)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert take_in(there, half) == Taken(changed=500, same=500)
    assert len([query for query in queries if "SELECT" in query["sql"][:8]]) == 2
    if connection.vendor == "postgresql":
        assert len(queries) <= 7


def test_hardly_any_row_is_touched_twice_over_many_batches(there: Upstream) -> None:
    rows = (listed(f"acme/thing-{number}") for number in range(2500))
    assert take_in(there, rows) == Taken(new=2500)


def test_the_oddest_of_allowed_values_are_stored(there: Upstream) -> None:
    words = tuple(f"{'x' * 99}{number % 10}" for number in range(100))
    odd = listed("a" * 96 + "/" + "b" * 96, downloads=(1 << 63) - 1, tags=words, languages=words, trending=1e12)
    assert take_in(there, [odd]) == Taken(new=1)
    assert only().downloads == (1 << 63) - 1
