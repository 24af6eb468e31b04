"""The store's disk has no room for a model; then it has."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .clients import Client, digests_of
from .conftest import NewHub
from .processes import until
from .shelf import LARGER_THAN_THE_DISK, made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 12 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"only root can mount a small disk: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_with_more_room_the_model_comes_in(
    newest: Client, new_hub: NewHub, small_disk: Path, homes: Iterator[Path]
) -> None:
    hub = new_hub(STORE_URL=f"file://{small_disk}/blobs", LOW_SPACE="0")
    asked = hub.manage("mirror", LARGER_THAN_THE_DISK)
    assert asked.returncode == 0, asked.stdout
    until("the hub says that its disk is full", lambda: "is full" in hub.manage("requests").stdout)
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    mended = hub.manage("mirror", LARGER_THAN_THE_DISK, "--wait")
    assert mended.returncode == 0, mended.stdout
    pulled = newest.download(hub.url, next(homes), LARGER_THAN_THE_DISK)
    assert pulled.code == 0, pulled.words
    assert pulled.files(LARGER_THAN_THE_DISK) == digests_of(made(LARGER_THAN_THE_DISK).head)
    verified = hub.manage("verifyblobs")
    assert verified.returncode == 0, verified.stdout
