"""What only a bucket can do wrong: sizes, pages of parts, uploads that vanish, writers unaware of each other."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.blobs.s3 import objects as s3_objects
from hub.blobs.s3 import upload as s3_upload
from hub.blobs.s3.upload import part_size_of
from hub.blobs.store import Store, Upload
from hub.blobs.stores import store_at
from hub.errors import BlobTooLarge, CorruptBytes, HubError, StoreError
from tests.contracts.stores import sha256
from tests.services.s3 import S3Account

MIB = 1024 * 1024
GIB = 1024 * MIB
TIB = 1024 * GIB
DATA = random.Random(11).randbytes(2 * 8 * MIB + 4321)
KEY = f"sha256:{sha256(DATA)}"


class Bucket:
    """A fresh bucket and the store in it."""

    def __init__(self, account: S3Account, is_real: bool) -> None:
        self.is_real = is_real
        self.name = account.new_bucket()
        self.client = account.client()
        self.store: Store = store_at(account.store_url(self.name))

    def ask(self, operation: str, **arguments: Any) -> Any:
        return getattr(self.client, operation)(Bucket=self.name, **arguments)

    def uploads(self) -> list[dict[str, Any]]:
        return list(self.ask("list_multipart_uploads").get("Uploads", ()))

    def names(self) -> list[str]:
        return [entry["Key"] for entry in self.ask("list_objects_v2").get("Contents", ())]


@pytest.fixture(params=["moto_server", pytest.param("s3_server", marks=pytest.mark.service)])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    account: S3Account = request.getfixturevalue(request.param)
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    return Bucket(account, request.param == "s3_server")


def seal_all(upload: Upload, data: bytes = DATA) -> None:
    for start in range(0, len(data), upload.part_size):
        upload.write(start, data[start : start + upload.part_size])
        upload.seal(start // upload.part_size)


@pytest.mark.parametrize("size", [1, 8 * MIB, 78 * GIB, 79 * GIB, 500 * GIB, 2 * TIB, 5 * TIB])
def test_no_file_has_more_parts_than_a_bucket_takes(size: int) -> None:
    part = part_size_of(size)
    assert -(-size // part) <= 10_000
    assert 5 * MIB <= part <= 5 * GIB
    assert part % MIB == 0


def test_small_parts_stay_small_and_a_file_beyond_the_limit_is_refused() -> None:
    assert part_size_of(78 * GIB) == 8 * MIB
    with pytest.raises(BlobTooLarge, match="5 TiB") as caught:
        part_size_of(5 * TIB + 1)
    assert caught.value.permanent


def test_parts_are_found_on_every_page(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = bucket.store.upload(KEY, len(DATA))
    seal_all(upload)
    upload.close()
    asked: list[dict[str, Any]] = []
    real = s3_upload.Objects(bucket.store.address).connection.__class__.pages  # type: ignore[attr-defined]

    def small_pages(connection: Any, operation: str, **arguments: Any) -> Any:
        for page in real(connection, operation, **arguments, PaginationConfig={"PageSize": 1}):
            asked.append(page)
            yield page

    monkeypatch.setattr("hub.blobs.s3.connection.Connection.pages", small_pages)
    again = bucket.store.upload(KEY, len(DATA))
    assert again.sealed() == {0, 1, 2}
    assert len(asked) >= 3
    again.finish(sha256(DATA))
    again.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA


def test_an_upload_that_vanished_starts_over(bucket: Bucket) -> None:
    upload = bucket.store.upload(KEY, len(DATA))
    upload.write(0, DATA[: upload.part_size])
    upload.seal(0)
    for found in bucket.uploads():
        bucket.ask("abort_multipart_upload", Key=found["Key"], UploadId=found["UploadId"])
    upload.write(upload.part_size, DATA[upload.part_size : 2 * upload.part_size])
    with pytest.raises(StoreError) as caught:
        upload.seal(1)
    assert not caught.value.permanent
    upload.close()
    again = bucket.store.upload(KEY, len(DATA))
    assert again.sealed() == frozenset()
    seal_all(again)
    again.finish(sha256(DATA))
    again.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA


def test_a_late_writer_of_the_same_bytes_does_no_harm(bucket: Bucket) -> None:
    late = bucket.store.upload(KEY, len(DATA))
    late.write(0, DATA[: late.part_size])
    late.seal(0)
    now = bucket.store.upload(KEY, len(DATA))
    assert now.sealed() == {0}
    for upload in (late, now):
        for number in (1, 2):
            upload.write(number * upload.part_size, DATA[number * upload.part_size : (number + 1) * upload.part_size])
            upload.seal(number)
    now.finish(sha256(DATA))
    with pytest.raises(StoreError) as caught:
        late.finish(sha256(DATA))
    assert not caught.value.permanent
    for upload in (late, now):
        upload.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA
    assert bucket.names() == [f"blobs/sha256/{sha256(DATA)[:2]}/{sha256(DATA)[2:4]}/{sha256(DATA)}"]


def test_a_late_writer_of_wrong_bytes_spoils_nothing(bucket: Bucket) -> None:
    late = bucket.store.upload(KEY, len(DATA))
    now = bucket.store.upload(KEY, len(DATA))
    seal_all(now)
    late.write(0, bytes(late.part_size))
    late.seal(0)
    with pytest.raises(HubError) as caught:
        now.finish(sha256(DATA))
    assert not caught.value.permanent
    assert bucket.store.size(sha256(DATA)) is None
    now.close()
    late.close()
    again = bucket.store.upload(KEY, len(DATA))
    with pytest.raises(CorruptBytes):
        again.finish(sha256(DATA))
    again.close()
    assert bucket.store.size(sha256(DATA)) is None
    last = bucket.store.upload(KEY, len(DATA))
    assert last.sealed() == frozenset()
    seal_all(last)
    last.finish(sha256(DATA))
    last.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA


def test_writers_that_began_apart_finish_apart(bucket: Bucket) -> None:
    """Neither saw the other's marker: both have an upload of their own."""
    one = bucket.store.upload(KEY, len(DATA))
    for name in bucket.names():
        bucket.ask("delete_object", Key=name)
    two = bucket.store.upload(KEY, len(DATA))
    assert len(bucket.uploads()) == 2
    seal_all(one)
    seal_all(two)
    one.finish(sha256(DATA))
    two.finish(sha256(DATA))
    one.close()
    two.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA
    assert bucket.uploads() == []


