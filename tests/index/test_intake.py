"""A long listing in batches: all of it arrives, in order for whoever listens, and a batch that fails costs no other."""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import OperationalError, connection

from hub.index import intake
from hub.index.entries import Taken, take_in
from hub.index.intake import Intake
from hub.index.models import Entry
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListedRepo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def there() -> Upstream:
    return Upstream.objects.create(slug="there", kind="huggingface", url="http://127.0.0.1:9")


def batches(count: int) -> list[list[ListedRepo]]:
    """The first has one repo, the second two, and so on."""
    return [
        [ListedRepo(RepoKind.MODEL, RepoId.parse(f"acme/m{number}-{each}")) for each in range(number + 1)]
        for number in range(count)
    ]


def give_all(there: Upstream, count: int, told: Callable[[Taken], object] = lambda taken: None) -> None:
    with Intake(there, told) as listing:
        for batch in batches(count):
            listing.give(batch)


def test_every_batch_is_taken_in_and_told_in_order(there: Upstream) -> None:
    told: list[int] = []
    give_all(there, 6, lambda taken: told.append(taken.new))
    assert told == [1, 2, 3, 4, 5, 6]
    assert Entry.objects.count() == 21


def test_what_a_batch_fails_with_is_raised_and_the_others_stay(
    there: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_is_a_bad_number(upstream: Upstream, batch: Sequence[ListedRepo]) -> Taken:
        if len(batch) == 2:
            raise OperationalError("the disk is full")
        return take_in(upstream, batch)

    monkeypatch.setattr(intake, "take_in", two_is_a_bad_number)
    with pytest.raises(OperationalError, match="disk is full"):
        give_all(there, 6)
    assert Entry.objects.filter(name__startswith="m0").count() == 1
    assert not Entry.objects.filter(name__startswith="m1").exists()


@pytest.mark.postgres
def test_two_batches_are_under_way_at_once(there: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    both = threading.Barrier(2, timeout=30)

    def with_another(upstream: Upstream, batch: Sequence[ListedRepo]) -> Taken:
        both.wait()
        return take_in(upstream, batch)

    monkeypatch.setattr(intake, "take_in", with_another)
    give_all(there, 4)
    assert Entry.objects.count() == 10
