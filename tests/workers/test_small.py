"""Many small files at once."""

from typing import Any

import pytest

from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.mirroring.models import Request, Transfer
from tests.fakes import FakeHub
from tests.workers.conftest import SMALL, Planned
from workers.engine.halt import Halt
from workers.engine.small import drain_small, run_small

PATTERNS = ("small/*", "empty.txt")


def states() -> dict[str, str]:
    return dict(Transfer.objects.values_list("path", "state"))


def test_a_batch_is_verified_stored_and_published(planned: Planned) -> None:
    request = planned(PATTERNS)
    assert run_small(Halt()) == len(SMALL) + 1
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    assert Blob.objects.count() == len(SMALL) + 1
    held = {store().open(sha256).read().decode() for sha256 in Blob.objects.values_list("sha256", flat=True)}
    assert held == {*SMALL.values(), ""}
    assert run_small(Halt()) == 0


def test_every_blob_keeps_its_git_blob_id(planned: Planned) -> None:
    request = planned(PATTERNS)
    drain_small(Halt())
    assert request.revision is not None
    assert all(file.blob.git_oid == file.oid for file in request.revision.files.filter(wanted=True))


def test_an_empty_file_needs_no_request(planned: Planned, out_there: FakeHub) -> None:
    planned(("empty.txt",))
    assert run_small(Halt()) == 1
    assert len(out_there.requests) == 0
    assert Blob.objects.get().size == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "status", "status": 503},
        {"kind": "reset"},
        {"kind": "reset", "after": 100},
        {"kind": "truncate", "after": 100},
        {"kind": "stall", "after": 100, "seconds": 3},
        {"kind": "login-page"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_passing_fault_is_got_over_in_one_go(planned: Planned, out_there: FakeHub, fault: dict[str, Any]) -> None:
    planned(PATTERNS)
    out_there.faults.add(**fault, path=r"small/7\.txt")
    run_small(Halt())
    assert out_there.faults.as_json() == []
    assert set(states().values()) == {"done"}


HELD_BACK = ("UpstreamRateLimited", "UpstreamBudgetSpent")


def test_an_upstream_that_wants_to_be_left_alone_is_left_alone(planned: Planned, out_there: FakeHub) -> None:
    planned(PATTERNS)
    out_there.faults.add("status", status=429, retry_after=600, times=None)
    run_small(Halt())
    assert len(out_there.requests) < len(SMALL)
    waiting = Transfer.objects.filter(state="queued", error_code__in=HELD_BACK, lease_owner="")
    assert waiting.count() == len(SMALL)
    assert not waiting.filter(not_before=None).exists()
    assert run_small(Halt()) == 0


def test_one_bad_file_fails_alone(planned: Planned, out_there: FakeHub) -> None:
    request = planned(PATTERNS)
    out_there.faults.add("status", status=404, path=r"small/7\.txt", times=None)
    run_small(Halt())
    found = states()
    assert found.pop("small/7.txt") == "failed"
    assert set(found.values()) == {"done"}
    request.refresh_from_db()
    assert request.state == Request.State.FAILED
    assert "small/7.txt" in request.error


def test_wrong_bytes_get_no_row_and_are_tried_again_later(planned: Planned, out_there: FakeHub) -> None:
    request = planned(PATTERNS)
    out_there.faults.add("corrupt", path=r"small/7\.txt")
    run_small(Halt())
    bad = Transfer.objects.get(state="queued")
    assert (bad.path, bad.error_code, bad.lease_owner) == ("small/7.txt", "CorruptBytes", "")
    assert Blob.objects.count() == len(SMALL)
    Transfer.objects.update(not_before=None)
    run_small(Halt())
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_digests_that_are_held_by_now_need_no_request(planned: Planned, out_there: FakeHub) -> None:
    planned(PATTERNS)
    drain_small(Halt())
    Transfer.objects.update(state="queued")
    out_there.requests.clear()
    assert run_small(Halt()) == len(SMALL) + 1
    assert set(states().values()) == {"done"}
    assert len(out_there.requests) == 0


def test_a_stopped_batch_goes_back_into_the_queue_as_if_never_tried(planned: Planned) -> None:
    planned(PATTERNS)
    halt = Halt()
    halt.stop()
    run_small(halt)
    assert set(Transfer.objects.values_list("state", "lease_owner", "attempts")) == {("queued", "", 0)}
