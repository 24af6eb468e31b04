import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.errors import (
    ApprovalNeeded,
    CorruptBytes,
    NobodyAtWork,
    OnItsWay,
    RepoMissing,
    RequestRefused,
    UpstreamGated,
    UpstreamUnreachable,
)
from hub.mirroring.decisions import refuse
from hub.mirroring.models import Request
from hub.mirroring.pull import pull
from hub.mirroring.steps import look
from hub.names import RepoId, RepoKind
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import advance, land


def miss(repo_id: str, caller: Caller, wait: float = 0, ref: str = "") -> object:
    return pull(RepoKind.MODEL, RepoId.parse(repo_id), ref, caller, wait)


@pytest.mark.django_db
def test_a_miss_opens_a_request_and_tells_to_come_back(upstream: Upstream, permissive: Rule, caller: Caller) -> None:
    with pytest.raises(OnItsWay, match="looked up") as caught:
        miss(world.TINY, caller)
    assert caught.value.request_id == Request.objects.get().pk
    assert caught.value.retry_after


@pytest.mark.django_db
def test_while_it_is_fetched_the_sentence_tells_the_progress(
    upstream: Upstream, permissive: Rule, caller: Caller
) -> None:
    with pytest.raises(OnItsWay):
        miss(world.TINY, caller)
    advance(Request.objects.get())
    with pytest.raises(OnItsWay, match=r"0% \(0 of 5 files\)"):
        miss(world.TINY, caller)


@pytest.mark.django_db
def test_needing_approval_refused_missing_and_gated_are_told_apart(
    upstream: Upstream, permissive: Rule, caller: Caller
) -> None:
    for repo_id in (world.UNLICENSED, world.GATED, "acme/nothing"):
        with pytest.raises(OnItsWay):
            miss(repo_id, caller)
    for request in Request.objects.all():
        look(request.pk)
    with pytest.raises(ApprovalNeeded, match="approval"):
        miss(world.UNLICENSED, caller)
    with pytest.raises(UpstreamGated):
        miss(world.GATED, caller)
    with pytest.raises(RepoMissing):
        miss("acme/nothing", caller)
    refuse(Request.objects.get(repo_id=world.UNLICENSED), Caller(name="ada"), "no licence")
    with pytest.raises(RequestRefused, match="no licence"):
        miss(world.UNLICENSED, caller)


@pytest.mark.django_db
def test_without_any_upstream_nothing_is_known(db: None, caller: Caller) -> None:
    with pytest.raises(RepoMissing, match="no enabled upstream"):
        miss(world.TINY, caller)


@pytest.mark.django_db
def test_a_repo_that_the_first_upstream_lacks_is_asked_of_the_next(
    upstream: Upstream, permissive: Rule, caller: Caller
) -> None:
    with FakeHub([world.synthetic("only/here", [(1, 10)])]) as other:
        Upstream.objects.create(slug="second", url=other.url, position=200)
        for _ in range(2):
            with pytest.raises(OnItsWay):
                miss("only/here", caller)
            for request in Request.objects.filter(state=Request.State.NEW):
                advance(request)
        land()
        assert miss("only/here", caller)
    assert Request.objects.get(upstream__slug="second").state == Request.State.PUBLISHED


@pytest.mark.django_db
def test_an_upstream_that_stays_away_is_told_instead_of_waited_for(
    upstream: Upstream, permissive: Rule, caller: Caller, out_there: FakeHub
) -> None:
    with pytest.raises(OnItsWay):
        miss(world.TINY, caller)
    out_there.unplug()
    for _ in range(2):
        look(Request.objects.get().pk)
        Request.objects.update(not_before=None)
    with pytest.raises(UpstreamUnreachable):
        miss(world.TINY, caller)


@pytest.mark.django_db
def test_bytes_that_stay_wrong_are_told_as_such(upstream: Upstream, permissive: Rule, caller: Caller) -> None:
    with pytest.raises(OnItsWay):
        miss(world.TINY, caller)
    Request.objects.update(
        state=Request.State.FAILED,
        error_code=CorruptBytes.code,
        error="model.safetensors: its sha256 is another.",
        not_before=timezone.now() + timedelta(minutes=1),
    )
    with pytest.raises(CorruptBytes, match=r"keeps arriving with wrong bytes from huggingface.*\(model.safetensors"):
        miss(world.TINY, caller)


@pytest.mark.django_db
def test_a_request_that_no_worker_takes_up_is_not_waited_for(
    upstream: Upstream, permissive: Rule, caller: Caller
) -> None:
    with pytest.raises(OnItsWay):
        miss(world.TINY, caller)
    Request.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NobodyAtWork, match="no worker"):
        miss(world.TINY, caller)


@pytest.mark.django_db(transaction=True)
def test_a_waiting_pull_returns_when_the_revision_is_published(
    upstream: Upstream, permissive: Rule, caller: Caller, out_there: FakeHub
) -> None:
    found: list[object] = []

    def wait_for_it() -> None:
        found.append(miss(world.TINY, caller, wait=30))
        connection.close()

    waiting = threading.Thread(target=wait_for_it)
    waiting.start()
    while not Request.objects.exists():
        pass
    advance(Request.objects.get())
    land()
    waiting.join(30)
    assert found[0].commit == out_there.repo(world.TINY).head.oid  # type: ignore[attr-defined]
