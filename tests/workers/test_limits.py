"""Limits that workers of several processes share."""

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.blobs.stores import store
from hub.counters import counters
from hub.errors import UpstreamBudgetSpent
from hub.mirroring.models import Request, Transfer
from hub.mirroring.steps import look, plan
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.limits import forget_limits, standing
from hub.upstreams.models import Upstream
from hub.upstreams.protocol import ByteStream
from tests.fakes import FakeHub, FakeRepo, Synthetic, repo_file
from tests.workers.conftest import LARGE_SIZE, MIB
from tests.workers.running import ROOT, _environment
from workers.engine.halt import Halt, Stopping
from workers.engine.land import run_large
from workers.engine.small import run_small
from workers.engine.source import Source

FILES = 2000
QUOTA, WINDOW = 700, 5

Start = Callable[[int], None]


@pytest.fixture
def start(tmp_path: Path, redis_server: Any) -> Iterator[Start]:
    """Starts so many workers that share their limits."""
    processes: list[subprocess.Popen[bytes]] = []

    def begin(count: int) -> None:
        for number in range(count):
            folder = tmp_path / f"worker-{number}"
            folder.mkdir()
            environment = {**_environment(folder), "HUB_REDIS_URL": redis_server.url}
            with open(folder / "log", "wb") as log:
                command = [sys.executable, "manage.py", "work"]
                processes.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log))

    yield begin
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def ask_for(hub: FakeHub, repo: str, **limits: Any) -> Request:
    Rule.objects.get_or_create(name="all", action=Action.ALLOW)
    upstream, _ = Upstream.objects.get_or_create(slug="huggingface", url=hub.url, defaults=limits)
    forget_limits()
    request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(repo)), SYSTEM)
    look(request.pk)
    plan(request.pk)
    request.refresh_from_db()
    return request


def read_on(stream: ByteStream) -> None:
    """Slowly, to its end."""
    while stream.readinto(memoryview(bytearray(MIB))):
        time.sleep(0.02)


def wait_until_published(*requests: Request) -> None:
    for request in requests:
        while request.state in (Request.State.FETCHING, Request.State.APPROVED):
            time.sleep(0.1)
            request.refresh_from_db()
        assert request.state == Request.State.PUBLISHED, request.error


@pytest.mark.service
def test_four_workers_stay_inside_a_window_that_is_too_small(transactional_db: None, start: Start) -> None:
    files = {f"part-{number:05d}.txt": f"file {number}\n" for number in range(FILES)}
    repo = FakeRepo("acme/many", files, card={"license": "mit"})
    quotas = {"resolvers": (QUOTA, QUOTA)}
    with FakeHub([repo], enforce_limits=True, quotas=quotas, window=WINDOW, cache_hop="never") as hub:
        request = ask_for(hub, "acme/many")
        start(4)
        wait_until_published(request)
        asked = Counter(
            {window: count for (bucket, window), count in hub.limits.asked.items() if bucket == "resolvers"}
        )
    assert hub.limits.refused <= 5
    assert max(asked.values()) <= QUOTA + hub.limits.refused
    assert len(asked) >= FILES // QUOTA
    assert request.revision is not None
    held = dict(request.revision.files.values_list("path", "blob__sha256"))
    assert all(held[path] == hashlib.sha256(text.encode()).hexdigest() for path, text in files.items())
    assert all(store().size(digest) is not None for digest in held.values())
    assert max(Transfer.objects.values_list("attempts", flat=True)) <= 2, "waiting counts as no attempt"


@pytest.mark.service
def test_two_workers_share_one_speed(transactional_db: None, start: Start) -> None:
    rate, size = 6_000_000, 20 * MIB
    names = ("acme/one", "acme/two")
    repos = [
        FakeRepo(name, {"w.bin": repo_file("w.bin", Synthetic(size, index), lfs=True)}, card={"license": "mit"})
        for index, name in enumerate(names)
    ]
    with FakeHub(repos) as hub:
        requests = [ask_for(hub, name, speed_limits="6MB/s") for name in names]
        start(2)
        while not hub.requests.matching(method="GET", origin="cdn"):
            time.sleep(0.02)
        began = time.monotonic()
        wait_until_published(*requests)
        seconds = time.monotonic() - began
    assert 2 * size / seconds < rate * 1.1, "no slow machine makes this faster"


