"""The web processes while a database or Redis goes away: what is held goes out again by itself."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.conftest import NewStage
from tests.faults.stage import LARGE, REPO, SMALL, Stage
from tests.journeys.processes import until
from tests.journeys.running import RunningHub
from tests.services.redis import RedisServer

FILES = [f"/{REPO}/resolve/main/{path}" for path in sorted(SMALL)]
ASKING_ROWS = [f"/api/models/{REPO}", f"/api/v1/models/{REPO}", "/-/requests", "/-/api/v1/repos/"]
PAGES = ["/-/", f"/-/repos/models/{REPO}", "/-/requests"]


@contextmanager
def served(stage: Stage) -> Iterator[RunningHub]:
    """The stage's repo is held before the web starts; nothing but the web runs after."""
    stage.ask()
    worker = stage.work() if "BROKER_URL" not in stage.settings else stage.celery()
    if "BROKER_URL" in stage.settings:
        stage.sweep_until_published()
    else:
        stage.until_published()
    worker.end()
    hub = RunningHub(stage.folder, stage.upstream.url, **stage.settings)
    try:
        hub.start()
        yield hub
    finally:
        hub.end()


def ask(hub: RunningHub, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(hub.url + path, timeout=30) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def all_answer(hub: RunningHub) -> bool:
    return not refused(hub)


def refused(hub: RunningHub) -> dict[str, int]:
    found = {path: ask(hub, path)[0] for path in [*FILES, *PAGES]}
    return {path: status for path, status in found.items() if status != 200}


def test_a_database_that_restarts_costs_the_web_nothing_but_the_time(stage: Stage) -> None:
    with served(stage) as hub:
        assert refused(hub) == {}
        stage.postgres.restart()
        until("everything is served again", lambda: all_answer(hub))
        assert len(ask(hub, f"/{REPO}/resolve/main/{LARGE}")[1]) == stage.repo.head.files[LARGE].size


def test_while_the_database_is_away_clients_are_told_to_come_back(stage: Stage) -> None:
    with served(stage) as hub:
        assert refused(hub) == {}
        stage.postgres.kill()
        try:
            answers = {path: ask(hub, path) for path in ASKING_ROWS}
            ready = ask(hub, "/-/health/ready")[0]
            assert ask(hub, "/-/health/live")[0] == 200
        finally:
            stage.postgres.start()
        assert ready == 503
        assert {path: status for path, (status, _) in answers.items()} == dict.fromkeys(ASKING_ROWS, 503)
        assert [path for path, (_, body) in answers.items() if b"database does not answer" not in body] == []
        until("everything is served again", lambda: all_answer(hub))


@pytest.mark.parametrize("away", ["killed", "restarted"])
def test_files_and_pages_go_on_without_redis(new_stage: NewStage, redis: RedisServer, away: str) -> None:
    stage = new_stage(BROKER_URL=redis.url, REDIS_URL=redis.url, ANONYMOUS_PULL="on")
    with served(stage) as hub:
        assert refused(hub) == {}
        redis.kill()
        try:
            if away == "restarted":
                redis.start()
            assert refused(hub) == {}
        finally:
            if not redis.is_alive():
                redis.start()
        assert refused(hub) == {}
