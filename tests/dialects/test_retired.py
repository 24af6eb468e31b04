"""A revision was retired by another process while this one still remembers its commit."""

import pytest

from hub.catalog.models import Ref, Repo, Revision
from tests.dialects.conftest import NEWEST, Ask
from tests.fakes import FakeRepo, world


@pytest.mark.parametrize(
    "target",
    [
        f"/api/models/{world.TINY}/revision/{{}}",
        f"/api/models/{world.TINY}/tree/{{}}",
        f"/api/models/{world.TINY}/commits/{{}}",
        f"/{world.TINY}/resolve/{{}}/README.md",
        f"/{world.TINY}/resolve/{{}}/no-such-file.txt",
    ],
)
def test_the_client_is_told_that_the_revision_is_gone_not_that_a_file_is(
    ask: Ask, held_tiny: Repo, tiny: FakeRepo, target: str
) -> None:
    commit = tiny.head.oid
    assert ask(f"/{world.TINY}/resolve/{commit}/config.json", user_agent=NEWEST).status_code == 200
    Ref.objects.filter(revision__commit=commit).delete()
    Revision.objects.filter(commit=commit).delete()
    answer = ask(target.format(commit), user_agent=NEWEST)
    assert answer.status_code == 404
    assert answer.headers["X-Error-Code"] == "RevisionNotFound"
