"""What one hub tells with a file and the other does not: which commit touched it last, and the sha256 of a small one.

Where upstream tells no last commit, it is the first commit of the repo that was published here with these same bytes
at this path. That commit is real and has the file, and it stays the same when newer commits come in; it need not be
the one that changed the file, which only upstream knows. A commit that was deleted here since cannot be told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Min, Q

from hub.catalog.memory import Memory
from hub.catalog.models import RepoFile, Revision
from hub.catalog.shelves import Pin, retired, sheet_of
from hub.catalog.trees import LARGEST_REMEMBERED, REMEMBERED_TREES

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Note:
    """A commit in one line: `at` is in unix seconds; title and author are "" where upstream did not tell."""

    at: int
    title: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
    """By path: the sha256 of the content ("" where it is not known) and the commit that touched it. By commit: its
    note."""

    sha256: Mapping[str, str]
    commits: Mapping[str, str]
    notes: Mapping[str, Note]


_traces: Memory[int, Traces] = Memory(REMEMBERED_TREES)
_large: Memory[int, Traces] = Memory(1, 60.0)
"""The last one of more files than a tree that is remembered, for as long as that tree."""


def traces_of(repo_pk: int, pin: Pin) -> Traces:
    """Raises RevisionMissing where the revision was retired a moment ago."""
    found = _traces.get(pin.revision_pk) or _large.get(pin.revision_pk)
    if found is None:
        found = _read(repo_pk, pin)
        # A digest that is not known yet comes with the bytes of its file.
        if all(found.sha256.values()):
            (_traces if len(found.commits) <= LARGEST_REMEMBERED else _large).put(pin.revision_pk, found)
    return found


def note_of(commit: Mapping[str, Any]) -> Note:
    """The note of an entry of `Revision.history`."""
    authors = [one.get("user", "") if isinstance(one, dict) else one for one in commit.get("authors") or []]
    author = str(authors[0]) if authors else ""
    return Note(seconds_of(commit.get("date")) or 0, str(commit.get("title") or ""), author)


def seconds_of(date: object) -> int | None:
    """Unix seconds of a date, or of its text; None for anything else."""
    if isinstance(date, str):
        try:
            date = datetime.fromisoformat(date)
        except ValueError:
            return None
    if not isinstance(date, datetime):
        return None
    return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())


def date_of(commit: str, history: Iterable[Mapping[str, Any]], published_at: datetime | None) -> int:
    """When a revision was made, in unix seconds; where upstream does not tell, when it was published here."""
    told = next((seconds_of(one.get("date")) for one in history if one.get("id") == commit), None)
    return told or seconds_of(published_at) or 0


def _read(repo_pk: int, pin: Pin) -> Traces:
    rows = RepoFile.objects.filter(revision_id=pin.revision_pk).order_by("position")
    known = list(rows.values_list("path", "sha256", "oid", "last_commit", "blob__sha256"))
    sheet = sheet_of(pin)
    commits = {path: last for path, _, _, last, _ in known}
    if not all(commits.values()):
        first = _first_commits(repo_pk, pin)
        commits = {path: last or first.get((path, sha256, oid), pin.commit) for path, sha256, oid, last, _ in known}
    notes = {str(one["id"]): note_of(one) for one in sheet.history}
    _add_notes(repo_pk, pin, notes, {*commits.values(), pin.commit})
    return Traces({path: sha256 or blob or "" for path, sha256, _, _, blob in known}, commits, notes)


def _first_commits(repo_pk: int, pin: Pin) -> dict[tuple[str, str, str], str]:
    """(path, sha256, oid) -> the first commit here that has it, which no later row can change."""
    shown = Q(published_at__isnull=False) | Q(retired_at__isnull=False)
    revisions = Revision.objects.filter(shown, repo_id=repo_pk, pk__lte=pin.revision_pk).order_by()
    names = dict(revisions.values_list("pk", "commit"))
    if len(names) < 2:
        return {}
    rows = RepoFile.objects.filter(revision__in=names).order_by().values("path", "sha256", "oid")
    firsts = rows.annotate(first=Min("revision_id")).values_list("path", "sha256", "oid", "first")
    return {(path, sha256, oid): names[first] for path, sha256, oid, first in firsts}


def _add_notes(repo_pk: int, pin: Pin, notes: dict[str, Note], wanted: set[str]) -> None:
    """Notes of the wanted commits that the newest page of the history does not reach; of one that nobody knows more
    about, the date of the revision itself."""
    missing = sorted(wanted - set(notes))
    for start in range(0, len(missing), _AT_ONCE):
        rows = Revision.objects.filter(repo_id=repo_pk, commit__in=missing[start : start + _AT_ONCE])
        for commit, history, published_at in rows.values_list("commit", "history", "published_at"):
            told = next((note_of(one) for one in history if one.get("id") == commit), None)
            notes[commit] = told or Note(date_of(commit, (), published_at))
    if pin.commit not in notes:
        raise retired(pin)
    for commit in wanted - set(notes):
        notes[commit] = Note(notes[pin.commit].at)
