"""What is particular to the store in a directory: its layout, its rights, its disk."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.blobs.local import LocalStore
from hub.blobs.local_upload import part_size_of
from hub.blobs.store import LocalFile
from hub.blobs.stores import store_at
from hub.errors import StoreError, StoreFull
from tests.contracts.stores import StoreCase, sha256

MIB = 1024 * 1024
KEY = "sha256:" + "a" * 64


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_blobs_lie_under_their_digest_and_are_read_only(tmp_path: Path) -> None:
    store, digest = LocalStore(tmp_path), sha256(b"one")
    store.put({digest: b"one"})
    path = tmp_path / "sha256" / digest[:2] / digest[2:4] / digest
    assert store.locate(digest) == LocalFile(path)
    assert path.stat().st_mode & 0o777 == 0o444
    assert [entry.name for entry in (tmp_path / "uploads").iterdir()] == []


def test_a_finished_upload_is_read_only_and_leaves_nothing_behind(tmp_path: Path) -> None:
    store, data = LocalStore(tmp_path), b"x" * 1000
    upload = store.upload(f"sha256:{sha256(data)}", len(data))
    upload.write(0, data)
    upload.seal(0)
    upload.finish(sha256(data))
    upload.close()
    assert store.locate(sha256(data)).path.stat().st_mode & 0o777 == 0o444
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_torn_last_line_of_the_list_is_not_believed(tmp_path: Path) -> None:
    store, size = LocalStore(tmp_path), 40 * MIB
    upload = store.upload(KEY, size)
    upload.write(0, bytes(upload.part_size))
    upload.seal(0)
    upload.close()
    with (tmp_path / "uploads" / KEY.replace(":", "-") / "sealed").open("a") as file:
        file.write("1")
    again = store.upload(KEY, size)
    assert again.sealed() == {0}
    again.close()


def test_an_upload_whose_bytes_were_cut_starts_over(tmp_path: Path) -> None:
    store, size = LocalStore(tmp_path), 40 * MIB
    upload = store.upload(KEY, size)
    upload.write(0, bytes(upload.part_size))
    upload.seal(0)
    upload.close()
    os.truncate(tmp_path / "uploads" / KEY.replace(":", "-") / "bytes", 1000)
    again = store.upload(KEY, size)
    assert again.sealed() == frozenset()
    again.close()


def test_parts_grow_with_the_file_so_that_there_are_never_many_more_than_a_thousand() -> None:
    assert part_size_of(1) == 16 * MIB
    assert part_size_of(2 << 30) == 16 * MIB
    assert part_size_of(100 << 30) == 100 * MIB
    assert part_size_of((16 << 30) + 1) == 17 * MIB


def test_an_upload_that_cannot_fit_is_refused_before_the_first_byte(tiny_disk: Path) -> None:
    store = LocalStore(tiny_disk)
    with pytest.raises(StoreFull) as caught:
        store.upload(KEY, 9 * MIB)
    assert f"{9 * MIB:,} bytes more are needed" in caught.value.words
    assert "are free" in caught.value.words


def test_a_disk_that_fills_up_keeps_what_was_sealed(tiny_disk: Path) -> None:
    store = LocalStore(tiny_disk)
    store.put({sha256(b"held"): b"held"})
    upload = store.upload(KEY, 7 * MIB)
    (tiny_disk / "somebody else's").write_bytes(bytes(4 * MIB))
    with pytest.raises(StoreFull):
        upload.write(0, bytes(7 * MIB))
    upload.close()
    with pytest.raises(StoreFull):
        store.put({sha256(b"y" * 6 * MIB): b"y" * 6 * MIB})
    assert store.open(sha256(b"held")).read() == b"held"
    (tiny_disk / "somebody else's").unlink()
    again = store.upload(KEY, 7 * MIB)
    again.write(0, bytes(7 * MIB))
    again.seal(0)
    again.finish(sha256(bytes(7 * MIB)))
    again.close()
    assert store.size(sha256(bytes(7 * MIB))) == 7 * MIB


def test_a_limit_of_the_operating_system_is_told_as_a_full_store(tmp_path: Path) -> None:
    url = f"file://{tmp_path / 'blobs'}"
    case = StoreCase(store_at(url), url)
    script = """
import resource
from hub.errors import StoreFull
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    store.put({"0" * 64: bytes(2 << 20)})
except StoreFull as error:
    print(error.words)
"""
    words, trouble = case.in_another_process(script).communicate()
    assert "is full" in words, trouble
    assert list(case.store.walk()) == []


def test_a_directory_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        LocalStore(tmp_path / "file" / "blobs").check()
    assert "HUB_STORE_URL" in caught.value.words
