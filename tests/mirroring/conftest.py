from collections.abc import Callable

import pytest

from hub.accounts.callers import Caller
from hub.digests import Digest, Hasher
from hub.mirroring.models import Request, Transfer
from hub.mirroring.settle import Landing, settle
from hub.mirroring.steps import claim_name, look, plan
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from hub.upstreams.registry import client_for

Ask = Callable[..., Request]


@pytest.fixture
def permissive(db: None) -> Rule:
    return Rule.objects.create(
        name="permissive", action=Action.ALLOW, licences=["mit", "apache-2.0"], gated=False, max_bytes=20 * 10**9
    )


@pytest.fixture
def ask(upstream: Upstream, caller: Caller) -> Ask:
    """Submits a wish by words."""

    def _ask(
        repo_id: str, ref: str = "", kind: str = "model", by: Caller = caller, **patterns: tuple[str, ...]
    ) -> Request:
        return submit(Wish(upstream, RepoKind(kind), RepoId.parse(repo_id), ref, **patterns), by)

    return _ask


def advance(request: Request) -> Request:
    """Runs the two steps that need upstream."""
    look(request.pk)
    plan(request.pk)
    request.refresh_from_db()
    return request


def land(*transfers: Transfer) -> None:
    """What the engine does, one by one and without a store: fetch from upstream, verify, settle."""
    for transfer in transfers or Transfer.objects.filter(state=Transfer.State.QUEUED):
        owner = claim_name()
        assert Transfer.objects.filter(pk=transfer.pk).claim(owner) == 1
        settle([fetched(transfer, owner)])


def fetched(transfer: Transfer, owner: str) -> Landing:
    hasher = Hasher(transfer.size, Digest.parse(transfer.digest))
    client = client_for(transfer.upstream)
    buffer = memoryview(bytearray(65536))
    kind, repo_id = RepoKind(transfer.kind), RepoId.parse(transfer.repo_id)
    if transfer.size:
        with client.open(kind, repo_id, transfer.commit, transfer.path, transfer.size) as stream:
            while count := stream.readinto(buffer):
                hasher.update(buffer[:count])
    hasher.verify()
    return Landing(transfer.pk, owner, hasher.sha256, transfer.size, hasher.git_oid)
