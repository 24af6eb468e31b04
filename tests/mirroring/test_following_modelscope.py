"""A followed repo of ModelScope: its 404s are weighed like those of any hub, and its overloads do not count."""

from collections.abc import Iterator

import pytest

from hub.catalog.models import Ref, Repo
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request
from hub.policy.models import Rule
from hub.upstreams import asking
from hub.upstreams.models import Upstream
from tests.fakes import FakeModelScope, world
from tests.mirroring.conftest import Ask, advance, land
from tests.mirroring.test_following import ADMIN, follow, refresh_now
from tests.mirroring.test_following_absence import a_day_passes

pytestmark = pytest.mark.django_db


@pytest.fixture
def out_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModelScope]:
    monkeypatch.setattr(asking, "RETRY_SECONDS", 0.0)
    with FakeModelScope([world.tiny()]) as hub:
        yield hub


@pytest.fixture
def upstream(db: None, out_there: FakeModelScope) -> Upstream:
    return Upstream.objects.create(slug="modelscope", kind="modelscope", url=out_there.url)


@pytest.fixture
def followed(ask: Ask, permissive: Rule, out_there: FakeModelScope) -> Follow:
    request = advance(ask(world.TINY))
    land()
    row = follow(request, ADMIN, every=3600)
    refresh_now()
    out_there.requests.clear()
    return row


def missing_since() -> object:
    return Repo.objects.get().missing_upstream_since


def test_one_404_is_no_deletion_and_many_over_a_day_are_one(followed: Follow, out_there: FakeModelScope) -> None:
    out_there.remove(world.TINY)
    for _ in range(3):
        refresh_now()
        assert missing_since() is None
    a_day_passes()
    refresh_now()
    assert missing_since() is not None


@pytest.mark.parametrize("in_a_200", [False, True])
def test_an_overload_that_says_404_is_no_strike(followed: Follow, out_there: FakeModelScope, in_a_200: bool) -> None:
    out_there.quirks.errors_are_200 = in_a_200
    out_there.faults.add("overload", times=None)
    for _ in range(4):
        refresh_now()
    followed.refresh_from_db()
    assert (followed.absences, followed.error_code) == (0, "UpstreamUnreachable")


def test_a_repo_that_is_closed_to_us_is_no_deletion(followed: Follow, out_there: FakeModelScope) -> None:
    out_there.repo(world.TINY).private = True
    refresh_now()
    followed.refresh_from_db()
    assert (followed.absences, followed.error_code) == (0, "UpstreamGated")


def test_what_is_new_on_master_goes_the_whole_way_again(followed: Follow, out_there: FakeModelScope) -> None:
    head = out_there.repo(world.TINY).commit({"a.txt": "a"})
    refresh_now()
    advance(Request.objects.get())
    land()
    assert Ref.objects.get(name="master").revision.commit == head.oid
