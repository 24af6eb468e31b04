"""The whole tree of a published commit, in upstream's order: directories first, then files."""

from dataclasses import dataclass
from functools import cached_property

from hub.catalog.lookup import file_missing
from hub.catalog.memory import Memory
from hub.catalog.models import RepoFile, Revision
from hub.catalog.shelves import Pin, is_there, retired

REMEMBERED_TREES = 32
LARGEST_REMEMBERED = 20_000
"""Files. A tree of 3,500 files takes about 2 MB."""


@dataclass(frozen=True, slots=True)
class Leaf:
    path: str
    size: int
    oid: str
    sha256: str
    pointer_size: int | None
    last_commit: str


@dataclass(frozen=True, slots=True)
class Folder:
    path: str
    oid: str


Entry = Leaf | Folder


@dataclass(frozen=True)
class Tree:
    commit: str
    folders: tuple[Folder, ...]
    leaves: tuple[Leaf, ...]

    @cached_property
    def entries(self) -> list[Entry]:
        return [*self.folders, *self.leaves]

    @cached_property
    def by_path(self) -> dict[str, Entry]:
        return {entry.path: entry for entry in self.entries}

    def under(self, path: str, recursive: bool) -> list[Entry]:
        """What lies in the folder `path` ("" = the root). Raises FileMissing where there is no such folder."""
        if path and not isinstance(self.by_path.get(path), Folder):
            raise file_missing(path, self.commit)
        start = f"{path}/" if path else ""
        return [
            entry
            for entry in self.entries
            if entry.path.startswith(start) and (recursive or "/" not in entry.path[len(start) :])
        ]

    def size_of(self, path: str) -> int:
        """Bytes of a file, or of everything in a folder. Raises FileMissing."""
        entry = self.by_path.get(path)
        if isinstance(entry, Leaf):
            return entry.size
        return sum(one.size for one in self.under(path, recursive=True) if isinstance(one, Leaf))


_trees: Memory[int, Tree] = Memory(REMEMBERED_TREES)
_large: Memory[int, Tree] = Memory(1, 60.0)
"""The last larger one, for a minute: clients of ModelScope read a dataset in pages of 200 entries."""


def tree_of(pin: Pin) -> Tree:
    """Every file of the commit, also those whose bytes were left out of the mirror. Raises RevisionMissing where the
    revision was retired a moment ago."""
    found = _trees.get(pin.revision_pk) or _large.get(pin.revision_pk)
    if found is None:
        found = _read_tree(pin)
        (_trees if len(found.leaves) <= LARGEST_REMEMBERED else _large).put(pin.revision_pk, found)
    return found


def _read_tree(pin: Pin) -> Tree:
    directories = Revision.objects.filter(pk=pin.revision_pk).values_list("directories", flat=True).first()
    rows = RepoFile.objects.filter(revision_id=pin.revision_pk).order_by("position")
    leaves = rows.values_list("path", "size", "oid", "sha256", "pointer_size", "last_commit")
    found = tuple(Leaf(*row) for row in leaves)
    # Asked after the files were read: half a tree, of a revision that was deleted meanwhile, must not be remembered.
    if directories is None or not is_there(pin):
        raise retired(pin)
    return Tree(pin.commit, tuple(Folder(path, oid) for path, oid in directories), found)
