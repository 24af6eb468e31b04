"""What every store promises (hub/blobs/store.py), whichever it is. Add a store in tests/contracts/stores.py."""

import io
import random
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from hub.blobs.store import Store, Upload
from hub.errors import BadInput, BlobMissing, StoreError
from tests.contracts.stores import StoreCase, sha256

MIB = 1024 * 1024
SMALL = {sha256(data): data for data in (b"", b"one", b"two" * 1000)}
LARGE = random.Random(7).randbytes(2 * 16 * MIB + 12345)
KEY = f"sha256:{sha256(LARGE)}"


def fill(upload: Upload, numbers: "list[int] | range", data: bytes = LARGE) -> None:
    """Writes the parts in pieces, as they come from a socket."""
    for number in numbers:
        start = number * upload.part_size
        end = min(start + upload.part_size, upload.size)
        for offset in range(start, end, MIB):
            upload.write(offset, memoryview(data)[offset : min(offset + MIB, end)])


def parts(upload: Upload) -> range:
    return range(-(-upload.size // upload.part_size))


def store_large(store: Store) -> str:
    upload = store.upload(KEY, len(LARGE))
    fill(upload, parts(upload))
    for number in parts(upload):
        upload.seal(number)
    upload.finish(sha256(LARGE))
    upload.close()
    return sha256(LARGE)


def test_a_fresh_store_is_usable_and_empty(case: StoreCase) -> None:
    case.store.check()
    assert list(case.store.walk()) == []
    assert case.store.size(sha256(b"one")) is None


def test_small_blobs_are_held_after_put(case: StoreCase) -> None:
    case.store.put(SMALL)
    for digest, data in SMALL.items():
        assert case.store.size(digest) == len(data)
        with case.store.open(digest) as file:
            assert file.read() == data
    assert {(blob.sha256, blob.size) for blob in case.store.walk()} == {(d, len(b)) for d, b in SMALL.items()}


def test_putting_the_same_blob_twice_is_fine(case: StoreCase) -> None:
    case.store.put(SMALL)
    case.store.put({sha256(b"one"): memoryview(bytearray(b"one"))})
    assert case.store.open(sha256(b"one")).read() == b"one"


def test_a_reader_can_seek(case: StoreCase) -> None:
    case.store.put({sha256(b"0123456789"): b"0123456789"})
    with case.store.open(sha256(b"0123456789")) as file:
        assert file.seek(4) == 4
        assert file.read(3) == b"456"
        assert file.seek(0, io.SEEK_END) == 10


def test_a_blob_that_is_not_held_is_said_to_be_missing(case: StoreCase) -> None:
    digest = sha256(b"never stored")
    with pytest.raises(BlobMissing) as caught:
        case.store.open(digest)
    assert digest in caught.value.words
    if case.looks:
        with pytest.raises(BlobMissing):
            case.store.locate(digest)


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "0" * 63, "", "0" * 64 + "/", "0" * 64 + "\n"])
def test_nothing_but_a_sha256_names_a_blob(case: StoreCase, name: str) -> None:
    for ask in (case.store.open, case.store.size, case.store.locate, case.store.delete):
        with pytest.raises(BadInput):
            ask(name)
    with pytest.raises(BadInput):
        case.store.put({name: b"x"})


@pytest.mark.parametrize("key", ["../x", "sha256:../../x", "md5:" + "0" * 32, "sha256:" + "0" * 64 + "/.."])
def test_nothing_but_a_digest_names_an_upload(case: StoreCase, key: str) -> None:
    with pytest.raises(BadInput):
        case.store.upload(key, 10)
    with pytest.raises(BadInput):
        case.store.drop_upload(key)


