"""The routes under /api: lists, details, trees, refs, commits, and who is asking."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from . import answers, describe
from .access import Refusal, User
from .content import Commit, FakeRepo
from .routes import FOLDERS, KINDS, Address, Query, place
from .wire import Request, Response

if TYPE_CHECKING:
    from .hub import FakeHub

Item = TypeVar("Item")
# The hub cuts what a caller asks for down to this.
MAX_PAGE = 1000
SORTS: dict[str, Callable[[FakeRepo], Any]] = {
    "downloads": lambda repo: repo.downloads,
    "likes": lambda repo: repo.likes,
    "createdAt": lambda repo: repo.created,
    "created_at": lambda repo: repo.created,
    "lastModified": lambda repo: repo.head.date,
    "last_modified": lambda repo: repo.head.date,
    "trendingScore": lambda repo: repo.trending,
    "trending_score": lambda repo: repo.trending,
}


@dataclass
class Asked:
    """A repository that exists, who asks for it, and what for."""

    hub: FakeHub
    request: Request
    user: User | None
    repo: FakeRepo
    address: Address
    query: Query

    def commit(self) -> tuple[Commit | None, str]:
        found = place(self.repo, self.address.rest or ("main",))
        return found.commit, found.path

    def bad_revision(self) -> Response:
        name = place(self.repo, self.address.rest).revision
        return answers.refuse(Refusal(404, f"Invalid rev id: {name}", "RevisionNotFound"), as_json=True)

    @property
    def url(self) -> str:
        return self.hub.site(self.request) + self.request.path.removeprefix(self.hub.path_prefix)


def answer_api(hub: FakeHub, request: Request, segments: list[str], user: User | None) -> Response:
    if segments[0] in KINDS and len(segments) == 1:
        return listing(hub, request, segments[0], user)
    if segments[0] in KINDS:
        return answer_repo(hub, request, hub.catalogue.api_address(KINDS[segments[0]], segments[1:]), user)
    if segments == ["whoami-v2"]:
        return whoami(user)
    if segments == ["agent-harnesses"]:
        return answers.json_answer({"standardEnvVars": [], "harnesses": {}})
    if segments[0] == "telemetry":
        return Response(204)
    if segments[0] == "organizations" and segments[2:] == ["overview"]:
        return organization(hub, segments[1])
    return answers.page_not_found(as_json=True)


def answer_repo(hub: FakeHub, request: Request, address: Address, user: User | None) -> Response:
    repo = hub.catalogue.find(address.kind, address.id)
    refusal = hub.gate.refusal_of_repo(repo, user)
    if refusal is not None or repo is None:
        return answers.refuse(refusal or hub.gate.refusal_of_missing(user), as_json=True)
    if repo.id != address.id:
        return hub.redirect_to_canonical(request, address.id, repo.id)
    route = ROUTES.get(address.verb)
    if route is None:
        return answers.page_not_found(as_json=True)
    return route(Asked(hub, request, user, repo, address, Query(request.query)))


def info(asked: Asked) -> Response:
    commit, path = asked.commit()
    if commit is None or path:
        return asked.bad_revision()
    return answers.json_answer(describe.details(asked.repo, commit, asked.query))


def tree(asked: Asked) -> Response:
    commit, path = asked.commit()
    if commit is None:
        return asked.bad_revision()
    path = path.strip("/")
    if path and path not in commit.directories:
        headers = [("X-Repo-Commit", commit.oid)]
        message = f'{path} does not exist on "{asked.address.rest[0]}"'
        return answers.refuse(Refusal(404, message, "EntryNotFound"), as_json=True, headers=headers)
    paths = paths_under(commit, path, asked.query.flag("recursive"))
    limit = asked.hub.tree_page_expanded if asked.query.flag("expand") else asked.hub.tree_page
    page, links = paged(asked.request, asked.url, paths, min(asked.query.number("limit", limit), MAX_PAGE))
    return answers.json_answer(entries(asked, commit, page), headers=links)


def paths_under(commit: Commit, directory: str, recursive: bool) -> list[str]:
    """Directories first, then files; each in the order of their paths."""
    start = directory + "/" if directory else ""

    def wanted(path: str) -> bool:
        return path.startswith(start) and path != "" and (recursive or "/" not in path[len(start) :])

    return [
        *sorted(path for path in commit.directories if wanted(path)),
        *sorted(path for path in commit.files if wanted(path)),
    ]


def entries(asked: Asked, commit: Commit, paths: list[str]) -> list[dict[str, Any]]:
    masked = not asked.hub.gate.has_access(asked.repo, asked.user)
    found: list[dict[str, Any]] = []
    for path in paths:
        if path in commit.files:
            found.append(describe.file_entry(path, commit.files[path], masked, asked.hub.xet))
        elif path in commit.directories and path:
            found.append(describe.directory_entry(path, commit.directories[path]))
    if asked.query.flag("expand"):
        found = [describe.expanded(entry, asked.repo, commit) for entry in found]
    return found


def paths_info(asked: Asked) -> Response:
    commit, _ = asked.commit()
    if commit is None:
        return asked.bad_revision()
    if asked.request.header("content-type").startswith("application/json"):
        asked.query = Query.of(json.loads(asked.request.body or b"{}"))
    else:
        asked.query = Query(asked.request.body.decode())
    paths = [path.strip("/") for path in asked.query.all("paths")]
    return answers.json_answer(entries(asked, commit, paths))


def refs(asked: Asked) -> Response:
    repo = asked.repo
    data = {
        "tags": [ref(name, f"refs/tags/{name}", commit) for name, commit in repo.tags.items()],
        "branches": [ref(name, f"refs/heads/{name}", commit) for name, commit in repo.branches.items()],
        "converts": [ref(name, f"refs/convert/{name}", commit) for name, commit in repo.converts.items()],
    }
    if asked.query.flag("include_prs"):
        pulls = repo.pull_requests.items()
        data["pullRequests"] = [ref(f"refs/pr/{number}", f"refs/pr/{number}", commit) for number, commit in pulls]
    return answers.json_answer(data)


def ref(name: str, full_name: str, commit: Commit) -> dict[str, str]:
    return {"name": name, "ref": full_name, "targetCommit": commit.oid}


def commits(asked: Asked) -> Response:
    refusal = asked.hub.gate.refusal_of_content(asked.repo, asked.user, asked.hub.site(asked.request))
    if refusal is not None:
        return answers.refuse(refusal, as_json=True)
    commit, _ = asked.commit()
    if commit is None:
        return asked.bad_revision()
    history = commit.history
    page, limit = asked.query.number("p", 0), max(1, asked.query.number("limit", 50))
    headers = [("X-Total-Count", str(len(history)))]
    if (page + 1) * limit < len(history):
        # The page number stands in front of the rest of the query here.
        query = asked.request.query
        link = answers.next_link(asked.url, "", "p", str(page + 1))[0][1]
        kept = "&".join(part for part in query.split("&") if part and not part.startswith("p="))
        headers.append(("Link", link.replace(">", f"&{kept}>", 1) if kept else link))
    return answers.json_answer(
        [commit_entry(one) for one in history[page * limit : (page + 1) * limit]], headers=headers
    )


def commit_entry(commit: Commit) -> dict[str, Any]:
    title, _, message = commit.message.partition("\n")
    authors = [{"user": commit.author, "avatar": f"/avatars/{commit.author}.svg"}]
    return {
        "id": commit.oid,
        "title": title,
        "message": message,
        "authors": authors,
        "date": describe.stamp(commit.date),
    }


def auth_check(asked: Asked) -> Response:
    refusal = asked.hub.gate.refusal_of_content(asked.repo, asked.user, asked.hub.site(asked.request))
    return answers.refuse(refusal, as_json=True) if refusal else Response(200, [answers.TEXT], b"OK")


def xet_read_token(asked: Asked) -> Response:
    """A token for a storage that nothing here speaks: whoever uses it finds nothing, and can be seen trying."""
    if not asked.hub.xet:
        return answers.page_not_found(as_json=True)
    token, cas, expires = "xet-token-of-the-fake", f"{asked.hub.cdn_url}/cas", int(time.time()) + 3600
    headers = [
        ("X-Xet-Access-Token", token),
        ("X-Xet-Cas-Url", cas),
        ("X-Xet-Token-Expiration", str(expires)),
    ]
    return answers.json_answer({"accessToken": token, "casUrl": cas, "exp": expires}, headers=headers)


ROUTES: dict[str, Callable[[Asked], Response]] = {
    "": info,
    "revision": info,
    "tree": tree,
    "paths-info": paths_info,
    "refs": refs,
    "commits": commits,
    "auth-check": auth_check,
    "xet-read-token": xet_read_token,
}


def listing(hub: FakeHub, request: Request, folder: str, user: User | None) -> Response:
    query = Query(request.query)
    repos = [
        repo
        for repo in hub.catalogue.of_kind(KINDS[folder])
        if repo.id not in hub.unlisted and hub.gate.refusal_of_repo(repo, user) is None and wanted(repo, query)
    ]
    url, limit = f"{hub.site(request)}/api/{folder}", min(query.number("limit", hub.list_page), hub.list_page, MAX_PAGE)
    if query.get("sort") == "lastModified" and query.get("direction", "-1") != "1":
        page, links = paged_by_change(request, url, repos, limit)
        return answers.json_answer([describe.listed(repo, query) for repo in page], headers=links)
    key = SORTS.get(query.get("sort"), SORTS["trendingScore"])
    repos.sort(key=lambda repo: repo.id)
    # Python keeps equal ones in place also in reverse, so the ids decide among them.
    repos.sort(key=key, reverse=query.get("direction", "-1") != "1")
    page, links = paged(request, url, repos, limit)
    return answers.json_answer([describe.listed(repo, query) for repo in page], headers=links)


def paged_by_change(
    request: Request, url: str, repos: list[FakeRepo], limit: int
) -> tuple[list[FakeRepo], answers.Headers]:
    """What changed last first; the cursor names the last repo of a page, and not how many came before it."""
    repos.sort(key=lambda repo: repo.internal_id)
    repos.sort(key=lambda repo: describe.stamp(repo.head.date), reverse=True)
    if place := answers.place_of(Query(request.query).get("cursor")):
        stamp, last = place
        repos = [
            repo
            for repo in repos
            if describe.stamp(repo.head.date) < stamp
            or (describe.stamp(repo.head.date) == stamp and repo.internal_id > last)
        ]
    page = repos[: max(1, limit)]
    if len(page) == len(repos):
        return page, []
    cursor = answers.cursor_behind(describe.stamp(page[-1].head.date), page[-1].internal_id)
    return page, answers.next_link(url, request.query, "cursor", cursor)


def wanted(repo: FakeRepo, query: Query) -> bool:
    tags = {tag.lower() for tag in describe.tags_of(repo)}
    asked = [*query.all("filter"), *query.all("pipeline_tag")]
    filters = [part for value in asked for part in value.lower().split(",") if part]
    gated = query.get("gated")
    return (
        all(word.lower() in repo.id.lower() for word in query.all("search"))
        and all(author.lower() == repo.namespace.lower() for author in query.all("author"))
        and all(one in tags for one in filters)
        and (not gated or query.flag("gated") == bool(repo.gated))
    )


def paged(request: Request, url: str, items: list[Item], limit: int) -> tuple[list[Item], answers.Headers]:
    """One page of the items, and the Link to the next one."""
    start, limit = answers.position_of(Query(request.query).get("cursor")), max(1, limit)
    end = start + limit
    if end >= len(items):
        return items[start:end], []
    return items[start:end], answers.next_link(url, request.query, "cursor", answers.cursor_of(end))


def whoami(user: User | None) -> Response:
    if user is None:
        return answers.refuse(Refusal(401, "Invalid username or password."), as_json=True)
    token = {"displayName": "fake", "role": "read", "createdAt": "2026-01-01T00:00:00.000Z"}
    data = {
        "type": "user",
        "id": hashlib.sha256(user.name.encode()).hexdigest()[:24],
        "name": user.name,
        "fullname": user.name,
        "email": f"{user.name}@example.invalid",
        "emailVerified": True,
        "canPay": False,
        "billingMode": "prepaid",
        "periodEnd": 1893456000,
        "isPro": False,
        "avatarUrl": f"/avatars/{user.name}.svg",
        "orgs": [],
        "auth": {"type": "access_token", "accessToken": token},
    }
    return answers.json_answer(data)


def organization(hub: FakeHub, name: str) -> Response:
    counts = {kind: sum(repo.namespace == name for repo in hub.catalogue.of_kind(kind)) for kind in FOLDERS}
    if not any(counts.values()):
        return answers.page_not_found(as_json=True)
    data = {"_id": name, "name": name, "fullname": name, "type": "org", "avatarUrl": f"/avatars/{name}.svg"}
    numbers = {f"num{kind.capitalize()}s": count for kind, count in counts.items()}
    return answers.json_answer(data | numbers)
