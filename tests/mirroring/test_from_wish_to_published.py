"""A wish becomes a published revision, step by step, against a hub that speaks the real wire."""

import pytest

from hub.accounts.models import Event
from hub.catalog.models import Ref, Repo, RepoAlias, Revision
from hub.mirroring.models import Request, Transfer
from hub.mirroring.steps import look, plan
from hub.policy.models import Rule
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db


def test_an_allowed_wish_is_pinned_planned_fetched_and_published(
    ask: Ask, permissive: Rule, out_there: FakeHub
) -> None:
    request = advance(ask(world.TINY))
    head = out_there.repo(world.TINY).head
    assert request.state == Request.State.FETCHING
    assert request.commit == head.oid
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    revision = Revision.objects.get(repo__key=world.TINY)
    assert revision.published_at is not None
    assert {(file.path, file.etag) for file in revision.files.all()} == {
        (path, file.etag) for path, file in head.files.items()
    }
    assert Ref.objects.get(name="main").revision == revision
    assert Repo.objects.get(key=world.TINY).held


def test_nothing_is_visible_before_the_last_file_is_there(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    *most, last = Transfer.objects.all()
    land(*most)
    assert not Revision.objects.exclude(published_at=None).exists()
    assert not Ref.objects.exists()
    land(last)
    assert Revision.objects.exclude(published_at=None).exists()


def test_every_file_of_the_tree_is_listed_also_those_that_patterns_leave_out(ask: Ask, permissive: Rule) -> None:
    request = advance(ask(world.TINY, include=("*.safetensors",)))
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    files = request.revision.files.all()  # type: ignore[union-attr]
    assert {file.path for file in files if file.wanted} == {"model.safetensors"}
    assert len(files) > 3


def test_a_wider_wish_for_the_same_commit_fetches_only_what_is_missing(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY, include=("*.safetensors",)))
    land()
    request = advance(ask(world.TINY))
    queued = Transfer.objects.filter(state=Transfer.State.QUEUED)
    assert "model.safetensors" not in {transfer.path for transfer in queued}
    assert request.state == Request.State.FETCHING
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED


def test_a_second_revision_reuses_the_bytes_of_the_first(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    advance(ask(world.TINY))
    land()
    advance(ask(world.TINY, ref="refs/pr/1"))
    queued = Transfer.objects.filter(state=Transfer.State.QUEUED)
    assert {transfer.path for transfer in queued} == {"config.json"}
    land()
    assert Ref.objects.get(name="refs/pr/1").kind == Ref.Kind.PR
    assert Ref.objects.get(name="refs/pr/1").revision.commit == out_there.repo(world.TINY).pull_requests[1].oid


@pytest.mark.parametrize(
    ("ref", "kind", "full"), [("v1.0", "tag", "refs/tags/v1.0"), ("dev/x", "branch", "refs/heads/dev/x")]
)
def test_tags_and_branches_are_told_apart(ask: Ask, permissive: Rule, ref: str, kind: str, full: str) -> None:
    advance(ask(world.TINY, ref=ref))
    land()
    found = Ref.objects.get(name=ref)
    assert (found.kind, found.ref) == (kind, full)


def test_the_default_branch_is_one_wish_however_it_is_named(ask: Ask) -> None:
    assert len({ask(world.TINY, ref=ref).pk for ref in ("", "main", "HEAD")}) == 1


def test_a_wish_for_a_commit_moves_no_ref(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    request = advance(ask(world.TINY, ref=out_there.repo(world.TINY).head.oid))
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    assert not Ref.objects.exists()


def test_a_renamed_repo_is_held_under_its_new_name_and_remembers_the_old(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.RENAMED_FROM))
    land()
    repo = Repo.objects.get()
    assert str(repo.repo_id) == world.RENAMED
    assert RepoAlias.objects.get().key == world.RENAMED_FROM


def test_steps_may_be_repeated_at_any_time(ask: Ask, permissive: Rule) -> None:
    request = ask(world.TINY)
    for _ in range(3):
        look(request.pk)
        plan(request.pk)
    land()
    plan(request.pk)
    look(request.pk)
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    assert Revision.objects.count() == 1


def test_awkward_names_and_empty_files_arrive_whole(ask: Ask, permissive: Rule, out_there: FakeHub) -> None:
    request = advance(ask(world.AWKWARD))
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    paths = set(request.revision.files.values_list("path", flat=True))  # type: ignore[union-attr]
    assert paths == set(out_there.repo(world.AWKWARD).head.files)


def test_the_audit_trail_tells_the_whole_story(ask: Ask, permissive: Rule) -> None:
    advance(ask(world.TINY))
    land()
    verbs = list(Event.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["request.opened", "request.allow", "revision.planned", "revision.published"]


def test_a_dataset_is_held_beside_a_model(ask: Ask, permissive: Rule) -> None:
    permissive.licences = ["cc-by-4.0"]
    permissive.save()
    advance(ask(world.DATASET, kind="dataset"))
    land()
    assert Repo.objects.get().kind == "dataset"
