"""One hub of production for one test: a database of its own, a store, a fake upstream, and workers by the number."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from celery import Celery

from hub.blobs.stores import store_at
from hub.nudge import QUEUE_OF, QUEUES
from tests.fakes import Entry, FakeHub, FakeRepo, Synthetic, repo_file
from tests.journeys.processes import ROOT, Running, plain_environment, until
from tests.services.postgres import PostgresServer

MIB = 1 << 20
PART = 16 * MIB
LARGE_SIZE = 3 * PART + 1234
REPO = "acme/weights"
LARGE = "model.safetensors"
SMALL = {f"small/{number}.txt": f"file number {number}\n" * 50 for number in range(12)}
PATIENCE = 60.0
IMPATIENT = "-c idle_in_transaction_session_timeout=3000"
"""The server's patience with a worker that hangs in a transaction: as long as a lease."""
LEASE = 3.0
SWEEP = 2.0
SECRET = "the key of the faults, which seals nothing of worth"


class Stage:
    """`settings` are HUB_* variables without the prefix. Nothing works until `work()` or `celery()`."""

    def __init__(self, folder: Path, postgres: PostgresServer, database: str, seed: int, **settings: str) -> None:
        self.folder, self.postgres, self.database = folder, postgres, database
        files: dict[str, Any] = {LARGE: repo_file(LARGE, Synthetic(LARGE_SIZE, seed), lfs=True), **SMALL}
        self.repo = FakeRepo(REPO, files, card={"license": "mit"})
        self.upstream = FakeHub([self.repo])
        self.upstream.__enter__()
        self.settings = {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": f"{postgres.url_of(database)}?options={quote(IMPATIENT)}",
            "STORE_URL": f"file://{folder / 'blobs'}",
            "SECRET_KEY": SECRET,
            "UPSTREAM_HOSTS": "127.0.0.1 127.0.0.2",
            "CONNECTIONS": "2",
        } | settings
        self.more: dict[str, str] = {}
        """Other variables of its processes."""
        self.held_at = self.settings["STORE_URL"]
        """Where the test reads what the hub has stored."""
        self.bucket = ""
        self.workers: list[Running] = []
        self.lead_to(self.upstream.url)

    def lead_to(self, url: str) -> None:
        """Where the hub looks for its upstream."""
        self.sql("update upstreams_upstream set url = %s", url)

    def end(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.end()
        self.upstream.__exit__(None, None, None)

    @property
    def env(self) -> dict[str, str]:
        named = {f"HUB_{name}": value for name, value in self.settings.items()}
        return plain_environment(**named, **self.more, DJANGO_SETTINGS_MODULE="hub.settings")

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.postgres.connect(self.database) as connection:
            done = connection.execute(text, values)
            return done.fetchall() if done.description else []

    # What people do

    def manage(self, *words: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self) -> None:
        self.manage("mirror", REPO)

    def work(self, **options: Any) -> Running:
        """`manage.py work`; the options are those of tests.faults.worker."""
        return self._run("work", ["work"], {"lease": LEASE, "sweep": SWEEP} | options)

    def celery(self, **options: Any) -> Running:
        """`celery worker` for every queue; no beat: a test sweeps by itself, so that it knows how often that was."""
        words = ["worker", "-Q", ",".join(QUEUES), "--loglevel", "INFO", "-n", f"worker-{len(self.workers)}@%h"]
        return self._run("celery", words, {"lease": LEASE} | options)

    def _run(self, name: str, words: list[str], options: dict[str, Any]) -> Running:
        command = [sys.executable, "-m", "tests.faults.worker", json.dumps(options), *words]
        number = len(self.workers)
        self.workers.append(Running(f"{name}-{number}", command, self.env, self.folder / f"{name}-{number}.log"))
        return self.workers[-1]

    def send(self, task: str, *arguments: int) -> None:
        """One message, as the hub or beat would send it."""
        with Celery("faults", broker=self.settings["BROKER_URL"]) as app:
            app.send_task(task, args=arguments, ignore_result=True, queue=QUEUE_OF.get(task, "chores"))

    # What came of it

    def states(self) -> Counter[str]:
        return Counter(state for (state,) in self.sql("select state from mirroring_transfer"))

    def request(self) -> str:
        ((state,),) = self.sql("select state from mirroring_request")
        return str(state)

    def large(self) -> int:
        """The id of the large file's transfer; 0 before the plan."""
        rows = self.sql("select id from mirroring_transfer where path = %s", LARGE)
        return int(rows[0][0]) if rows else 0

    def is_published(self) -> bool:
        return self.request() == "published"

    def until_published(self) -> None:
        self._until_published(self.is_published)

    def sweep_until_published(self) -> None:
        """As beat would, only sooner: what must wait for its `not_before` is nudged by a later sweep."""

        def holds() -> bool:
            self.send("workers.sweep")
            time.sleep(0.4)
            return self.is_published()

        self._until_published(holds)

    def _until_published(self, holds: Callable[[], bool]) -> None:
        """Where it hangs, the rows say at what."""
        try:
            until("the request is published", holds, PATIENCE)
        except AssertionError as error:
            columns = "path, state, attempts, error_code, error, lease_owner, lease_until - now(), not_before - now()"
            rows = self.sql(f"select {columns} from mirroring_transfer where state <> 'done'")
            raise AssertionError(f"{error}: {self.request()}, {rows}") from None

    def parts_asked_for(self) -> list[Entry]:
        return self.upstream.requests.matching(method="GET", origin="cdn")

    def fetches(self) -> Counter[int]:
        """How often each byte of the large file was the first that was asked for. Parts have the store's own size."""
        return Counter(first_byte(entry) for entry in self.parts_asked_for())

    def durable_starts(self) -> set[int]:
        """First bytes of the large file's parts that the local store promises to hold."""
        folders = Path(self.held_at.removeprefix("file://")).glob("uploads/sha256-*")
        lines = [(folder / "sealed").read_text().splitlines() for folder in folders]
        return {int(number) * int(head.split()[1]) for head, *numbers in lines for number in numbers}

    def check(self) -> None:
        """Everything is published, the bytes in the store are upstream's, and nothing is left over."""
        assert self.request() == "published"
        assert self.states() == {"done": len(SMALL) + 1}
        wanted = {path: file.source.sha256 for path, file in self.repo.head.files.items()}
        rows = self.sql(
            "select f.path, b.sha256 from catalog_repofile f join blobs_blob b on b.id = f.blob_id "
            "join catalog_revision r on r.id = f.revision_id where r.published_at is not null"
        )
        assert dict(rows) == wanted
        assert self.sql("select count(*) from mirroring_transfer where lease_owner <> ''") == [(0,)]
        assert self.sql("select count(*) from mirroring_request where lease_owner <> ''") == [(0,)]
        held = store_at(self.held_at)
        for sha256 in wanted.values():
            with held.open(sha256) as file:
                assert hashlib.file_digest(file, "sha256").hexdigest() == sha256  # type: ignore[arg-type]


def first_byte(entry: Entry) -> int:
    match = re.match(r"bytes=(\d+)-", entry.range)
    return int(match.group(1)) if match else 0
