"""Prune beside plans and workers, for real: threads and a second process, on the real store and the real database.

The store is slowed down at the moments that matter, so that what could interleave does. The invariant: there is never
a Blob row, and never a published revision, without bytes.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from hub.blobs.models import Blob, Removal
from hub.blobs.stores import store
from hub.catalog.models import RepoFile, Revision
from hub.digests import Digest
from hub.mirroring import removals, steps
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pruning import prune_blobs
from hub.mirroring.removals import Doomed, removing
from hub.mirroring.settle import settle_waiting
from tests.contracts.stores import CASES
from tests.workers.conftest import LARGE, Planned
from tests.workers.running import start_script
from workers.engine.claim import claim_large, claim_small
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import run_small

ALL = timedelta(0)
ROUNDS = 10
FILES = ("small/0.txt", "small/1.txt", "small/2.txt")


@pytest.fixture(params=[pytest.param(name, marks=case.marks) for name, case in CASES.items()], autouse=True)
def kind_of_store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, own_store: str
) -> Iterator[None]:
    with CASES[request.param].opened(request, tmp_path, monkeypatch) as case:
        settings.STORE_URL = case.url
        yield


@pytest.fixture
def slow_deletes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the decision to delete an object and the deletion, much can happen."""
    delete = type(store()).delete

    def late(self: Any, sha256: str, before: Any = None) -> bool:
        time.sleep(0.02)
        return bool(delete(self, sha256, before))

    monkeypatch.setattr(type(store()), "delete", late)


@pytest.fixture
def revision(planned: Planned) -> Revision:
    request = planned(FILES)
    while run_small(Halt()):
        pass
    request.refresh_from_db()
    assert request.revision is not None
    return request.revision


def drop(revision: Revision) -> None:
    """Nothing refers to its bytes any more, and nothing is published."""
    revision.files.update(blob=None)
    Revision.objects.filter(pk=revision.pk).update(published_at=None)
    Request.objects.update(state=Request.State.FETCHING)


def violations() -> list[str]:
    """Rows whose bytes are missing, and were missing while the row was there."""
    found = []
    for pk, sha256, size in list(Blob.objects.values_list("pk", "sha256", "size")):
        if store().size(sha256) != size and Blob.objects.filter(pk=pk).exists():
            found.append(sha256)
    return found


class Together:
    """Work that goes on in threads until the end of the `with`; what one of them raises fails the test."""

    def __init__(self, *works: Callable[[], object]) -> None:
        self._over = threading.Event()
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(work,)) for work in works]

    def _run(self, work: Callable[[], object]) -> None:
        try:
            while not self._over.is_set():
                work()
        except BaseException as error:
            self._errors.append(error)
        finally:
            connection.close()

    def __enter__(self) -> "Together":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        assert not self._errors, self._errors


def until_published(revision: Revision, watch: Callable[[], list[str]]) -> None:
    deadline = time.monotonic() + 60
    while not Revision.objects.filter(pk=revision.pk, published_at__isnull=False).exists():
        assert not watch()
        assert time.monotonic() < deadline, "nothing is published any more"
        Transfer.objects.filter(state="queued").update(not_before=None)
        settle_waiting()


def test_plans_and_workers_beside_a_prune_never_leave_a_row_without_bytes(
    revision: Revision, slow_deletes: None
) -> None:
    def work() -> None:
        run_small(Halt())

    def by_name() -> None:
        for pk in Transfer.objects.filter(state="queued").values_list("pk", flat=True)[:1]:
            run_large(Halt(), pk)

    with Together(lambda: prune_blobs(ALL), lambda: prune_blobs(ALL), work, by_name):
        for _ in range(ROUNDS):
            drop(revision)
            until_published(revision, violations)
            assert not violations()
            assert all(size is not None for size in map(store().size, shas_of(revision)))
    assert not violations()
    assert not Removal.objects.exists()


def shas_of(revision: Revision) -> list[str]:
    return list(revision.files.filter(wanted=True).values_list("blob__sha256", flat=True))


def test_a_prune_in_another_process_is_kept_apart_too(
    revision: Revision, slow_deletes: None, tmp_path: Path, pruner: "subprocess.Popen[str]"
) -> None:
    with Together(lambda: run_small(Halt())):
        for _ in range(ROUNDS):
            drop(revision)
            until_published(revision, violations)
    assert pruner.poll() is None, pruner.communicate()
    assert not violations()


