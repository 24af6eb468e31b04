"""What nudges miss is found by the sweep."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hub.accounts.callers import SYSTEM
from hub.mirroring.models import Request, Transfer
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.nudge import bell
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.workers.conftest import Planned
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import drain_small
from workers.engine.sweep import free_the_dead, sweep


@pytest.fixture
def quiet_bell(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return bell()


def test_due_work_is_nudged(planned: Planned, quiet_bell: Path) -> None:
    planned()
    quiet_bell.unlink(missing_ok=True)
    assert sweep() == 2, "the one large transfer, and the small ones together"
    assert quiet_bell.exists()


def test_a_request_that_nobody_looked_up_is_nudged(
    transactional_db: None, out_there: FakeHub, quiet_bell: Path
) -> None:
    upstream = Upstream.objects.create(slug="huggingface", kind="huggingface", url=out_there.url)
    submit(Wish(upstream, RepoKind.MODEL, RepoId.parse("a/b")), SYSTEM)
    quiet_bell.unlink(missing_ok=True)
    assert sweep() == 1
    assert quiet_bell.exists()


def test_nothing_is_nudged_where_all_is_done(planned: Planned) -> None:
    planned()
    drain_small(Halt())
    run_large(Halt())
    assert sweep() == 0


def test_a_revision_whose_settling_was_lost_is_published(planned: Planned) -> None:
    request = planned()
    drain_small(Halt())
    run_large(Halt())
    Request.objects.update(state=Request.State.FETCHING)
    assert request.revision is not None
    request.revision.files.update(blob=None)
    type(request.revision).objects.update(published_at=None)
    sweep()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    assert set(Transfer.objects.values_list("state", flat=True)) == {"done"}


def test_a_worker_that_starts_takes_over_at_once_from_one_that_was_killed(planned: Planned) -> None:
    planned()
    gone = subprocess.Popen(["true"])
    gone.wait()
    host = socket.gethostname()[:40]
    owners = {f"{host}:{gone.pid}:a": "", f"{host}:{os.getppid()}:b": "kept", "elsewhere:1:c": "kept"}
    for transfer, owner in zip(Transfer.objects.all()[:3], owners, strict=True):
        assert Transfer.objects.filter(pk=transfer.pk).claim(owner) == 1
    assert free_the_dead() == 1
    left = set(Transfer.objects.exclude(lease_owner="").values_list("lease_owner", flat=True))
    assert left == {owner for owner, fate in owners.items() if fate}
