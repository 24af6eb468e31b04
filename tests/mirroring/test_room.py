"""Quota and low space: looked at before a plan queues anything."""

from typing import Any

import pytest
from django.test import Client

from hub.accounts.callers import Caller
from hub.blobs.models import Blob
from hub.catalog.models import RepoFile
from hub.errors import StoreFull
from hub.mirroring import quota
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pull import pull
from hub.mirroring.quota import Room, room_now
from hub.mirroring.steps import plan
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db


def needed(ask: Ask, settings: Any) -> int:
    """What the tiny repo takes, found out with no room at all."""
    settings.QUOTA = 1
    request = advance(ask(world.TINY))
    return int(request.facts["bytes_to_fetch"])


def again(request: Request) -> Request:
    Request.objects.filter(pk=request.pk).update(not_before=None)
    plan(request.pk)
    request.refresh_from_db()
    return request


def test_a_request_without_room_waits_approved_and_says_the_numbers(permissive: Rule, ask: Ask, settings: Any) -> None:
    settings.QUOTA = 10
    request = advance(ask(world.TINY))
    assert (request.state, request.error_code) == (Request.State.APPROVED, "StoreFull")
    assert "no room" in request.error
    assert "quota of 10 bytes" in request.error
    assert "manage.py evict" in request.error
    assert request.not_before is not None
    assert not RepoFile.objects.exists()
    assert not Transfer.objects.exists()


def test_it_goes_on_by_itself_as_often_as_it_takes(permissive: Rule, ask: Ask, settings: Any) -> None:
    size = needed(ask, settings)
    request = Request.objects.get()
    for _ in range(30):
        assert again(request).state == Request.State.APPROVED
    settings.QUOTA = size
    assert again(request).state == Request.State.FETCHING


def test_waiting_for_room_costs_no_word_with_the_upstream(
    permissive: Rule, ask: Ask, settings: Any, out_there: FakeHub
) -> None:
    needed(ask, settings)
    out_there.requests.clear()
    again(Request.objects.get())
    assert len(out_there.requests.matching()) == 0


def test_one_byte_too_little_is_too_little(permissive: Rule, ask: Ask, settings: Any) -> None:
    size = needed(ask, settings)
    request = Request.objects.get()
    settings.QUOTA = size - 1
    assert again(request).state == Request.State.APPROVED
    settings.QUOTA = size
    assert again(request).state == Request.State.FETCHING


def test_what_is_held_already_needs_no_room(permissive: Rule, ask: Ask, settings: Any) -> None:
    advance(ask(world.TINY))
    land()
    settings.QUOTA = sum(Blob.objects.values_list("size", flat=True))
    request = advance(ask(world.TINY, "v1.0"))
    assert request.state in (Request.State.PUBLISHED, Request.State.APPROVED)
    settings.QUOTA = 1
    second = advance(ask(world.TINY, include=("config.json",)))
    assert second.state == Request.State.PUBLISHED, "even over the quota: nothing has to be fetched"


def test_what_others_have_on_its_way_counts(permissive: Rule, ask: Ask, settings: Any) -> None:
    settings.QUOTA, settings.LOW_SPACE = 10**15, 0
    advance(ask(world.TINY))
    promised = sum(Transfer.objects.values_list("size", flat=True))
    assert room_now().promised == promised
    Transfer.objects.update(received=1)
    assert room_now().arriving == promised - Transfer.objects.count()
    assert room_now().left == settings.QUOTA - promised


def test_the_space_that_must_stay_free_counts_what_is_still_to_come() -> None:
    room = Room(stored=0, promised=80, arriving=50, free=100, quota=0, low_space=30)
    assert room.left == 20
    assert "must stay so" in room.words
    assert Room(stored=90, promised=5, arriving=5, free=None, quota=100, low_space=30).left == 5
    assert Room(stored=90, promised=5, arriving=5, free=None, quota=0, low_space=30).left is None


def test_a_disk_below_its_low_space_lets_nothing_new_in(permissive: Rule, ask: Ask, settings: Any) -> None:
    settings.LOW_SPACE = 10**18
    request = advance(ask(world.TINY))
    assert (request.state, request.error_code) == (Request.State.APPROVED, "StoreFull")
    assert "are free" in request.error


def test_a_pull_is_told_at_once(permissive: Rule, ask: Ask, settings: Any, caller: Caller) -> None:
    needed(ask, settings)
    with pytest.raises(StoreFull, match="no room") as told:
        pull(RepoKind.MODEL, RepoId.parse(world.TINY), "", caller, wait=5)
    assert told.value.request_id == Request.objects.get().pk


def test_a_hub_without_room_is_ready_with_a_warning(client: Client, settings: Any, db: None) -> None:
    from hub.web import health

    health._warnings.forget()
    settings.LOW_SPACE = 10**18
    answer = client.get("/-/health/ready")
    assert answer.status_code == 200
    assert "no room for anything new" in answer.json()["warnings"]["room"]
    health._warnings.forget()


def test_digests_are_asked_in_batches(
    permissive: Rule, ask: Ask, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "BATCH", 2)
    size = needed(ask, settings)
    settings.QUOTA = size
    assert again(Request.objects.get()).state == Request.State.FETCHING
    assert sum(Transfer.objects.values_list("size", flat=True)) == size
