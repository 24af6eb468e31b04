"""Services that die, and a fresh stage for each test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.faults.stage import SECRET, Stage
from tests.journeys.processes import ROOT, plain_environment, running
from tests.services.ceph import CephGateway
from tests.services.postgres import PostgresServer
from tests.services.proxy import FaultyProxy
from tests.services.redis import RedisServer

NewStage = Callable[..., Stage]
numbers = count(1)
QUIET = ("postgres", "redis", "ceph", "ceph-mon", "ceph-mgr", "ceph-osd")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.service)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed test shows how every process saw it."""
    report: Any = yield
    if report.failed:
        report.sections += [(f"end of the log of {one.name}", one.tail(25)) for one in running if one.name not in QUIET]
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """With the tables of a new hub in the database `hub`, which is copied for each stage."""
    with PostgresServer() as server:
        settings = {"HUB_DATABASE_URL": server.url, "HUB_SECRET_KEY": SECRET, "HUB_DATA_DIR": str(server.folder / "d")}
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "prepare"],
            env=plain_environment(**settings),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield server


@pytest.fixture
def redis(redis_for_faults: RedisServer) -> RedisServer:
    """It runs and is empty."""
    if not redis_for_faults.is_alive():
        redis_for_faults.start()
    redis_for_faults.client().flushall()
    return redis_for_faults


@pytest.fixture(scope="session")
def redis_for_faults() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def new_stage(postgres: PostgresServer, tmp_path: Path) -> Iterator[NewStage]:
    """`new_stage(BROKER_URL=redis.url)`; without a broker its workers are embedded ones."""
    stages: list[Stage] = []

    def make(**settings: str) -> Stage:
        number = next(numbers)
        with postgres.connect("postgres") as connection:
            connection.execute(f"create database stage_{number} template hub")
        stages.append(Stage(tmp_path, postgres, f"stage_{number}", number, **settings))
        return stages[-1]

    yield make
    for one in stages:
        one.end()


@pytest.fixture
def stage(new_stage: NewStage) -> Stage:
    return new_stage()


@pytest.fixture(scope="session")
def ceph() -> Iterator[CephGateway]:
    with CephGateway() as gateway:
        yield gateway


@pytest.fixture
def s3_line(ceph: CephGateway) -> Iterator[FaultyProxy]:
    """The line from a stage's workers to S3."""
    if not ceph.is_alive():
        ceph.start()
    with FaultyProxy(ceph.endpoint) as line:
        yield line


@pytest.fixture
def in_s3(
    new_stage: NewStage, ceph: CephGateway, s3_line: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Stage]:
    """`in_s3()` is a stage with a bucket of its own behind `s3_line`."""

    def make(**settings: str) -> Stage:
        bucket = ceph.new_bucket()
        stage = new_stage(STORE_URL=ceph.store_url(bucket, endpoint=s3_line.endpoint), **settings)
        stage.bucket = bucket
        stage.held_at = ceph.store_url(bucket)
        stage.more = ceph.environment
        for name, value in ceph.environment.items():
            monkeypatch.setenv(name, value)
        return stage

    return make


@pytest.fixture
def far(new_stage: NewStage, redis: RedisServer) -> Stage:
    """A stage whose workers are Celery's."""
    return new_stage(BROKER_URL=redis.url)
