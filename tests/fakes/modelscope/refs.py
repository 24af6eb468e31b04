"""Names of commits. What a repo calls `main` is `master` here, and nothing is called `main`."""

from __future__ import annotations

import re

from tests.fakes.content import Commit, FakeRepo

MASTER = "master"


def branches_of(repo: FakeRepo) -> dict[str, Commit]:
    return {MASTER if name == "main" else name: commit for name, commit in repo.branches.items()}


def find(repo: FakeRepo, name: str) -> Commit | None:
    """A branch, a tag, or a whole commit id; the default branch when nothing is named."""
    if not name:
        return repo.head
    named = repo.tags | branches_of(repo)
    if name in named:
        return named[name]
    return repo.find_revision(name) if re.fullmatch("[0-9a-f]{40}", name) else None
