"""The whole way from ModelScope: a wish, the plan, the bytes by a worker, a published revision."""

from collections.abc import Iterator

import pytest

from hub.accounts.callers import SYSTEM
from hub.blobs.stores import store
from hub.catalog.lookup import find_repo, find_revision
from hub.mirroring.models import Request, Transfer
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeModelScope, FakeRepo, Synthetic, repo_file, world
from tests.workers.conftest import LARGE, LARGE_SIZE, SMALL
from workers.engine.halt import Halt
from workers.engine.loop import Worker

pytestmark = pytest.mark.django_db(transaction=True)
WEIGHTS = "Acme/Weights"
BYTES = Synthetic(LARGE_SIZE, 77)


@pytest.fixture
def scope() -> Iterator[FakeModelScope]:
    files = {LARGE: repo_file(LARGE, BYTES, lfs=True), "empty.txt": b"", **SMALL}
    card = {"license": "Apache License 2.0"}
    with FakeModelScope([FakeRepo(WEIGHTS, files, card=card)]) as hub:
        world.populate(hub, many=10)
        yield hub


@pytest.fixture
def upstream(scope: FakeModelScope, transactional_db: None) -> Upstream:
    Rule.objects.create(name="permissive", action=Action.ALLOW, licences=["apache-2.0", "cc-by-4.0", "mit"])
    Rule.objects.create(name="others", action=Action.ASK)
    return Upstream.objects.create(slug="modelscope", kind="modelscope", url=scope.url)


def mirrored(upstream: Upstream, repo_id: str, ref: str = "", kind: RepoKind = RepoKind.MODEL) -> Request:
    request = submit(Wish(upstream, kind, RepoId.parse(repo_id), ref), SYSTEM)
    Worker(Halt(), once=True).run()
    request.refresh_from_db()
    return request


def test_a_repo_is_pinned_planned_fetched_verified_and_published(upstream: Upstream, scope: FakeModelScope) -> None:
    head = scope.repo(WEIGHTS).head
    request = mirrored(upstream, "acme/weights")
    assert (request.state, request.error) == (Request.State.PUBLISHED, "")
    assert (request.commit, request.repo_id) == (head.oid, WEIGHTS)
    revision = find_revision(find_repo(RepoKind.MODEL, RepoId.parse("acme/weights")), "master")
    assert revision.commit == head.oid
    assert revision.repo.default_ref == "master"
    for row in revision.files.all():
        file = head.files[row.path]
        assert (row.sha256, row.last_commit) == (file.source.sha256, head.oid)
        assert row.oid == (file.oid if file.lfs else "")
        assert row.blob is not None
        with store().open(row.blob.sha256) as held:
            assert held.read() == file.source.read(0, file.size)


def test_the_large_file_comes_once_in_parts_from_the_content_network(upstream: Upstream, scope: FakeModelScope) -> None:
    mirrored(upstream, WEIGHTS)
    parts = scope.requests.matching(origin="cdn", method="GET")
    assert sum(entry.sent for entry in parts) == LARGE_SIZE
    assert len(parts) > 1
    signed = [entry for entry in scope.requests.matching(origin="hub") if entry.status == 302]
    assert len(signed) == 1


def test_no_row_ever_holds_a_signed_address(upstream: Upstream, scope: FakeModelScope) -> None:
    request = mirrored(upstream, WEIGHTS)
    rows = [*Request.objects.values(), *Transfer.objects.values()]
    assert request.revision is not None
    assert "auth_key" not in str([rows, request.revision.info, request.revision.history])
    assert any("auth_key" in entry.target for entry in scope.requests.matching(origin="cdn"))


@pytest.mark.parametrize("name", ["main", "master", ""])
def test_every_name_of_the_default_branch_is_one_wish(upstream: Upstream, name: str) -> None:
    request = mirrored(upstream, world.TINY, name)
    assert (request.state, request.ref) == (Request.State.PUBLISHED, "")


def test_a_tag_and_a_dataset_come_the_same_way(upstream: Upstream, scope: FakeModelScope) -> None:
    tag = mirrored(upstream, world.TINY, "v1.0")
    assert (tag.state, tag.commit) == (Request.State.PUBLISHED, scope.repo(world.TINY).tags["v1.0"].oid)
    poems = mirrored(upstream, world.DATASET, kind=RepoKind.DATASET)
    assert (poems.state, poems.error) == (Request.State.PUBLISHED, "")


def test_a_gated_repo_says_what_an_operator_has_to_do(upstream: Upstream, scope: FakeModelScope) -> None:
    refused = mirrored(upstream, world.GATED)
    assert (refused.state, refused.error_code) == (Request.State.FAILED, "UpstreamGated")
    assert "HUB_MODELSCOPE_TOKEN" in refused.error
    upstream.token = next(user.token for user in scope.gate.users.values() if user.name == world.MEMBER)
    upstream.save()
    assert mirrored(upstream, world.PRIVATE).state == Request.State.WAITING


@pytest.mark.parametrize("kind", ["reset", "truncate", "corrupt"])
def test_a_fault_in_the_bytes_is_got_over_and_nothing_wrong_is_kept(
    upstream: Upstream, scope: FakeModelScope, kind: str
) -> None:
    scope.faults.add(kind, origin="cdn", after=100_000)  # type: ignore[arg-type]
    scope.faults.add("ignore-range", origin="cdn")
    request = mirrored(upstream, WEIGHTS)
    for _ in range(5):
        Transfer.objects.update(not_before=None)
        Worker(Halt(), once=True).run()
        request.refresh_from_db()
    assert (request.state, request.error) == (Request.State.PUBLISHED, "")
    with store().open(BYTES.sha256) as held:
        assert held.read() == BYTES.read(0, LARGE_SIZE)
