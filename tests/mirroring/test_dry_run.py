"""What a wish would become, told without writing a row."""

from typing import Any

import pytest

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.catalog.models import Repo
from hub.errors import BadName, RepoMissing, UpstreamGated
from hub.mirroring import decisions
from hub.mirroring.dry_run import DryRun, Outcome, dry_run
from hub.mirroring.models import Asker, Request, Transfer
from hub.mirroring.wishes import Wish
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db


def tried(upstream: Upstream, repo_id: str, ref: str = "", **patterns: Any) -> DryRun:
    return dry_run(Wish(upstream, RepoKind.MODEL, RepoId.parse(repo_id), ref, **patterns))


def rows() -> list[int]:
    return [model.objects.count() for model in (Request, Asker, Event, Repo, Transfer)]


def test_it_tells_the_verdict_the_facts_and_the_cost_and_writes_nothing(
    upstream: Upstream, permissive: Rule, out_there: FakeHub
) -> None:
    before = rows()
    told = tried(upstream, world.TINY)
    head = out_there.repo(world.TINY).head
    size = sum(file.size for file in head.files.values())
    assert (told.outcome, told.licence, told.commit) == (Outcome.FETCHED, "mit", head.oid)
    assert (told.verdict and told.verdict.rule, told.files, told.bytes) == ("permissive", len(head.files), size)
    assert (told.shares.held, told.shares.coming) == (0, 0)
    assert 0 < told.shares.to_fetch <= size
    assert [one.rule.name for one in told.tried if one.decides] == ["permissive"]
    assert rows() == before


def test_patterns_make_it_cheaper(upstream: Upstream, permissive: Rule) -> None:
    told = tried(upstream, world.TINY, include=("*.safetensors",))
    assert (told.files, told.bytes) == (1, told.shares.to_fetch)


def test_what_nothing_lets_in_would_be_put_before_an_admin(upstream: Upstream, permissive: Rule) -> None:
    told = tried(upstream, world.UNLICENSED)
    assert (told.outcome, told.licence, told.reason) == (Outcome.ASKS, "", "no rule allows it by itself")


def test_what_a_rule_denies_would_be_refused(upstream: Upstream, permissive: Rule) -> None:
    Rule.objects.create(name="no", position=1, action=Action.DENY, id_pattern="acme/*", reason="not from them")
    told = tried(upstream, world.TINY)
    assert (told.outcome, told.reason) == (Outcome.REFUSED, "not from them")


def test_what_is_held_costs_nothing(upstream: Upstream, permissive: Rule, ask: Ask) -> None:
    advance(ask(world.TINY))
    land()
    told = tried(upstream, world.TINY)
    assert (told.outcome, told.shares.to_fetch, told.shares.coming) == (Outcome.HELD, 0, 0)
    assert told.shares.held > 0
    assert told.request is not None


def test_a_part_that_is_held_is_no_whole(upstream: Upstream, permissive: Rule, ask: Ask) -> None:
    advance(ask(world.TINY, include=("*.safetensors",)))
    land()
    told = tried(upstream, world.TINY)
    assert told.outcome == Outcome.FETCHED
    assert told.shares.held > told.shares.to_fetch > 0
    assert tried(upstream, world.TINY, include=("*.safetensors",)).outcome == Outcome.HELD


def test_what_is_under_way_is_joined_and_its_bytes_are_on_their_way(
    upstream: Upstream, permissive: Rule, ask: Ask
) -> None:
    request = advance(ask(world.TINY))
    told = tried(upstream, world.TINY)
    assert (told.outcome, told.request, told.shares.to_fetch) == (Outcome.JOINS, request, 0)
    assert told.shares.coming > 0


def test_a_refusal_by_a_person_stands(upstream: Upstream, permissive: Rule, ask: Ask, caller: Caller) -> None:
    request = ask(world.TINY)
    decisions.refuse(request, caller, "we have a better one")
    told = tried(upstream, world.TINY)
    assert (told.outcome, told.reason) == (Outcome.REFUSED, "we have a better one")


def test_a_gated_repo_tells_what_it_tells(upstream: Upstream, permissive: Rule) -> None:
    told = tried(upstream, world.GATED)
    assert told.outcome == Outcome.UNKNOWN
    assert isinstance(told.error, UpstreamGated)
    assert told.gated


def test_a_repo_that_does_not_exist_is_told_as_such(upstream: Upstream) -> None:
    told = tried(upstream, "acme/nothing-here")
    assert isinstance(told.error, RepoMissing)
    assert (told.outcome, told.verdict) == (Outcome.UNKNOWN, None)


def test_it_says_where_there_is_no_room(upstream: Upstream, permissive: Rule, settings: Any) -> None:
    settings.QUOTA = 10
    told = tried(upstream, world.TINY)
    assert (told.fits, told.room) == (False, 10)


def test_a_revision_that_git_would_refuse_is_refused(upstream: Upstream) -> None:
    with pytest.raises(BadName):
        tried(upstream, world.TINY, "a..b")
