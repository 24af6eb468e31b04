"""The first answer of git's smart protocol, which names the refs; whoever does not say to be git is sent away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.access import User
from tests.fakes.content import FakeRepo, Kind
from tests.fakes.routes import KINDS
from tests.fakes.wire import Request, Response

from .envelope import looping
from .refs import MASTER, branches_of

if TYPE_CHECKING:
    from .hub import FakeModelScope

ADVERTISEMENT = "application/x-git-upload-pack-advertisement"


def answer_git(hub: FakeModelScope, request: Request, segments: list[str], user: User | None) -> Response:
    """`[models/]owner/name.git/info/refs?service=git-upload-pack`."""
    if not request.header("user-agent").startswith("git/"):
        return looping()
    kind: Kind = KINDS.get(segments[0], "model")
    rest = segments[1:] if segments[0] in KINDS else segments
    repo = hub.find(kind, "/".join(rest[:2]).removesuffix(".git"))
    if repo is None or rest[2:] != ["info", "refs"] or not hub.gate.may_read(repo, user):
        return Response(404, [("Content-Type", "text/plain")], b"repository not found")
    return Response(200, [("Content-Type", ADVERTISEMENT), ("Cache-Control", "no-cache")], advertisement(repo))


def advertisement(repo: FakeRepo) -> bytes:
    named = {f"refs/heads/{name}": commit.oid for name, commit in branches_of(repo).items()}
    named |= {f"refs/tags/{name}": commit.oid for name, commit in repo.tags.items()}
    able = f"\0symref=HEAD:refs/heads/{MASTER} agent=git/fake"
    lines = [f"{repo.head.oid} HEAD{able}\n", *(f"{oid} {name}\n" for name, oid in sorted(named.items()))]
    return packet("# service=git-upload-pack\n") + b"0000" + b"".join(map(packet, lines)) + b"0000"


def packet(line: str) -> bytes:
    return b"%04x" % (len(line.encode()) + 4) + line.encode()
