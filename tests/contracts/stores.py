"""The stores that the contract is held against, each with an address that a second process can open it by."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.blobs.store import Store
from hub.blobs.stores import store_at

ROOT = Path(__file__).parent.parent.parent


@dataclass
class StoreCase:
    """A fresh store and its address, as HUB_STORE_URL names it."""

    store: Store
    url: str

    def in_another_process(self, script: str) -> subprocess.Popen[str]:
        """Runs `script` with `store` bound to this store."""
        head = f"from hub.blobs.stores import store_at\nstore = store_at({self.url!r})\n"
        return subprocess.Popen(
            [sys.executable, "-c", head + script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


def local(tmp_path: Path) -> Iterator[StoreCase]:
    url = f"file://{tmp_path / 'blobs'}"
    yield StoreCase(store_at(url), url)


CASES = {"local": local}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
