"""Takes the addresses of the hub apart, from the raw path: a slash in a revision may come as %2F or as itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from .content import Commit, FakeRepo, Kind

KINDS: dict[str, Kind] = {"models": "model", "datasets": "dataset", "spaces": "space"}
FOLDERS: dict[Kind, str] = {kind: folder for folder, kind in KINDS.items()}
FILE_VERBS = ("resolve", "raw")


@dataclass(frozen=True)
class Address:
    """A repository as asked for, and what is asked of it."""

    kind: Kind
    id: str
    verb: str
    rest: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A commit and a path in it."""

    revision: str
    commit: Commit | None
    path: str


class Catalogue:
    """The repositories of the hub, found by id whatever the letter case, or by an old name."""

    def __init__(self) -> None:
        self._repos: dict[tuple[Kind, str], FakeRepo] = {}
        self._names: dict[tuple[Kind, str], FakeRepo] = {}

    def add(self, repo: FakeRepo) -> None:
        self.extend([repo])

    def extend(self, repos: Iterable[FakeRepo]) -> None:
        self._repos |= {(repo.kind, repo.id): repo for repo in repos}
        self._rebuild()

    def remove(self, repo_id: str, kind: Kind = "model") -> None:
        self._repos.pop((kind, repo_id), None)
        self._rebuild()

    def rename(self, repo: FakeRepo, new_id: str) -> None:
        self._repos.pop((repo.kind, repo.id), None)
        repo.internal_id  # noqa: B018  Fixes the internal id before the name that it is made of changes.
        repo.aliases = [*repo.aliases, repo.id]
        repo.id = new_id
        self.add(repo)

    def _rebuild(self) -> None:
        names: dict[tuple[Kind, str], FakeRepo] = {}
        for repo in self._repos.values():
            names |= {(repo.kind, name.lower()): repo for name in repo.aliases}
        names |= {(kind, name.lower()): repo for (kind, name), repo in self._repos.items()}
        self._names = names

    def find(self, kind: Kind, name: str) -> FakeRepo | None:
        return self._names.get((kind, name.lower()))

    def of_kind(self, kind: Kind) -> list[FakeRepo]:
        return [repo for (each, _), repo in self._repos.items() if each == kind]

    def api_address(self, kind: Kind, segments: list[str]) -> Address:
        """Whether an id has one segment or two is only known by looking: `gpt2/tree/main` could be either."""
        two = "/".join(segments[:2])
        if len(segments) == 1 or (self.find(kind, two) is None and self.find(kind, segments[0]) is not None):
            return Address(kind, segments[0], segments[1] if len(segments) > 1 else "", tuple(segments[2:]))
        return Address(kind, two, segments[2] if len(segments) > 2 else "", tuple(segments[3:]))


def file_address(segments: list[str]) -> Address | None:
    """`[datasets/]owner/name/resolve/...`, or None when it is no address of a file."""
    kind: Kind = "model"
    if segments and segments[0] in KINDS:
        kind, segments = KINDS[segments[0]], segments[1:]
    for length in (2, 1):
        if len(segments) > length + 1 and segments[length] in FILE_VERBS:
            return Address(kind, "/".join(segments[:length]), segments[length], tuple(segments[length + 1 :]))
    return None


def place(repo: FakeRepo, segments: tuple[str, ...]) -> Place:
    """Splits into revision and path; the longest run of segments that is a known ref wins."""
    decoded = [unquote(segment) for segment in segments]
    refs = repo.named_refs
    for length in range(min(len(decoded), 6), 1, -1):
        name = "/".join(decoded[:length])
        if name in refs:
            return Place(name, refs[name], "/".join(decoded[length:]))
    return Place(decoded[0], repo.find_revision(decoded[0]), "/".join(decoded[1:]))


class Query:
    """The query string; `expand[]=x` and `expand=x` are the same, and True is as good as true."""

    def __init__(self, text: str) -> None:
        self.pairs = [(name.removesuffix("[]"), value) for name, value in parse_qsl(text, keep_blank_values=True)]

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Query:
        query = cls("")
        for name, value in values.items():
            query.pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
        return query

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def flag(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "1")

    def number(self, name: str, default: int) -> int:
        text = self.get(name)
        return int(text) if text.isdigit() else default
