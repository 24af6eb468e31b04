"""The identities git and git-lfs give to content, computed the way git computes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

FILE_MODE = b"100644"
DIRECTORY_MODE = b"40000"


def object_oid(kind: str, data: bytes) -> str:
    """The sha1 git gives to an object held in memory."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data).hexdigest()


def blob_oid_of_chunks(size: int, chunks: Iterable[bytes]) -> str:
    """The sha1 git gives to a blob too big to be held in memory."""
    digest = hashlib.sha1(b"blob %d\0" % size)
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def sha256_of_chunks(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def pointer_text(sha256: str, size: int) -> bytes:
    """What git stores in place of a file kept by git-lfs."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def tree_oids(blobs: Mapping[str, str]) -> dict[str, str]:
    """The oid of every directory, keyed by its path; the root has the key ''."""
    children: dict[str, dict[str, tuple[bytes, str]]] = {"": {}}
    for path, oid in blobs.items():
        parent, name = _ensure_parents(children, path)
        children[parent][name] = (FILE_MODE, oid)
    oids: dict[str, str] = {}
    # Longer paths first: a directory can only be hashed once all of its subdirectories are.
    for directory in sorted(children, key=lambda path: path.count("/") + bool(path), reverse=True):
        oids[directory] = _tree_oid(children[directory])
        if directory:
            parent, _, name = directory.rpartition("/")
            children[parent][name] = (DIRECTORY_MODE, oids[directory])
    return oids


def _ensure_parents(children: dict[str, dict[str, tuple[bytes, str]]], path: str) -> tuple[str, str]:
    parent, _, name = path.rpartition("/")
    directory = parent
    while directory not in children:
        children[directory] = {}
        directory = directory.rpartition("/")[0]
    return parent, name


def _tree_oid(entries: Mapping[str, tuple[bytes, str]]) -> str:
    # Git sorts a directory as if its name ended in a slash, and by bytes rather than by letters.
    def git_order(item: tuple[str, tuple[bytes, str]]) -> bytes:
        name, (mode, _) = item
        return name.encode() + (b"/" if mode == DIRECTORY_MODE else b"")

    ordered = sorted(entries.items(), key=git_order)
    return object_oid("tree", b"".join(m + b" " + n.encode() + b"\0" + bytes.fromhex(o) for n, (m, o) in ordered))


def commit_oid(tree: str, parents: Iterable[str], author: str, timestamp: int, message: str) -> str:
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {author} {timestamp} +0000", f"committer {author} {timestamp} +0000", "", message]
    return object_oid("commit", ("\n".join(lines) + "\n").encode())
