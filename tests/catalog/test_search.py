import pytest

from hub.catalog.search import head_pins
from tests.catalog.published import publish
from tests.fakes import world

pytestmark = pytest.mark.django_db


def test_a_repo_without_its_default_branch_is_shown_at_its_newest_revision() -> None:
    tiny = world.tiny()
    tiny.id = "acme/tagged"
    repo = publish(tiny, only=["v1.0"])
    assert head_pins([repo.pk])[repo.pk].commit == tiny.tags["v1.0"].oid