@pytest.fixture
def pruner(revision: Revision, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    process = start_script(
        tmp_path,
        """
from datetime import timedelta
from hub.mirroring.pruning import prune_blobs
while True:
    prune_blobs(timedelta(0))
""",
    )
    yield process
    process.kill()
    process.communicate()


def test_old_bytes_that_a_worker_finds_are_not_deleted_under_its_hands(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker reads bytes whose row is gone, and believes them: the prune must not take them before it settles."""
    planned((LARGE,))
    assert run_large(Halt())
    blob = Blob.objects.get()
    revision = Revision.objects.get()
    drop(revision)
    blob.delete()
    settle_waiting()
    asked = threading.Event()
    opened = type(store()).open

    def open_and_wait(self: Any, sha256: str) -> Any:
        file = opened(self, sha256)
        asked.set()
        time.sleep(0.3)
        return file

    monkeypatch.setattr(type(store()), "open", open_and_wait)
    with Together(lambda: run_large(Halt()) or time.sleep(0.01)):
        assert asked.wait(10)
        assert prune_blobs(ALL).objects == 0
        until_published(revision, violations)
    assert not violations()


def test_nothing_of_a_digest_begins_while_its_object_is_deleted(planned: Planned) -> None:
    planned((LARGE,))
    transfer = Transfer.objects.get()
    Transfer.objects.update(state="done")
    doomed = Doomed(Digest.parse(transfer.digest).hex, transfer.size)
    with removing([doomed]) as free:
        assert free == [doomed]
        Transfer.objects.update(state="queued")
        assert claim_large() is None
        with removing([doomed]) as second:
            assert second == [], "one deletes at a time"
    assert claim_large() is not None


def test_a_file_in_git_waits_for_every_object_of_its_size(planned: Planned) -> None:
    planned(("small/0.txt",))
    transfer = Transfer.objects.get()
    assert transfer.digest.startswith("git:")
    with removing([Doomed("a" * 64, transfer.size)]) as free:
        assert free == [], "its sha256 is not known before it has arrived"
    Transfer.objects.update(state="done")
    with removing([Doomed("a" * 64, transfer.size)]):
        Transfer.objects.update(state="queued")
        assert claim_small(10) is None
    assert claim_small(10) is not None


def test_a_prune_that_was_killed_blocks_a_transfer_for_some_minutes_only(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned((LARGE,))
    transfer = Transfer.objects.get()
    monkeypatch.setattr(removals, "LASTS", timedelta(seconds=-1))
    Removal.objects.create(
        digest=transfer.digest, size=transfer.size, owner="dead", until=removals.from_now(removals.LASTS)
    )
    assert claim_large() is not None
    prune_blobs(ALL)
    assert not Removal.objects.exists()


def test_a_link_and_a_prune_at_the_same_moment(revision: Revision) -> None:
    """The row is linked after the prune has chosen it: the row stays, or the file waits, and neither breaks."""
    file = revision.files.filter(path=FILES[0]).select_related("blob").get()
    assert file.blob is not None
    with Together(lambda: prune_blobs(ALL)):
        for _ in range(ROUNDS * 4):
            RepoFile.objects.filter(pk=file.pk).update(blob=None)
            Request.objects.update(state=Request.State.FETCHING)
            if not Blob.objects.filter(sha256=file.blob.sha256).exists():
                settle_waiting()
                run_small(Halt())
            settle_waiting()
            assert not violations()


def test_a_plan_whose_blob_is_pruned_at_the_same_moment_is_made_again_at_once(
    revision: Revision, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only Postgres lets both happen; its answer to the plan's commit is the one that is given here."""
    request = Request.objects.get()
    Request.objects.update(state=Request.State.APPROVED)

    def torn(*_: object) -> None:
        raise IntegrityError("a blob of this plan is gone")

    with monkeypatch.context() as patched:
        patched.setattr(steps, "gather", torn)
        steps.plan(request.pk)
    request.refresh_from_db()
    assert (request.state, request.lease_owner) == (Request.State.APPROVED, "")
    steps.plan(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
