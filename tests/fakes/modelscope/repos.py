"""The routes of one repository: what it is, its revisions, its listings, its commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.fakes.access import User
from tests.fakes.content import Commit, FakeRepo, Kind
from tests.fakes.routes import Query
from tests.fakes.wire import Request, Response

from . import describe, refs
from .envelope import Problem, done, no_tree, refused
from .files import answer_file

if TYPE_CHECKING:
    from .hub import FakeModelScope

PAGE_SIZE = 50


@dataclass
class Asked:
    """A repository if there is one, who asks for it, and what for."""

    hub: FakeModelScope
    request: Request
    user: User | None
    kind: Kind
    found: FakeRepo | None
    verb: str

    @cached_property
    def query(self) -> Query:
        return Query(self.request.query)

    @property
    def repo(self) -> FakeRepo:
        assert self.found is not None
        return self.found

    @property
    def revision(self) -> str:
        return self.query.get("Revision")

    def problem(self, what: str, sees_gated: bool = False) -> Problem | None:
        sees_gated = sees_gated and not self.hub.quirks.hide_gated
        return self.hub.gate.problem_of(self.kind, self.found, self.user, what, sees_gated)


def answer_repo(asked: Asked) -> Response:
    what, route = ROUTES.get((asked.verb, asked.kind)) or ROUTES.get((asked.verb, "")) or ("", None)
    if route is None:
        return Response(404, [("Content-Type", "text/plain")], b"404 page not found")
    problem = asked.problem(what, sees_gated=asked.verb == "")
    return refused(problem) if problem else route(asked)


def info(asked: Asked) -> Response:
    return done(describe.details(asked.repo, asked.hub.gate.may_read(asked.repo, asked.user)))


def revisions(asked: Asked) -> Response:
    return done(describe.revisions(asked.repo, asked.hub.quirks.revision_commits))


def files(asked: Asked) -> Response:
    """Everything in one answer, which ends without a word at a certain number of entries."""
    commit = refs.find(asked.repo, asked.revision)
    if commit is None:
        return unknown_revision(asked)
    found = listed(asked, commit)
    if found is None:
        return refused(no_tree(asked.kind))
    found = found[: asked.hub.quirks.truncate_at or None]
    committer = describe.latest_committer(commit, asked.hub.quirks.latest_id)
    return done({"Files": found, "IsVisual": 0, "LatestCommitter": committer})


def tree(asked: Asked) -> Response:
    """Page by page, of exactly the size that was asked for."""
    number, size = asked.query.number("PageNumber", 1), asked.query.number("PageSize", PAGE_SIZE)
    if number > 1 and asked.hub.hiccups_on(asked.request.target):
        return refused(Problem(403, 403, "access denied"))
    commit = refs.find(asked.repo, asked.revision)
    if commit is None:
        return unknown_revision(asked)
    found = listed(asked, commit)
    if found is None:
        return refused(no_tree(asked.kind))
    page = found[(number - 1) * size : number * size]
    committer = describe.latest_committer(commit, asked.hub.quirks.latest_id)
    data = {"Files": page, "IsVisual": 0, "LatestCommitter": committer}
    return done(data, TotalCount=len(found), PageNumber=number, PageSize=size)


def unknown_revision(asked: Asked) -> Response:
    if asked.hub.quirks.unknown_revision == "null":
        return done({"Files": None})
    return refused(no_tree(asked.kind))


def listed(asked: Asked, commit: Commit) -> list[describe.Entry] | None:
    """The entries below Root, or only those right in it; None where there is no such directory."""
    root, recursive = asked.query.get("Root").strip("/"), asked.query.flag("Recursive")
    if root and root not in commit.directories:
        return None
    start = f"{root}/" if root else ""
    found = [one for one in describe.entries(commit) if is_below(one["Path"], start, recursive)]
    if asked.hub.quirks.sha256_of_commits or asked.revision != commit.oid:
        return found
    return [{**one, "Sha256": None} for one in found]


def is_below(path: str, start: str, recursive: bool) -> bool:
    return path.startswith(start) and (recursive or "/" not in path[len(start) :])


def commits(asked: Asked) -> Response:
    """By Ref and by nothing else: who misspells it is told of the default branch."""
    number, size = asked.query.number("PageNumber", 1), asked.query.number("PageSize", PAGE_SIZE)
    commit = refs.find(asked.repo, asked.query.get("Ref"))
    if commit is None:
        return done({"Commit": None}, TotalCount=0)
    history = commit.history
    rows: list[dict[str, Any]] = [describe.commit_row(one) for one in history[(number - 1) * size : number * size]]
    return done({"Commit": rows}, TotalCount=len(history))


def file(asked: Asked) -> Response:
    path = asked.query.get("FilePath")
    return answer_file(asked.hub, asked.request, asked.repo, asked.revision or refs.MASTER, path)


Route = tuple[str, Callable[[Asked], Response]]
ROUTES: dict[tuple[str, str], Route] = {
    ("", ""): ("信息", info),
    ("revisions", ""): ("版本", revisions),
    ("commits", ""): ("提交记录", commits),
    ("repo", ""): ("文件", file),
    ("repo/files", ""): ("目录树", files),
    ("repo/tree", "dataset"): ("目录树", tree),
}
"""What each route is called in an error, and who answers it; some are of one kind only."""
