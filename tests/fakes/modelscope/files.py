"""The routes that lead to file content: /repo, /resolve, and the parts of files that the gateway sends itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.access import User
from tests.fakes.answers import Headers, disposition
from tests.fakes.content import FakeRepo, Kind, RepoFile
from tests.fakes.routes import KINDS
from tests.fakes.wire import Request, Response, Slice

from . import refs
from .envelope import no_file, refused
from .quirks import Quirks

if TYPE_CHECKING:
    from .hub import FakeModelScope


@dataclass(frozen=True)
class FileAddress:
    """`[api/v1/][models/]owner/name/resolve/revision/path`."""

    kind: Kind
    id: str
    revision: str
    path: str


def resolve_address(segments: list[str]) -> FileAddress | None:
    """A revision with a slash in it cannot be told from a path, so it is taken to have none."""
    rest = segments[2:] if segments[:2] == ["api", "v1"] else segments
    kind: Kind = "model"
    if rest and rest[0] in KINDS:
        kind, rest = KINDS[rest[0]], rest[1:]
    if len(rest) < 5 or rest[2] != "resolve":
        return None
    return FileAddress(kind, "/".join(rest[:2]), rest[3], "/".join(rest[4:]))


def answer_resolve(hub: FakeModelScope, request: Request, address: FileAddress, user: User | None) -> Response:
    repo = hub.find(address.kind, address.id)
    problem = hub.gate.problem_of(address.kind, repo, user, "文件")
    if problem is not None or repo is None:
        return refused(problem) if problem else Response(404)
    return answer_file(hub, request, repo, address.revision, address.path, redirects_head=True)


def answer_file(
    hub: FakeModelScope, request: Request, repo: FakeRepo, revision: str, path: str, redirects_head: bool = False
) -> Response:
    commit = refs.find(repo, revision)
    file = commit.files.get(path.removeprefix("/")) if commit else None
    if commit is None or file is None or (hub.quirks.empty_files_are_missing and not file.size):
        # Only a file that is missing from a commit that is there comes in the two ways.
        return refused(no_file(repo.kind, hub.quirks.missing_file if commit else 404))
    is_head = request.method == "HEAD" and not (redirects_head or hub.quirks.head_redirects)
    if file.lfs and not is_head:
        return Response(302, [("Location", hub.cdn.signed_url(repo, file, path, revision))])
    return gateway(hub.quirks, request, file, path)


def gateway(quirks: Quirks, request: Request, file: RepoFile, path: str) -> Response:
    headers: Headers = [
        ("Content-Type", "application/octet-stream"),
        ("Content-Disposition", disposition(path)),
        ("Accept-Ranges", "bytes"),
    ]
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", request.header("range").strip())
    if match is None or not file.size:
        return Response(200, headers, Slice(file.source, 0, file.size))
    start, last = int(match.group(1)), match.group(2)
    if start >= file.size:
        return Response(416, [*headers, ("Content-Range", f"bytes */{file.size}")])
    if not last and quirks.open_range != "honoured":
        return open_part(quirks, request, file, start, headers)
    end = min(int(last), file.size - 1) if last else file.size - 1
    return part(quirks.closed_range, file, start, end, headers)


def part(status: int, file: RepoFile, start: int, end: int, headers: Headers) -> Response:
    where = ("Content-Range", f"bytes {start}-{end}/{file.size}")
    return Response(status, [*headers, where], Slice(file.source, start, end - start + 1))


def open_part(quirks: Quirks, request: Request, file: RepoFile, start: int, headers: Headers) -> Response:
    """`bytes=N-`: the whole file, or the rest of it with N told as its length."""
    if quirks.open_range == "whole":
        return Response(200, headers, Slice(file.source, 0, file.size))
    answer = part(quirks.closed_range, file, start, file.size - 1, headers)
    answer.declared = start
    # What comes after the declared length would be taken for the next answer.
    request.keep_alive = False
    return answer
