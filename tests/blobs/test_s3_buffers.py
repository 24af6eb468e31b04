"""Memory of parts is used again, and one file's bytes never end up in another."""

import gc
import weakref

import pytest

from hub.blobs.s3.buffers import Buffers
from hub.blobs.stores import store_at
from tests.contracts.stores import sha256
from tests.services.s3 import S3Account

MIB = 1024 * 1024


def test_what_was_given_back_is_taken_again() -> None:
    memory = Buffers()
    first = memory.take(MIB)
    memory.give(first)
    assert memory.take(MIB) is first
    assert memory.take(MIB) is not first


def test_parts_of_another_size_are_not_kept_beside_those_that_are_needed() -> None:
    memory = Buffers()
    first = memory.take(MIB)
    memory.give(first)
    assert len(memory.take(2 * MIB)) == 2 * MIB
    assert memory.take(MIB) is not first


def test_what_is_dropped_goes_back_to_the_system() -> None:
    memory = Buffers()
    buffer = memory.take(MIB)
    gone = weakref.ref(buffer)
    memory.give(buffer)
    del buffer
    assert gone() is not None
    memory.drop()
    gc.collect()
    assert gone() is None


def test_a_shorter_file_after_a_longer_one_ends_where_it_ends(
    moto_server: S3Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in moto_server.environment.items():
        monkeypatch.setenv(name, value)
    store = store_at(moto_server.store_url(moto_server.new_bucket()))
    keeps_memory = store.upload("sha256:" + "0" * 64, MIB)
    for data in (b"long" * 3 * MIB, b"short" * MIB, b"end"):
        upload = store.upload(f"sha256:{sha256(data)}", len(data))
        for number, start in enumerate(range(0, len(data), upload.part_size)):
            piece = data[start : start + upload.part_size]
            upload.write(start, piece)
            assert bytes(upload.read(start, upload.part_size)) == piece
            upload.seal(number)
            upload.forget(number)
        upload.finish(sha256(data))
        upload.close()
        with store.open(sha256(data)) as stored:
            assert stored.read() == data
    keeps_memory.abandon()
    keeps_memory.close()
