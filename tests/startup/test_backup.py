"""The operator guide's chapter "Backup and restore", followed to the letter: its commands are read from it and run."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.fakes import FakeHub, FakeRepo, Synthetic, repo_file
from tests.journeys.processes import ROOT, plain_environment
from tests.journeys.running import RunningHub
from tests.services.postgres import PostgresServer

GUIDE = (ROOT / "hub" / "docs" / "operator.md").read_text()
CHAPTER = GUIDE[GUIDE.index("## Backup and restore") : GUIDE.index("## Upgrade")]
BLOCKS = [block.replace("\n    ", "\n").strip() for block in re.findall(r"\n\n((?:    .+\n)+)", CHAPTER)]
BACK_UP, RESTORE_SQLITE, RESTORE_POSTGRES, MEND = BLOCKS

FIRST, SECOND = "acme/first", "acme/second"
SIZE = 9 * 1024 * 1024
_numbers = count()


@pytest.fixture
def out_there() -> Iterator[FakeHub]:
    repos = []
    for number, name in enumerate((FIRST, SECOND)):
        weights = repo_file("model.safetensors", Synthetic(SIZE, number + 5), lfs=True)
        files = {"config.json": f'{{"number": {number}}}'.encode(), "model.safetensors": weights}
        repos.append(FakeRepo(name, files, card={"license": "mit"}))
    with FakeHub(repos) as hub:
        yield hub


class Place:
    """A checkout with a `data` of its own, and what the hub is told there."""

    def __init__(self, folder: Path, upstream: str, backup: Path, database: str = "") -> None:
        self.folder, self.backup, self.database, self.upstream = folder, backup, database, upstream
        folder.mkdir()
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "manage.py").symlink_to(ROOT / "manage.py")
        self.env = plain_environment(
            HUB_HUGGINGFACE_URL=upstream,
            HUB_UPSTREAM_HOSTS="127.0.0.1 127.0.0.2",
            **({"HUB_DATABASE_URL": database} if database else {}),
        )

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """The guide's own lines; only the place of the backup is another."""
        script = commands.replace("/backup/hub", str(self.backup))
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )

    def must(self, commands: str) -> str:
        done = self.run(commands)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def manage(self, *words: str) -> str:
        return self.must(" ".join([".venv/bin/python manage.py", *words]))

    def mirror(self, name: str) -> None:
        self.manage("mirror", name)
        self.manage("work --once")

    def serve(self) -> RunningHub:
        settings = {"DATA_DIR": str(self.folder / "data")} | ({"DATABASE_URL": self.database} if self.database else {})
        hub = RunningHub(self.folder, self.upstream, **settings)
        hub.start()
        return hub


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Addresses of the database that is lost, and of the one that is restored to; "" for SQLite."""
    for program in ("rsync", *(("pg_dump", "pg_restore") if request.param == "postgres" else ())):
        if shutil.which(program) is None:
            assert os.environ.get("CI") != "true", f"{program} is not installed"
            pytest.skip(f"{program} is not installed")
    if request.param == "sqlite":
        return "", ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    number = next(_numbers)
    return server.new_database(f"lost{number}"), server.new_database(f"restored{number}")


@pytest.fixture
def old(tmp_path: Path, out_there: FakeHub, databases: tuple[str, str]) -> Place:
    place = Place(tmp_path / "old", out_there.url, tmp_path / "backup", databases[0])
    place.manage("prepare")
    place.mirror(FIRST)
    return place


def restored(old: Place, database: str) -> tuple[Place, subprocess.CompletedProcess[str]]:
    """The old hub is destroyed, and a new one made of the backup alone."""
    shutil.rmtree(old.folder)
    place = Place(old.folder.with_name("new"), old.upstream, old.backup, database)
    return place, place.run(RESTORE_POSTGRES if database else RESTORE_SQLITE)


def pulled(hub: RunningHub, repo: FakeRepo) -> bool:
    """Every file of the main branch over HTTP, by digest."""
    for path, file in repo.head.files.items():
        with urllib.request.urlopen(f"{hub.url}/{repo.id}/resolve/main/{path}", timeout=60) as answer:
            if hashlib.sha256(answer.read()).hexdigest() != file.source.sha256:
                return False
    return True


def test_a_backup_becomes_a_hub_again_that_needs_no_upstream(
    old: Place, databases: tuple[str, str], out_there: FakeHub
) -> None:
    old.must(BACK_UP)
    assert (old.backup / "secret_key").stat().st_mode & 0o777 == 0o600
    key = (old.folder / "data" / "secret_key").read_text().strip()
    place, done = restored(old, databases[1])
    assert done.returncode == 0, done.stdout
    assert "0 missing, 0 wrong" in done.stdout
    assert (place.folder / "data" / "secret_key").read_text().strip() == key
    out_there.requests.clear()
    hub = place.serve()
    try:
        assert pulled(hub, out_there.repo(FIRST))
    finally:
        hub.end()
    assert not out_there.requests.matching(origin="cdn")


def test_blobs_that_are_newer_than_the_database_are_harmless(
    old: Place, databases: tuple[str, str], out_there: FakeHub
) -> None:
    save, copy = BACK_UP.splitlines()
    old.must(save)
    old.mirror(SECOND)
    old.must(copy)
    place, done = restored(old, databases[1])
    assert done.returncode == 0, done.stdout
    place.mirror(SECOND)
    hub = place.serve()
    try:
        assert pulled(hub, out_there.repo(FIRST))
        assert pulled(hub, out_there.repo(SECOND))
    finally:
        hub.end()


def test_blobs_that_are_older_than_the_database_are_found_missing_and_come_back(
    old: Place, databases: tuple[str, str], out_there: FakeHub
) -> None:
    save, copy = BACK_UP.splitlines()
    old.must(copy.replace("/backup/hub/blobs/", "/backup/hub/blobs/ --mkpath"))
    old.mirror(SECOND)
    old.must(save)
    place, done = restored(old, databases[1])
    assert done.returncode != 0
    assert "2 missing, 0 wrong" in done.stdout
    assert "manage.py scrub" in done.stdout
    assert "being fetched again" in place.must(MEND)
    place.manage("work --once")
    assert "0 missing, 0 wrong" in place.manage("verifyblobs")
    hub = place.serve()
    try:
        assert pulled(hub, out_there.repo(SECOND))
    finally:
        hub.end()


def test_the_guide_names_four_groups_of_commands() -> None:
    assert [len(block.splitlines()) for block in BLOCKS] == [2, 5, 6, 1]
