import pytest

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.catalog.models import Ref
from hub.errors import BadInput, BadName, WrongState
from hub.mirroring import steps
from hub.mirroring.decisions import approve, refuse, retry
from hub.mirroring.models import Asker, Request, Transfer
from hub.mirroring.steps import look, plan
from hub.mirroring.survey import Survey, survey
from hub.policy.models import Action, Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db
ADMIN = Caller(name="ada")


def test_what_no_rule_allows_waits_with_its_facts(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    assert request.state == Request.State.WAITING
    assert request.facts["files"] == 2
    assert request.facts["formats"][".bin"] == [1, 2048]
    assert request.facts["has_pickles"] == ["weights.bin"]
    assert not Transfer.objects.exists()


def test_an_approval_lets_it_in(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    approve(request, ADMIN, "we asked the author")
    plan(request.pk)
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    assert request.decision_reason == "we asked the author"
    assert Event.objects.get(verb="request.approved").actor_name == "ada"


def test_a_refusal_stays_when_somebody_asks_again(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    refuse(request, ADMIN, "no licence, no entry")
    again = ask(world.UNLICENSED, by=Caller(name="bob"))
    assert again.pk == request.pk
    assert again.state == Request.State.REFUSED
    assert Asker.objects.filter(request=request).count() == 2


def test_a_refusal_without_a_reason_is_not_taken(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    with pytest.raises(BadInput):
        refuse(request, ADMIN, "  ")


def test_a_refused_request_may_be_approved_after_all(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    refuse(request, ADMIN, "not now")
    approve(request, ADMIN, "now")
    assert request.state == Request.State.APPROVED


def test_a_request_that_was_refused_before_anything_was_known_can_still_be_let_in(
    ask: Ask, permissive: Rule, out_there: FakeHub
) -> None:
    request = ask(world.TINY)
    refuse(request, ADMIN, "too early to say")
    assert not approve(request, ADMIN, "on second thought"), "there is no commit yet that could be approved"
    assert request.state == Request.State.NEW
    advance(request)
    land()
    request.refresh_from_db()
    assert (request.state, request.commit) == (Request.State.PUBLISHED, out_there.repo(world.TINY).head.oid)
    assert Ref.objects.get().name == "main"


def test_a_decision_during_the_look_wins_and_the_look_ends_quietly(
    ask: Ask, permissive: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(world.TINY)

    def refused_meanwhile(asked: Request, commit: str = "") -> Survey:
        refuse(Request.objects.get(pk=request.pk), ADMIN, "not this one")
        return survey(asked, commit)

    monkeypatch.setattr(steps, "survey", refused_meanwhile)
    look(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.REFUSED


def test_two_admins_cannot_both_decide(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.UNLICENSED))
    stale = Request.objects.get(pk=request.pk)
    approve(request, ADMIN)
    plan(request.pk)
    with pytest.raises(WrongState, match="being fetched"):
        refuse(stale, ADMIN, "too late")


def test_a_denying_rule_refuses_with_its_reason(ask: Ask, permissive: Rule) -> None:
    Rule.objects.create(position=1, name="no pickles", action=Action.DENY, suffixes=[".bin"], reason="pickles run code")
    request = advance(ask(world.UNLICENSED))
    assert request.state == Request.State.REFUSED
    assert request.verdict_reason == "pickles run code"


def test_a_missing_repo_fails_at_once_and_is_asked_for_again_only_after_a_pause(
    ask: Ask, permissive: Rule, out_there: FakeHub
) -> None:
    request = advance(ask("acme/does-not-exist"))
    assert (request.state, request.error_code) == (Request.State.FAILED, "RepoMissing")
    assert ask("acme/does-not-exist").state == Request.State.FAILED
    Request.objects.update(not_before=None)
    assert ask("acme/does-not-exist").state == Request.State.NEW


def test_a_gated_repo_says_what_an_operator_must_do(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.GATED))
    assert (request.state, request.error_code) == (Request.State.FAILED, "UpstreamGated")
    assert "token" in request.error.lower()


def test_an_unreachable_upstream_is_tried_again_later(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    request = ask(world.TINY)
    out_there.unplug()
    look(request.pk)
    request.refresh_from_db()
    assert (request.state, request.error_code) == (Request.State.NEW, "UpstreamUnreachable")
    assert request.not_before is not None
    out_there.replug()
    Request.objects.update(not_before=None)
    assert advance(request).state == Request.State.FETCHING


def test_a_retry_takes_a_failed_fetch_up_where_it_stopped(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    *most, last = Transfer.objects.all()
    land(*most)
    Transfer.objects.filter(pk=last.pk).update(state=Transfer.State.FAILED)
    Request.objects.filter(pk=request.pk).update(state=Request.State.FAILED, error="it broke")
    request.refresh_from_db()
    retry(request, ADMIN)
    plan(request.pk)
    assert list(Transfer.objects.filter(state=Transfer.State.QUEUED)) == [last]
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_a_revision_that_git_would_refuse_is_no_wish(ask: Ask) -> None:
    with pytest.raises(BadName):
        ask(world.TINY, ref="../../etc")


def test_a_second_claim_of_the_same_step_wins_nothing(ask: Ask, permissive: Rule) -> None:
    request = ask(world.TINY)
    assert Request.objects.filter(pk=request.pk).claim("first") == 1
    assert Request.objects.filter(pk=request.pk).claim("second") == 0
    look(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.NEW
