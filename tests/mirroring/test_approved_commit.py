"""An approval is of one commit: the one that was shown to whoever approved."""

import dataclasses
from typing import Any

import pytest

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.catalog.models import RepoFile, Revision
from hub.errors import Moved, RevisionMissing, WrongState
from hub.mirroring import survey as surveys
from hub.mirroring.decisions import approve, refuse, retry
from hub.mirroring.follow import Follow
from hub.mirroring.following import refresh
from hub.mirroring.models import Request
from hub.mirroring.steps import look, plan
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from hub.upstreams.protocol import RepoInfo
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db
ADMIN = Caller(name="ada")
OTHER = "d" * 40


def moved(request: Request) -> Request:
    """The request at another commit, as it is while an admin still looks at the first one's facts."""
    Request.objects.filter(pk=request.pk).update(commit=OTHER)
    return request


def test_an_approval_of_what_has_moved_meanwhile_is_not_taken(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    shown = request.commit
    with pytest.raises(Moved, match=f"{OTHER[:12]}.*{shown[:12]}") as told:
        approve(moved(request), ADMIN, seen=shown)
    assert "what is new" in told.value.words
    assert (request.state, request.commit) == (Request.State.WAITING, OTHER), "the row that was handed in is fresh"
    assert not Event.objects.filter(verb="request.approved").exists()
    assert approve(request, ADMIN, seen=OTHER)


def test_without_a_word_the_row_itself_is_what_was_seen(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    with pytest.raises(Moved):
        approve(moved(request), ADMIN)


def test_a_refusal_too_is_of_what_was_shown(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    with pytest.raises(Moved):
        refuse(moved(request), ADMIN, "no licence")
    refuse(request, ADMIN, "no licence")
    assert request.state == Request.State.REFUSED


def test_a_state_that_does_not_fit_is_told_before_the_commit(ask: Ask, permissive: Rule) -> None:
    request = moved(advance(ask(world.UNLICENSED)))
    Request.objects.update(state=Request.State.PUBLISHED)
    with pytest.raises(WrongState, match="is published"):
        approve(request, ADMIN)


def test_an_upstream_that_moves_after_the_approval_brings_in_nothing_unseen(
    ask: Ask, permissive: Rule, out_there: FakeHub
) -> None:
    request = advance(ask(world.UNLICENSED))
    shown = request.commit
    approve(request, ADMIN, seen=shown)
    out_there.repo(world.UNLICENSED).commit({"unseen.bin": b"nobody has looked at this"})
    plan(request.pk)
    land()
    request.refresh_from_db()
    assert (request.state, request.commit) == (Request.State.PUBLISHED, shown)
    assert Revision.objects.get().commit == shown
    assert not RepoFile.objects.filter(path="unseen.bin").exists()


def test_an_upstream_that_answers_with_another_commit_than_the_approved_one_is_not_believed(
    ask: Ask, permissive: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its reason is: an API that ignores the revision must not get another tree past the admin."""
    request = advance(ask(world.UNLICENSED))
    approve(request, ADMIN)
    real = surveys.client_for(request.upstream)

    class Careless:
        def info(self, kind: RepoKind, repo_id: RepoId, revision: str) -> RepoInfo:
            return dataclasses.replace(real.info(kind, repo_id, "main"), commit=OTHER)

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    monkeypatch.setattr(surveys, "client_for", lambda upstream: Careless())
    plan(request.pk)
    request.refresh_from_db()
    assert (request.state, request.error_code) == (Request.State.APPROVED, "UpstreamBroken")
    assert OTHER[:12] in request.error
    assert not Revision.objects.exists()


def test_a_commit_that_upstream_threw_away_fails_and_is_asked_about_anew(
    ask: Ask, permissive: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = advance(ask(world.UNLICENSED))
    Request.objects.update(commit=OTHER)
    request.refresh_from_db()
    approve(request, ADMIN)
    plan(request.pk)
    request.refresh_from_db()
    assert (request.state, request.error_code) == (Request.State.FAILED, RevisionMissing.code)
    Request.objects.update(not_before=None)
    again = ask(world.UNLICENSED)
    look(again.pk)
    again.refresh_from_db()
    assert again.state == Request.State.WAITING


def test_a_retry_does_not_let_in_what_was_refused(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    """It is followed, upstream moves on, and the look at what is new fails: the decision of old is of no use."""
    request = advance(ask(world.UNLICENSED))
    refuse(request, ADMIN, "no licence, no entry")
    row = Follow.objects.create(request=request, every=3600)
    out_there.repo(world.UNLICENSED).commit({"README.md": b"still no licence"})
    assert refresh(row.pk) is None
    Request.objects.filter(state=Request.State.NEW).update(state=Request.State.FAILED, error="it broke")
    request.refresh_from_db()
    retry(request, ADMIN)
    assert request.state == Request.State.NEW
