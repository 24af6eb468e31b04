"""The tree of a commit: models in one answer, or by directories where that is cut off; datasets page by page.

An answer with 3,000 entries may have been cut off, and nothing in it says so. Then it is thrown away, and its
directories are asked for one by one.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.digests import git_blob_id, lfs_pointer
from hub.errors import BadName, UpstreamBroken, UpstreamError, UpstreamGated, UpstreamUnreachable
from hub.names import RepoId, RepoKind, is_commit
from hub.upstreams.asking import Asker
from hub.upstreams.listing import Seen, path_in, size_in
from hub.upstreams.modelscope.addresses import Addresses
from hub.upstreams.protocol import TreeDirectory, TreeFile
from hub.upstreams.question import Question

CUT_OFF = 3000
PAGE = 200
"""What upstream's own client asks for."""
MOST_LISTINGS = 5000
PAUSES = (1.0, 2.0, 4.0)
"""Seconds before a later listing is asked for again that was refused: after the first one, a 403 is a hiccup."""

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The sha256 of nothing: the one digest that needs no telling."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass
class Trees:
    """Lists one commit, once. `pin` asks whether upstream knows the commit at all, and raises RevisionMissing."""

    asker: Asker
    addresses: Addresses
    question: Question
    kind: RepoKind
    repo_id: RepoId
    commit: str
    pin: Callable[[], object]
    _listings: int = field(default=0, init=False)

    def read(self) -> Iterator[TreeFile | TreeDirectory]:
        """Every file and directory. Raises UpstreamBroken for entries that cannot be true, UpstreamError for a tree
        that upstream cannot list."""
        seen = Seen(self.question)
        for entry in self._pages() if self.kind is RepoKind.DATASET else self._below(""):
            found = parse_entry(entry, self.question)
            if found is not None:
                seen.note(found.path)
                yield found

    def _below(self, root: str) -> Iterator[Any]:
        entries = self._files(root, recursive=True)
        if len(entries) < CUT_OFF:
            yield from (entry for entry in entries if not _is_at(entry, root))
            return
        for entry in self._children(root):
            yield entry
            if entry.get("Type") == "tree":
                yield from self._below(str(entry["Path"]))

    def _children(self, root: str) -> list[Any]:
        children = self._files(root, recursive=False)
        if len(children) >= CUT_OFF:
            where = f"the directory {root!r}" if root else "the top directory"
            raise UpstreamError(
                f"{self.question.name} lists at most {CUT_OFF:,} entries of a directory, and {where} of"
                f" {self.question.what} has more",
                "mirror it from another upstream",
            )
        return [entry for entry in children if not _is_at(entry, root)]

    def _files(self, root: str, recursive: bool) -> list[Any]:
        url = self.addresses.files(self.kind, self.repo_id, self.commit, root, recursive)
        entries = entries_of(self._ask(url))
        if not entries:
            raise self._nothing(root)
        if root and not all(_is_at(entry, root) or _is_below(entry, root) for entry in entries):
            # Whoever ignores Root would have us walk in circles.
            raise UpstreamBroken(f"{self.question.name} lists other directories of {self.question.what} than {root!r}")
        return entries

    def _pages(self) -> Iterator[Any]:
        """Until a page is short; one that is shorter than was asked for is not the last where more were announced."""
        number, listed, last = 1, 0, PAGE
        while last:
            answer = self._ask(self.addresses.page(self.kind, self.repo_id, self.commit, number, PAGE))
            entries, announced = entries_of(answer), answer.get("TotalCount")
            if not entries and number == 1:
                raise self._nothing("")
            yield from entries
            listed, last, number = listed + len(entries), len(entries), number + 1
            is_more = type(announced) is int and listed < announced
            if is_more and not entries:
                raise UpstreamBroken(
                    f"{self.question.name} lists {listed} of the {announced} files of {self.question.what}"
                )
            if last < PAGE and not is_more:
                return

    def _ask(self, url: str) -> dict[str, Any]:
        self._listings += 1
        if self._listings > MOST_LISTINGS:
            raise UpstreamError(f"{self.question.what} on {self.question.name} has too many directories to be listed")
        if self._listings == 1:
            return self._told(url)
        for pause in PAUSES:
            try:
                return self._told(url)
            except UpstreamGated:
                time.sleep(pause)
        try:
            return self._told(url)
        except UpstreamGated as error:
            # What was readable a moment ago is not gated now.
            raise UpstreamUnreachable(f"{error.sentence} (after some of its files were listed)") from error

    def _told(self, url: str) -> dict[str, Any]:
        return dict(self.asker.ask(url, self.question).data)

    def _nothing(self, root: str) -> UpstreamBroken:
        """A success without files: an unknown commit is told like that, and so is trouble."""
        self.pin()
        where = f" in {root!r}" if root else ""
        return UpstreamBroken(f"{self.question.name} lists no files of {self.question.what}{where}")


def entries_of(envelope: dict[str, Any]) -> list[Any]:
    """The files of an answer; none where upstream says null, or anything that is no list."""
    data = envelope.get("Data")
    files = data.get("Files") if isinstance(data, dict) else None
    return files if isinstance(files, list) else []


def _is_at(entry: Any, root: str) -> bool:
    return bool(root) and isinstance(entry, dict) and entry.get("Path") == root


def _is_below(entry: Any, root: str) -> bool:
    return isinstance(entry, dict) and str(entry.get("Path")).startswith(f"{root}/")


def parse_entry(entry: Any, question: Question) -> TreeFile | TreeDirectory | None:
    """None for what is neither a file nor a directory: git submodules have no content here."""
    try:
        if entry["Type"] == "tree":
            return TreeDirectory(path_in(entry["Path"]), "")
        return _file(entry) if entry["Type"] == "blob" else None
    except (TypeError, KeyError, ValueError, UnicodeError, BadName) as error:
        why = error.sentence if isinstance(error, BadName) else str(error)
        raise UpstreamBroken(f"{question.name} lists a file of {question.what} that cannot be: {why}") from None


def _file(entry: dict[str, Any]) -> TreeFile:
    """In LFS, git holds a pointer, whose id follows from digest and size. Ids of other blobs are not told."""
    path, size = path_in(entry["Path"]), size_in(entry["Size"])
    sha256 = _sha256(path, size, entry.get("Sha256"))
    touched = str(entry.get("Revision") or "")
    last_commit = touched if is_commit(touched) else ""
    if entry.get("IsLFS") is not True:
        return TreeFile(path, size, "", sha256, None, last_commit)
    pointer = lfs_pointer(sha256, size)
    return TreeFile(path, size, git_blob_id(pointer), sha256, len(pointer), last_commit)


def _sha256(path: str, size: int, value: Any) -> str:
    if not value and not size:
        return EMPTY
    if not value:
        raise ValueError(f"{path!r} has no sha256, and nothing else could prove its bytes")
    digest = str(value).lower()
    if not _SHA256.fullmatch(digest):
        raise ValueError(f"{digest[:80]!r} is not a sha256")
    return digest
