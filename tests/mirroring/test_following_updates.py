"""What an update would change, and who lets it in."""

from typing import Any

import pytest

from hub.accounts.callers import Caller
from hub.catalog.models import Ref
from hub.mirroring.decisions import approve
from hub.mirroring.diff import in_words
from hub.mirroring.follow import Follow
from hub.mirroring.following import follow
from hub.mirroring.models import Request
from hub.mirroring.risks import KINDS
from hub.mirroring.steps import plan
from hub.mirroring.updates import judge
from hub.policy.models import Action, Rule
from hub.policy.verdicts import Verdict
from tests.fakes import FakeHub, world
from tests.fakes.card import readme
from tests.mirroring.conftest import Ask, advance, land
from tests.mirroring.test_following import follow_held, refresh_now

pytestmark = pytest.mark.django_db
ADMIN = Caller(name="ada")


@pytest.fixture
def followed(ask: Ask, permissive: Rule, out_there: FakeHub) -> Follow:
    return follow_held(ask(world.TINY), out_there)


def updated() -> Request:
    """The request after the next look, with its facts and verdict."""
    refresh_now()
    return advance(Request.objects.get())


def test_the_diff_counts_files_and_the_bytes_that_have_to_be_fetched(followed: Follow, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    same_bytes = repo.head.files["model.safetensors"]
    repo.commit({"new.txt": "12345", "copy.safetensors": same_bytes, "config.json": "{}", "tokenizer/vocab.txt": None})
    change = updated().facts["change"]
    assert (change["added"], change["changed"], change["removed"]) == (2, 1, 1)
    assert change["paths"]["removed"] == ["tokenizer/vocab.txt"]
    assert (change["files_to_fetch"], change["bytes_to_fetch"]) == (2, 7), "the copy is held already"
    assert (change["licence"], change["gated"], change["rewritten"]) == (None, None, False)


def test_the_first_request_has_no_diff(ask: Ask, permissive: Rule) -> None:
    assert "change" not in advance(ask(world.TINY)).facts


def test_the_diff_is_of_the_wanted_files_only(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    follow_held(ask(world.TINY, include=("*.json",)), out_there)
    out_there.repo(world.TINY).commit({"new.txt": "12345", "new.json": "{}"})
    assert updated().facts["change"]["paths"]["added"] == ["new.json"]


def test_another_licence_needs_an_approval_even_where_a_rule_allows_it(followed: Follow, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    repo.card = repo.card | {"license": "apache-2.0"}
    repo.commit({"README.md": readme(repo.card, "# Tiny")})
    request = updated()
    assert request.facts["change"]["licence"] == ["mit", "apache-2.0"]
    assert request.state == Request.State.WAITING
    assert "the licence" in request.verdict_reason
    approve(request, ADMIN)
    plan(request.pk)
    land()
    assert Ref.objects.get().revision.commit == repo.head.oid
    assert Ref.objects.get().revision.told["licence"] == "apache-2.0"


def test_what_asks_is_chosen_by_the_operator(followed: Follow, out_there: FakeHub, settings: Any) -> None:
    settings.FOLLOW_ASK = ["gated"]
    repo = out_there.repo(world.TINY)
    repo.card = repo.card | {"license": "apache-2.0"}
    repo.commit({"run.py": "print('hello')\n"})
    assert updated().state == Request.State.FETCHING


@pytest.mark.parametrize(("path", "kind"), [("modeling.py", "code"), ("weights.pkl", "pickles")])
def test_new_files_that_can_run_code_need_an_approval(
    followed: Follow, out_there: FakeHub, path: str, kind: str
) -> None:
    out_there.repo(world.TINY).commit({path: b"import os"})
    request = updated()
    assert request.facts["change"][kind] == [path]
    assert request.state == Request.State.WAITING


def test_a_rewritten_history_is_noticed_and_asks(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).rewrite({"notes/changes.md": "Nothing ever happened.\n"})
    request = updated()
    assert request.facts["change"]["rewritten"]
    assert request.state == Request.State.WAITING
    assert "rewritten" in request.verdict_reason


def test_a_long_history_that_still_leads_to_the_held_commit_is_not_taken_for_rewritten(
    followed: Follow, out_there: FakeHub
) -> None:
    for number in range(60):
        out_there.repo(world.TINY).commit({"count.txt": str(number)})
    assert not updated().facts["change"]["rewritten"]


def test_a_repo_that_becomes_gated_stays_held_and_its_update_asks(followed: Follow, out_there: FakeHub) -> None:
    held = Ref.objects.get().revision.commit
    user = out_there.add_user("hub", access=[world.TINY])
    followed.request.upstream.token = user.token
    followed.request.upstream.save()
    out_there.repo(world.TINY).gated = "manual"
    refresh_now()
    assert Ref.objects.get().repo.gated == "manual"
    assert Request.objects.get().state == Request.State.PUBLISHED
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    request = updated()
    assert request.facts["change"]["gated"] == ["", "manual"]
    assert request.state == Request.State.WAITING
    assert Ref.objects.get().revision.commit == held


def test_a_gated_repo_whose_terms_nobody_accepted_fails_and_what_is_held_stays(
    followed: Follow, out_there: FakeHub
) -> None:
    out_there.repo(world.TINY).gated = "manual"
    out_there.repo(world.TINY).commit({"terms.txt": "These are the terms."})
    request = updated()
    assert (request.state, request.error_code) == (Request.State.FAILED, "UpstreamGated")
    assert Ref.objects.get().revision.published_at
    assert Ref.objects.get().repo.missing_upstream_since is None


def test_rules_decide_anew_about_an_update(followed: Follow, out_there: FakeHub) -> None:
    Rule.objects.update(action=Action.DENY)
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    assert updated().state == Request.State.REFUSED


@pytest.mark.parametrize(("auto", "state"), [("rules", "waiting"), ("never", "waiting"), ("approved", "fetching")])
def test_an_approval_may_count_for_later_commits_too(ask: Ask, out_there: FakeHub, auto: str, state: str) -> None:
    request = advance(ask(world.TINY))
    approve(request, ADMIN)
    plan(request.pk)
    land()
    follow(request, ADMIN, auto=auto)
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    assert updated().state == state


def a_change(**parts: Any) -> dict[str, Any]:
    nothing = {"licence": None, "gated": None, "code": [], "pickles": [], "rewritten": False, "bytes": [10, 12]}
    return nothing | parts


RISKY = [
    {"licence": ["mit", "apache-2.0"]},
    {"gated": ["", "auto"]},
    {"code": ["a.py"]},
    {"pickles": ["a.bin"]},
    {"rewritten": True},
    {"bytes": [10, 21]},
]


@pytest.mark.parametrize("parts", RISKY)
@pytest.mark.parametrize("auto", Follow.Auto.values)
def test_every_risky_change_asks_however_updates_are_let_in(parts: dict[str, Any], auto: str) -> None:
    verdict = judge(Verdict(Action.ALLOW, "fine"), a_change(**parts), auto, KINDS)
    assert verdict.action == Action.ASK


@pytest.mark.parametrize("auto", Follow.Auto.values)
def test_nothing_softens_a_rule_that_denies(auto: str) -> None:
    assert judge(Verdict(Action.DENY, "no"), a_change(), auto, KINDS).action == Action.DENY


def test_a_repo_that_opens_is_no_risk() -> None:
    opened = a_change(gated=["manual", ""])
    assert judge(Verdict(Action.ALLOW, "fine"), opened, "rules", KINDS).action == Action.ALLOW


def test_a_change_is_told_in_one_line(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).commit({"a.py": "pass\n", "notes/changes.md": None})
    words = in_words(updated().facts["change"])
    assert words == "1 added, 1 removed; 0.0 MB to fetch; new code: a.py"
