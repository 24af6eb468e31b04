"""The lines in which a small text differs between two revisions of a repo, and which revisions may be compared."""

import difflib
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from hub.catalog.models import Repo, RepoFile, Revision
from hub.catalog.previews.kinds import text_in
from hub.catalog.previews.reading import Unreadable, head_of
from hub.errors import RevisionMissing
from hub.names import is_commit, parse_path

MOST_TEXT = 256_000
"""Bytes of a text whose lines are compared."""
MOST_LINES = 4000
MOST_SHOWN = 1500
"""Lines of the difference."""
LONGEST = 2000
"""Characters of a line that are kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """`sort` is "add", "del", "same", "place" (where a part begins) or "rest" (more of them are not told)."""

    sort: str
    text: str


def comparable(repo: Repo) -> QuerySet[Revision]:
    """Revisions whose files may be told: published ones, and those that were."""
    return Revision.objects.filter(Q(published_at__isnull=False) | Q(retired_at__isnull=False), repo=repo)


def find_comparable(repo: Repo, commit: str) -> Revision:
    """Raises RevisionMissing."""
    found = comparable(repo).filter(commit=commit).first() if is_commit(commit) else None
    if found is None:
        raise RevisionMissing(
            f"this hub has never published {repo.repo_id} at {commit}", "choose a revision from the list"
        )
    return found


def changed_lines(before: Revision, after: Revision, path: str) -> list[Line]:
    """Raises BadName, and Unreadable where a side is no text, too long, or not held; a side without the file has no
    lines."""
    path = parse_path(path)
    told = difflib.unified_diff(_lines(before, path), _lines(after, path), n=3, lineterm="")
    found: list[Line] = []
    for number, text in enumerate(told):
        if number < 2:
            continue
        if len(found) >= MOST_SHOWN:
            return [*found, Line("rest", "…")]
        sort = {"+": "add", "-": "del", "@": "place"}.get(text[:1], "same")
        found.append(Line(sort, text[:LONGEST] if sort == "place" else text[1 : LONGEST + 1]))
    return found


def _lines(revision: Revision, path: str) -> list[str]:
    file = RepoFile.objects.filter(revision=revision, path=path).select_related("blob").first()
    if file is None:
        return []
    if file.blob is None or file.size > MOST_TEXT:
        raise Unreadable("the file is too large to compare its lines, or its bytes are not held", "download both")
    text = text_in(head_of(file.blob.sha256, file.size, MOST_TEXT))
    if text is None:
        raise Unreadable("the file is no text", "download both to compare them")
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Unreadable(f"the file has more than {MOST_LINES:,} lines", "download both to compare them")
    return lines
