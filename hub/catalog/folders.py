"""One folder of a published tree, with what lies in each of its folders: one pass over the tree, whatever its size."""

from dataclasses import dataclass

from hub.catalog.lookup import file_missing
from hub.catalog.trees import Leaf, Tree


@dataclass(frozen=True, slots=True)
class Subfolder:
    """`bytes` and `files` are of everything in it."""

    path: str
    name: str
    files: int
    bytes: int


@dataclass(frozen=True)
class FolderView:
    """`path` is "" for the root. Folders come by name, files in upstream's order."""

    path: str
    folders: tuple[Subfolder, ...]
    files: tuple[Leaf, ...]
    all_files: int
    all_bytes: int

    @property
    def parents(self) -> list[tuple[str, str]]:
        """(path, name) of each folder on the way, this one last."""
        names = self.path.split("/") if self.path else []
        return [("/".join(names[: number + 1]), name) for number, name in enumerate(names)]


def folder_of(tree: Tree, path: str) -> FolderView:
    """Raises FileMissing where the tree has no such folder."""
    start = f"{path}/" if path else ""
    skip = len(start)
    sums: dict[str, list[int]] = {}
    files: list[Leaf] = []
    for leaf in tree.leaves:
        if not leaf.path.startswith(start):
            continue
        name, slash, _ = leaf.path[skip:].partition("/")
        if slash:
            entry = sums.setdefault(name, [0, 0])
            entry[0] += 1
            entry[1] += leaf.size
        else:
            files.append(leaf)
    if path and not sums and not files:
        raise file_missing(path, tree.commit)
    folders = tuple(Subfolder(f"{start}{name}", name, *sums[name]) for name in sorted(sums))
    return FolderView(
        path,
        folders,
        tuple(files),
        len(files) + sum(one.files for one in folders),
        sum(leaf.size for leaf in files) + sum(one.bytes for one in folders),
    )
