"""`/api/{models|datasets|spaces}/{id}/…`: what is told of one held repo."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.http.request import RawPostDataException

from hub.catalog.models import Ref, Repo
from hub.catalog.shelves import Pin, Shelf, pin_of, sheet_of, shelf_of
from hub.catalog.trees import Entry, Tree, tree_of
from hub.dialects.answers import json_answer, redirect, text_answer
from hub.dialects.asked import Query
from hub.dialects.huggingface import describe
from hub.dialects.huggingface.addresses import Address, split_revision
from hub.dialects.huggingface.asked import Asked
from hub.dialects.huggingface.misses import canonical, held
from hub.dialects.naming import check_revision, checked_path, repo_id_of
from hub.dialects.shown import RouteMissing
from hub.errors import BadInput, RepoMissing
from hub.names import RepoId

TREE_PAGE = 1000
MOST = 100_000
"""Entries of one page, whatever `limit` says."""
MOST_PATHS = 2000
COMMITS_PAGE = 50


@dataclass(frozen=True)
class Place:
    """The held repo that is asked about, at one revision; `path` is what stands behind the revision."""

    asked: Asked
    shelf: Shelf
    pin: Pin
    path: str

    @property
    def tree(self) -> Tree:
        return tree_of(self.pin)


def answer_repo(asked: Asked, address: Address) -> HttpResponse:
    """Raises what `held` raises, and RouteMissing for a route that no repo has."""
    route = ROUTES.get(address.verb)
    repo_id = repo_id_of(address.repo)
    if route is None:
        raise RouteMissing(f"there is no /{address.verb} of a repo here", "see /-/docs/ for what this hub serves")
    revision, path = _revision_and_path(address, repo_id)
    check_revision(revision)
    shelf, pin = held(asked, address.kind, repo_id, revision, lambda: _find(address, repo_id, revision))
    if elsewhere := canonical(asked, address, shelf.repo_id):
        return redirect(elsewhere)
    return route(Place(asked, shelf, pin, path))


def _revision_and_path(address: Address, repo_id: RepoId) -> tuple[str, str]:
    try:
        names = shelf_of(address.kind, repo_id).names
    except RepoMissing:
        names = {}
    revision, path = split_revision(address.rest, names)
    if path and address.verb in ("revision", "commits", "paths-info"):
        # These have nothing behind the revision, so a slash belongs to a name that is not held yet.
        return f"{revision}/{path}", ""
    return revision, path


def _find(address: Address, repo_id: RepoId, revision: str) -> tuple[Shelf, Pin]:
    shelf = shelf_of(address.kind, repo_id)
    if not revision and address.verb == "refs" and shelf.default_ref not in shelf.names and shelf.names:
        return shelf, next(iter(shelf.names.values()))
    return shelf, pin_of(shelf, revision)


def info(place: Place) -> HttpResponse:
    query = place.asked.query
    repo = Repo.objects.get(pk=place.shelf.repo_pk)
    expand = query.all("expand")
    tree = place.tree if not expand or "siblings" in expand else None
    known = describe.facts(repo, place.pin.commit, sheet_of(place.pin), tree, blobs=query.flag("blobs"))
    if expand:
        return json_answer(describe.chosen(known, expand))
    if query.flag("securityStatus"):
        told = sheet_of(place.pin).info.get("securityRepoStatus")
        known["securityRepoStatus"] = told or {"scansDone": False, "filesWithIssues": []}
    return json_answer(known)


def tree(place: Place) -> HttpResponse:
    query = place.asked.query
    path = checked_path(place.path, place.pin.commit) if place.path else ""
    recursive = query.flag("recursive")
    entries = place.tree.under(path, recursive)
    # llama.cpp reads the first page only and sends no limit.
    limit = query.number("limit", MOST if recursive else TREE_PAGE, MOST)
    start = position_of(query.get("cursor"))
    headers = {"X-Repo-Commit": place.pin.commit}
    if start + limit < len(entries):
        headers["Link"] = next_link(place.asked, "cursor", cursor_of(start + limit))
    return json_answer([describe.tree_entry(entry) for entry in entries[start : start + limit]], headers=headers)


def paths_info(place: Place) -> HttpResponse:
    wanted = _paths(place.asked)
    if len(wanted) > MOST_PATHS:
        raise BadInput(f"{len(wanted)} paths are too many", f"ask for at most {MOST_PATHS} at once")
    by_path = place.tree.by_path
    found: list[Entry] = [by_path[path] for one in wanted if (path := one.strip("/")) in by_path]
    return json_answer([describe.tree_entry(entry) for entry in found])


def _paths(asked: Asked) -> list[str]:
    """Python sends a form, Rust and JavaScript send JSON with one path or many."""
    try:
        body = asked.request.body
    except RawPostDataException as error:
        raise BadInput("the body could not be read") from error
    if not asked.request.META.get("CONTENT_TYPE", "").startswith("application/json"):
        return Query(body.decode(errors="replace")).all("paths")
    try:
        paths = json.loads(body or b"{}").get("paths", [])
    except (ValueError, AttributeError) as error:
        raise BadInput("the body is no JSON object", 'send {"paths": [...]}') from error
    return [paths] if isinstance(paths, str) else [str(path) for path in paths]


def refs(place: Place) -> HttpResponse:
    """The names that are held; the order of the keys is the hub's."""
    told: dict[str, list[dict[str, str]]] = {"tags": [], "branches": [], "converts": []}
    if place.asked.query.flag("include_prs"):
        told["pullRequests"] = []
    keys = {
        Ref.Kind.TAG: "tags",
        Ref.Kind.BRANCH: "branches",
        Ref.Kind.CONVERT: "converts",
        Ref.Kind.PR: "pullRequests",
    }
    rows = Ref.objects.filter(repo_id=place.shelf.repo_pk, revision__published_at__isnull=False)
    for kind, name, full, commit in rows.values_list("kind", "name", "ref", "revision__commit"):
        entries = told.get(keys[Ref.Kind(kind)])
        if entries is not None:
            entries.append({"name": name.removeprefix("refs/convert/"), "ref": full, "targetCommit": commit})
    return json_answer(told)


