"""Urgent work goes first, and everything else still gets its turn."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from hub.accounts.callers import SYSTEM
from hub.mirroring.lanes import SMALL_LIMIT
from hub.mirroring.models import Transfer
from hub.mirroring.pauses import LOW, NORMAL, URGENT
from hub.mirroring.steering import pause
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.workers.conftest import MIB, Planned
from workers.engine import claim
from workers.engine.claim import Claim, Turns, claim_large, claim_small
from workers.engine.halt import Halt
from workers.engine.heartbeat import Heartbeat
from workers.engine.land import run_large
from workers.engine.small import SmallBatch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "turns", Turns())


@pytest.fixture
def upstream(transactional_db: None) -> Upstream:
    return Upstream.objects.create(slug="huggingface", kind="huggingface", url="http://127.0.0.1:9")


def queue(upstream: Upstream, priority: int, count: int, size: int = SMALL_LIMIT + 1) -> list[int]:
    return [
        Transfer.objects.create(
            digest=f"sha256:{priority + 100:03}{number:061}", size=size, upstream=upstream, priority=priority, path="x"
        ).pk
        for number in range(count)
    ]


def claimed() -> Iterator[int]:
    while (taken := claim_large()) is not None:
        yield taken.transfers[0].pk


def test_the_highest_priority_goes_first_and_of_that_the_oldest(upstream: Upstream) -> None:
    low, normal, urgent = (queue(upstream, priority, 1) for priority in (LOW, NORMAL, URGENT))
    more = queue(upstream, URGENT + 1, 1)
    taken = claimed()
    assert [next(taken) for _ in range(3)] == [*more, *urgent, *normal]
    assert list(taken) == low


def test_under_a_stream_of_urgent_work_every_fourth_claim_takes_the_oldest_of_all(upstream: Upstream) -> None:
    normal = queue(upstream, NORMAL, 3)
    urgent = queue(upstream, URGENT, 12)
    order = list(claimed())
    assert order[:12] == [*urgent[:3], normal[0], *urgent[3:6], normal[1], *urgent[6:9], normal[2]]
    assert order[12:] == urgent[9:]


def test_small_files_have_turns_of_their_own(upstream: Upstream) -> None:
    normal = queue(upstream, NORMAL, 2, size=10)
    urgent = queue(upstream, URGENT, 4, size=10)
    claims = [claim_small(1) for _ in range(4)]
    assert [taken.transfers[0].pk for taken in claims if taken] == [*urgent[:3], normal[0]]


def test_the_urgent_lane_takes_nothing_else(upstream: Upstream) -> None:
    queue(upstream, NORMAL, 2)
    queue(upstream, LOW, 2, size=10)
    assert claim_large(urgent=True) is None
    assert claim_small(5, urgent=True) is None
    urgent = queue(upstream, URGENT, 1)
    taken = claim_large(urgent=True)
    assert taken is not None
    assert [transfer.pk for transfer in taken.transfers] == urgent


def test_files_of_a_batch_that_are_paused_are_left_out_and_the_others_go_on(
    planned: Planned, out_there: FakeHub
) -> None:
    planned(("small/1*.txt",))
    claim_of_all = claim_small(100)
    assert claim_of_all is not None
    held_back = claim_of_all.transfers[0]
    Transfer.objects.filter(pk=held_back.pk).withdraw(paused=True)
    with Heartbeat(claim_of_all, Halt(), every=0.01):
        wait_until_left_out(claim_of_all, held_back)
    out_there.requests.clear()
    SmallBatch(claim_of_all, Halt()).run()
    held_back.refresh_from_db()
    assert (held_back.state, held_back.attempts, held_back.error) == ("queued", 0, "")
    assert set(Transfer.objects.exclude(pk=held_back.pk).values_list("state", flat=True)) == {"done"}
    assert not out_there.requests.matching(containing=held_back.path)


def wait_until_left_out(taken: Claim, transfer: Transfer) -> None:
    pause_between = Halt()
    while transfer.pk in taken.open_ids:
        pause_between.pause(0.01)


def test_a_paused_request_stops_its_large_file_within_a_heartbeat(planned: Planned, out_there: FakeHub) -> None:
    request = planned(("model.safetensors",))
    out_there.rate = 2 * MIB
    thread = threading.Thread(target=lambda: (run_large(Halt()), connection.close()))
    thread.start()
    while not Transfer.objects.filter(received__gt=0).exists():
        assert thread.is_alive()
    pause(request, SYSTEM)
    thread.join()
    row = Transfer.objects.get()
    assert (row.state, row.paused, row.lease_owner, row.attempts, row.error) == ("queued", True, "", 0, "")
