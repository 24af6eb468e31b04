from datetime import timedelta

import pytest
from django.utils import timezone

from hub.blobs.models import Blob
from hub.catalog.models import Revision
from hub.errors import CorruptBytes, FileMissing, UpstreamRateLimited, UpstreamUnreachable
from hub.mirroring.models import Request, Transfer
from hub.mirroring.progress import progress_of
from hub.mirroring.settle import MAX_CORRUPT_ATTEMPTS, conclude, fail, settle, settle_waiting
from hub.policy.models import Rule
from tests.fakes import world
from tests.mirroring.conftest import Ask, advance, fetched, land

pytestmark = pytest.mark.django_db


def test_a_worker_that_lost_its_lease_changes_nothing(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("early", now=timezone.now() - timedelta(hours=1))
    landing = fetched(transfer, "early")
    assert Transfer.objects.filter(pk=transfer.pk).claim("late") == 1
    settle([landing])
    transfer.refresh_from_db()
    assert (transfer.state, transfer.lease_owner) == (Transfer.State.QUEUED, "late")
    assert not Blob.objects.exists()


def test_settling_twice_is_settling_once(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    landing = fetched(transfer, "me")
    settle([landing])
    settle([landing])
    assert Blob.objects.count() == 1


def test_two_requests_that_share_a_digest_share_its_transfer(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    before = Transfer.objects.count()
    advance(ask(world.TINY, ref="refs/pr/1"))
    assert Transfer.objects.count() == before + 1
    land()
    assert Revision.objects.exclude(published_at=None).count() == 2


def test_files_that_went_just_before_the_publication_leave_the_request_waiting(
    ask: Ask, permissive: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = advance(ask(world.TINY))
    assert request.revision
    monkeypatch.setattr("hub.mirroring.settle.is_complete", lambda revision: True)
    conclude([request.revision.pk])
    request.refresh_from_db()
    assert request.state == Request.State.FETCHING
    assert not Revision.objects.exclude(published_at=None).exists()
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_a_passing_error_puts_the_transfer_back_with_a_pause(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    fail(transfer.pk, "me", UpstreamRateLimited("slow down", retry_after=120))
    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.QUEUED
    assert transfer.lease_owner == ""
    assert transfer.not_before is not None
    assert transfer.not_before > timezone.now() + timedelta(seconds=100)
    request.refresh_from_db()
    assert request.state == Request.State.FETCHING


def test_a_permanent_error_fails_the_transfer_and_whoever_waits_for_it(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    transfer = Transfer.objects.get(path="config.json")
    Transfer.objects.filter(pk=transfer.pk).claim("me")
    fail(transfer.pk, "me", FileMissing("upstream has no such file"))
    request.refresh_from_db()
    assert (request.state, request.error_code) == (Request.State.FAILED, "FileMissing")
    assert request.error.startswith("config.json: ")


def test_bytes_that_stay_wrong_fail_for_good(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    for _ in range(MAX_CORRUPT_ATTEMPTS):
        Transfer.objects.update(not_before=None)
        assert Transfer.objects.filter(pk=transfer.pk).claim("me") == 1
        fail(transfer.pk, "me", CorruptBytes("wrong digest"))
    transfer.refresh_from_db()
    request.refresh_from_db()
    assert transfer.state == Transfer.State.FAILED
    assert request.state == Request.State.FAILED


def test_a_failure_told_by_a_late_worker_is_not_heard(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    transfer = Transfer.objects.all()[0]
    Transfer.objects.filter(pk=transfer.pk).claim("current")
    fail(transfer.pk, "late", UpstreamUnreachable("gone"))
    transfer.refresh_from_db()
    assert transfer.lease_owner == "current"


def test_the_sweep_publishes_what_a_killed_worker_left_unpublished(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    land()
    # As if the process had died after the blobs were written and before anything was linked.
    request.revision.files.update(blob=None)  # type: ignore[union-attr]
    Revision.objects.update(published_at=None)
    Request.objects.update(state=Request.State.FETCHING)
    settle_waiting()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_a_pruned_blob_is_fetched_again_when_it_is_wanted_again(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    land()
    Revision.objects.all().delete()
    Blob.objects.all().delete()
    advance(ask(world.TINY))
    assert Transfer.objects.filter(state=Transfer.State.QUEUED).count() == 5
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_progress_counts_what_is_held_and_what_has_arrived(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY))
    assert progress_of(request).percent == 0
    big = Transfer.objects.get(path="model.safetensors")
    Transfer.objects.filter(pk=big.pk).claim("me")
    Transfer.objects.filter(pk=big.pk).renew("me", received=big.size // 2, bytes_per_second=1000)
    halfway = progress_of(request)
    assert 0 < halfway.percent < 100
    assert halfway.seconds_left is not None
    Transfer.objects.filter(pk=big.pk).release("me")
    land()
    request.refresh_from_db()
    assert progress_of(request).percent == 100
