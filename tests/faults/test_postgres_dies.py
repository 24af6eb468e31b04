"""The database goes away in the middle of the work."""

from __future__ import annotations

import signal
import time

from tests.faults.stage import PART, Stage
from tests.journeys.processes import until
from tests.services.proxy import FaultyProxy


def begun(stage: Stage) -> None:
    """The large file is on its way, and slow enough to be still when something breaks."""
    until("bytes arrive", lambda: any(entry.sent > PART // 16 for entry in stage.parts_asked_for()))


def test_a_database_that_restarts_at_once_costs_no_byte(stage: Stage) -> None:
    stage.upstream.rate = 12 << 20
    stage.ask()
    worker = stage.work()
    begun(stage)
    stage.postgres.restart()
    stage.until_published()
    stage.check()
    assert worker.is_alive()
    assert max(stage.fetches().values()) == 1


def test_a_database_that_stays_away_for_longer_than_the_lease_is_waited_for(stage: Stage) -> None:
    stage.upstream.rate = 12 << 20
    stage.ask()
    worker = stage.work(lease=1.0)
    begun(stage)
    stage.postgres.kill()
    try:
        until("the worker has noticed", lambda: "could not" in worker.text() or "in trouble" in worker.text())
    finally:
        stage.postgres.start()
    stage.until_published()
    stage.check()
    assert worker.is_alive()


def test_connections_dropped_in_the_middle_of_transactions_lose_nothing(stage: Stage) -> None:
    """Again and again, whatever is under way: looks, plans, renewals, settling."""
    stage.upstream.rate = 24 << 20
    stage.ask()
    worker = stage.work()
    dropped = 0
    while not stage.is_published():
        dropped += stage.postgres.drop_connections(stage.database, "%mirroring_%")
        time.sleep(0.3)
    stage.check()
    assert dropped > 0
    assert worker.is_alive()


def test_a_connection_that_breaks_inside_the_transaction_that_publishes(stage: Stage) -> None:
    """The worker stands still in the transaction while the line is cut."""
    with FaultyProxy(stage.settings["DATABASE_URL"]) as line:
        stage.settings["DATABASE_URL"] = line.url
        stage.ask()
        worker = stage.work(point="in the transaction of the row", deed="SIGSTOP", lease=60.0)
        until("it stands in the transaction", lambda: "in the transaction of the row" in worker.text())
        assert line.cut() > 0
        worker.process.send_signal(signal.SIGCONT)
        stage.until_published()
    stage.check()
    assert max(stage.fetches().values()) == 1
