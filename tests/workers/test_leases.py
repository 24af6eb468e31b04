"""Whoever loses a lease publishes nothing."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hub.blobs.models import Blob
from hub.mirroring.models import Request, Transfer
from hub.mirroring.settle import Landing
from tests.fakes import FakeHub
from tests.workers.conftest import LARGE_SIZE, MIB, Planned
from workers.engine.claim import claim_large, claim_small
from workers.engine.halt import Halt
from workers.engine.heartbeat import Heartbeat
from workers.engine.land import land, run_large


def expire() -> None:
    Transfer.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_claimed_transfer_is_nobody_elses(large: Transfer) -> None:
    claim = claim_large()
    assert claim is not None
    assert claim_large() is None
    assert claim_large(large.pk) is None
    large.refresh_from_db()
    assert (large.lease_owner, large.attempts) == (claim.owner, 1)
    assert large.started_at is not None


def test_an_expired_lease_is_free_and_every_claim_has_a_name_of_its_own(large: Transfer) -> None:
    first = claim_large()
    expire()
    second = claim_large()
    assert first is not None
    assert second is not None
    assert first.owner != second.owner


def test_small_transfers_are_claimed_many_at_a_time_and_large_ones_never_with_them(planned: Planned) -> None:
    planned()
    first, second = claim_small(20), claim_small(20)
    assert first is not None
    assert second is not None
    assert (len(first.transfers), len(second.transfers)) == (20, 11)
    assert first.open_ids.isdisjoint(second.open_ids)
    assert claim_small(20) is None
    assert claim_large() is not None


def test_a_claim_that_is_given_back_counts_as_never_tried(large: Transfer) -> None:
    claim = claim_large()
    assert claim is not None
    assert claim.give_back() == 1
    large.refresh_from_db()
    assert (large.lease_owner, large.lease_until, large.attempts) == ("", None, 0)


def test_a_late_landing_changes_nothing(large: Transfer) -> None:
    late = claim_large()
    expire()
    current = claim_large()
    assert late is not None
    assert current is not None
    land([Landing(large.pk, late.owner, "a" * 64, LARGE_SIZE, "")])
    large.refresh_from_db()
    assert (large.state, large.lease_owner) == ("queued", current.owner)
    assert not Blob.objects.exists()


def test_the_heartbeat_renews_and_writes_progress(large: Transfer) -> None:
    claim, seen = claim_large(), threading.Event()
    assert claim is not None

    def progress() -> dict[str, int]:
        if Transfer.objects.filter(received=5, lease_until__gt=timezone.now()).exists():
            seen.set()
        return {"received": 5, "bytes_per_second": 7}

    expire()
    with Heartbeat(claim, Halt(), progress, every=0.01):
        assert seen.wait(20)
    large.refresh_from_db()
    assert (large.received, large.bytes_per_second) == (5, 7)


def test_a_worker_that_lost_its_lease_stops_and_publishes_nothing(large: Transfer, out_there: FakeHub) -> None:
    out_there.rate = 2 * MIB
    thread = threading.Thread(target=lambda: (run_large(Halt()), connection.close()))
    thread.start()
    while not Transfer.objects.filter(received__gt=0).exists():
        assert thread.is_alive()
    Transfer.objects.update(lease_owner="somebody else")
    thread.join()
    large.refresh_from_db()
    assert (large.state, large.lease_owner) == ("queued", "somebody else")
    assert not Blob.objects.exists()
    assert Request.objects.get().state == Request.State.FETCHING


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_is_claimed_where_nothing_is_due(transactional_db: None, size: int) -> None:
    assert claim_small(size) is None
    assert claim_large() is None
