"""The Celery tasks on a real worker, over the in-memory transport, with the lanes in the same process."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.schedules import crontab
from celery.signals import worker_init, worker_shutting_down

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.nudge import QUEUE_OF, QUEUES
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.workers.conftest import REPO
from workers.celery import app, give_leases_back, start_lanes
from workers.engine import loop
from workers.engine.halt import Halt
from workers.engine.loop import Worker

pytestmark = pytest.mark.django_db(transaction=True)
CHORES = {"workers.sweep", "workers.refresh", "workers.scrub", "workers.evict", "workers.prune", "workers.index"}


@pytest.fixture
def worker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Celery]:
    """Its lanes look at the rows so seldom that whatever happens, happens by a message."""
    settings.EMBEDDED, settings.BROKER_URL = False, "memory://"
    monkeypatch.setattr(loop, "REMOTE_LOOK_SECONDS", 3600.0)
    app.loader.import_default_modules()
    halt = Halt()
    lanes = threading.Thread(target=Worker(halt, remote=True).run)
    # The lanes of a process end with it; a test wants its own.
    worker_init.disconnect(start_lanes)
    worker_shutting_down.disconnect(give_leases_back)
    lanes.start()
    try:
        with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False):
            yield app
    finally:
        halt.stop()
        lanes.join()
        worker_init.connect(start_lanes)
        worker_shutting_down.connect(give_leases_back)


def test_a_wish_is_published_by_messages_alone(worker: Celery, out_there: FakeHub) -> None:
    Rule.objects.create(name="all", action=Action.ALLOW)
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)
    request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(REPO)), SYSTEM)
    while request.state not in (Request.State.PUBLISHED, Request.State.FAILED):
        threading.Event().wait(0.05)
        request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_every_name_that_is_rung_for_is_a_task_in_a_queue_that_exists(worker: Celery) -> None:
    assert set(worker.tasks) >= set(QUEUE_OF) | CHORES
    assert {queue.name for queue in worker.conf.task_queues} == set(QUEUES) >= set(QUEUE_OF.values())


def test_the_chores_are_sent_to_their_queue_and_not_kept_beyond_the_next() -> None:
    entries = app.conf.beat_schedule.values()
    assert {entry["task"] for entry in entries} == CHORES
    assert {entry["options"]["queue"] for entry in entries} == {"chores"}
    assert all(entry["options"]["expires"] for entry in entries)
    assert all(isinstance(entry["schedule"], crontab) or entry["schedule"] <= 3600 for entry in entries), (
        "a beat that is restarted every day would never send what comes after so many hours"
    )


def test_nothing_is_kept_as_a_result_and_no_message_is_held_for_the_time_of_the_work() -> None:
    assert app.conf.task_ignore_result
    assert not app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier == 1


def test_a_worker_leaves_the_log_as_the_settings_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself Celery would raise the level of the root, and every warning of the hub would be lost."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.INFO)
    monkeypatch.setattr(type(app.log), "already_setup", False)
    app.log.setup(loglevel="ERROR", redirect_stdouts=False)
    assert root.level == logging.INFO
