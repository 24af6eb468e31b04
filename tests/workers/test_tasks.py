"""The Celery tasks on a real worker, over the in-memory transport."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.workers.conftest import REPO
from workers.celery import app

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = {"workers.look", "workers.plan", "workers.small", "workers.large", "workers.sweep"}


@pytest.fixture
def worker(settings: Any) -> Iterator[Celery]:
    settings.EMBEDDED, settings.BROKER_URL = False, "memory://"
    app.loader.import_default_modules()
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False):
        yield app


def test_every_name_that_is_rung_for_is_a_task(worker: Celery) -> None:
    assert set(worker.tasks) >= NAMES


def test_a_wish_is_published_by_messages_alone(worker: Celery, out_there: FakeHub) -> None:
    Rule.objects.create(name="all", action=Action.ALLOW)
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)
    request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(REPO)), SYSTEM)
    while request.state not in (Request.State.PUBLISHED, Request.State.FAILED):
        threading.Event().wait(0.05)
        request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_nothing_is_kept_as_a_result_and_work_outlives_its_worker() -> None:
    assert app.conf.task_ignore_result
    assert app.conf.task_acks_late
    assert app.conf.beat_schedule["sweep"]["task"] == "workers.sweep"
