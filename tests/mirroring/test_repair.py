"""A blob whose bytes are missing or wrong: taken away from readers, fetched again, put back."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.models import Event
from hub.blobs import scrub as scrubbing
from hub.blobs.local import LocalStore
from hub.blobs.models import Blob, Damage
from hub.blobs.scrub import AT_ONCE, Condition, Interrupted, Throttle, scrub_next, suspect
from hub.blobs.stores import store
from hub.catalog.memory import forget_everything
from hub.catalog.models import Repo, Revision
from hub.errors import FileMissing, StoreError
from hub.mirroring.models import Transfer
from hub.mirroring.repair import mend, scrub
from hub.mirroring.settle import fail
from hub.mirroring.steps import claim_name
from hub.policy.models import Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import run_small

pytestmark = pytest.mark.django_db(transaction=True)

WEIGHTS, CONFIG = "/acme/tiny/resolve/main/model.safetensors", "/acme/tiny/resolve/main/config.json"

BUSY = (429, 503)
"""How clients are told to come again, each in its own way."""


@pytest.fixture
def held(permissive: Rule, ask: Ask) -> Revision:
    """The tiny repo, mirrored by the real engine a month ago."""
    request = advance(ask(world.TINY))
    fetch()
    request.refresh_from_db()
    assert request.revision is not None
    assert request.state == "published"
    Blob.objects.update(created_at=timezone.now() - timedelta(days=31))
    return request.revision


def fetch() -> None:
    while run_small(Halt()) or run_large(Halt()):
        pass


def path_of(blob: Blob) -> Path:
    held = store()
    assert isinstance(held, LocalStore)
    return held.locate(blob.sha256).path


def spoil(blob: Blob, data: bytes = b"x") -> None:
    path = path_of(blob)
    path.chmod(0o644)
    path.write_bytes(data * blob.size)


def blob_of(revision: Revision, path: str) -> Blob:
    blob = revision.files.get(path=path).blob
    assert blob is not None
    return blob


@pytest.mark.parametrize("path", ["model.safetensors", "config.json"])
def test_wrong_bytes_are_fetched_again_and_served_again(held: Revision, client: Client, path: str) -> None:
    blob, address = blob_of(held, path), f"/acme/tiny/resolve/main/{path}"
    right = b"".join(client.get(address))
    spoil(blob)
    done = scrub(rate=0)
    assert [(bad.sha256, bad.condition) for bad in done.bad] == [(blob.sha256, Condition.WRONG)]
    assert not Blob.objects.filter(sha256=blob.sha256).exists()
    damage = Damage.objects.get()
    assert (damage.repaired_at, damage.condition, damage.git_oid) == (None, "wrong", blob.git_oid)
    fetch()
    assert mend() == 0
    assert blob_of(held, path).sha256 == blob.sha256
    assert b"".join(client.get(address)) == right
    assert store().open(blob.sha256).read() == right
    verbs = list(Event.objects.filter(subject=f"sha256:{blob.sha256}").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["blob.damaged", "blob.repaired"]


def test_a_reader_is_told_what_is_the_matter_and_never_gets_wrong_bytes(held: Revision, client: Client) -> None:
    blob = blob_of(held, "model.safetensors")
    assert client.get(WEIGHTS).status_code == 200
    spoil(blob)
    scrub(rate=0)
    remembering = client.get(WEIGHTS)
    assert remembering.status_code in BUSY, "this process remembers where the bytes were"
    forget_everything()
    fresh = client.get(WEIGHTS)
    assert fresh.status_code in BUSY
    assert "fetched again" in str(fresh.headers)
    assert client.get(CONFIG).status_code == 200
    assert client.get("/api/models/acme/tiny/tree/main").status_code == 200


def test_small_bytes_that_are_wrong_on_the_disk_are_never_kept_in_memory(held: Revision, client: Client) -> None:
    blob = blob_of(held, "config.json")
    spoil(blob)
    assert client.get(CONFIG).status_code in BUSY
    blob.refresh_from_db()
    assert blob.checked_at == AT_ONCE, "the next scrub begins with it"


def test_missing_bytes_come_back_too(held: Revision) -> None:
    blob = blob_of(held, "model.safetensors")
    path_of(blob).unlink()
    assert [bad.condition for bad in scrub(rate=0).bad] == [Condition.MISSING]
    fetch()
    assert mend() == 0
    assert path_of(blob).stat().st_size == blob.size


def test_what_upstream_no_longer_has_is_told_and_asked_for_again_a_day_later(
    held: Revision, client: Client, out_there: FakeHub
) -> None:
    blob = blob_of(held, "model.safetensors")
    spoil(blob)
    scrub(rate=0)
    transfer, owner = Transfer.objects.get(state="queued"), claim_name()
    Transfer.objects.filter(pk=transfer.pk).claim(owner)
    fail(transfer.pk, owner, FileMissing("it is gone upstream"))
    mend()
    damage = Damage.objects.get()
    assert "gone upstream" in damage.trouble
    assert Event.objects.filter(verb="blob.irreparable").count() == 1
    forget_everything()
    assert "gone upstream" in str(client.get(WEIGHTS).headers)
    assert Transfer.objects.get(pk=transfer.pk).state == "failed"
    Damage.objects.update(not_before=timezone.now())
    mend()
    assert Transfer.objects.get(pk=transfer.pk).state == "queued"
    fetch()
    assert mend() == 0


def test_a_bad_blob_that_no_file_needs_just_goes(held: Revision) -> None:
    blob = blob_of(held, "model.safetensors")
    held.files.filter(blob=blob).update(blob=None, wanted=False)
    spoil(blob)
    scrub(rate=0)
    assert store().size(blob.sha256) is None
    assert Damage.objects.get().repaired_at is not None
    assert Event.objects.filter(verb="blob.not_needed").exists()


def test_a_store_that_is_not_mounted_costs_no_row(held: Revision, settings: Any, tmp_path: Path) -> None:
    count = Blob.objects.count()
    os.rename(tmp_path / "blobs", tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="the store has none of"):
        scrub(rate=0)
    assert Blob.objects.count() == count
    assert not Damage.objects.exists()
    os.rename(tmp_path / "elsewhere", tmp_path / "blobs")
    assert scrub(rate=0).bad == []


def test_a_store_that_is_lost_can_be_filled_from_upstream(held: Revision, tmp_path: Path) -> None:
    os.rename(tmp_path / "blobs", tmp_path / "elsewhere")
    count = Blob.objects.count()
    assert len(scrub(rate=0, store_is_lost=True).bad) == count
    fetch()
    assert mend() == 0
    assert Blob.objects.count() == count


def test_two_who_scrub_do_not_read_the_same(held: Revision, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever one reads a blob, another claims and reads the next."""
    seen: list[str] = []
    examine, since = scrubbing.examine, timezone.now()

    def examine_while_another_begins(store: Any, sha256: str, *rest: Any) -> Any:
        seen.append(sha256)
        scrub_next(store, Throttle(), since)
        return examine(store, sha256, *rest)

    monkeypatch.setattr(scrubbing, "examine", examine_while_another_begins)
    scrub_next(store(), Throttle(), since)
    assert len(seen) == len(set(seen)) == Blob.objects.count()
    assert not Blob.objects.filter(checked_at=None).exists()


