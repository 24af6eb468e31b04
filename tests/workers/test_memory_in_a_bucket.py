"""A worker's memory has a bound, whatever the size of the file and however slow the bucket."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.mirroring.models import Transfer
from tests.fakes import FakeHub, FakeRepo, Synthetic, repo_file
from tests.services.s3 import S3Account
from tests.workers.conftest import LARGE, MIB, REPO, Planned
from tests.workers.running import start_script

SIZE = 512 * MIB
BOUND = 400 * MIB
SCRIPT = """
import re, sys
from pathlib import Path
from django.conf import settings
from workers.engine.halt import Halt
from workers.engine.land import run_large
assert settings.CONNECTIONS == 16
assert run_large(Halt())
# Not getrusage: its peak is inherited from the process that started this one.
print("peak", re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


@pytest.fixture
def out_there() -> Iterator[FakeHub]:
    files: dict[str, Any] = {LARGE: repo_file(LARGE, Synthetic(SIZE, 5), lfs=True)}
    with FakeHub([FakeRepo(REPO, files, card={"license": "mit"})]) as hub:
        yield hub


@pytest.mark.service
def test_half_a_gibibyte_goes_through_less_memory(
    planned: Planned, s3_server: S3Account, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    settings.STORE_URL = s3_server.store_url(s3_server.new_bucket())
    planned((LARGE,))
    _, said = start_script(tmp_path, SCRIPT).communicate()
    assert Transfer.objects.get().state == Transfer.State.DONE, said
    found = re.search(r"peak (\d+)", said)
    assert found, said
    assert int(found[1]) * 1024 < BOUND
