"""Old revisions of a followed ref go; nothing that somebody may still want does."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hub.accounts.models import Event
from hub.blobs.models import Blob
from hub.catalog import pulls
from hub.catalog.models import Ref, Repo, Revision
from hub.catalog.shelves import Pin, file_of, pin_of, sheet_of, shelf_of
from hub.catalog.trees import tree_of
from hub.errors import RevisionMissing
from hub.index.models import Entry
from hub.mirroring import retention
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request, Transfer
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land
from tests.mirroring.test_following import follow_held, refresh_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(ask: Ask, permissive: Rule, out_there: FakeHub, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Two revisions are kept, and a ref that has moved is at rest at once."""
    settings.KEEP_REVISIONS = 2
    monkeypatch.setattr(retention, "READING", timedelta(0))
    return follow_held(ask(world.TINY), out_there)


def update(out_there: FakeHub, number: int) -> str:
    """One more commit, mirrored; its id."""
    commit = out_there.repo(world.TINY).commit({"count.txt": str(number)}).oid
    refresh_now()
    advance(Request.objects.get(ref=""))
    land()
    refresh_now()
    return commit


def held() -> list[str]:
    return list(Revision.objects.order_by("pk").values_list("commit", flat=True))


def test_the_last_two_stay_and_older_ones_go_with_an_event(followed: Follow, out_there: FakeHub) -> None:
    first = held()[0]
    commits = [update(out_there, number) for number in range(3)]
    assert held() == commits[-2:]
    assert Event.objects.filter(verb="revision.retired", detail__commit=first).count() == 1
    assert Ref.objects.get().revision.commit == commits[-1]


def test_the_entry_tells_what_is_left(followed: Follow, out_there: FakeHub) -> None:
    update(out_there, 1)
    right = Entry.objects.get().bytes
    Entry.objects.update(bytes=1)
    Follow.objects.update(keep=1)
    assert len(retention.retire_old(Follow.objects.get(), Repo.objects.get())) == 1
    assert Entry.objects.get().bytes == right


def test_zero_keeps_all_and_a_follow_may_keep_another_number(
    followed: Follow, out_there: FakeHub, settings: Any
) -> None:
    settings.KEEP_REVISIONS = 0
    for number in range(3):
        update(out_there, number)
    assert len(held()) == 4
    Follow.objects.update(keep=1)
    refresh_now()
    assert held() == [out_there.repo(world.TINY).head.oid]


def test_a_commit_that_somebody_asked_for_is_never_retired(followed: Follow, out_there: FakeHub, ask: Ask) -> None:
    first = held()[0]
    advance(ask(world.TINY, ref=first))
    for number in range(3):
        update(out_there, number)
    assert first in held()


def test_a_revision_that_was_pinned_by_hand_stays(followed: Follow, out_there: FakeHub) -> None:
    first = held()[0]
    Revision.objects.filter(commit=first).update(pinned=True)
    for number in range(3):
        update(out_there, number)
    assert first in held()


def test_a_revision_that_another_ref_points_at_stays(followed: Follow, out_there: FakeHub, ask: Ask) -> None:
    out_there.repo(world.TINY).tag("v2.0")
    first = held()[0]
    advance(ask(world.TINY, ref="v2.0"))
    for number in range(3):
        update(out_there, number)
    assert first in held()
    assert Ref.objects.get(name="v2.0").revision.commit == first


def test_a_revision_that_was_pulled_lately_stays_until_that_is_long_ago(followed: Follow, out_there: FakeHub) -> None:
    first = held()[0]
    pulls.count(Repo.objects.get().pk, "nina", first, 1, 100)
    pulls.flush()
    for number in range(3):
        update(out_there, number)
    assert first in held()
    Revision.objects.filter(commit=first).update(pulled_at=timezone.now() - timedelta(days=31))
    refresh_now()
    assert first not in held()


def test_a_ref_that_has_just_moved_leaves_its_readers_the_old_revision(
    followed: Follow, out_there: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "READING", timedelta(hours=1))
    for number in range(3):
        update(out_there, number)
    assert len(held()) == 4


