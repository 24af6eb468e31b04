"""Revisions that go, by hand or to make room, and how they come back."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.blobs.models import Blob
from hub.catalog.lookup import find_repo, find_revision
from hub.catalog.models import Ref, Repo, Revision
from hub.errors import ApprovalNeeded, BadInput, RepoMissing, RequestRefused, WrongState
from hub.mirroring.decisions import approve
from hub.mirroring.eviction import bytes_only_in, bytes_short, evict, evictable, manifest_of, pin, retire
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request
from hub.mirroring.pruning import prune_blobs
from hub.mirroring.pull import pull
from hub.mirroring.steps import look, plan
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from tests.catalog.published import publish
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db
TINY = RepoId.parse(world.TINY)


@pytest.fixture
def held(permissive: Rule, ask: Ask) -> Revision:
    advance(ask(world.TINY))
    land()
    return Revision.objects.get(published_at__isnull=False)


def old(*revisions: Revision, days: int = 60) -> None:
    then = timezone.now() - timedelta(days=days)
    Revision.objects.filter(pk__in=[revision.pk for revision in revisions]).update(published_at=then, pulled_at=then)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def test_a_retired_revision_is_gone_for_readers_and_kept_as_a_record(held: Revision, caller: Caller) -> None:
    manifest, files = manifest_of(held), held.files.count()
    total = sum(Blob.objects.values_list("size", flat=True))
    assert retire(held, caller, "not needed") == total
    with pytest.raises(RepoMissing):
        find_repo(RepoKind.MODEL, TINY)
    held.refresh_from_db()
    assert (held.published_at, held.refs.count(), held.files.count()) == (None, 0, files)
    assert held.retired_at is not None
    assert not held.files.exclude(blob=None).exists()
    event = Event.objects.get(verb="revision.evicted")
    assert event.subject.endswith(f"@{held.commit}")
    assert event.detail["manifest"] == manifest
    assert (event.detail["reason"], event.detail["freed"]) == ("not needed", total)
    assert event.detail["requests"] == [Request.objects.get().pk]
    Blob.objects.update(created_at=timezone.now() - timedelta(days=3))
    prune_blobs()
    assert not Blob.objects.exists()


def test_a_removal_needs_a_reason_and_a_revision_that_rests(held: Revision, caller: Caller) -> None:
    with pytest.raises(BadInput):
        retire(held, caller, "  ")
    Request.objects.update(state=Request.State.FETCHING)
    with pytest.raises(WrongState, match="being fetched"):
        retire(held, caller, "why")
    Request.objects.update(state=Request.State.PUBLISHED)
    follow = Follow.objects.create(request=Request.objects.get(), every=60)
    with pytest.raises(WrongState, match="followed"):
        retire(held, caller, "why")
    follow.delete()
    retire(held, caller, "why")
    with pytest.raises(WrongState, match="not published"):
        retire(held, caller, "why")


def test_a_pull_of_an_evicted_repo_brings_it_in_again(held: Revision, caller: Caller) -> None:
    retire(held, caller, "room")
    Blob.objects.all().delete()
    request = Request.objects.get()
    with pytest.raises(Exception, match="looked up"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)
    advance(request)
    land()
    again = find_revision(find_repo(RepoKind.MODEL, TINY), "main")
    assert (again.pk, again.retired_at) == (held.pk, None)
    assert pull(RepoKind.MODEL, TINY, "", caller, wait=0) == held


def approved_by_hand(ask: Ask, caller: Caller) -> Revision:
    request = ask(world.TINY)
    look(request.pk)
    request.refresh_from_db()
    approve(request, caller, "checked")
    plan(request.pk)
    land()
    return Revision.objects.get(published_at__isnull=False)


def test_what_a_person_approved_at_that_commit_needs_no_second_approval(ask: Ask, caller: Caller) -> None:
    retire(approved_by_hand(ask, caller), caller, "room")
    with pytest.raises(Exception, match="looked up"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)
    request = Request.objects.get()
    look(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.APPROVED
    assert "this commit was approved by" in request.verdict_reason
    retire_again = advance(request)
    land()
    retire(Revision.objects.get(), caller, "room, a second time")
    with pytest.raises(Exception, match="looked up"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)
    look(retire_again.pk)
    request.refresh_from_db()
    assert request.state == Request.State.APPROVED


def test_an_approval_does_not_cover_a_commit_that_nobody_saw(ask: Ask, caller: Caller, out_there: FakeHub) -> None:
    retire(approved_by_hand(ask, caller), caller, "room")
    Event.objects.filter(verb="request.approved").update(
        detail={"request": Request.objects.get().pk, "commit": "f" * 40}
    )
    with pytest.raises(Exception, match="looked up"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)
    look(Request.objects.get().pk)
    with pytest.raises(ApprovalNeeded):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)


def test_a_rule_that_denies_it_by_now_is_obeyed(ask: Ask, caller: Caller) -> None:
    retire(approved_by_hand(ask, caller), caller, "room")
    Rule.objects.create(name="no", action="deny", reason="no longer", position=1)
    with pytest.raises(Exception, match="looked up"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)
    look(Request.objects.get().pk)
    with pytest.raises(RequestRefused, match="no longer"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)


def test_what_is_kept_out_does_not_come_back_by_a_pull(held: Revision, caller: Caller) -> None:
    retire(held, caller, "the licence is wrong", keep_out=True)
    with pytest.raises(RequestRefused, match="licence is wrong"):
        pull(RepoKind.MODEL, TINY, "", caller, wait=0)


@pytest.fixture
def three(permissive: Rule, ask: Ask, settings: Any) -> list[Revision]:
    """Three repos, not pulled for 60, 50 and 40 days, and the quota just full."""
    Rule.objects.create(name="all", action="allow")
    for name, kind in (wished := ((world.TINY, "model"), (world.AWKWARD, "model"), (world.DATASET, "dataset"))):
        advance(ask(name, kind=kind))
        land()
    rows = [Revision.objects.get(repo__key=RepoId.parse(name).key) for name, _ in wished]
    for row, days in zip(rows, (60, 50, 40), strict=True):
        old(row, days=days)
    settings.QUOTA = sum(Blob.objects.values_list("size", flat=True))
    settings.LOW_SPACE = 0
    return rows


def published(rows: list[Revision]) -> list[bool]:
    return [Revision.objects.filter(pk=row.pk, published_at__isnull=False).exists() for row in rows]


def test_nothing_goes_while_there_is_room(three: list[Revision]) -> None:
    assert evict() == []
    assert published(three) == [True, True, True]


def test_what_was_not_pulled_for_longest_goes_first_and_no_more_than_needed(
    three: list[Revision], settings: Any
) -> None:
    settings.QUOTA -= 1
    dry = evict(dry_run=True)
    assert [one.revision for one in dry] == [three[0]]
    assert published(three) == [True, True, True]
    assert [one.revision.pk for one in evict()] == [three[0].pk]
    assert published(three) == [False, True, True]
    event = Event.objects.get(verb="revision.evicted")
    assert event.actor_name == "system"
    assert "too little" in event.detail["reason"]
    assert evict() == [], "its bytes are about to be freed, which is enough"


def test_a_pull_keeps_what_it_pulls(three: list[Revision], settings: Any) -> None:
    settings.QUOTA -= 1
    Revision.objects.filter(pk=three[0].pk).update(pulled_at=timezone.now())
    assert [one.revision for one in evict(dry_run=True)] == [three[1]]


def test_pins_follows_and_what_is_being_fetched_stay(three: list[Revision], settings: Any, caller: Caller) -> None:
    settings.QUOTA = 1
    pin(three[0].repo, caller, True, "the demo needs it")
    request = Request.objects.get(revision=three[1])
    Request.objects.filter(pk=request.pk).update(state=Request.State.FETCHING)
    assert [one.revision for one in evict(dry_run=True)] == [three[2]]
    Follow.objects.create(request=Request.objects.get(revision=three[2]), every=60)
    assert evict(dry_run=True) == []
    assert Event.objects.filter(verb="pinned").count() == 1
    pin(three[0].repo, caller, False)
    pin(three[0], caller, True)
    assert evict(dry_run=True) == []


def test_what_is_young_stays(three: list[Revision], settings: Any) -> None:
    settings.QUOTA = 1
    settings.EVICT_DAYS = 45
    assert list(evictable()) == three[:2]


def test_a_request_that_waits_for_room_gets_it(three: list[Revision], settings: Any, ask: Ask) -> None:
    request = advance(ask(world.UNLICENSED))
    assert (request.state, request.error_code) == (Request.State.APPROVED, "StoreFull")
    settings.QUOTA += request.facts["bytes_to_fetch"] - 1
    assert bytes_short() == 1
    assert [one.revision.pk for one in evict()] == [three[0].pk]
    Blob.objects.update(created_at=timezone.now() - timedelta(days=3))
    evict()
    request.refresh_from_db()
    assert request.not_before is None
    plan(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.FETCHING


def test_what_can_never_fit_evicts_nothing(three: list[Revision], settings: Any, ask: Ask) -> None:
    request = advance(ask(world.UNLICENSED))
    Request.objects.filter(pk=request.pk).update(facts={"bytes_to_fetch": settings.QUOTA * 2})
    assert bytes_short() == 0


def test_shared_bytes_free_nothing_until_the_last_of_them_goes(permissive: Rule, ask: Ask, caller: Caller) -> None:
    publish(world.tiny())
    main, tag = (Ref.objects.get(name=name).revision for name in ("main", "v1.0"))
    if main != tag:
        both = bytes_only_in(main.pk, [tag.pk]) + bytes_only_in(tag.pk)
        assert bytes_only_in(main.pk) + bytes_only_in(tag.pk) < both
    assert Repo.objects.get().held


def test_the_commands_say_what_they_do(held: Revision) -> None:
    assert "Would remove" in run("evict", world.TINY, "--dry-run")
    assert "is pinned" in run("pin", world.TINY)
    assert "no longer pinned" in run("unpin", world.TINY)
    assert "is pinned" in run("pin", world.TINY, "--revision", "main", "--reason", "the demo")
    with pytest.raises(CommandError, match="needs a reason"):
        run("evict", world.TINY)
    assert "freed by the next prune" in run("evict", world.TINY, "--reason", "old")
    with pytest.raises(CommandError, match="does not hold"):
        run("evict", world.TINY, "--reason", "old")
    assert "room enough" in run("evict")
