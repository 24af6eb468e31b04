"""The same lookups for many readers a second: remembered in process, so that warm traffic asks the database nothing.

Names move, so a shelf is remembered for a second. What a commit holds never changes; it is remembered for longer, and
only as long as the commit itself can be found, so that what is deleted is gone within `COMMIT_SECONDS`. Until then the
rows behind a remembered pin may be missing: that is a missing revision, and never a missing file, which clients would
remember under the commit for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.catalog.lookup import DEFAULT_NAMES, file_missing, find_repo, find_revision, is_trunk
from hub.catalog.memory import Memory
from hub.catalog.models import Ref, RepoFile, Revision
from hub.errors import RevisionMissing
from hub.names import RepoId, RepoKind, is_commit

NAME_SECONDS = 1.0
COMMIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Pin:
    """A published revision, by its row and its commit."""

    revision_pk: int
    commit: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A held repo and the names under which its revisions are known. `family` is the kind of upstream that was
    preferred."""

    repo_pk: int
    kind: RepoKind
    repo_id: RepoId
    default_ref: str
    names: Mapping[str, Pin]
    family: str


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file of a published tree. `sha256` is "" where it lies in git itself, `blob` where its bytes are not held."""

    commit: str
    path: str
    size: int
    oid: str
    sha256: str
    blob: str

    @property
    def etag(self) -> str:
        return self.sha256 or self.oid


@dataclass(frozen=True, slots=True)
class Sheet:
    """What upstream told about a commit: its description, and the newest commits. `family` is the kind of upstream,
    whose words these are."""

    family: str
    info: Mapping[str, Any]
    history: tuple[Mapping[str, Any], ...]


_shelves: Memory[tuple[str, str, str], Shelf] = Memory(4096, NAME_SECONDS)
_commits: Memory[tuple[int, str], Pin] = Memory(16384, COMMIT_SECONDS)
_files: Memory[tuple[int, str], HeldFile] = Memory(65536)
_sheets: Memory[int, Sheet] = Memory(256)


def shelf_of(kind: RepoKind, repo_id: RepoId, family: str = "huggingface") -> Shelf:
    """Raises RepoMissing where the repo is not held. Of several upstreams' repos, one of the kind `family` wins."""
    key = (kind.value, repo_id.key, family)
    found = _shelves.get(key)
    if found is None:
        found = _read_shelf(kind, repo_id, family)
        _shelves.put(key, found)
    return found


def forget_shelf(kind: RepoKind, repo_id: RepoId, family: str = "huggingface") -> None:
    """Looks again at the next call: something has just been published, or may have been."""
    _shelves.drop((kind.value, repo_id.key, family))


def pin_of(shelf: Shelf, revision: str) -> Pin:
    """The published revision of that name or commit. Raises RevisionMissing."""
    name = shelf.default_ref if revision in DEFAULT_NAMES else revision
    found = shelf.names.get(name) or _trunk(shelf, name) or _commits.get((shelf.repo_pk, name))
    if found is None:
        row = find_revision(find_repo(shelf.kind, shelf.repo_id, shelf.family), revision)
        found = Pin(row.pk, row.commit)
        if is_commit(name):
            _commits.put((shelf.repo_pk, name), found)
    return found


def file_of(pin: Pin, path: str) -> HeldFile:
    """Raises FileMissing, which is true for ever: a published tree is whole and never changes. Raises RevisionMissing
    where the revision was retired a moment ago."""
    key = (pin.revision_pk, path)
    found = _files.get(key)
    if found is None:
        found = _read_file(pin, path)
        if found.blob:
            _files.put(key, found)
    return found


def retired(pin: Pin) -> RevisionMissing:
    """The error for a pin whose rows are gone; the next question looks at the database again."""
    _commits.clear()
    _shelves.clear()
    return RevisionMissing(
        f"this hub no longer holds commit {pin.commit}", "use a branch or a tag, or ask for the commit again"
    )


def sheet_of(pin: Pin) -> Sheet:
    found = _sheets.get(pin.revision_pk)
    if found is None:
        rows = Revision.objects.filter(pk=pin.revision_pk)
        row = rows.values_list("repo__upstream__kind", "info", "history").first()
        if row is None:
            raise retired(pin)
        found = Sheet(row[0], row[1], tuple(row[2]))
        _sheets.put(pin.revision_pk, found)
    return found


def is_there(pin: Pin) -> bool:
    """Whether the rows of the revision still exist."""
    return Revision.objects.filter(pk=pin.revision_pk).exists()


def _trunk(shelf: Shelf, name: str) -> Pin | None:
    return shelf.names.get(shelf.default_ref) if is_trunk(name, shelf.default_ref) else None


def _read_shelf(kind: RepoKind, repo_id: RepoId, family: str) -> Shelf:
    repo = find_repo(kind, repo_id, family)
    names: dict[str, Pin] = {}
    refs = Ref.objects.filter(repo=repo, revision__published_at__isnull=False)
    for ref_kind, name, full, pk, commit in refs.values_list("kind", "name", "ref", "revision_id", "revision__commit"):
        pin = Pin(pk, commit)
        names[full] = pin
        if ref_kind in (Ref.Kind.BRANCH, Ref.Kind.TAG):
            names[name] = pin
    return Shelf(repo.pk, kind, repo.repo_id, repo.default_ref, names, family)


def _read_file(pin: Pin, path: str) -> HeldFile:
    # A path is there once at most: without an order, Postgres needs neither a sort nor the revision's row.
    rows = RepoFile.objects.filter(revision_id=pin.revision_pk, path=path).order_by()
    row = next(iter(rows.values_list("size", "oid", "sha256", "blob__sha256")), None)
    if row is None:
        raise file_missing(path, pin.commit) if is_there(pin) else retired(pin)
    size, oid, sha256, blob = row
    return HeldFile(pin.commit, path, size, oid, sha256, blob or "")
