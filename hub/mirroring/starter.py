"""The catalog that comes with the hub, for the first day: what is in it, and asking for some of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from hub.accounts.callers import Caller
from hub.catalog.models import Repo
from hub.errors import BadInput, HubError
from hub.index.models import Entry
from hub.mirroring.catalog_files import Entry as CatalogEntry
from hub.mirroring.catalog_files import ask, read
from hub.mirroring.models import Request

FILE = Path("deploy") / "starter-catalog.yaml"


@dataclass(frozen=True)
class Suggestion:
    """One repo of the catalog. `listed` is what its upstream's listing tells, None where that was not read yet; its
    size is that of all files, which the catalog may leave out in part."""

    entry: CatalogEntry
    listed: Entry | None = None
    request: Request | None = None
    held: bool = False


@dataclass(frozen=True)
class Answer:
    """`problems` are sentences about those that could not be asked for."""

    requests: Sequence[Request] = ()
    problems: Sequence[str] = field(default_factory=list)


def suggestions() -> list[Suggestion]:
    """In the order of the file, by four queries. Raises BadInput where the file is not there or cannot be read."""
    entries = _entries()
    keys, upstreams = {one.wish.repo_id.key for one in entries}, {one.wish.upstream.pk for one in entries}
    rows = Request.objects.filter(upstream__in=upstreams, key__in=keys)
    requests = {(row.upstream_id, row.kind, row.key, row.ref, row.patterns_key): row for row in rows}
    listed = {_place(row): row for row in Entry.objects.filter(upstream__in=upstreams, key__in=keys)}
    held = {_place(row) for row in Repo.objects.filter(held=True, upstream__in=upstreams, key__in=keys)}
    found = []
    for entry in entries:
        wish = entry.wish
        place = (wish.upstream.pk, wish.kind.value, wish.repo_id.key)
        request = requests.get((*place, wish.identity["ref"], wish.patterns.key))
        found.append(Suggestion(entry, listed.get(place), request, place in held))
    return found


def ask_for(numbers: Collection[int], caller: Caller) -> Answer:
    """Asks for the entries with these numbers, as `import_catalog` does. Asking again changes nothing."""
    requests, problems = [], []
    for entry in _entries():
        if entry.number not in numbers:
            continue
        try:
            requests.append(ask(entry, caller))
        except HubError as error:
            problems.append(f"{entry.wish.repo_id}: {error.words}")
    return Answer(requests, problems)


def _entries() -> list[CatalogEntry]:
    path = Path(settings.BASE_DIR) / FILE
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise BadInput(f"the starter catalog {FILE} is not there", "take it from the hub's sources") from error


def _place(row: Entry | Repo) -> tuple[int, str, str]:
    return row.upstream_id, row.kind, row.key
