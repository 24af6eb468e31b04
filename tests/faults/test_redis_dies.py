"""Messages only nudge: losing all of them costs one sweep."""

from __future__ import annotations

from tests.faults.stage import PART, Stage
from tests.journeys.processes import until
from tests.services.redis import RedisServer


def test_a_wish_is_published_by_messages_alone(far: Stage) -> None:
    far.celery()
    far.ask()
    far.until_published()
    far.check()
    assert max(far.fetches().values()) == 1


def test_all_messages_lost_are_made_good_by_the_worker_s_own_look(far: Stage, redis: RedisServer) -> None:
    far.ask()
    redis.client().flushall()
    far.celery()
    far.until_published()
    far.check()


def test_redis_killed_and_started_again_in_the_middle_of_the_work(far: Stage, redis: RedisServer) -> None:
    far.upstream.rate = 12 << 20
    worker = far.celery()
    far.ask()
    until("bytes arrive", lambda: any(entry.sent > PART // 16 for entry in far.parts_asked_for()))
    redis.kill()
    until("the worker has noticed", lambda: "onnection" in worker.text() and "rror" in worker.text())
    redis.start()
    far.send("workers.sweep")
    far.until_published()
    far.check()
    assert worker.is_alive()
    assert max(far.fetches().values()) == 1


def test_a_wish_made_while_redis_is_away_is_found_by_the_sweep(far: Stage, redis: RedisServer) -> None:
    redis.kill()
    far.ask()
    redis.start()
    far.celery()
    far.send("workers.sweep")
    far.until_published()
    far.check()


def test_messages_delivered_many_times_are_one_piece_of_work(far: Stage) -> None:
    far.upstream.rate = 24 << 20
    far.celery()
    far.celery()
    far.ask()
    until("it is planned", far.large)
    for _ in range(5):
        far.send("workers.look", 1)
        far.send("workers.plan", 1)
        far.send("workers.small")
        far.send("workers.large", far.large())
    far.until_published()
    far.check()
    assert max(far.fetches().values()) == 1
    assert far.sql("select count(*) from catalog_revision") == [(1,)]


def test_a_celery_worker_killed_is_replaced_after_one_sweep(far: Stage) -> None:
    far.ask()
    assert far.celery(point="when a part is durable").wait() == -9
    far.celery()
    before = far.fetches()
    far.sweep_until_published()
    far.check()
    assert before[0] == far.fetches()[0] == 1
