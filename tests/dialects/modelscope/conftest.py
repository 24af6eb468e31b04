from typing import Any

import pytest

from hub.catalog.models import Repo
from tests.catalog.published import publish
from tests.fakes import FakeRepo, world

NEW = "modelscope_hub/0.5.1; python/3.11.7; session_id/" + "a" * 32 + "; platform/Linux; invoked_by/cli"
OLD = "modelscope/1.34.0; python/3.11.7; session_id/" + "b" * 32 + "; platform/Linux; env/custom; user/unknown"
CURL = "curl/8.5"

MODEL = "/api/v1/models/acme/tiny"
FILES = f"{MODEL}/repo/files?Revision=master&Recursive=True"
FILE = f"{MODEL}/repo?Revision=master&FilePath=config.json"


@pytest.fixture
def from_modelscope(db: None, tiny: FakeRepo) -> Repo:
    """`acme/tiny` as it lies on ModelScope, which tells who touched each file last."""
    repo = publish(tiny, family="modelscope")
    tell_last_commits(repo, tiny)
    return repo


@pytest.fixture
def poems(db: None) -> Repo:
    return publish(world.dataset())


def tell_last_commits(repo: Repo, fake: FakeRepo) -> None:
    for revision in repo.revisions.all():
        commit = next(one for one in commits_of(fake) if one.oid == revision.commit)
        for file in revision.files.all():
            file.last_commit = commit.last_change_of(file.path).oid
            file.save()


def commits_of(repo: FakeRepo) -> list[Any]:
    return [commit for tip in repo.named_refs.values() for commit in tip.history]


def by_path(answer: Any) -> dict[str, dict[str, Any]]:
    return {entry["Path"]: entry for entry in answer.json()["Data"]["Files"]}