def test_an_upload_that_lost_its_marker_is_found_and_aborted(bucket: Bucket) -> None:
    upload = bucket.store.upload(KEY, len(DATA))
    upload.close()
    for name in bucket.names():
        bucket.ask("delete_object", Key=name)
    if bucket.is_real:  # moto says that every upload was begun in 2010
        assert list(bucket.store.stale_uploads(datetime.now(UTC) - timedelta(hours=1))) == []
    assert list(bucket.store.stale_uploads(datetime.now(UTC) + timedelta(hours=1))) == [KEY]
    bucket.store.drop_upload(KEY)
    assert bucket.uploads() == []


def test_an_upload_that_has_just_sealed_a_part_is_not_stale(bucket: Bucket) -> None:
    upload = bucket.store.upload(KEY, len(DATA))
    upload.write(0, DATA[: upload.part_size])
    upload.seal(0)
    upload.close()
    assert list(bucket.store.stale_uploads(datetime.now(UTC) - timedelta(minutes=1))) == []


def test_what_is_too_large_to_copy_at_once_is_copied_in_parts(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_objects, "COPY_LIMIT", 10 * MIB)
    monkeypatch.setattr(s3_objects, "COPY_PIECE", 6 * MIB)
    upload = bucket.store.upload(KEY, len(DATA))
    seal_all(upload)
    upload.finish(sha256(DATA))
    upload.close()
    assert bucket.store.open(sha256(DATA)).read() == DATA
    assert bucket.uploads() == []


def test_a_half_written_part_is_not_sealed(bucket: Bucket) -> None:
    upload = bucket.store.upload(KEY, len(DATA))
    upload.write(0, DATA[:MIB])
    with pytest.raises(StoreError):
        upload.seal(0)
    with pytest.raises(StoreError):
        upload.finish(sha256(DATA))
    upload.close()


def test_an_empty_blob_can_arrive_as_an_upload(bucket: Bucket) -> None:
    upload = bucket.store.upload(f"sha256:{sha256(b'')}", 0)
    upload.finish(sha256(b""))
    upload.close()
    assert bucket.store.open(sha256(b"")).read() == b""


def test_a_reader_goes_on_after_a_broken_connection(bucket: Bucket) -> None:
    bucket.store.put({sha256(DATA): DATA})
    with bucket.store.open(sha256(DATA)) as file:
        first = file.read(MIB)
        raw: Any = file.raw  # type: ignore[attr-defined]
        raw._body._raw_stream._fp.fp.raw._sock.shutdown(2)
        assert first + file.read() == DATA


def test_every_blob_is_walked_over_several_pages(bucket: Bucket) -> None:
    blobs = {sha256(str(number).encode()): str(number).encode() for number in range(1100)}
    bucket.store.put(blobs)
    assert {found.sha256 for found in bucket.store.walk()} == set(blobs)
