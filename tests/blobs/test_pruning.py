import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hub.blobs.local import LocalStore
from hub.blobs.models import Blob
from hub.blobs.scrub import AT_ONCE, Condition, verify_blobs
from hub.blobs.stores import store
from hub.catalog.models import Repo, RepoFile, Revision
from hub.mirroring.models import Transfer
from hub.mirroring.pruning import prune_blobs
from hub.upstreams.models import Upstream
from tests.contracts.stores import sha256

pytestmark = pytest.mark.django_db
OLD = timedelta(days=3)


def hold(data: bytes, age: timedelta = OLD) -> Blob:
    """A blob with its row, both `age` old."""
    store_bytes(data, age)
    return Blob.objects.create(sha256=sha256(data), size=len(data), created_at=timezone.now() - age)


def store_bytes(data: bytes, age: timedelta = OLD) -> None:
    store().put({sha256(data): data})
    then = (timezone.now() - age).timestamp()
    os.utime(path_of(data), (then, then))


def path_of(data: bytes) -> Path:
    held = store()
    assert isinstance(held, LocalStore)
    return held.locate(sha256(data)).path


def refer_to(blob: Blob) -> RepoFile:
    upstream = Upstream.objects.create(slug="up", url="http://127.0.0.1:1")
    repo = Repo.objects.create(upstream=upstream, kind="model", name="m", key="m")
    revision = Revision.objects.create(repo=repo, commit="c" * 40)
    return RepoFile.objects.create(revision=revision, position=0, path="a", size=blob.size, oid="0" * 40, blob=blob)


def test_bytes_that_changed_or_went_are_reported_and_nothing_is_deleted() -> None:
    fine, wrong, missing = hold(b"fine"), hold(b"wrong"), hold(b"missing")
    path_of(b"wrong").chmod(0o644)
    path_of(b"wrong").write_bytes(b"worse")
    path_of(b"missing").unlink()
    found = {finding.sha256: finding.condition for finding in verify_blobs()}
    assert found == {fine.sha256: None, wrong.sha256: Condition.WRONG, missing.sha256: Condition.MISSING}
    assert Blob.objects.filter(checked_at=AT_ONCE).count() == 2, "what is bad comes first at the next scrub"
    assert Blob.objects.count() == 3


def test_blobs_that_were_not_looked_at_for_longest_come_first() -> None:
    first, second = hold(b"first"), hold(b"second")
    Blob.objects.filter(pk=first.pk).update(checked_at=timezone.now())
    assert [finding.sha256 for finding in verify_blobs(limit=1)] == [second.sha256]
    assert [finding.sha256 for finding in verify_blobs(limit=1)] == [first.sha256]


def test_the_verify_command_fails_when_a_blob_is_wrong() -> None:
    hold(b"gone")
    path_of(b"gone").unlink()
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("verifyblobs", stdout=out, stderr=err)
    assert "1 missing" in out.getvalue()
    assert sha256(b"gone") in err.getvalue()


def test_a_blob_that_no_file_refers_to_goes_with_its_row() -> None:
    hold(b"nobody's")
    used = hold(b"somebody's")
    refer_to(used)
    pruned = prune_blobs()
    assert (pruned.rows, pruned.objects, pruned.bytes) == (1, 1, len(b"nobody's"))
    assert list(Blob.objects.all()) == [used]
    assert store().size(sha256(b"nobody's")) is None
    assert store().size(used.sha256) == used.size


def test_young_things_are_left_alone() -> None:
    hold(b"young row", age=timedelta(hours=1))
    store_bytes(b"young bytes", age=timedelta(hours=1))
    pruned = prune_blobs()
    assert (pruned.rows, pruned.objects, pruned.uploads) == (0, 0, 0)
    assert prune_blobs(timedelta(minutes=30)).objects == 2


def test_bytes_without_a_row_go() -> None:
    store_bytes(b"a kill came before the row")
    assert prune_blobs().objects == 1
    assert list(store().walk()) == []


def test_bytes_that_were_stored_anew_meanwhile_outlive_their_old_row() -> None:
    blob = hold(b"wanted again")
    os.utime(path_of(b"wanted again"))
    assert prune_blobs().rows == 1
    assert store().size(blob.sha256) == blob.size


def test_stale_uploads_go() -> None:
    upload = store().upload("sha256:" + "b" * 64, 1000)
    upload.close()
    then = (timezone.now() - OLD).timestamp()
    held = store()
    assert isinstance(held, LocalStore)
    for path in held.uploads.rglob("*"):
        os.utime(path, (then, then))
    assert prune_blobs().uploads == 1
    assert list(held.uploads.iterdir()) == []


def test_parts_of_a_transfer_that_waits_are_kept_however_old_they_are() -> None:
    key = "sha256:" + "b" * 64
    store().upload(key, 1000).close()
    held = store()
    assert isinstance(held, LocalStore)
    then = (timezone.now() - OLD).timestamp()
    for path in held.uploads.rglob("*"):
        os.utime(path, (then, then))
    upstream = Upstream.objects.create(slug="up", url="http://127.0.0.1:1")
    transfer = Transfer.objects.create(digest=key, size=1000, upstream=upstream, kind="model", repo_id="a/b")
    assert prune_blobs().uploads == 0
    transfer.delete()
    assert prune_blobs().uploads == 1


def test_a_dry_run_counts_and_touches_nothing() -> None:
    hold(b"nobody's")
    out = StringIO()
    call_command("pruneblobs", "--dry-run", stdout=out)
    assert "Would remove 1 blobs" in out.getvalue()
    assert Blob.objects.count() == 1
    assert store().size(sha256(b"nobody's")) is not None
    call_command("pruneblobs", "--grace", "1", stdout=out)
    assert Blob.objects.count() == 0
