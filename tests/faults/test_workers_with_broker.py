"""Workers as operators start them, with `manage.py work` and `manage.py beat`, on Postgres and a real Redis."""

from __future__ import annotations

import signal

import pytest

from tests.fakes import FakeRepo, Synthetic, repo_file
from tests.faults.stage import MIB, PART, Stage
from tests.journeys.processes import Running, until
from tests.services.redis import RedisServer

OTHER, OTHER_SIZE = "acme/urgent", 9 * MIB


def bytes_arrive(far: Stage) -> None:
    until("bytes arrive", lambda: any(entry.sent > PART // 8 for entry in far.parts_asked_for()))


def alive(far: Stage) -> list[str]:
    return [queues for (queues,) in far.sql("select queues from mirroring_worker order by queues")]


def leases(far: Stage) -> int:
    return sum(
        far.sql(f"select count(*) from mirroring_{rows} where lease_owner <> ''")[0][0]
        for rows in ("transfer", "request")
    )


def test_two_workers_mirror_a_repo_together_and_say_farewell(far: Stage) -> None:
    first, second = far.work(), far.work()
    until("both are seen", lambda: len(alive(far)) == 2)
    far.ask()
    far.until_published()
    far.check()
    assert max(far.fetches().values()) == 1
    for worker in (first, second):
        worker.process.send_signal(signal.SIGTERM)
        assert worker.wait() == 0
    assert alive(far) == []


def test_each_queue_can_have_workers_of_its_own(far: Stage) -> None:
    workers = [started(far, "--queues", queue) for queue in ("plan", "small", "large,urgent")]
    until("all are seen", lambda: alive(far) == ["plan", "small", "urgent large"])
    far.ask()
    far.until_published()
    far.check()
    assert all(worker.is_alive() for worker in workers)


def started(far: Stage, *words: str) -> Running:
    return far._run("work", ["work", *words], {})


@pytest.mark.parametrize(
    "numbers", [[signal.SIGTERM], [signal.SIGTERM, signal.SIGTERM], [signal.SIGQUIT], [signal.SIGINT]]
)
def test_a_worker_told_to_end_gives_its_leases_back_at_once(far: Stage, numbers: list[signal.Signals]) -> None:
    far.upstream.rate = 4 * MIB
    worker = far.work()
    far.ask()
    bytes_arrive(far)
    for number in numbers:
        worker.process.send_signal(number)
    worker.wait()
    assert leases(far) == 0
    assert far.sql("select max(attempts) from mirroring_transfer where state = 'queued'") == [(0,)]
    far.upstream.rate = 0
    far.work()
    far.until_published()
    far.check()


def test_an_urgent_file_does_not_wait_for_a_lane_that_is_busy_for_hours(far: Stage) -> None:
    far.upstream.rate = 1 * MIB
    started(far, "--concurrency", "1")
    far.ask()
    bytes_arrive(far)
    other = {"big.bin": repo_file("big.bin", Synthetic(OTHER_SIZE, 5), lfs=True)}
    far.upstream.add(FakeRepo(OTHER, other, card={"license": "mit"}))
    far.manage("mirror", OTHER)
    ((number,),) = far.sql("select id from mirroring_request where key = %s", OTHER)
    far.manage("prioritise", str(number), "urgent")

    def state(path: str) -> tuple[str, bool]:
        rows = far.sql("select state, lease_owner <> '' from mirroring_transfer where path = %s", path)
        return rows[0] if rows else ("", False)

    until("both run", lambda: state("big.bin") == ("queued", True) and state("model.safetensors") == ("queued", True))
    until("the urgent one is done", lambda: state("big.bin")[0] == "done")
    assert state("model.safetensors") == ("queued", True)


def test_a_paused_request_stops_where_it_is_and_goes_on_from_there(far: Stage) -> None:
    far.upstream.rate = 3 * MIB
    far.work()
    far.ask()
    until("a part is durable", far.durable_starts)
    far.manage("pause", "1")
    until("the worker has noticed", lambda: not leases(far))
    assert far.sql("select max(attempts), max(error) from mirroring_transfer where state = 'queued'") == [(0, "")]
    durable, before = far.durable_starts(), far.fetches()
    assert far.request() == "fetching"
    far.upstream.rate = 0
    far.manage("resume", "1")
    far.until_published()
    far.check()
    assert not {start for start in durable if far.fetches()[start] > before[start]}


def test_a_cancelled_request_is_dropped_while_it_runs(far: Stage) -> None:
    far.upstream.rate = 4 * MIB
    worker = far.work()
    far.ask()
    bytes_arrive(far)
    far.manage("cancel", "1", "--reason", "a slip")
    until("the worker has noticed", lambda: "paused, cancelled" in worker.text())
    assert far.request() == "cancelled"
    assert set(far.states()) <= {"cancelled", "done"}
    assert worker.is_alive()


def test_work_goes_on_where_all_messages_are_lost_and_nobody_sweeps(far: Stage, redis: RedisServer) -> None:
    far.ask()
    redis.client().flushall()
    far.work()
    far.until_published()
    far.check()


def test_a_worker_starts_and_works_while_the_broker_is_away(far: Stage, redis: RedisServer) -> None:
    redis.kill()
    far.ask()
    worker = far.work()
    far.until_published()
    far.check()
    redis.start()
    until("it has found the broker", lambda: "Connected to redis" in worker.text())


def test_two_beats_sweep_what_fell_through_and_do_no_harm(far: Stage) -> None:
    far.more["HUB_SWEEP_SECONDS"] = "1"
    far.work()
    beats = [far._run("beat", ["beat"], {}) for _ in range(2)]
    far.ask()
    far.until_published()
    # As if the process had died between the bytes and the end of the request.
    far.sql("update mirroring_request set state = 'fetching'")
    far.until_published()
    far.check()
    assert all(beat.is_alive() for beat in beats)
