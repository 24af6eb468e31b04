"""The routes that lead to file content: resolve, raw, and the cache that small files are sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from . import answers
from .access import OPEN_FILES, Refusal, User
from .content import Commit, FakeRepo, RepoFile
from .routes import FOLDERS, KINDS, Address, Place, place
from .wire import Request, Response, Slice

if TYPE_CHECKING:
    from .hub import FakeHub

SANDBOX = ("Content-Security-Policy", "default-src 'none'; sandbox")


def answer_file(hub: FakeHub, request: Request, address: Address, user: User | None) -> Response:
    repo = hub.catalogue.find(address.kind, address.id)
    refusal = hub.gate.refusal_of_repo(repo, user)
    if refusal is not None or repo is None:
        return answers.refuse(refusal or hub.gate.refusal_of_missing(user), as_json=False)
    if repo.id != address.id:
        return hub.redirect_to_canonical(request, address.id, repo.id)
    found = place(repo, address.rest)
    # The gate stands before the question whether revision and file exist.
    is_open = address.verb == "resolve" and found.path in OPEN_FILES and not repo.disabled
    refusal = None if is_open else hub.gate.refusal_of_content(repo, user, hub.site(request))
    if refusal is not None:
        return answers.refuse(refusal, as_json=False)
    return answer_place(hub, request, address, repo, found)


def answer_place(hub: FakeHub, request: Request, address: Address, repo: FakeRepo, found: Place) -> Response:
    if found.commit is None:
        refusal = Refusal(404, f"Invalid rev id: {found.revision}", "RevisionNotFound")
        return answers.refuse(refusal, as_json=False)
    file = found.commit.files.get(found.path)
    if file is None:
        return entry_not_found(found.commit)
    if address.verb == "raw":
        return raw(request, file, found.commit, found.path)
    if file.lfs:
        return to_cdn(hub, request, repo, file, found.commit, found.path)
    if hub.sends_to_cache(repo, file, found):
        return to_cache(hub, request, repo, file, found.commit, found.path)
    return regular(request, file, found.commit, found.path)


def entry_not_found(commit: Commit) -> Response:
    headers = [("X-Repo-Commit", commit.oid), ("Accept-Ranges", "bytes")]
    return answers.refuse(Refusal(404, "Entry not found", "EntryNotFound"), as_json=False, headers=headers)


def file_headers(commit: Commit, path: str) -> answers.Headers:
    return [
        ("X-Repo-Commit", commit.oid),
        ("Content-Disposition", answers.disposition(path)),
        SANDBOX,
    ]


def regular(request: Request, file: RepoFile, commit: Commit, path: str) -> Response:
    headers = [
        ("Content-Type", answers.content_type(path)),
        *file_headers(commit, path),
        ("ETag", f'"{file.oid}"'),
    ]
    if answers.not_modified(request, file.oid):
        return Response(304, headers)
    return answers.ranged(request, file, headers)


def raw(request: Request, file: RepoFile, commit: Commit, path: str) -> Response:
    """What git holds, which for an LFS file is the pointer; neither 304 nor a part is given here."""
    headers = [answers.TEXT, *file_headers(commit, path), ("ETag", f'"{file.oid}"')]
    return Response(200, headers, file.pointer if file.lfs else Slice(file.source, 0, file.size))


def to_cache(hub: FakeHub, request: Request, repo: FakeRepo, file: RepoFile, commit: Commit, path: str) -> Response:
    """The hop of small public files. Old clients keep only the path of this Location, so the path has to be enough."""
    target = f"{hub.path_prefix}/api/resolve-cache/{FOLDERS[repo.kind]}/{repo.id}/{commit.oid}/{quote(path)}"
    location = f"{target}?{quote(request.path, safe='')}=&etag=%22{file.oid}%22"
    headers = [*file_headers(commit, path), ("Accept-Ranges", "bytes")]
    return answers.redirect(307, location, headers)


def answer_cache(hub: FakeHub, request: Request, segments: list[str]) -> Response:
    """`models/owner/name/commit/path` of a public repository."""
    kind = KINDS.get(segments[0])
    if kind is None or len(segments) < 4:
        return answers.page_not_found(as_json=True)
    address = hub.catalogue.api_address(kind, segments[1:])
    repo = hub.catalogue.find(kind, address.id)
    if repo is None or repo.private or repo.gated:
        return answers.page_not_found(as_json=True)
    found = place(repo, (address.verb, *address.rest))
    file = found.commit.files.get(found.path) if found.commit else None
    if found.commit is None or file is None or file.lfs:
        return answers.page_not_found(as_json=True)
    return regular(request, file, found.commit, found.path)


def to_cdn(hub: FakeHub, request: Request, repo: FakeRepo, file: RepoFile, commit: Commit, path: str) -> Response:
    """A signed address on another origin. There is no ETag on it: the digest is in X-Linked-ETag."""
    headers = [
        ("Cache-Control", "no-store"),
        ("X-Repo-Commit", commit.oid),
        ("Accept-Ranges", "bytes"),
        ("X-Linked-Size", str(file.size)),
        ("X-Linked-ETag", f'"{file.source.sha256}"'),
    ]
    if hub.xet:
        token = f"{hub.site(request)}/api/{FOLDERS[repo.kind]}/{repo.id}/xet-read-token/{commit.oid}"
        parts = f"{hub.cdn_url}/cas/v1/reconstructions/{file.xet_hash}"
        headers += [
            ("X-Xet-Hash", file.xet_hash),
            ("Link", f'<{token}>; rel="xet-auth", <{parts}>; rel="xet-reconstruction-info"'),
        ]
    return answers.redirect(302, hub.cdn.signed_url(repo, file, path), headers)
