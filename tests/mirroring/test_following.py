"""A ref is looked at when it is due, and what is new there goes the whole way again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.catalog.models import Ref, Revision
from hub.errors import BadInput
from hub.mirroring import following
from hub.mirroring.decisions import approve, refuse
from hub.mirroring.follow import Follow
from hub.mirroring.following import due_follows, follow, look_now, refresh_due, unfollow
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import Pause
from hub.mirroring.steering import cancel
from hub.mirroring.steps import look, plan
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db
ADMIN = Caller(name="ada")


@pytest.fixture
def followed(ask: Ask, permissive: Rule, out_there: FakeHub) -> Follow:
    """acme/tiny, held and followed; what upstream was asked for it is forgotten."""
    return follow_held(ask(world.TINY), out_there)


def follow_held(request: Request, out_there: FakeHub) -> Follow:
    advance(request)
    land()
    row = follow(request, ADMIN, every=3600)
    refresh_now()
    out_there.requests.clear()
    return row


def refresh_now() -> int:
    """As if every follow's time had come."""
    Follow.objects.update(not_before=None)
    return refresh_due()


def test_an_unchanged_commit_costs_one_question_and_changes_nothing(followed: Follow, out_there: FakeHub) -> None:
    before = Request.objects.values().get()
    assert refresh_now() == 1
    assert [entry.path for entry in out_there.requests] == [f"/api/models/{world.TINY}"]
    assert Request.objects.values().get() == before
    followed.refresh_from_db()
    assert followed.head == out_there.repo(world.TINY).head.oid


def test_a_new_commit_is_planned_fetched_and_published_with_only_what_changed(
    followed: Follow, out_there: FakeHub
) -> None:
    old = Ref.objects.get().revision
    out_there.repo(world.TINY).commit({"notes/changes.md": "More notes.\n"})
    refresh_now()
    request = advance(Request.objects.get())
    assert request.state == Request.State.FETCHING
    assert [transfer.path for transfer in Transfer.objects.filter(state="queued")] == ["notes/changes.md"]
    assert Ref.objects.get().revision == old, "readers get the old revision until the new one is whole"
    land()
    assert Ref.objects.get().revision.commit == out_there.repo(world.TINY).head.oid
    assert Revision.objects.get(pk=old.pk).published_at


def test_a_follow_is_due_only_after_its_interval_give_or_take_a_tenth(followed: Follow) -> None:
    assert not due_follows().exists()
    followed.refresh_from_db()
    assert followed.not_before is not None
    seconds = (followed.not_before - timezone.now()).total_seconds()
    assert 0.8 * 3600 < seconds < 1.11 * 3600
    assert due_follows().none() is not None
    assert Follow.objects.due(timezone.now() + timedelta(hours=2)).exists()


def test_follows_that_begin_together_do_not_ask_together(ask: Ask, permissive: Rule) -> None:
    rows = [follow(ask(f"acme/repo-{number}"), ADMIN, every=36_000) for number in range(50)]
    times = sorted(row.not_before for row in rows if row.not_before)
    assert times[-1] - times[0] > timedelta(hours=2)


def test_of_many_workers_one_looks(transactional_db: None, followed: Follow, out_there: FakeHub) -> None:
    Follow.objects.update(not_before=None)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        refresh_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert len(out_there.requests) == 1


def test_a_paused_follow_and_a_disabled_upstream_are_left_alone(
    followed: Follow, upstream: Upstream, out_there: FakeHub
) -> None:
    follow(followed.request, ADMIN, active=False)
    assert refresh_now() == 0
    follow(followed.request, ADMIN)
    Upstream.objects.update(enabled=False)
    assert refresh_now() == 0
    Upstream.objects.update(enabled=True)
    Pause.objects.create(upstream=upstream, by="ada")
    assert refresh_now() == 0
    assert not len(out_there.requests)


def test_a_look_that_was_asked_for_is_due_at_once(followed: Follow) -> None:
    look_now(followed, ADMIN)
    assert refresh_due() == 1
    assert Event.objects.filter(verb="follow.hurried", actor_name="ada").exists()


def test_an_interval_under_a_minute_and_an_unknown_way_in_are_refused(ask: Ask) -> None:
    request = ask(world.TINY)
    with pytest.raises(BadInput, match="too short"):
        follow(request, ADMIN, every=5)
    with pytest.raises(BadInput, match="no way"):
        follow(request, ADMIN, auto="always")


def test_unfollowing_keeps_what_is_held(followed: Follow) -> None:
    unfollow(followed.request, ADMIN)
    assert not Follow.objects.exists()
    assert Ref.objects.get().revision.published_at
    with pytest.raises(BadInput, match="not followed"):
        unfollow(followed.request, ADMIN)