def commits(place: Place) -> HttpResponse:
    query = place.asked.query
    history = sheet_of(place.pin).history or ({"id": place.pin.commit},)
    page = int(text) if (text := query.get("p")).isdecimal() and len(text) < 8 else 0
    limit = query.number("limit", COMMITS_PAGE, 1000)
    headers = {"X-Total-Count": str(len(history))}
    if (page + 1) * limit < len(history):
        headers["Link"] = next_link(place.asked, "p", str(page + 1))
    formatted = "formatted" in query.all("expand")
    entries = history[page * limit : (page + 1) * limit]
    return json_answer([describe.commit_entry(entry, formatted) for entry in entries], headers=headers)


def treesize(place: Place) -> HttpResponse:
    path = checked_path(place.path, place.pin.commit) if place.path else ""
    return json_answer({"path": path, "size": place.tree.size_of(path)})


def auth_check(place: Place) -> HttpResponse:
    return text_answer("OK")


ROUTES: dict[str, Callable[[Place], HttpResponse]] = {
    "": info,
    "revision": info,
    "tree": tree,
    "paths-info": paths_info,
    "refs": refs,
    "commits": commits,
    "treesize": treesize,
    "auth-check": auth_check,
}


def cursor_of(position: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Any:
    """What `cursor_of` was given; None for anything else."""
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None


def position_of(cursor: str) -> int:
    position = read_cursor(cursor)
    return position if isinstance(position, int) and position > 0 else 0


def next_link(asked: Asked, name: str, value: str) -> str:
    """Absolute and on our own host: clients crash on a relative one, and would send their token to a foreign one."""
    kept = [part for part in asked.query_text.split("&") if part and part.partition("=")[0] != name]
    return f'<{asked.base}/{"/".join(asked.segments)}?{"&".join([*kept, f"{name}={quote(value)}"])}>; rel="next"'
