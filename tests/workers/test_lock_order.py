"""Whoever locks several transfers does so by pk, whatever for: of two who want the same rows in two orders, each would
wait for the other, and the database would kill one of them. For the same reason nobody waits for a request while it
holds transfers.

Postgres can show it. SQLite has one writer at a time, so there these tests only show that the work gets done.
"""

import random
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.catalog.models import RepoFile, Revision
from hub.errors import FileMissing, UpstreamRateLimited, WrongState
from hub.mirroring import gather as gathering
from hub.mirroring import steering
from hub.mirroring.decisions import hurry
from hub.mirroring.gather import gather
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import NORMAL, URGENT
from hub.mirroring.settle import Landing, fail, put_off, settle, settle_waiting
from tests.workers.conftest import Planned
from tests.workers.test_prune_races import Together
from workers.engine.claim import Claim, claim_small
from workers.engine.sweep import free_the_dead

ROUNDS = 4
OWNER = "host:1:held"
SEED = 4711

Work = Callable[[Request], object]


@pytest.fixture
def fetching(planned: Planned) -> Request:
    """A request whose transfers lie in the table in another order than that of their pks."""
    request = planned()
    one_by_one(started_at=timezone.now())
    return request


def pks() -> list[int]:
    return list(Transfer.objects.order_by("pk").values_list("pk", flat=True))


def one_by_one(**changes: Any) -> None:
    """Each row in a transaction of its own, so that whoever holds one waits for nobody; the last one comes to lie first
    in the table."""
    for pk in reversed(pks()):
        Transfer.objects.filter(pk=pk).update(**changes)


def lock_slowly() -> None:
    """Every transfer in one transaction, by pk, with time enough for others to come in between."""
    with transaction.atomic():
        for pk in pks():
            Transfer.objects.select_for_update().filter(pk=pk).first()


def beside(work: Callable[[], object]) -> AbstractContextManager[object]:
    """Somebody who does so all the time, where there can be two."""
    return Together(work) if connection.vendor == "postgresql" else nullcontext()


def hold() -> None:
    later = timezone.now() + timedelta(hours=1)
    one_by_one(state="queued", lease_owner=OWNER, lease_until=later, attempts=1, not_before=None)


def claim(request: Request) -> None:
    one_by_one(state="queued", lease_owner="", lease_until=None, not_before=None, paused=False)
    assert claim_small(1024) is not None


def renew(request: Request) -> None:
    hold()
    assert Transfer.objects.filter(pk__in=pks()).renew(OWNER) == len(pks())


def give_back(request: Request) -> None:
    hold()
    assert Claim(OWNER, list(Transfer.objects.all())).give_back() == len(pks())


def wait_for_upstream(request: Request) -> None:
    hold()
    assert put_off(pks(), OWNER, UpstreamRateLimited("slow down", retry_after=1)) == len(pks())


def free(request: Request) -> None:
    hold()
    one_by_one(lease_owner=f"{socket.gethostname()[:40]}:999999999:dead")
    assert free_the_dead() == len(pks())


def pause_all(request: Request) -> None:
    hold()
    steering.pause_everything(SYSTEM)
    steering.resume_everything(SYSTEM)


def pause_one(request: Request) -> None:
    hold()
    steering.pause(request, SYSTEM)
    steering.resume(request, SYSTEM)


def prioritise(request: Request) -> None:
    for priority in (URGENT, NORMAL):
        steering.prioritise(request, SYSTEM, priority)


def cancel(request: Request) -> None:
    steering.cancel(request, SYSTEM)
    Request.objects.filter(pk=request.pk).update(state=Request.State.FETCHING)
    one_by_one(state="queued")


def try_now(request: Request) -> None:
    one_by_one(state="queued", lease_owner="", not_before=timezone.now() + timedelta(hours=1))
    hurry(request, SYSTEM)
    assert not Transfer.objects.exclude(not_before=None).exists()


def gather_anew(request: Request) -> None:
    one_by_one(state="cancelled")
    settle_waiting()
    assert not Transfer.objects.exclude(state="queued").exists()


EVERYBODY: list[Work] = [
    claim, renew, give_back, wait_for_upstream, free, pause_all, pause_one, prioritise, cancel, try_now, gather_anew,
]  # fmt: skip


@pytest.mark.parametrize("work", EVERYBODY, ids=lambda work: work.__name__)
def test_nobody_gets_in_the_way_of_one_who_locks_by_pk(fetching: Request, work: Work) -> None:
    with beside(lock_slowly):
        for _ in range(ROUNDS):
            work(fetching)


def landings(owner: str = OWNER) -> list[Landing]:
    return [
        Landing(row.pk, owner, f"{row.pk:064x}", row.size, row.digest.removeprefix("git:"))
        for row in Transfer.objects.exclude(digest__startswith="sha256:")
    ]


def test_landing_and_giving_up_do_not_get_in_the_way_of_people_who_steer(planned: Planned) -> None:
    """Steering changes the request first and then its files; what lands publishes the request's revision."""
    request = planned(("small/*",))

    def steer() -> None:
        with transaction.atomic():
            Request.objects.select_for_update().get(pk=request.pk)
            lock_slowly()

    with beside(steer):
        for number in range(ROUNDS):
            hold()
            if number % 2:
                settle(landings())
                request.refresh_from_db()
                assert request.state == Request.State.PUBLISHED
                RepoFile.objects.update(blob=None)
            else:
                fail(pks()[0], OWNER, FileMissing("it is gone upstream"))
                request.refresh_from_db()
                assert request.state == Request.State.FAILED
            Request.objects.filter(pk=request.pk).update(state=Request.State.FETCHING, not_before=None)


def mirrored(revision: Revision) -> Revision:
    """Another revision with the same files in the opposite order."""
    twin = Revision.objects.get(pk=revision.pk)
    twin.pk, twin.commit = None, "e" * 40
    twin.save()
    files = list(revision.files.order_by("-position"))
    for position, file in enumerate(files):
        file.pk, file.revision, file.position = None, twin, position
    RepoFile.objects.bulk_create(files)
    return twin


def test_two_plans_that_share_their_files_do_not_wait_for_each_other(
    fetching: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "BATCH", 3)
    assert fetching.revision is not None
    revisions = [fetching.revision, mirrored(fetching.revision)]
    for number in range(ROUNDS * 3):
        # In one round the transfers are new to both, in the next some are.
        Transfer.objects.filter(pk__in=pks()[:: 1 + number % 2]).delete()
        start = threading.Barrier(2)

        def plan(revision: Revision, start: threading.Barrier = start) -> None:
            start.wait(10)
            with transaction.atomic():
                gather(revision)

        in_threads([lambda revision=revision, plan=plan: plan(revision) for revision in revisions])  # type: ignore[misc]
        assert Transfer.objects.count() == 32


def test_workers_people_and_sweeps_hammer_the_same_transfers(fetching: Request) -> None:
    works: list[Work] = [*EVERYBODY, lambda request: settle(landings()), lambda request: settle_waiting()]
    chance = random.Random(SEED)
    plans = [[chance.choice(works) for _ in range(ROUNDS * 6)] for _ in range(2)]

    def hammer(works: list[Work]) -> None:
        mine = Request.objects.get(pk=fetching.pk)
        for work in works:
            try:
                work(mine)
            except (WrongState, AssertionError):
                # The other one was quicker; only a deadlock is a fault here.
                continue

    in_threads([lambda works=works: hammer(works) for works in plans])  # type: ignore[misc]


def in_threads(works: list[Callable[[], object]]) -> None:
    """Once each, at the same time; what one of them raises fails the test."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
