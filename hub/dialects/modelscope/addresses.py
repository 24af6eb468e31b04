"""Takes addresses apart, from the raw request target. Nothing here is trusted as a name yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from hub.names import RepoKind

KINDS = {kind.plural: kind for kind in (RepoKind.MODEL, RepoKind.DATASET)}
_OF_A_NUMBER = frozenset({"repo", "revisions", "commits"})


@dataclass(frozen=True)
class Address:
    """A repo as it was asked for (`owner/name`, or the number of a dataset), what is asked of it, and the rest of the
    path, still quoted."""

    kind: RepoKind
    repo: str
    verb: str
    rest: tuple[str, ...]

    @property
    def number(self) -> int | None:
        return int(self.repo) if self.repo.isdecimal() and len(self.repo) < 19 else None


def address_of(segments: Sequence[str]) -> Address | None:
    """`models/owner/name[/verb…]`; old clients ask for a dataset by the number that its info has told them."""
    if len(segments) < 2 or segments[0] not in KINDS:
        return None
    kind, rest = KINDS[segments[0]], segments[1:]
    is_number = kind is RepoKind.DATASET and rest[0].isdecimal() and (len(rest) == 1 or rest[1] in _OF_A_NUMBER)
    length = 1 if is_number else 2
    if len(rest) < length:
        return None
    repo = "/".join(unquote(segment) for segment in rest[:length])
    behind = tuple(rest[length:])
    words = 2 if behind[:1] == ("repo",) and len(behind) > 1 else 1
    return Address(kind, repo, "/".join(behind[:words]), behind[words:])
