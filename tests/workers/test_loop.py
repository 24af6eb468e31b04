"""The embedded worker: from a wish to a published revision, by itself."""

import threading

import pytest
from django.db import Error, connection

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.workers.conftest import REPO
from workers.engine import loop
from workers.engine.halt import Halt
from workers.engine.loop import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wish(out_there: FakeHub, transactional_db: None) -> Wish:
    Rule.objects.create(name="all", action=Action.ALLOW)
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)
    return Wish(upstream, RepoKind.MODEL, RepoId.parse(REPO))


def wait_for(request: Request, state: str) -> None:
    while True:
        request.refresh_from_db()
        if request.state == state:
            return
        threading.Event().wait(0.02)


def test_once_takes_a_wish_all_the_way_and_ends(wish: Wish) -> None:
    request = submit(wish, SYSTEM)
    Worker(Halt(), once=True).run()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_once_ends_where_there_is_nothing_to_do(transactional_db: None) -> None:
    Worker(Halt(), once=True).run()


def test_a_running_worker_hears_a_wish_and_ends_when_it_is_halted(wish: Wish) -> None:
    halt = Halt()
    thread = threading.Thread(target=Worker(halt).run)
    thread.start()
    wait_for(submit(wish, SYSTEM), Request.State.PUBLISHED)
    halt.stop()
    thread.join()


def test_the_worker_goes_on_after_trouble_with_the_database(wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "TROUBLE_SECONDS", 0.01)
    troubles = iter([Error("the database is locked"), RuntimeError("a fault of ours")])
    take = loop.run_small

    def troubled(halt: Halt, urgent: bool = False) -> int:
        if (trouble := next(troubles, None)) is not None:
            raise trouble
        return take(halt, urgent)

    monkeypatch.setattr(loop, "run_small", troubled)
    request = submit(wish, SYSTEM)
    Worker(Halt(), once=True).run()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    connection.close()