def test_what_was_read_lately_waits_and_doubts_come_first(held: Revision) -> None:
    assert scrub(rate=0).blobs == Blob.objects.count()
    assert scrub(rate=0).blobs == 0
    blob = blob_of(held, "config.json")
    suspect(blob.sha256)
    assert scrub(rate=0).blobs == 1


def test_what_has_just_arrived_is_not_read_yet(held: Revision) -> None:
    Blob.objects.update(created_at=timezone.now())
    assert scrub(rate=0).blobs == 0


def test_a_slice_ends_with_its_time_and_the_next_goes_on(held: Revision, monkeypatch: pytest.MonkeyPatch) -> None:
    total = Blob.objects.count()
    assert scrub(seconds=0, rate=0).blobs == 0
    clock = [0.0]

    def one_more_second() -> float:
        clock[0] += 1.0
        return clock[0]

    monkeypatch.setattr("hub.mirroring.repair.time.monotonic", one_more_second)
    first = scrub(seconds=2.5, rate=0).blobs
    assert 0 < first < total
    monkeypatch.undo()
    assert scrub(rate=0).blobs == total - first


def test_reading_keeps_to_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(scrubbing.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(scrubbing.time, "sleep", sleep)
    throttle = Throttle(rate=1000)
    for _ in range(10):
        throttle.passed(1000)
    assert sum(slept) == pytest.approx(10.0)


def test_a_process_that_ends_leaves_the_blob_to_the_next(held: Revision) -> None:
    assert scrub(rate=0, stopped=lambda: True).blobs == 0
    stops = iter([False, True, True, True])
    with pytest.raises(Interrupted):
        scrub_next(store(), Throttle(1, lambda: next(stops, True)), timezone.now())
    assert not Blob.objects.exclude(checking_until=None).exists()
    assert scrub(rate=0).blobs == Blob.objects.count()


def test_a_transfer_of_the_same_digest_goes_first(held: Revision) -> None:
    blob = blob_of(held, "model.safetensors")
    spoil(blob)
    Transfer.objects.filter(digest=f"sha256:{blob.sha256}").update(state="queued")
    scrub(rate=0)
    blob.refresh_from_db()
    assert blob.checked_at == AT_ONCE
    Transfer.objects.update(state="done")
    Blob.objects.update(checking_until=None)
    scrub(rate=0)
    assert not Blob.objects.filter(pk=blob.pk).exists()


def test_a_revision_stays_published_while_a_file_of_it_is_repaired(held: Revision) -> None:
    spoil(blob_of(held, "model.safetensors"))
    scrub(rate=0)
    assert Repo.objects.get().held
    held.refresh_from_db()
    assert held.published_at is not None
