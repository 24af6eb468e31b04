"""A revision as a list that anybody can check: paths, sizes, digests, and which of them this hub has verified."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.catalog.models import RepoFile, Revision

BATCH = 5000


@dataclass(frozen=True)
class Line:
    """One file. `git_oid` is the git blob id of the content; either digest is "" where nobody knows it. A verified
    file is held here, and its bytes were hashed by this hub."""

    path: str
    size: int
    sha256: str
    git_oid: str
    verified: bool


@dataclass(frozen=True)
class Manifest:
    """`lines` stand in upstream's order."""

    revision: Revision
    lines: tuple[Line, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every file of the tree is held: then no later manifest of this commit will differ."""
        return all(line.verified for line in self.lines)


def manifest_of(revision: Revision) -> Manifest:
    return Manifest(revision, tuple(_lines(revision)))


def for_sha256sum(manifest: Manifest) -> str:
    """What `sha256sum -c` reads; files that are not held here, and so are not downloaded, stand in comments."""
    revision = manifest.revision
    head = f"# {revision.repo} at {revision.commit}\n"
    return head + "".join(f"{_checked(line)}\n" for line in manifest.lines)


def _checked(line: Line) -> str:
    return f"{line.sha256}  {line.path}" if line.verified else f"# not held: {line.path}"


def _lines(revision: Revision) -> Iterator[Line]:
    rows = RepoFile.objects.filter(revision=revision).order_by("position")
    columns = ("path", "size", "oid", "sha256", "pointer_size", "blob__sha256", "blob__git_oid")
    for path, size, oid, sha256, pointer, blob, blob_oid in rows.values_list(*columns).iterator(BATCH):
        # The oid of an LFS file is that of its pointer, and says nothing about the bytes.
        git = blob_oid or ("" if pointer or sha256 else oid)
        yield Line(path, size, blob or sha256, git, blob is not None)
