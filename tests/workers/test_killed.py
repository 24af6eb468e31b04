"""Workers that end in the middle: killed, or told to."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from hub.blobs.local import LocalStore
from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.mirroring.models import Request, Transfer
from tests.fakes import FakeHub
from tests.workers.conftest import LARGE_SIZE, MIB, PART, bytes_of_large
from tests.workers.running import start_worker
from workers.engine.halt import Halt
from workers.engine.land import run_large

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> "subprocess.Popen[str]":
        processes.append(start_worker(tmp_path, *arguments))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def sealed_parts(transfer: Transfer) -> set[int]:
    """Read from the list itself: the upload is locked while the worker lives."""
    held = store()
    assert isinstance(held, LocalStore)
    path = held.uploads / transfer.digest.replace(":", "-") / "sealed"
    return {int(line) for line in path.read_text().splitlines()[1:]} if path.exists() else set()


def wait_for_a_sealed_part(transfer: Transfer, process: "subprocess.Popen[str]") -> None:
    while not sealed_parts(transfer):
        assert process.poll() is None
        time.sleep(0.05)


def test_a_second_worker_goes_on_from_the_parts_that_a_killed_one_sealed(
    large: Transfer, out_there: FakeHub, start: Start
) -> None:
    out_there.rate = 12 * MIB
    process = start()
    wait_for_a_sealed_part(large, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    sealed = sealed_parts(large)
    assert 0 < len(sealed) < 4
    large.refresh_from_db()
    assert (large.state, Blob.objects.count()) == ("queued", 0)
    assert not run_large(Halt()), "the lease of the dead worker still holds"
    Transfer.objects.update(lease_until=timezone.now())
    out_there.rate = 0
    out_there.requests.clear()
    assert run_large(Halt())
    large.refresh_from_db()
    assert large.state == "done"
    assert Request.objects.get().state == Request.State.PUBLISHED
    last = LARGE_SIZE - 3 * PART
    assert bytes_of_large(out_there) == LARGE_SIZE - sum(last if number == 3 else PART for number in sealed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_gives_its_lease_back_and_keeps_its_parts(
    large: Transfer, out_there: FakeHub, start: Start, number: signal.Signals
) -> None:
    out_there.rate = 12 * MIB
    process = start()
    wait_for_a_sealed_part(large, process)
    process.send_signal(number)
    assert process.wait() == 0
    large.refresh_from_db()
    assert (large.state, large.lease_owner, large.lease_until, large.attempts) == ("queued", "", None, 0)
    assert sealed_parts(large)
    out_there.rate = 0
    assert start("--once").wait() == 0
    large.refresh_from_db()
    assert large.state == "done"
