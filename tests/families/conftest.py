"""Two hubs out there with one family on both, rows that lead to them, and a worker in this process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request
from hub.mirroring.steps import look, plan
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.dialects.conftest import ask
from tests.fakes import FakeHub, FakeRepo
from tests.fakes.families import Family
from tests.fakes.modelscope import FakeModelScope
from tests.fakes.server import FakeServer
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import drain_small

__all__ = ["HUBS", "Setting", "Stage", "ask", "work"]

HUBS = ("huggingface", "modelscope")
Setting = Callable[[Family], "Stage"]


@dataclass
class Stage:
    """One family on two hubs; `upstreams` are the rows that lead there."""

    family: Family
    fakes: dict[str, FakeServer]
    upstreams: dict[str, Upstream]

    def repo(self, hub: str) -> FakeRepo:
        return self.fakes[hub].repo(self.repo_id(hub))

    def repo_id(self, hub: str) -> str:
        return self.family.huggingface.id if hub == "huggingface" else self.family.modelscope.id

    def let_in(self) -> None:
        """The hub gets a token on both sides that may read everything, gated or not."""
        for hub, fake in self.fakes.items():
            self.upstreams[hub].token = fake.add_user("mirror", [self.repo_id(hub)]).token
            self.upstreams[hub].save()

    def planned(self, hub: str, repo_id: str = "") -> Request:
        """Asks, looks and plans; what has to be fetched is queued then."""
        name = RepoId.parse(repo_id or self.repo_id(hub))
        request = submit(Wish(self.upstreams[hub], RepoKind.MODEL, name), SYSTEM)
        look(request.pk)
        plan(request.pk)
        request.refresh_from_db()
        return request

    def mirrored(self, hub: str, repo_id: str = "") -> Request:
        request = self.planned(hub, repo_id)
        work()
        request.refresh_from_db()
        assert request.state == Request.State.PUBLISHED, request.error or request.verdict_reason
        return request

    def bytes_sent(self, only_large: bool = False) -> int:
        """Bytes of files that have left both hubs, without their answers in JSON; or those from their CDNs alone."""
        return sum(
            entry.sent
            for fake in self.fakes.values()
            for entry in fake.requests.matching(method="GET")
            if entry.status in (200, 206) and (entry.origin == "cdn" or (not only_large and _is_file(entry.target)))
        )

    def sizes(self, only_large: bool = False) -> dict[str, int]:
        """By sha256: every content that lies on one of the two, once."""
        heads = [self.repo(hub).head for hub in HUBS]
        files = [file for head in heads for file in head.files.values() if file.lfs or not only_large]
        return {file.source.sha256: file.size for file in files}


def _is_file(target: str) -> bool:
    return "/resolve" in target or "/repo?" in target


def work() -> None:
    """Brings in everything that is queued, as a worker does."""
    drain_small(Halt())
    while run_large(Halt()):
        pass


@pytest.fixture
def allowed(transactional_db: None) -> Rule:
    return Rule.objects.create(name="all", action=Action.ALLOW)


@pytest.fixture
def setting(transactional_db: None) -> Iterator[Setting]:
    """Puts a family on both hubs."""
    with FakeHub() as huggingface, FakeModelScope() as modelscope:

        def put(family: Family) -> Stage:
            huggingface.add(family.on_huggingface())
            modelscope.add(family.on_modelscope())
            fakes: dict[str, FakeServer] = {"huggingface": huggingface, "modelscope": modelscope}
            rows = {hub: Upstream.objects.create(slug=hub, kind=hub, url=fake.url) for hub, fake in fakes.items()}
            return Stage(family, fakes, rows)

        yield put
