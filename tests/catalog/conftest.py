import pytest

from hub.catalog.models import Repo
from hub.names import RepoId, RepoKind
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world


@pytest.fixture
def tiny() -> FakeRepo:
    return world.tiny()


@pytest.fixture
def held_tiny(db: None, tiny: FakeRepo) -> Repo:
    return publish(tiny)


def repo_id(text: str) -> RepoId:
    return RepoId.parse(text)


MODEL = RepoKind.MODEL
