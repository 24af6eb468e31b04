"""Names out of addresses. What no hub would take is told as missing, not as nonsense: clients probe with whatever they
have, folder names of their own disk too."""

from hub.errors import BadName, FileMissing, RepoMissing, RevisionMissing
from hub.names import RepoId, RepoKind, parse_path, parse_revision

KINDS = {kind.plural: kind for kind in RepoKind}


def repo_id_of(text: str) -> RepoId:
    try:
        return RepoId.parse(text)
    except BadName as error:
        raise RepoMissing(error.sentence, error.next_step) from error


def check_revision(revision: str) -> None:
    try:
        if revision:
            parse_revision(revision)
    except BadName as error:
        raise RevisionMissing(error.sentence, error.next_step) from error


def checked_path(path: str, commit: str) -> str:
    """A path with `..` is in no tree, so its absence may be remembered."""
    try:
        return parse_path(path)
    except BadName as error:
        raise FileMissing(error.sentence, error.next_step, commit=commit) from error