def test_a_request_that_is_being_worked_on_is_not_disturbed(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    advance(Request.objects.get())
    out_there.repo(world.TINY).commit({"b.txt": "b"})
    assert refresh_now() == 0
    land()
    refresh_now()
    advance(Request.objects.get())
    land()
    assert Ref.objects.get().revision.commit == out_there.repo(world.TINY).head.oid


def test_network_trouble_and_a_spent_budget_postpone_the_look(followed: Follow, out_there: FakeHub) -> None:
    out_there.faults.add("status", status=429, retry_after=300, times=None)
    refresh_now()
    followed.refresh_from_db()
    assert followed.error_code == "UpstreamRateLimited"
    assert followed.not_before is not None
    assert followed.not_before > timezone.now() + timedelta(seconds=280)
    assert followed.absences == 0


def test_an_upstream_that_wants_a_pause_gets_it_from_all_its_follows(
    followed: Follow, ask: Ask, out_there: FakeHub
) -> None:
    advance(ask(world.RENAMED))
    land()
    follow(Request.objects.get(key=world.RENAMED), ADMIN, every=3600)
    out_there.requests.clear()
    out_there.faults.add("status", status=429, retry_after=300, times=None)
    assert refresh_now() == 1
    assert len(out_there.requests) == 1


def test_upstream_that_moves_in_the_middle_of_a_plan_does_not_move_the_plan(
    followed: Follow, out_there: FakeHub
) -> None:
    asked = out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    look(followed.request_id)
    out_there.repo(world.TINY).commit({"b.txt": "b"})
    plan(followed.request_id)
    land()
    assert Ref.objects.get().revision.commit == asked.oid


def test_files_that_vanish_at_a_planned_commit_are_told_by_the_request(followed: Follow, out_there: FakeHub) -> None:
    from hub.errors import FileMissing
    from hub.mirroring.settle import fail

    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    advance(Request.objects.get())
    transfer = Transfer.objects.get(state="queued")
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    fail(transfer.pk, "me", FileMissing("there is no 'a.txt' at that commit"))
    request = Request.objects.get()
    assert request.state == Request.State.FAILED
    assert "a.txt" in request.error
    assert Ref.objects.get().revision.published_at


def test_an_update_that_failed_for_good_is_not_asked_for_at_every_look(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    Request.objects.update(state=Request.State.FAILED)
    refresh_now()
    assert Request.objects.get().state == Request.State.FAILED
    out_there.repo(world.TINY).commit({"b.txt": "b"})
    refresh_now()
    assert Request.objects.get().state == Request.State.NEW


def test_a_refused_update_stays_refused_until_upstream_moves_on(followed: Follow, out_there: FakeHub) -> None:
    Rule.objects.update(action=Action.ASK)
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    request = advance(Request.objects.get())
    refuse(request, ADMIN, "not this one")
    refresh_now()
    assert Request.objects.get().state == Request.State.REFUSED
    out_there.repo(world.TINY).commit({"a.txt": None})
    refresh_now()
    assert advance(Request.objects.get()).state == Request.State.WAITING
    assert Ref.objects.get().revision.published_at


def test_a_cancelled_update_stays_away_until_upstream_moves_on(followed: Follow, out_there: FakeHub) -> None:
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    cancel(advance(Request.objects.get()), ADMIN, "not now")
    refresh_now()
    assert Request.objects.get().state == Request.State.CANCELLED
    out_there.repo(world.TINY).commit({"b.txt": "b"})
    refresh_now()
    assert Request.objects.get().state == Request.State.NEW


def test_what_waits_for_an_admin_is_not_replaced_under_the_admins_hands(followed: Follow, out_there: FakeHub) -> None:
    Rule.objects.update(action=Action.ASK)
    asked = out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    request = advance(Request.objects.get())
    out_there.repo(world.TINY).commit({"b.txt": "b"})
    refresh_now()
    approve(request, ADMIN)
    plan(request.pk)
    land()
    assert Ref.objects.get().revision.commit == asked.oid


def test_a_branch_is_followed_by_its_name(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    follow_held(ask(world.TINY, ref="dev/x"), out_there)
    out_there.repo(world.TINY).commit({"a.txt": "a"}, branch="dev/x")
    refresh_now()
    advance(Request.objects.get())
    land()
    assert Ref.objects.get(name="dev/x").revision.commit == out_there.repo(world.TINY).branches["dev/x"].oid


def test_a_commit_that_is_followed_never_moves(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    row = follow_held(ask(world.TINY, ref=out_there.repo(world.TINY).head.oid), out_there)
    out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    assert Request.objects.get(pk=row.request_id).state == Request.State.PUBLISHED


def test_a_round_stops_when_the_worker_is_told_to(followed: Follow, out_there: FakeHub) -> None:
    Follow.objects.update(not_before=None)
    assert following.refresh_due(stopped=lambda: True) == 0
    assert not len(out_there.requests)
