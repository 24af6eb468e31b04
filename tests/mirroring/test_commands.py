from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hub.errors import FileMissing, StoreFull
from hub.mirroring.models import Request, Transfer
from hub.mirroring.settle import fail
from hub.mirroring.steps import plan
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests.fakes import world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def test_mirror_approves_in_the_operators_name_what_no_rule_allows(upstream: Upstream) -> None:
    assert "under way" in run("mirror", world.UNLICENSED)
    request = Request.objects.get()
    assert request.state == Request.State.APPROVED
    assert request.askers.get().label.startswith("operator")


def test_mirror_takes_a_revision_patterns_and_the_upstreams_name(upstream: Upstream) -> None:
    run("mirror", f"huggingface:{world.TINY}", "--revision", "v1.0", "--include", "*.json", "--exclude", "x/*")
    request = Request.objects.get()
    assert (request.ref, request.include, request.exclude) == ("v1.0", ["*.json"], ["x/*"])


def test_mirror_says_published_when_it_is_held_already(upstream: Upstream, permissive: Rule, ask: Ask) -> None:
    advance(ask(world.TINY))
    land()
    run("mirror", world.TINY)
    plan(Request.objects.get().pk)
    assert Request.objects.get().state == Request.State.PUBLISHED
    assert not Transfer.objects.filter(state=Transfer.State.QUEUED).exists()


def test_mirror_takes_up_again_at_once_what_has_just_failed(upstream: Upstream, permissive: Rule, ask: Ask) -> None:
    request = advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    fail(transfer.pk, "me", FileMissing("it is gone upstream"))
    request.refresh_from_db()
    assert request.state == Request.State.FAILED
    run("mirror", world.TINY)
    plan(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.FETCHING


def test_requests_tells_the_trouble_of_a_file_that_is_tried_again(
    upstream: Upstream, permissive: Rule, ask: Ask
) -> None:
    advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    fail(transfer.pk, "me", StoreFull("there is no room on the disk"))
    assert f"{transfer.path}: There is no room on the disk" in run("requests")
    run("mirror", world.TINY)
    transfer.refresh_from_db()
    assert transfer.not_before is None, "an operator who asks again has made room"
    land(transfer)
    assert "no room" not in run("requests")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["acme/nothing"], "acme/nothing"),
        (["not an id"], "not a repo id"),
        (["elsewhere:acme/tiny"], "elsewhere"),
        ([world.TINY, "--revision", "no-such-branch"], "no-such-branch"),
        ([world.TINY, "--revision", "../x"], "not a revision"),
    ],
)
def test_mirror_tells_a_slip_in_one_sentence(upstream: Upstream, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("mirror", *words)


def test_requests_lists_the_queue(upstream: Upstream, ask: Ask) -> None:
    assert "No requests" in run("requests")
    request = advance(ask(world.UNLICENSED))
    listed = run("requests", "--state", "waiting")
    assert str(request.pk) in listed
    assert world.UNLICENSED in listed
    assert "no licence" in listed


def test_approve_and_refuse_take_numbers(upstream: Upstream, ask: Ask) -> None:
    request = advance(ask(world.UNLICENSED))
    assert "refused" in run("refuse", str(request.pk), "--reason", "not for us")
    assert "approved" in run("approve", str(request.pk))
    with pytest.raises(CommandError, match="no request 4711"):
        run("approve", "4711")
    with pytest.raises(CommandError, match="needs a reason"):
        run("refuse", str(request.pk))


def test_approve_takes_the_commit_that_requests_shows(upstream: Upstream, ask: Ask) -> None:
    request = advance(ask(world.UNLICENSED))
    assert f"@ {request.commit[:12]}" in run("requests")
    with pytest.raises(CommandError, match=r"is at commit .* by now, not at 0123456789ab") as told:
        run("approve", f"{request.pk}@0123456789ab")
    assert world.UNLICENSED in str(told.value), "with what is known of it now"
    assert request.commit[:12] in run("approve", f"{request.pk}@{request.commit[:12]}")
    assert Request.objects.get().state == Request.State.APPROVED
    with pytest.raises(CommandError, match="no request number"):
        run("approve", "acme/tiny")
    with pytest.raises(CommandError, match="at least 7"):
        run("approve", f"{request.pk}@01")


def test_what_was_refused_unseen_is_looked_up_before_it_is_approved(upstream: Upstream, ask: Ask) -> None:
    request = ask(world.UNLICENSED)
    run("refuse", str(request.pk), "--reason", "too early to say")
    assert "is looked up first" in run("approve", str(request.pk))
    assert Request.objects.get().state == Request.State.NEW
    run("refuse", str(request.pk), "--reason", "after all")
    assert "under way" in run("mirror", world.UNLICENSED)
    assert Request.objects.get().state == Request.State.APPROVED
