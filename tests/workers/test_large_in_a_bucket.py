"""One large file on its way into a bucket, where parts cannot be read before the whole is there."""

import json
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.blobs.models import Blob
from hub.blobs.s3 import reading
from hub.blobs.stores import store
from hub.digests import Digest
from hub.mirroring.models import Request, Transfer
from tests.fakes import FakeHub, Synthetic
from tests.services.s3 import S3Account
from tests.workers.conftest import LARGE_SIZE, MIB, bytes_of_large
from tests.workers.running import start_worker
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.meter import Meter
from workers.engine.source import Source
from workers.engine.whole import WholeFetch

BYTES = Synthetic(LARGE_SIZE, 77)
PART = 8 * MIB


@pytest.fixture
def bucket(moto_server: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The store of the test is in a fresh bucket; returns a call of boto3 for that bucket."""
    for name, value in moto_server.environment.items():
        monkeypatch.setenv(name, value)
    name = moto_server.new_bucket()
    settings.STORE_URL = moto_server.store_url(name)
    client = moto_server.client()

    def ask(operation: str, **arguments: Any) -> Any:
        return getattr(client, operation)(Bucket=name, **arguments)

    return ask


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the objects that were read, one for each request."""
    names: list[str] = []
    real = reading.read_range

    def noted(connection: Any, key: str, *arguments: Any, **options: Any) -> Any:
        names.append(key)
        return real(connection, key, *arguments, **options)

    monkeypatch.setattr(reading, "read_range", noted)
    return names


def assert_arrived(transfer: Transfer) -> None:
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error) == ("done", "")
    with store().open(Blob.objects.get().sha256) as file:
        assert file.read() == BYTES.read(0, LARGE_SIZE)
    assert Request.objects.get().state == Request.State.PUBLISHED
    assert list(store().stale_uploads(datetime.now(UTC) + timedelta(days=1))) == []


def seal(transfer: Transfer, numbers: tuple[int, ...], data: Callable[[int, int], bytes] = BYTES.read) -> None:
    """What a run left that was killed."""
    upload = store().upload(transfer.digest, LARGE_SIZE)
    for number in numbers:
        upload.write(number * PART, data(number * PART, min(PART, LARGE_SIZE - number * PART)))
        upload.seal(number)
    upload.close()


def due_again(transfer: Transfer) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(not_before=None, lease_owner="", lease_until=None)


@pytest.mark.usefixtures("bucket")
def test_bytes_of_a_run_in_one_go_are_never_read_again(large: Transfer, out_there: FakeHub, reads: list[str]) -> None:
    assert run_large(Halt())
    assert reads == []
    assert_arrived(large)
    assert reads
    assert bytes_of_large(out_there) == LARGE_SIZE


@pytest.mark.usefixtures("bucket")
def test_sealed_parts_are_read_from_the_store_and_not_fetched(
    large: Transfer, out_there: FakeHub, reads: list[str]
) -> None:
    seal(large, (0, 2))
    assert run_large(Halt())
    assert reads
    assert all("/uploads/" in name for name in reads)
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE - 2 * PART


@pytest.mark.usefixtures("bucket")
def test_a_sealed_part_that_is_wrong_is_found_before_anybody_sees_it(large: Transfer, out_there: FakeHub) -> None:
    seal(large, (1,), lambda offset, length: bytes(length))
    assert run_large(Halt())
    large.refresh_from_db()
    assert (large.state, large.error_code) == ("queued", "CorruptBytes")
    assert list(store().walk()) == []
    assert not Blob.objects.exists()
    due_again(large)
    assert run_large(Halt())
    assert_arrived(large)


@pytest.mark.usefixtures("bucket")
def test_wrong_bytes_leave_nothing_in_the_bucket(large: Transfer, out_there: FakeHub, bucket: Any) -> None:
    out_there.faults.add("corrupt", origin="cdn")
    assert run_large(Halt())
    large.refresh_from_db()
    assert large.error_code == "CorruptBytes"
    assert bucket("list_objects_v2")["KeyCount"] == 0
    assert "Uploads" not in bucket("list_multipart_uploads")


@pytest.mark.usefixtures("bucket")
def test_a_worker_killed_before_the_copy_costs_no_byte(large: Transfer, out_there: FakeHub) -> None:
    upload = store().upload(large.digest, LARGE_SIZE)
    for number in range(-(-LARGE_SIZE // PART)):
        upload.write(number * PART, BYTES.read(number * PART, min(PART, LARGE_SIZE - number * PART)))
        upload.seal(number)
    assert sum(map(len, upload.reread())) == LARGE_SIZE
    upload.close()
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == 0


def test_an_upload_that_vanished_starts_over_by_itself(large: Transfer, out_there: FakeHub, bucket: Any) -> None:
    seal(large, (0, 1))
    for upload in bucket("list_multipart_uploads")["Uploads"]:
        bucket("abort_multipart_upload", Key=upload["Key"], UploadId=upload["UploadId"])
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE


def test_a_second_worker_goes_on_from_the_parts_of_a_killed_one(
    large: Transfer, out_there: FakeHub, bucket: Any, tmp_path: Path
) -> None:
    out_there.rate = 12 * MIB
    process = start_worker(tmp_path)
    try:
        while not (sealed := sealed_parts(bucket)):
            assert process.poll() is None
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    sealed = sealed_parts(bucket)
    due_again(large)
    out_there.rate = 0
    out_there.requests.clear()
    assert run_large(Halt())
    assert_arrived(large)
    assert bytes_of_large(out_there) == LARGE_SIZE - sum(sealed)


@pytest.mark.usefixtures("bucket", "impatient")
def test_an_upstream_without_ranges_fills_a_bucket_too(large: Transfer, out_there: FakeHub) -> None:
    out_there.faults.add("ignore-range", origin="cdn", times=None)
    assert run_large(Halt())
    assert_arrived(large)


@pytest.mark.usefixtures("bucket")
def test_one_piece_after_a_run_in_parts_is_hashed_as_the_store_has_it(large: Transfer, reads: list[str]) -> None:
    upload, digest = store().upload(large.digest, LARGE_SIZE), Digest.parse(large.digest)
    upload.write(0, BYTES.read(0, PART))
    upload.seal(0)
    upload.forget(0)
    upload.write(PART, BYTES.read(PART, MIB))
    hasher = WholeFetch(Source.of(large, Halt()), upload, digest, Meter(), Halt()).run()
    hasher.verify()
    assert reads
    upload.finish(digest.hex)
    upload.close()
    assert store().size(digest.hex) == LARGE_SIZE


def sealed_parts(bucket: Any) -> list[int]:
    """Sizes of the parts that the bucket has, of the one upload that is under way."""
    for entry in bucket("list_objects_v2").get("Contents", ()):
        if entry["Key"].endswith("/upload"):
            marker = json.loads(bucket("get_object", Key=entry["Key"])["Body"].read())
            found = bucket("list_parts", Key=marker["name"], UploadId=marker["upload_id"])
            return [part["Size"] for part in found.get("Parts", ())]
    return []
