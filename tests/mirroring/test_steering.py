"""Pause, resume, cancel and prioritise: what they do to rows, whoever holds them at the moment."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.errors import BadInput, Paused, RequestCancelled, WrongState
from hub.mirroring.decisions import retry
from hub.mirroring.models import Pause, Request, Transfer
from hub.mirroring.pauses import LOW, NORMAL, URGENT
from hub.mirroring.pull import pull
from hub.mirroring.standing import standing_of
from hub.mirroring.steering import cancel, pause, pause_everything, prioritise, resume, resume_everything
from hub.mirroring.steps import due_requests, look
from hub.names import RepoId, RepoKind
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, FakeRepo, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("permissive")]

SHARED, OWN_A, OWN_B = b"weights that both have", b"only in a", b"only in b"


@pytest.fixture
def twins(out_there: FakeHub, ask: Ask) -> tuple[Request, Request]:
    """Two repos that are being fetched and have one file in common."""
    card = {"license": "mit"}
    out_there.add(FakeRepo("acme/a", {"shared.txt": SHARED, "a.txt": OWN_A}, card=card))
    out_there.add(FakeRepo("acme/b", {"shared.txt": SHARED, "b.txt": OWN_B}, card=card))
    first = advance(ask("acme/a", include=("*.txt",)))
    second = advance(ask("acme/b", include=("*.txt",)))
    assert Transfer.objects.count() == 3
    return first, second


def transfer(name: str) -> Transfer:
    return Transfer.objects.get(path=name)


def fresh(request: Request) -> Request:
    return Request.objects.get(pk=request.pk)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


class TestPause:
    def test_holds_its_files_but_not_those_that_others_wait_for(
        self, twins: tuple[Request, Request], caller: Caller
    ) -> None:
        pause(twins[0], caller, "the line is needed")
        assert (transfer("a.txt").paused, transfer("shared.txt").paused, transfer("b.txt").paused) == (
            True,
            False,
            False,
        )
        pause(twins[1], caller)
        assert transfer("shared.txt").paused, "everybody who waits for it is paused"
        resume(twins[1], caller)
        assert (transfer("a.txt").paused, transfer("shared.txt").paused, transfer("b.txt").paused) == (
            True,
            False,
            False,
        )

    def test_takes_the_lease_away_and_counts_no_try(self, twins: tuple[Request, Request], caller: Caller) -> None:
        assert Transfer.objects.filter(path="a.txt").claim("a worker") == 1
        pause(twins[0], caller)
        row = transfer("a.txt")
        assert (row.lease_owner, row.lease_until, row.attempts, row.error) == ("", None, 0, "")
        assert not Transfer.objects.workable().filter(path="a.txt").exists()
        resume(twins[0], caller)
        assert Transfer.objects.workable().filter(path="a.txt").exists()

    def test_a_plan_under_way_cannot_undo_it(self, ask: Ask, caller: Caller) -> None:
        request = ask(world.TINY)
        assert Request.objects.filter(pk=request.pk).claim("a worker") == 1
        pause(request, caller)
        assert fresh(request).lease_owner == ""
        assert due_requests() == []
        look(request.pk)
        assert fresh(request).state == Request.State.NEW
        resume(request, caller)
        assert due_requests() == [(request.pk, "look")]

    def test_a_later_plan_of_another_request_sets_a_shared_file_free(
        self, out_there: FakeHub, ask: Ask, caller: Caller
    ) -> None:
        for name in ("a", "b"):
            out_there.add(FakeRepo(f"acme/{name}", {"shared.txt": SHARED}, card={"license": "mit"}))
        first = advance(ask("acme/a", include=("*.txt",)))
        pause(first, caller)
        assert transfer("shared.txt").paused
        advance(ask("acme/b", include=("*.txt",)))
        assert not transfer("shared.txt").paused

    def test_is_refused_where_nothing_is_under_way_or_it_is_paused_already(
        self, twins: tuple[Request, Request], caller: Caller
    ) -> None:
        pause(twins[0], caller)
        with pytest.raises(WrongState, match="being fetched, paused"):
            pause(twins[0], caller)
        with pytest.raises(WrongState):
            resume(twins[1], caller)
        land()
        with pytest.raises(WrongState, match="published"):
            pause(fresh(twins[1]), caller)

    def test_who_pulls_and_who_looks_is_told(self, twins: tuple[Request, Request], caller: Caller, ask: Ask) -> None:
        request = ask("acme/a")
        pause(request, caller)
        with pytest.raises(Paused, match="an operator has paused it") as caught:
            pull(RepoKind.MODEL, RepoId.parse("acme/a"), "", caller, wait=0)
        assert caught.value.retry_after
        standing = standing_of(fresh(request))
        assert (standing["paused"], standing["ended"]) == (True, False)
        assert "(paused)" in standing["state_label"]
        assert Event.objects.filter(verb="request.paused", detail__request=request.pk).exists()


class TestPauseOfEverything:
    def test_nothing_of_an_upstream_is_taken_and_what_runs_goes_back(
        self, twins: tuple[Request, Request], upstream: Upstream, caller: Caller
    ) -> None:
        Transfer.objects.filter(path="a.txt").claim("a worker")
        pause_everything(caller, upstream, "they asked us to")
        assert not Transfer.objects.workable().exists()
        assert (transfer("a.txt").lease_owner, transfer("a.txt").attempts) == ("", 0)
        assert "they asked us to" in standing_of(twins[0])["next_step"]
        with pytest.raises(WrongState):
            pause_everything(caller, upstream)
        resume_everything(caller, upstream)
        assert Transfer.objects.workable().count() == 3

    def test_another_upstream_goes_on(self, twins: tuple[Request, Request], caller: Caller) -> None:
        pause_everything(caller, Upstream.objects.create(slug="other", url="http://127.0.0.1:9"))
        assert Transfer.objects.workable().count() == 3

    def test_the_whole_hub_is_paused_once(self, twins: tuple[Request, Request], ask: Ask, caller: Caller) -> None:
        pause_everything(caller)
        ask(world.TINY)
        assert not Transfer.objects.workable().exists()
        assert due_requests() == []
        with pytest.raises(WrongState):
            pause_everything(caller)
        assert Pause.objects.count() == 1
        resume_everything(caller)
        with pytest.raises(WrongState):
            resume_everything(caller)


class TestCancel:
    def test_drops_what_nobody_else_waits_for(self, twins: tuple[Request, Request], caller: Caller) -> None:
        Transfer.objects.filter(path="a.txt").claim("a worker")
        cancel(twins[0], caller, "not needed any more")
        assert fresh(twins[0]).state == Request.State.CANCELLED
        assert [transfer(name).state for name in ("a.txt", "shared.txt", "b.txt")] == ["cancelled", "queued", "queued"]
        assert transfer("a.txt").lease_owner == ""
        land()
        assert fresh(twins[1]).state == Request.State.PUBLISHED

    def test_a_pull_is_told_and_opens_nothing_again(self, ask: Ask, caller: Caller) -> None:
        request = advance(ask(world.TINY))
        cancel(request, caller, "not needed any more")
        with pytest.raises(RequestCancelled, match="not needed any more"):
            pull(RepoKind.MODEL, RepoId.parse(world.TINY), "", caller, wait=0)
        assert fresh(request).state == Request.State.CANCELLED
        assert standing_of(fresh(request))["ended"]

    def test_retried_it_goes_on_where_it_was(self, ask: Ask, caller: Caller) -> None:
        request = advance(ask(world.TINY))
        cancel(request, caller)
        retry(fresh(request), caller)
        request = advance(request)
        assert request.state == Request.State.FETCHING
        land()
        assert fresh(request).state == Request.State.PUBLISHED

    def test_what_is_published_cannot_be_cancelled(self, ask: Ask, caller: Caller) -> None:
        request = advance(ask(world.TINY))
        land()
        with pytest.raises(WrongState):
            cancel(fresh(request), caller)


class TestPriority:
    def test_a_shared_file_has_the_highest_of_those_who_wait(
        self, twins: tuple[Request, Request], caller: Caller
    ) -> None:
        prioritise(twins[0], caller, URGENT)
        prioritise(twins[1], caller, LOW)
        assert [transfer(name).priority for name in ("a.txt", "shared.txt", "b.txt")] == [URGENT, URGENT, LOW]
        prioritise(twins[0], caller, LOW)
        assert transfer("shared.txt").priority == LOW
        prioritise(twins[1], caller, URGENT)
        cancel(twins[1], caller)
        assert transfer("shared.txt").priority == LOW

    def test_files_are_planned_with_the_priority_of_their_request(
        self, twins: tuple[Request, Request], ask: Ask, caller: Caller
    ) -> None:
        request = ask("acme/a")
        prioritise(request, caller, URGENT)
        advance(request)
        assert set(Transfer.objects.filter(repo_id="acme/a").values_list("priority", flat=True)) == {URGENT}
        assert transfer("b.txt").priority == NORMAL

    def test_urgent_requests_are_looked_up_first(self, ask: Ask, caller: Caller) -> None:
        numbers = [ask(f"acme/{name}").pk for name in ("first", "second", "third")]
        prioritise(Request.objects.get(pk=numbers[2]), caller, URGENT)
        prioritise(Request.objects.get(pk=numbers[0]), caller, LOW)
        assert [pk for pk, _ in due_requests()] == [numbers[2], numbers[1], numbers[0]]

    def test_a_flood_of_urgent_requests_leaves_a_quarter_to_the_others(self, ask: Ask, caller: Caller) -> None:
        old = [ask(f"acme/old-{number}").pk for number in range(30)]
        template = Request.objects.get(pk=old[0])
        for number in range(80):
            template.pk, template.key, template.priority = None, f"acme/urgent-{number}", URGENT
            template.save()
        due = [pk for pk, _ in due_requests()]
        assert len(due) == 100
        assert due[75:] == old[:25]

    def test_a_number_that_makes_no_sense_is_refused(self, ask: Ask, caller: Caller) -> None:
        with pytest.raises(BadInput):
            prioritise(ask(world.TINY), caller, 1000)


class TestCommands:
    def test_pause_and_resume_take_numbers_an_upstream_or_all(self, twins: tuple[Request, Request]) -> None:
        number = str(twins[0].pk)
        assert "is paused" in run("pause", number, "--reason", "later")
        assert "(paused)" in run("requests")
        run("resume", number)
        assert not fresh(twins[0]).paused
        run("pause", "--upstream", "huggingface")
        assert "huggingface" in run("requests")
        run("resume", "--upstream", "huggingface")
        run("pause", "--all", "--reason", "maintenance")
        assert "the whole hub" in run("requests")
        run("resume", "--all")
        assert not Pause.objects.exists()

    def test_cancel_and_prioritise(self, twins: tuple[Request, Request]) -> None:
        run("prioritise", str(twins[0].pk), "urgent")
        assert fresh(twins[0]).priority == URGENT
        assert "priority 10" in run("requests")
        run("cancel", str(twins[0].pk))
        assert fresh(twins[0]).state == Request.State.CANCELLED

    @pytest.mark.parametrize(
        "words",
        [
            ["pause"],
            ["pause", "1", "--all"],
            ["pause", "999"],
            ["resume", "--upstream", "x"],
            ["prioritise", "1", "soon"],
        ],
    )
    def test_a_slip_is_told(self, words: list[str]) -> None:
        with pytest.raises(CommandError):
            run(*words)
