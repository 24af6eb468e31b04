"""A hub out there with one large file and some small ones, and a plan that wants them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request, Transfer
from hub.mirroring.steps import look, plan
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams import connections as upstream_connections
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, FakeRepo, Synthetic, repo_file

MIB = 1024 * 1024
PART = 16 * MIB
LARGE_SIZE = 3 * PART + 1234
REPO = "acme/weights"
LARGE = "model.safetensors"
SMALL = {f"small/{number}.txt": f"file number {number}\n" * 50 for number in range(30)}

Planned = Callable[..., Request]


@pytest.fixture
def out_there() -> Iterator[FakeHub]:
    """Bytes travel in parts of 16 MiB, so the large file is as small as it can be with four of them."""
    files: dict[str, Any] = {LARGE: repo_file(LARGE, Synthetic(LARGE_SIZE, 77), lfs=True), "empty.txt": b"", **SMALL}
    with FakeHub([FakeRepo(REPO, files, card={"license": "mit"})]) as hub:
        yield hub


@pytest.fixture
def planned(transactional_db: None, out_there: FakeHub) -> Planned:
    """Asks for the repo, looks and plans; the transfers are queued then."""
    Rule.objects.create(name="all", action=Action.ALLOW)
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)

    def ask(include: tuple[str, ...] = (), repo: str = REPO) -> Request:
        request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(repo), include=include), SYSTEM)
        look(request.pk)
        plan(request.pk)
        request.refresh_from_db()
        out_there.requests.clear()
        return request

    return ask


@pytest.fixture
def large(planned: Planned) -> Transfer:
    """The transfer of the one large file, queued."""
    planned((LARGE,))
    return Transfer.objects.get()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silence of half a second counts as a stall."""
    monkeypatch.setattr(upstream_connections, "READ_SECONDS", 0.5)


def bytes_of_large(hub: FakeHub) -> int:
    """How many bytes of the large file have left the hub out there."""
    return sum(entry.sent for entry in hub.requests.matching(method="GET", origin="cdn"))
