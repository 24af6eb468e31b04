"""What differs between two revisions of one repo that are held: file by file, by digest."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.catalog.models import RepoFile, Revision

BATCH = 5000


@dataclass(frozen=True)
class Version:
    """A file in one of the two. `digest` is sha256:<hex>, or git:<hex> where upstream tells no sha256."""

    size: int
    digest: str


@dataclass(frozen=True)
class FileChange:
    """`before` is None for a file that was added, `after` for one that was removed."""

    path: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True)
class Difference:
    """The changes in the order of the paths; sizes in bytes, of all files of a revision. `licence` and `gated` are
    (before, after), None where they are the same or nobody told."""

    before: Revision
    after: Revision
    added: tuple[FileChange, ...]
    changed: tuple[FileChange, ...]
    removed: tuple[FileChange, ...]
    unchanged: int
    bytes_before: int
    bytes_after: int
    licence: tuple[str, str] | None
    gated: tuple[str, str] | None


def difference(before: Revision, after: Revision) -> Difference:
    """Two queries, whatever the number of files."""
    old, new = dict(_versions(before)), dict(_versions(after))
    changes = [FileChange(path, old.get(path), new.get(path)) for path in sorted(old.keys() | new.keys())]
    both = [change for change in changes if change.before and change.after]
    changed = tuple(change for change in both if change.before != change.after)
    return Difference(
        before,
        after,
        added=tuple(change for change in changes if change.before is None),
        changed=changed,
        removed=tuple(change for change in changes if change.after is None),
        unchanged=len(both) - len(changed),
        bytes_before=sum(version.size for version in old.values()),
        bytes_after=sum(version.size for version in new.values()),
        licence=_pair(before, after, "licence"),
        gated=_pair(before, after, "gated"),
    )


def _versions(revision: Revision) -> Iterator[tuple[str, Version]]:
    rows = RepoFile.objects.filter(revision=revision).order_by()
    for path, size, oid, sha256 in rows.values_list("path", "size", "oid", "sha256").iterator(BATCH):
        yield path, Version(size, f"sha256:{sha256}" if sha256 else f"git:{oid}")


def _pair(before: Revision, after: Revision, name: str) -> tuple[str, str] | None:
    if name not in before.told or name not in after.told or before.told[name] == after.told[name]:
        return None
    return str(before.told[name]), str(after.told[name])