def test_bytes_stay_for_prune_and_shared_ones_stay_for_good(followed: Follow, out_there: FakeHub) -> None:
    for number in range(3):
        update(out_there, number)
    before = timezone.now() + timedelta(days=1)
    assert Blob.objects.orphaned(before).count() == 1, "count.txt of the retired commit"
    assert Blob.objects.filter(files=None).count() == 1


def test_a_plan_that_upstream_has_overtaken_is_dropped_after_a_day(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    overtaken = advance(Request.objects.get()).commit
    Request.objects.update(state=Request.State.FAILED)
    Transfer.objects.filter(path="a.txt").update(state=Transfer.State.FAILED)
    out_there.repo(world.TINY).commit({"a.txt": None})
    update(out_there, 1)
    assert overtaken in held()
    Revision.objects.filter(commit=overtaken).update(planned_at=timezone.now() - timedelta(days=2))
    refresh_now()
    assert overtaken not in held()


def test_a_revision_that_was_published_after_upstream_moved_on_counts_like_the_others(
    followed: Follow, out_there: FakeHub
) -> None:
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    overtaken = advance(Request.objects.get()).commit
    Request.objects.update(state=Request.State.FAILED)
    update(out_there, 1)
    assert overtaken in held()
    last = [update(out_there, number) for number in (2, 3)]
    assert held() == last


@pytest.mark.parametrize("read", [tree_of, sheet_of, partial(file_of, path="config.json"), partial(file_of, path="no")])
def test_a_process_that_remembers_a_retired_commit_says_so_plainly(
    read: Callable[[Pin], object], followed: Follow, out_there: FakeHub
) -> None:
    """Never a 500, and never "no such file", which clients would remember under that commit for good."""
    shelf, first = shelf_of(RepoKind.MODEL, RepoId.parse(world.TINY)), held()[0]
    pin = pin_of(shelf, first)
    assert pin_of(shelf, first) is pin, "it is remembered"
    for number in range(3):
        update(out_there, number)
    with pytest.raises(RevisionMissing, match=first):
        read(pin)
    with pytest.raises(RevisionMissing, match=first):
        pin_of(shelf_of(RepoKind.MODEL, RepoId.parse(world.TINY)), first)


def test_half_a_tree_is_not_remembered(followed: Follow, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.catalog import trees

    shelf = shelf_of(RepoKind.MODEL, RepoId.parse(world.TINY))
    pin = pin_of(shelf, "main")
    monkeypatch.setattr(trees, "is_there", lambda one: False)
    with pytest.raises(RevisionMissing):
        tree_of(pin)
    monkeypatch.undo()
    assert tree_of(pin).leaves


def test_a_wish_for_the_commit_that_comes_at_the_same_moment_wins(
    transactional_db: None, followed: Follow, out_there: FakeHub, ask: Ask
) -> None:
    """Retiring and pinning race for the row; whoever comes second sees what the first did."""
    Follow.objects.update(keep=1)
    first = held()[0]
    out_there.repo(world.TINY).commit({"count.txt": "x"})
    refresh_now()
    advance(Request.objects.get())
    land()
    wish = ask(world.TINY, ref=first)
    start = threading.Barrier(2)
    trouble: list[BaseException] = []

    def together(work: Any) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:
            trouble.append(error)
        connection.close()

    lanes = [threading.Thread(target=together, args=(work,)) for work in (refresh_now, lambda: advance(wish))]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join(60)
    Request.objects.filter(pk=wish.pk).update(lease_until=None, lease_owner="", not_before=None)
    advance(wish)
    land()
    wish.refresh_from_db()
    assert wish.state == Request.State.PUBLISHED
    assert wish.revision is not None
    assert wish.revision.files.count() == len(out_there.repo(world.TINY).find_revision(first).files)  # type: ignore[union-attr]
    assert not wish.revision.files.filter(blob=None).exists()
