"""Takes addresses apart, from the raw request target: a revision's slash may come as %2F or as itself, and a decoded
path can no longer tell which. Nothing here is trusted as a name yet; hub.names parses what comes out.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from hub.dialects.naming import KINDS
from hub.names import RepoKind

FILE_VERBS = frozenset({"resolve", "raw"})
API_VERBS = {"revision": 1, "tree": 1, "paths-info": 1, "commits": 1, "treesize": 1, "refs": 0, "auth-check": 0}
"""What may follow a repo's id, and how many segments it needs behind it."""

_LONGEST_REF = 6
_REF_FOLDERS = frozenset({"heads", "tags", "pr", "convert"})

IsKnown = Callable[[RepoKind, str], bool]


@dataclass(frozen=True)
class Address:
    """A repo as it was asked for, what is asked of it, and the rest of the path, still quoted."""

    kind: RepoKind
    repo: str
    verb: str
    rest: tuple[str, ...]


def file_address(segments: Sequence[str]) -> Address | None:
    """`[datasets/]owner/name/resolve/revision/path`; an id of one segment is taken where no other reading fits."""
    kind = RepoKind.MODEL
    if segments and segments[0] in KINDS:
        kind, segments = KINDS[segments[0]], segments[1:]
    for length in (2, 1):
        if len(segments) > length + 2 and segments[length] in FILE_VERBS:
            return _address(kind, segments, length)
    return None


def api_address(kind: RepoKind, segments: Sequence[str], is_known: IsKnown) -> Address:
    """`owner/name[/verb/…]` or `name[/verb/…]`. Only a look at what is held can tell `ns/refs` from `gpt2` + refs."""
    fitting = [length for length in (2, 1) if _fits(segments, length)]
    if len(fitting) == 2:
        fitting.sort(key=lambda length: not is_known(kind, "/".join(segments[:length])))
        if not is_known(kind, "/".join(segments[: fitting[0]])):
            # Neither is held: a verb that is not the last word is rarely somebody's name.
            fitting.sort(key=lambda length: len(segments) == length)
    return _address(kind, segments, fitting[0] if fitting else min(2, len(segments)))


def _fits(segments: Sequence[str], length: int) -> bool:
    if len(segments) == length:
        return True
    if len(segments) < length:
        return False
    needed = API_VERBS.get(segments[length])
    behind = len(segments) - length - 1
    return needed is not None and (behind >= needed if needed else behind == 0)


def _address(kind: RepoKind, segments: Sequence[str], length: int) -> Address:
    repo = "/".join(unquote(segment) for segment in segments[:length])
    verb = segments[length] if len(segments) > length else ""
    return Address(kind, repo, verb, tuple(segments[length + 1 :]))


def split_revision(rest: Sequence[str], names: Container[str] = ()) -> tuple[str, str]:
    """Revision and path, decoded. A slash that was quoted belongs to the revision; else the longest known name wins,
    and where none is known, `refs/pr/1` and its like are told by their shape."""
    parts = [unquote(segment) for segment in rest]
    length = 1
    if parts and "/" not in parts[0]:
        known = (n for n in range(min(len(parts), _LONGEST_REF), 1, -1) if "/".join(parts[:n]) in names)
        shaped = 3 if len(parts) > 2 and parts[0] == "refs" and parts[1] in _REF_FOLDERS else 1
        length = next(known, shaped)
    return "/".join(parts[:length]), "/".join(parts[length:]).strip("/")
