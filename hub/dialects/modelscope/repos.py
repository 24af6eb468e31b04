"""`/api/v1/{models|datasets}/{o}/{n}/…`: what is told of one held repo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.http import HttpResponse, HttpResponseBase

from hub.catalog.models import Ref, Repo
from hub.catalog.shelves import Pin, Shelf, pin_of, sheet_of, shelf_of
from hub.catalog.traces import date_of, traces_of
from hub.catalog.trees import Entry, tree_of
from hub.dialects.modelscope import describe
from hub.dialects.modelscope.addresses import Address
from hub.dialects.modelscope.asked import Asked
from hub.dialects.modelscope.envelope import enveloped
from hub.dialects.modelscope.files import answer_file, file_asked_for, resolved_path
from hub.dialects.modelscope.misses import held
from hub.dialects.naming import check_revision, checked_path, repo_id_of
from hub.dialects.shown import RouteMissing
from hub.errors import AccessRefused, HubError, Missing, RepoMissing
from hub.names import RepoId, RepoKind

COMMITS_PAGE = 50


@dataclass(frozen=True)
class Place:
    """The held repo that is asked about, at one revision; `revision` is how it was asked for."""

    asked: Asked
    shelf: Shelf
    pin: Pin
    revision: str
    rest: tuple[str, ...]


def answer_repo(asked: Asked, address: Address) -> HttpResponseBase:
    """Raises what `held` raises, and RouteMissing for a route that no repo has."""
    route = ROUTES.get(address.verb)
    if route is None or (address.rest and address.verb != "resolve"):
        raise RouteMissing(f"there is no /{address.verb} of a repo here", "see /-/docs/ for what this hub serves")
    number = address.number
    repo_id, family = (repo_id_of(address.repo), asked.family) if number is None else _numbered(address.kind, number)
    revision, rest = _revision(asked, address)
    check_revision(revision)

    def find() -> tuple[Shelf, Pin]:
        shelf = shelf_of(address.kind, repo_id, family)
        # Names are told of the whole repo, also where the default branch itself is not held.
        return shelf, _any_pin(shelf) if address.verb == "revisions" else pin_of(shelf, revision)

    try:
        shelf, pin = held(asked, address.kind, repo_id, revision, find)
    except HubError as error:
        if asked.is_old and address.verb == "" and not isinstance(error, Missing | AccessRefused):
            return _not_missing(repo_id)
        raise
    return route(Place(asked, shelf, pin, revision, rest))


def _revision(asked: Asked, address: Address) -> tuple[str, tuple[str, ...]]:
    if address.verb == "resolve":
        return unquote(address.rest[0]) if address.rest else "", address.rest[1:]
    name = "Ref" if address.verb == "commits" else "Revision"
    return asked.query.get(name), address.rest


def _numbered(kind: RepoKind, number: int) -> tuple[RepoId, str]:
    row = Repo.objects.filter(pk=number, kind=kind, held=True).select_related("upstream").first()
    if row is None:
        raise RepoMissing(f"this hub has no {kind} of the number {number}", "ask for it by its name")
    return row.repo_id, row.upstream.kind


def _any_pin(shelf: Shelf) -> Pin:
    return shelf.names.get(shelf.default_ref) or next(iter(shelf.names.values()), None) or pin_of(shelf, "")


def _not_missing(repo_id: RepoId) -> HttpResponse:
    """Clients of 1.34 ask first whether a repo exists, and hide why it cannot be had. So they are told that it is not
    missing; what they ask for next tells them the rest."""
    return enveloped({"Name": repo_id.name, "Path": repo_id.namespace, "IsAccessible": 0})


def info(place: Place) -> HttpResponse:
    repo = Repo.objects.get(pk=place.shelf.repo_pk)
    return enveloped(describe.repo_data(repo, sheet_of(place.pin)))


def revisions(place: Place) -> HttpResponse:
    """Branches, `master` always among them, and tags, the newest first: clients take the first that is old enough."""
    rows = Ref.objects.filter(repo_id=place.shelf.repo_pk, revision__published_at__isnull=False)
    branches: list[dict[str, Any]] = []
    tags: list[dict[str, Any]] = []
    for kind, name, commit, history, published_at in rows.values_list(
        "kind", "name", "revision__commit", "revision__history", "revision__published_at"
    ):
        if kind in (Ref.Kind.BRANCH, Ref.Kind.TAG):
            told = {"Revision": name, "CommitId": commit, "CreatedAt": date_of(commit, history, published_at)}
            (tags if kind == Ref.Kind.TAG else branches).append(told)
    trunk = next((one for one in branches if one["Revision"] == place.shelf.default_ref), None)
    if not any(one["Revision"] == describe.TRUNK for one in branches):
        branches.insert(0, {**(trunk or _trunk(place)), "Revision": describe.TRUNK})
    tags.sort(key=lambda one: (-one["CreatedAt"], one["Revision"]))
    return enveloped({"RevisionMap": {"Branches": branches, "Tags": tags}})


def _trunk(place: Place) -> dict[str, Any]:
    """The default branch of a repo of which only something else is held: it is brought in when it is asked for."""
    return {"CommitId": "", "CreatedAt": date_of(place.pin.commit, sheet_of(place.pin).history, None)}


def files(place: Place) -> HttpResponse:
    """All at once: clients that see 3,000 entries or more ask again folder by folder, which costs time and no more."""
    listed = _described(place, _entries(place))
    return enveloped({"Files": listed, "IsVisual": 0, "LatestCommitter": _latest(place)})


def tree(place: Place) -> HttpResponse:
    """In pages of exactly the size that was asked for: clients stop at the first page that is shorter."""
    query, entries = place.asked.query, _entries(place)
    size = query.number("PageSize", max(1, len(entries)), 10**9)
    page = query.number("PageNumber", 1, 10**9)
    told = _described(place, entries[(page - 1) * size : page * size])
    return enveloped({"Files": told}, TotalCount=len(entries), PageNumber=page, PageSize=size)


def _entries(place: Place) -> list[Entry]:
    root = place.asked.query.get("Root").strip("/")
    path = checked_path(root, place.pin.commit) if root else ""
    return tree_of(place.pin).under(path, place.asked.query.flag("Recursive"))


def _described(place: Place, entries: list[Entry]) -> list[dict[str, Any]]:
    return describe.entries_of(entries, traces_of(place.shelf.repo_pk, place.pin), place.pin)


def _latest(place: Place) -> dict[str, Any]:
    commit = place.pin.commit
    return describe.commit_entry(
        next((one for one in sheet_of(place.pin).history if one["id"] == commit), {"id": commit})
    )


def commits(place: Place) -> HttpResponse:
    query = place.asked.query
    history = sheet_of(place.pin).history or ({"id": place.pin.commit},)
    size = query.number("PageSize", COMMITS_PAGE, 1000)
    page = query.number("PageNumber", 1, 10**6)
    told = [describe.commit_entry(one) for one in history[(page - 1) * size : page * size]]
    return enveloped({"Commit": told}, TotalCount=len(history), PageNumber=page, PageSize=size)


def file(place: Place) -> HttpResponseBase:
    asked = place.asked
    spellings = resolved_path(place.rest) if place.rest else asked.spellings_of("FilePath")
    found = file_asked_for(asked, place.pin, spellings)
    return answer_file(asked, place.shelf, place.pin, place.revision, found)


ROUTES: dict[str, Callable[[Place], HttpResponseBase]] = {
    "": info,
    "revisions": revisions,
    "repo/files": files,
    "repo/tree": tree,
    "repo": file,
    "commits": commits,
    "resolve": file,
}
