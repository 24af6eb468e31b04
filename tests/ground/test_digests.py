import hashlib

import pytest

from hub.digests import Digest, Hasher, digest_of
from hub.errors import CorruptBytes

HELLO = b"hello\n"
HELLO_GIT = "ce013625030ba8dba906f756967f9e9ca394464a"
"""What `git hash-object` prints for a file that holds `hello` and a newline."""


def test_a_git_promise_is_kept_by_the_blob_id_that_git_itself_computes() -> None:
    hasher = digest_of([b"hel", b"lo\n"], 6, Digest.parse(f"git:{HELLO_GIT}"))
    hasher.verify()
    assert hasher.sha256 == hashlib.sha256(HELLO).hexdigest()


def test_same_length_corruption_is_noticed() -> None:
    with pytest.raises(CorruptBytes, match="digest"):
        digest_of([b"jello\n"], 6, Digest.parse(f"git:{HELLO_GIT}")).verify()


def test_missing_bytes_are_noticed() -> None:
    with pytest.raises(CorruptBytes, match="5 bytes arrived where 6"):
        digest_of([b"hello"], 6, Digest.parse(f"git:{HELLO_GIT}")).verify()


def test_a_large_lfs_blob_has_no_git_id() -> None:
    assert Hasher(100 * 1024 * 1024, Digest.parse("sha256:" + "0" * 64)).git_oid == ""


def test_the_empty_file_has_its_well_known_digests() -> None:
    hasher = digest_of([], 0, Digest.parse("git:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"))
    hasher.verify()
    assert hasher.sha256.startswith("e3b0c44298fc1c14")
