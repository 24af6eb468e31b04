"""The index carried between hubs: a listing taken in from a file, and what is indexed here written to one."""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from hub.errors import BadInput
from hub.index.dumps import Line, exported, lines_of
from hub.index.entries import BATCH, Taken
from hub.index.intake import Intake
from hub.index.models import Entry
from hub.index.round import recount
from hub.index.scope import KINDS
from hub.names import RepoKind
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ListedRepo

MOST_SHOWN = 20


@dataclass
class Imported:
    """`problems` are the first few of the `bad` lines."""

    taken: Taken = field(default_factory=Taken)
    bad: int = 0
    problems: list[Line] = field(default_factory=list)

    def refuse(self, line: Line) -> None:
        self.bad += 1
        if len(self.problems) < MOST_SHOWN:
            self.problems.append(line)


def import_file(
    name: str, slug: str, kind: str, told: Callable[[Imported], object] = lambda imported: None
) -> Imported:
    """Takes in every repo of a listing, in batches; `told` hears after each. Nothing counts as vanished that is not in
    the file.

    Raises BadInput for an unknown upstream or kind, and for a file that cannot be read, also after some of its lines.
    """
    upstream, imported = _upstream(slug), Imported()
    batch = list[ListedRepo]()

    def count(taken: Taken) -> None:
        imported.taken += taken
        told(imported)

    try:
        with Intake(upstream, count) as intake:
            try:
                for line in lines_of(name, upstream.kind, _kind(kind)):
                    if line.repo is None:
                        imported.refuse(line)
                        continue
                    batch.append(line.repo)
                    if len(batch) == BATCH:
                        intake.give(batch)
                        batch = []
            finally:
                # What was read before the file broke off is taken in as well.
                if batch:
                    intake.give(batch)
    finally:
        if imported.taken.new or imported.taken.changed:
            recount()
    return imported


def export_file(name: str, slug: str = "", kind: str = "") -> int:
    """Writes what is indexed and has not vanished as JSONL, `.gz` packed; how many lines that were.

    Raises BadInput for an unknown upstream or kind, and for a file that cannot be written.
    """
    rows = Entry.objects.filter(vanished_at=None).select_related("upstream").defer("words").order_by("pk")
    if slug:
        rows = rows.filter(upstream=_upstream(slug))
    if kind:
        rows = rows.filter(kind=_kind(kind).value)
    count = 0
    try:
        with _written(name) as file:
            for entry in rows.iterator(BATCH):
                file.write(exported(entry).encode() + b"\n")
                count += 1
    except OSError as error:
        raise BadInput(f"{name} cannot be written: {error.strerror or error}", "name another file") from None
    return count


@contextmanager
def _written(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdout.buffer
        return
    with gzip.open(name, "wb") if name.endswith(".gz") else Path(name).open("wb") as file:
        yield cast(BinaryIO, file)


def _upstream(slug: str) -> Upstream:
    found = Upstream.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Upstream.objects.values_list("slug", flat=True)) or "none yet: start the hub once"
        raise BadInput(f"there is no upstream called {slug!r}", f"write --upstream with one of: {known}")
    return found


def _kind(kind: str) -> RepoKind:
    if kind not in KINDS:
        raise BadInput(f"{kind!r} cannot be indexed", f"write one of: {', '.join(KINDS)}")
    return RepoKind(kind)
