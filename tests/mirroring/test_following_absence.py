"""Upstream says that something is gone: believed only when it says so again and again, and is otherwise well."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.accounts.models import Event
from hub.catalog.lookup import find_repo, find_revision
from hub.catalog.models import Ref, Repo, RepoAlias
from hub.mirroring.follow import Follow
from hub.mirroring.models import Request
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land
from tests.mirroring.test_following import follow_held, refresh_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(ask: Ask, permissive: Rule, out_there: FakeHub) -> Follow:
    return follow_held(ask(world.TINY), out_there)


def missing_since() -> object:
    return Repo.objects.get().missing_upstream_since


def a_day_passes() -> None:
    for row in Follow.objects.exclude(absent_from=None):
        Follow.objects.filter(pk=row.pk).update(absent_from=row.absent_from - timedelta(days=1))


def test_one_404_is_no_deletion_and_three_within_minutes_are_none_either(followed: Follow, out_there: FakeHub) -> None:
    out_there.remove(world.TINY)
    for _ in range(3):
        refresh_now()
        assert missing_since() is None
    assert Follow.objects.get().absences == 3


def test_404s_over_a_day_mark_the_repo_which_stays_held_and_served(followed: Follow, out_there: FakeHub) -> None:
    out_there.remove(world.TINY)
    for _ in range(2):
        refresh_now()
    a_day_passes()
    refresh_now()
    assert missing_since() is not None
    assert Event.objects.filter(verb="repo.missing_upstream").count() == 1
    repo = find_repo(RepoKind.MODEL, RepoId.parse(world.TINY))
    assert find_revision(repo, "main").published_at
    assert Request.objects.get().state == Request.State.PUBLISHED
    refresh_now()
    assert Event.objects.filter(verb="repo.missing_upstream").count() == 1


def test_a_repo_that_comes_back_loses_its_mark_and_goes_on_being_followed(followed: Follow, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    out_there.remove(world.TINY)
    Follow.objects.update(absences=5, absent_from=timezone.now() - timedelta(days=3))
    refresh_now()
    assert missing_since() is not None
    out_there.add(repo)
    repo.commit({"a.txt": "a"})
    refresh_now()
    assert missing_since() is None
    assert Event.objects.filter(verb="repo.back_upstream").exists()
    advance(Request.objects.get())
    land()
    assert Ref.objects.get().revision.commit == repo.head.oid


def test_an_answer_in_between_begins_the_count_anew(followed: Follow, out_there: FakeHub) -> None:
    repo = out_there.repo(world.TINY)
    out_there.remove(world.TINY)
    for _ in range(2):
        refresh_now()
    a_day_passes()
    out_there.add(repo)
    refresh_now()
    out_there.remove(world.TINY)
    refresh_now()
    assert missing_since() is None
    assert Follow.objects.get().absences == 1


def test_a_token_that_is_no_longer_taken_deletes_nothing(followed: Follow, out_there: FakeHub) -> None:
    """With such a token a hub calls every private repo missing."""
    out_there.repo(world.TINY).private = True
    followed.request.upstream.token = "hf_revoked"
    followed.request.upstream.save()
    for _ in range(5):
        refresh_now()
        a_day_passes()
    assert missing_since() is None
    assert Follow.objects.get().error_code == "UpstreamTokenWrong"
    assert Follow.objects.get().absences == 0


@pytest.mark.parametrize("status", [403, 500, 503])
def test_refusals_and_trouble_delete_nothing(followed: Follow, out_there: FakeHub, status: int) -> None:
    out_there.faults.add("status", status=status, times=None)
    refresh_now()
    assert Follow.objects.get().error
    assert Follow.objects.get().absences == 0


def test_an_upstream_that_answers_404_to_everything_deletes_nothing(followed: Follow, out_there: FakeHub) -> None:
    out_there.faults.add("status", status=404, times=None)
    for _ in range(5):
        refresh_now()
        a_day_passes()
    assert Follow.objects.get().absences == 0
    assert missing_since() is None


def test_an_upstream_that_cannot_be_reached_deletes_nothing(followed: Follow, out_there: FakeHub) -> None:
    out_there.unplug()
    refresh_now()
    assert Follow.objects.get().error_code == "UpstreamUnreachable"
    assert Follow.objects.get().absences == 0


def test_a_deleted_branch_is_no_deleted_repo(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    follow_held(ask(world.TINY, ref="dev/x"), out_there)
    out_there.repo(world.TINY).remove_branch("dev/x")
    Follow.objects.update(absences=5, absent_from=timezone.now() - timedelta(days=3))
    refresh_now()
    assert Follow.objects.get().ref_missing_since is not None
    assert missing_since() is None
    assert Event.objects.filter(verb="follow.ref_missing").exists()
    assert Ref.objects.get(name="dev/x").revision.published_at


def test_a_renamed_repo_takes_its_new_name_and_answers_to_the_old(followed: Follow, out_there: FakeHub) -> None:
    pk = Repo.objects.get().pk
    out_there.rename(world.TINY, "newhouse/tiny")
    out_there.repo("newhouse/tiny").commit({"a.txt": "a"})
    refresh_now()
    repo = Repo.objects.get()
    assert (repo.pk, str(repo.repo_id)) == (pk, "newhouse/tiny")
    assert RepoAlias.objects.get().key == world.TINY
    advance(Request.objects.get())
    land()
    assert find_repo(RepoKind.MODEL, RepoId.parse(world.TINY)).pk == pk
    assert Ref.objects.get().revision.commit == out_there.repo("newhouse/tiny").head.oid
    assert Event.objects.filter(verb="repo.renamed").count() == 1


def test_a_rename_that_meets_the_new_name_held_already_leaves_one_repo(
    followed: Follow, out_there: FakeHub, ask: Ask
) -> None:
    out_there.rename(world.TINY, "newhouse/tiny")
    out_there.repo("newhouse/tiny").commit({"a.txt": "a"})
    advance(ask("newhouse/tiny"))
    land()
    assert Repo.objects.count() == 2
    refresh_now()
    repo = Repo.objects.get()
    assert str(repo.repo_id) == "newhouse/tiny"
    assert repo.revisions.exclude(published_at=None).count() == 2
    assert Ref.objects.get(name="main").revision.commit == out_there.repo("newhouse/tiny").head.oid
