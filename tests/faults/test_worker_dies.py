"""kill -9 at each step. Whoever comes next goes on, and fetches nothing again that was durable."""

from __future__ import annotations

import signal

import pytest

from tests.faults.conftest import NewStage
from tests.faults.stage import PART, Stage, first_byte
from tests.faults.worker import POINTS
from tests.journeys.processes import until

KILLED = -signal.SIGKILL
LOSES_A_PART = {"in the middle of a part"}
"""Elsewhere every part that was begun is durable, or on its way to be: only there may one be fetched again."""


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed(stage: Stage, point: str) -> None:
    stage.ask()
    if point == "before the look is written":
        # Who asks by command also approves, and then nobody needs to look.
        stage.sql("update mirroring_request set state = 'new'")
    first = stage.work(point=point)
    assert first.wait() == KILLED
    assert point in first.text()
    durable = stage.durable_starts()
    before = stage.fetches()
    stage.work()
    stage.until_published()
    stage.check()
    again = {start for start in before if stage.fetches()[start] > 1}
    assert not again & durable
    assert durable or point != "when a part is durable"
    if list(POINTS).index(point) >= list(POINTS).index("when all has been verified"):
        assert not again, "every part was durable"


def test_a_worker_that_died_on_another_host_is_replaced_when_its_lease_has_run_out(stage: Stage) -> None:
    stage.ask()
    assert stage.work(point="when a part is durable").wait() == KILLED
    # The other host's name: nobody here can look whether the process is alive.
    stage.sql("update mirroring_transfer set lease_owner = 'elsewhere:1:x' where lease_owner <> ''")
    stage.work()
    stage.until_published()
    stage.check()
    assert stage.fetches()[0] == 1


def test_a_worker_told_to_end_gives_its_leases_back_at_once(stage: Stage) -> None:
    stage.upstream.rate = 4 << 20
    stage.ask()
    worker = stage.work(lease=600.0)
    until("bytes arrive", lambda: any(entry.sent > PART // 8 for entry in stage.parts_asked_for()))
    worker.process.send_signal(signal.SIGTERM)
    assert worker.wait() == 0
    assert stage.sql("select count(*) from mirroring_transfer where lease_owner <> ''") == [(0,)]
    assert not stage.is_published()
    stage.upstream.rate = 0
    stage.work()
    stage.until_published()
    stage.check()


def test_two_workers_handed_the_same_digests_fetch_each_of_them_once(stage: Stage) -> None:
    stage.work()
    stage.work()
    stage.ask()
    stage.until_published()
    stage.check()
    asked = stage.parts_asked_for()
    assert sorted({first_byte(entry) for entry in asked}) == sorted(first_byte(entry) for entry in asked)
    small = [entry.path for entry in stage.upstream.requests.matching(method="GET", containing="/resolve/")]
    assert all(small.count(path) == 1 for path in small if "/small/" in path)


@pytest.mark.parametrize("skew", [-3600.0, 3600.0], ids=["an hour behind", "an hour ahead"])
def test_a_lease_holds_although_another_hosts_clock_is(new_stage: NewStage, skew: float) -> None:
    stage = new_stage()
    stage.upstream.rate = 8 << 20
    stage.ask()
    stage.work()
    until("the large file is on its way", lambda: bool(stage.parts_asked_for()))
    other = stage.work(skew=skew)
    until("the other worker is ready", lambda: "worker is ready" in other.text())
    stage.until_published()
    stage.check()
    assert max(stage.fetches().values()) == 1


@pytest.mark.parametrize("skew", [-3600.0, 3600.0], ids=["an hour behind", "an hour ahead"])
def test_what_a_host_left_behind_is_taken_up_although_its_clock_was(new_stage: NewStage, skew: float) -> None:
    stage = new_stage()
    stage.upstream.faults.add("corrupt", origin="cdn")
    stage.ask()
    first = stage.work(skew=skew, point="between bytes and row")
    assert first.wait() == KILLED
    stage.sql("update mirroring_transfer set lease_owner = 'elsewhere:1:x' where lease_owner <> ''")
    stage.work()
    stage.until_published()
    stage.check()
