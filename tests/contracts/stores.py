"""The stores that the contract is held against, each with an address that a second process can open it by."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hub.blobs.store import Store
from hub.blobs.stores import store_at
from tests.services.s3 import S3Account

ROOT = Path(__file__).parent.parent.parent


@dataclass
class StoreCase:
    """A fresh store and its address, as HUB_STORE_URL names it.

    `locks`: a second writer of a key is refused. `looks`: `locate` tells what is not held.
    """

    store: Store
    url: str
    locks: bool = True
    looks: bool = True

    def in_another_process(self, script: str) -> subprocess.Popen[str]:
        """Runs `script` with `store` bound to this store."""
        head = (
            "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings')\n"
            f"from hub.blobs.stores import store_at\nstore = store_at({self.url!r})\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", head + script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


Opened = AbstractContextManager[StoreCase]


@dataclass(frozen=True)
class Kind:
    opened: Callable[[pytest.FixtureRequest, Path, pytest.MonkeyPatch], Opened]
    marks: list[Any] = field(default_factory=list)


@contextmanager
def local(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreCase]:
    url = f"file://{tmp_path / 'blobs'}"
    yield StoreCase(store_at(url), url)


def in_a_bucket(fixture: str) -> Callable[[pytest.FixtureRequest, Path, pytest.MonkeyPatch], Opened]:
    @contextmanager
    def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreCase]:
        account: S3Account = request.getfixturevalue(fixture)
        for name, value in account.environment.items():
            monkeypatch.setenv(name, value)
        url = account.store_url(account.new_bucket())
        yield StoreCase(store_at(url), url, locks=False, looks=False)

    return opened


CASES = {
    "local": Kind(local),
    "moto": Kind(in_a_bucket("moto_server")),
    "ceph": Kind(in_a_bucket("s3_server"), [pytest.mark.service]),
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
