"""A worker that was stopped past its lease and wakes up when another has done its work: it must change nothing."""

from __future__ import annotations

import signal

import pytest

from tests.faults.stage import LARGE, Stage
from tests.journeys.processes import Running, until


def is_stopped(worker: Running) -> bool:
    with open(f"/proc/{worker.pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] in ("T", "t")


def has_noticed(worker: Running, point: str) -> bool:
    """It has said something since it was stopped: its lease is gone, or what it was at."""
    said = worker.text().rpartition(point)[2]
    return any(words in said for words in ("taken over", "taken this work over", LARGE))


@pytest.mark.parametrize(
    "point",
    ["in the middle of a part", "when a part is durable", "when all has been verified", "between bytes and row"],
)
def test_a_worker_that_wakes_up_after_its_lease(stage: Stage, point: str) -> None:
    stage.ask()
    late = stage.work(point=point, deed="SIGSTOP")
    until("it has stopped", lambda: is_stopped(late))
    before = stage.sql("select lease_owner from mirroring_transfer where lease_owner <> ''")
    assert before
    stage.work()
    stage.until_published()
    stage.check()
    rows = stage.sql("select id, finished_at, lease_owner from mirroring_transfer order by id")
    late.process.send_signal(signal.SIGCONT)
    until("it has noticed", lambda: has_noticed(late, point))
    stage.check()
    assert stage.sql("select id, finished_at, lease_owner from mirroring_transfer order by id") == rows
    assert stage.sql("select count(*) from accounts_event where verb = 'revision.published'") == [(1,)]