@pytest.mark.service
def test_no_more_connections_are_open_than_all_workers_may_have(transactional_db: None, start: Start) -> None:
    files: dict[str, Any] = {f"{number}.txt": f"{number}\n" * 2000 for number in range(120)}
    with FakeHub([FakeRepo("acme/many", files, card={"license": "mit"})], rate=200_000) as hub:
        request = ask_for(hub, "acme/many", max_connections=3)
        hub.hub_origin.busiest = 0
        start(2)
        wait_until_published(request)
    # A connection is free again a moment before the fake has written the last line of its own log.
    assert 0 < hub.hub_origin.busiest <= 3 + 1


def test_a_stopped_upstream_puts_its_transfers_off_without_an_attempt(
    transactional_db: None, out_there: FakeHub
) -> None:
    ask_for(out_there, "acme/weights", speed_limits="0")
    out_there.requests.clear()
    while run_large(Halt()) or run_small(Halt()):
        pass
    late = Transfer.objects.filter(state="queued", size__gt=0)
    assert late.count() == 31
    assert not late.exclude(attempts=0, error_code="UpstreamBudgetSpent", not_before__gt=timezone.now()).exists()
    assert len(out_there.requests) == 0


def test_a_limit_that_is_set_in_the_middle_stops_the_bytes_and_the_file_ends_later(
    transactional_db: None, out_there: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.upstreams.limits.FRESH", 0.1)
    ask_for(out_there, "acme/weights")
    large = Transfer.objects.get(size=LARGE_SIZE)
    stream = Source.of(large).open(0, LARGE_SIZE)
    assert stream.readinto(memoryview(bytearray(MIB)))
    Upstream.objects.update(speed_limits="0")
    with pytest.raises(UpstreamBudgetSpent, match="stops it"):
        read_on(stream)
    stream.close()
    Upstream.objects.update(speed_limits="")
    time.sleep(0.3)
    assert run_large(Halt())
    large.refresh_from_db()
    assert large.state == "done"


def test_whoever_waits_for_a_limit_stops_with_the_halt(transactional_db: None, out_there: FakeHub) -> None:
    ask_for(out_there, "acme/weights", speed_limits="1kB/s")
    halt = Halt()
    stream = Source.of(Transfer.objects.get(size=LARGE_SIZE), halt).open(0, LARGE_SIZE)
    assert stream.readinto(memoryview(bytearray(MIB))) <= 16 * 1024
    halt.stop()
    with pytest.raises(Stopping):
        read_on(stream)
    stream.close()


def test_a_place_comes_back_when_a_stream_is_closed_or_never_opened(transactional_db: None, out_there: FakeHub) -> None:
    ask_for(out_there, "acme/weights", max_connections=1)
    upstream = Upstream.objects.get()
    source = Source.of(Transfer.objects.get(size=LARGE_SIZE))
    with source.open(0, 10):
        assert standing(upstream).connections == 1
    assert standing(upstream).connections == 0
    out_there.faults.add("status", status=404, times=None)
    with pytest.raises(Exception, match="no"):
        source.open(0, 10)
    assert standing(upstream).connections == 0


def test_the_standing_tells_what_is_left(transactional_db: None, out_there: FakeHub) -> None:
    ask_for(out_there, "acme/weights", speed_limits="5MB/s")
    now = standing(Upstream.objects.get())
    assert (now.rate, now.sentence, now.is_shared) == (5_000_000, "5.0 MB/s", False)
    told, asked = out_there.limits.quotas["api"][0], now.budgets["api"]
    assert told - 100 < asked.left < told
    assert asked.quota == told
    assert counters().share == 1.0
    assert os.environ.get("HUB_REDIS_URL") is None
