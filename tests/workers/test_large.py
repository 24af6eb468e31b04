"""One large file: fetched in parts, whatever upstream does in between."""

import threading
from typing import Any

import pytest
from django.db import connection

from hub.blobs.local import LocalStore
from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.mirroring.models import Request, Transfer
from tests.fakes import FakeHub, Synthetic
from tests.workers.conftest import LARGE, LARGE_SIZE, MIB, PART, Planned, bytes_of_large
from workers.engine.halt import Halt
from workers.engine.land import run_large

BYTES = Synthetic(LARGE_SIZE, 77)


def assert_arrived(transfer: Transfer) -> None:
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == ("done", "")
    blob = Blob.objects.get(sha256=BYTES.sha256)
    assert blob.size == LARGE_SIZE
    with store().open(blob.sha256) as file:
        assert file.read() == BYTES.read(0, LARGE_SIZE)
    assert Request.objects.get().state == Request.State.PUBLISHED


def due_again(transfer: Transfer) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(not_before=None)


def test_a_large_file_is_fetched_once_verified_and_published(large: Transfer, out_there: FakeHub) -> None:
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE
    assert large.received == LARGE_SIZE
    assert not run_large(Halt())


FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 429, "retry_after": 1, "origin": "hub"},
    {"kind": "status", "status": 503, "origin": "cdn"},
    {"kind": "reset", "origin": "cdn"},
    {"kind": "reset", "origin": "cdn", "after": 5 * MIB},
    {"kind": "truncate", "origin": "cdn", "after": 3 * MIB},
    {"kind": "stall", "origin": "cdn", "after": 2 * MIB, "seconds": 3},
    {"kind": "ignore-range", "origin": "cdn"},
    {"kind": "login-page", "origin": "hub"},
    {"kind": "expired", "origin": "cdn"},
]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(str(value) for value in fault.values()))
def test_a_fault_in_between_is_got_over_in_one_go(large: Transfer, out_there: FakeHub, fault: dict[str, Any]) -> None:
    out_there.faults.add(**fault)
    assert run_large(Halt())
    assert out_there.faults.as_json() == []
    assert_arrived(large)


def test_a_broken_part_goes_on_from_where_it_broke(large: Transfer, out_there: FakeHub) -> None:
    out_there.faults.add("truncate", origin="cdn", after=10 * MIB)
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE


def test_wrong_bytes_are_thrown_away_and_fetched_again_later(large: Transfer, out_there: FakeHub) -> None:
    out_there.faults.add("corrupt", origin="cdn")
    assert run_large(Halt())
    large.refresh_from_db()
    assert (large.state, large.error_code, large.lease_owner) == ("queued", "CorruptBytes", "")
    assert not Blob.objects.exists()
    held = store()
    assert isinstance(held, LocalStore)
    assert list(held.walk()) == []
    assert list(held.uploads.iterdir()) == []
    due_again(large)
    assert run_large(Halt())
    assert_arrived(large)


def test_bytes_that_stay_wrong_fail_for_good(large: Transfer, out_there: FakeHub) -> None:
    out_there.faults.add("corrupt", origin="cdn", times=None)
    for _ in range(5):
        due_again(large)
        assert run_large(Halt())
    large.refresh_from_db()
    assert (large.state, large.error_code) == ("failed", "CorruptBytes")
    request = Request.objects.get()
    assert (request.state, request.error_code) == ("failed", "CorruptBytes")
    assert LARGE in request.error


def test_what_upstream_no_longer_has_fails_at_once(large: Transfer, out_there: FakeHub) -> None:
    out_there.faults.add("status", status=404, origin="hub", times=None)
    assert run_large(Halt())
    large.refresh_from_db()
    assert large.state == "failed"
    assert len(out_there.requests.matching(containing=LARGE)) <= 2


def test_an_upstream_that_is_away_leaves_the_transfer_in_the_queue(large: Transfer, out_there: FakeHub) -> None:
    out_there.unplug()
    assert run_large(Halt())
    large.refresh_from_db()
    assert (large.state, large.error_code, large.lease_owner) == ("queued", "UpstreamUnreachable", "")
    assert large.not_before is not None
    out_there.replug()
    due_again(large)
    assert run_large(Halt())
    assert_arrived(large)


def test_parts_that_are_durable_are_not_fetched_again(large: Transfer, out_there: FakeHub) -> None:
    upload = store().upload(large.digest, LARGE_SIZE)
    for number in (0, 2):
        upload.write(number * PART, BYTES.read(number * PART, PART))
        upload.seal(number)
    upload.close()
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE - 2 * PART


def test_bytes_whose_worker_died_before_it_settled_are_read_not_fetched(large: Transfer, out_there: FakeHub) -> None:
    store().put({BYTES.sha256: BYTES.read(0, LARGE_SIZE)})
    assert run_large(Halt())
    assert_arrived(large)
    assert len(out_there.requests) == 0


def test_an_object_that_is_wrong_is_fetched_anew(large: Transfer) -> None:
    store().put({BYTES.sha256: bytes(LARGE_SIZE)})
    assert run_large(Halt())
    assert_arrived(large)


def test_a_digest_that_another_transfer_stored_needs_no_request(large: Transfer, out_there: FakeHub) -> None:
    store().put({BYTES.sha256: BYTES.read(0, LARGE_SIZE)})
    Blob.objects.create(sha256=BYTES.sha256, size=LARGE_SIZE)
    assert run_large(Halt())
    assert_arrived(large)
    assert len(out_there.requests) == 0


def test_two_workers_fetch_a_digest_once(planned: Planned, out_there: FakeHub) -> None:
    planned((LARGE,))
    took: list[bool] = []

    def work() -> None:
        took.append(run_large(Halt()))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(took) == [False, True]
    assert_arrived(Transfer.objects.get())
    assert bytes_of_large(out_there) == LARGE_SIZE