def test_a_large_blob_arrives_in_parts_in_any_order(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    for number in reversed(parts(upload)):
        fill(upload, [number])
        upload.seal(number)
    assert upload.sealed() == frozenset(parts(upload))
    assert case.store.size(sha256(LARGE)) is None
    upload.finish(sha256(LARGE))
    upload.close()
    with case.store.open(sha256(LARGE)) as file:
        assert file.read() == LARGE
    assert list(case.store.stale_uploads(datetime.now(UTC) + timedelta(days=1))) == []


def test_what_was_written_can_be_read_before_it_is_sealed(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    fill(upload, [1])
    assert upload.read(upload.part_size, 1000) == LARGE[upload.part_size : upload.part_size + 1000]
    upload.close()


def test_finishing_twice_is_fine(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    fill(upload, parts(upload))
    for number in parts(upload):
        upload.seal(number)
    upload.finish(sha256(LARGE))
    upload.finish(sha256(LARGE))
    upload.close()
    assert case.store.size(sha256(LARGE)) == len(LARGE)
    store_large(case.store)
    assert case.store.size(sha256(LARGE)) == len(LARGE)


def test_bytes_beyond_the_promised_size_are_refused(case: StoreCase) -> None:
    upload = case.store.upload(KEY, 10)
    with pytest.raises(StoreError):
        upload.write(8, b"four")
    upload.close()


def test_sealed_parts_outlive_the_upload_object(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    fill(upload, [0, 2])
    upload.seal(0)
    upload.seal(2)
    upload.close()
    again = case.store.upload(KEY, len(LARGE))
    assert again.sealed() == {0, 2}
    if not again.rereads:
        assert again.read(0, 100) == LARGE[:100]
    for number in set(parts(again)) - {0, 2}:
        fill(again, [number])
        again.seal(number)
    assert b"".join(again.reread()) == LARGE
    assert case.store.size(sha256(LARGE)) is None
    again.finish(sha256(LARGE))
    again.close()
    assert case.store.open(sha256(LARGE)).read() == LARGE


def test_an_upload_of_another_size_starts_over(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    fill(upload, [0])
    upload.seal(0)
    upload.close()
    again = case.store.upload(KEY, len(LARGE) - 1)
    assert again.sealed() == frozenset()
    again.close()


def test_an_abandoned_upload_starts_over(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    fill(upload, [0])
    upload.seal(0)
    upload.abandon()
    upload.close()
    again = case.store.upload(KEY, len(LARGE))
    assert again.sealed() == frozenset()
    again.close()


def test_a_process_killed_in_the_middle_costs_only_what_was_not_sealed(case: StoreCase) -> None:
    script = f"""
import random, time
data = random.Random(7).randbytes({len(LARGE)})
upload = store.upload({KEY!r}, len(data))
upload.write(0, data[:upload.part_size])
upload.seal(0)
upload.write(upload.part_size, data[upload.part_size:upload.part_size + 5000])
print("ready", flush=True)
time.sleep(600)
"""
    process = case.in_another_process(script)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    if case.locks:
        # One process at a time: two writers could spoil what the other has hashed.
        with pytest.raises(StoreError):
            case.store.upload(KEY, len(LARGE))
    process.send_signal(signal.SIGKILL)
    process.wait()
    upload = case.store.upload(KEY, len(LARGE))
    assert upload.sealed() == {0}
    if not upload.rereads:
        assert upload.read(0, upload.part_size) == LARGE[: upload.part_size]
    assert case.store.size(sha256(LARGE)) is None
    for number in parts(upload)[1:]:
        fill(upload, [number])
        upload.seal(number)
    upload.finish(sha256(LARGE))
    upload.close()
    assert case.store.open(sha256(LARGE)).read() == LARGE


def test_many_threads_write_and_seal_one_upload(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))

    def part(number: int) -> None:
        fill(upload, [number])
        upload.seal(number)

    threads = [threading.Thread(target=part, args=(number,)) for number in parts(upload)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    upload.finish(sha256(LARGE))
    upload.close()
    assert case.store.open(sha256(LARGE)).read() == LARGE


def test_processes_that_store_the_same_digest_at_once_do_no_harm(case: StoreCase) -> None:
    script = """
import hashlib
blobs = {hashlib.sha256(data).hexdigest(): data for data in (b"%d" % number for number in range(50))}
for _ in range(5):
    store.put(blobs)
"""
    processes = [case.in_another_process(script) for _ in range(3)]
    for process in processes:
        _, trouble = process.communicate()
        assert process.returncode == 0, trouble
    assert len(list(case.store.walk())) == 50
    assert list(case.store.stale_uploads(datetime.now(UTC) + timedelta(days=1))) == []


def test_a_deleted_blob_is_gone_and_deleting_it_again_is_fine(case: StoreCase) -> None:
    case.store.put(SMALL)
    assert case.store.delete(sha256(b"one"))
    assert not case.store.delete(sha256(b"one"))
    assert case.store.size(sha256(b"one")) is None
    assert len(list(case.store.walk())) == len(SMALL) - 1


def test_a_blob_that_was_stored_anew_is_not_deleted_as_an_old_one(case: StoreCase) -> None:
    case.store.put(SMALL)
    assert not case.store.delete(sha256(b"one"), before=datetime.now(UTC) - timedelta(hours=1))
    assert case.store.delete(sha256(b"one"), before=datetime.now(UTC) + timedelta(hours=1))


def test_unfinished_uploads_are_found_and_dropped_once_nobody_writes_them(case: StoreCase) -> None:
    upload = case.store.upload(KEY, len(LARGE))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert list(case.store.stale_uploads(later)) == []
    upload.close()
    assert list(case.store.stale_uploads(later)) == [KEY]
    assert list(case.store.stale_uploads(datetime.now(UTC) - timedelta(hours=1))) == []
    case.store.drop_upload(KEY)
    assert list(case.store.stale_uploads(later)) == []


def test_free_room_is_a_number_or_unbounded(case: StoreCase) -> None:
    free = case.store.free_bytes()
    assert free is None or free > 0
