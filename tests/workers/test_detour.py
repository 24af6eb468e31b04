"""Two hubs have the same large file: where the one fails or crawls, the file goes on from the other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.models import Event
from hub.blobs.models import Blob
from hub.blobs.stores import store
from hub.catalog.models import Repo
from hub.mirroring.models import Request, Transfer
from hub.mirroring.pauses import Pause
from hub.mirroring.steps import look, plan
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from hub.policy.models import Action, Rule
from hub.upstreams.limits import forget_limits
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, FakeRepo, Synthetic, repo_file
from tests.workers.conftest import MIB, PART, bytes_of_large
from workers.engine.halt import Halt
from workers.engine.land import run_large
from workers.engine.small import run_small

SIZE = 3 * PART + 1234
BYTES = Synthetic(SIZE, 77)
HERE, THERE = "acme/weights", "Mirror/weights-under-another-name"


@pytest.fixture
def first() -> Iterator[FakeHub]:
    with FakeHub([with_weights(HERE, "model.safetensors")]) as hub:
        yield hub


@pytest.fixture
def second() -> Iterator[FakeHub]:
    with FakeHub([with_weights(THERE, "weights/model.safetensors")]) as hub:
        yield hub


def with_weights(repo: str, path: str) -> FakeRepo:
    return FakeRepo(repo, {path: repo_file(path, BYTES, lfs=True)}, card={"license": "mit"})


@pytest.fixture
def both(transactional_db: None, first: FakeHub, second: FakeHub) -> Transfer:
    """Both repos are planned; the first one is the source, as it was asked for first."""
    Rule.objects.create(name="all", action=Action.ALLOW)
    for position, (slug, hub, repo) in enumerate((("one", first, HERE), ("two", second, THERE))):
        ask(Upstream.objects.create(slug=slug, url=hub.url, position=position), repo)
        hub.requests.clear()
    transfer = Transfer.objects.get()
    assert transfer.upstream.slug == "one"
    return transfer


def ask(upstream: Upstream, repo: str, include: tuple[str, ...] = ()) -> Request:
    request = submit(Wish(upstream, RepoKind.MODEL, RepoId.parse(repo), include=include), SYSTEM)
    look(request.pk)
    plan(request.pk)
    request.refresh_from_db()
    return request


def source_of(transfer: Transfer) -> tuple[str, str, str]:
    transfer.refresh_from_db()
    return transfer.upstream.slug, transfer.repo_id, transfer.path


FROM_ONE = ("one", HERE, "model.safetensors")
FROM_TWO = ("two", THERE, "weights/model.safetensors")


def assert_published(transfer: Transfer) -> None:
    transfer.refresh_from_db()
    assert (transfer.state, transfer.error, transfer.tried) == ("done", "", [])
    with store().open(Blob.objects.get().sha256) as file:
        assert file.read() == BYTES.read(0, SIZE)
    assert set(Request.objects.values_list("state", flat=True)) == {"published"}


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "status", "status": 404}, "FileMissing"),
    ({"kind": "status", "status": 503}, "UpstreamUnreachable"),
    ({"kind": "status", "status": 429, "retry_after": 600}, "UpstreamRateLimited"),
    ({"kind": "login-page"}, "UpstreamBroken"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_source_that_fails_is_left_for_the_other_hub(
    both: Transfer, first: FakeHub, second: FakeHub, fault: dict[str, Any], code: str
) -> None:
    first.faults.add(**fault, times=None)
    assert run_large(Halt())
    assert source_of(both) == FROM_TWO
    assert (both.state, both.lease_owner, both.not_before, both.attempts) == ("queued", "", None, 0)
    event = Event.objects.get(verb="transfer.detoured")
    assert (event.detail["from"], event.detail["to"]) == (f"one:{HERE}", f"two:{THERE}")
    assert event.detail["why"]
    assert run_large(Halt())
    assert_published(both)
    assert bytes_of_large(second) == SIZE


def test_what_is_durable_is_not_fetched_from_the_other_hub_again(
    both: Transfer, first: FakeHub, second: FakeHub
) -> None:
    upload = store().upload(both.digest, SIZE)
    for number in (0, 2):
        upload.write(number * PART, BYTES.read(number * PART, PART))
        upload.seal(number)
    upload.close()
    first.unplug()
    assert run_large(Halt())
    assert run_large(Halt())
    assert source_of(both) == FROM_TWO
    assert_published(both)
    assert bytes_of_large(second) == SIZE - 2 * PART


def test_when_both_fail_each_is_asked_once_and_then_the_transfer_waits(
    both: Transfer, first: FakeHub, second: FakeHub
) -> None:
    first.unplug()
    second.unplug()
    assert run_large(Halt())
    assert run_large(Halt())
    assert not run_large(Halt()), "the round is over"
    both.refresh_from_db()
    assert (both.state, both.attempts, both.tried) == ("queued", 1, [])
    assert both.not_before is not None
    assert Event.objects.filter(verb="transfer.detoured").count() == 1
    second.replug()
    Transfer.objects.update(not_before=None)
    while run_large(Halt()):
        pass
    assert_published(both)


def test_a_hub_that_has_deleted_it_does_not_end_what_the_other_can_still_give(
    both: Transfer, first: FakeHub, second: FakeHub
) -> None:
    first.faults.add("status", status=404, times=None)
    second.unplug()
    assert run_large(Halt())
    assert run_large(Halt())
    assert source_of(both) == FROM_TWO
    assert both.state == "queued"
    first.requests.clear()
    Transfer.objects.update(not_before=None)
    assert run_large(Halt())
    assert not run_large(Halt()), "the next round asks the second hub alone"
    second.replug()
    Transfer.objects.update(not_before=None)
    assert run_large(Halt())
    assert_published(both)
    assert len(first.requests) == 0, "what is gone is not asked for again"


def test_it_fails_for_good_where_no_hub_has_it_any_more(both: Transfer, first: FakeHub, second: FakeHub) -> None:
    for hub in (first, second):
        hub.faults.add("status", status=404, times=None)
    assert run_large(Halt())
    assert run_large(Halt())
    both.refresh_from_db()
    assert both.state == "failed"
    assert set(Request.objects.values_list("state", flat=True)) == {"failed"}


def test_of_two_hubs_that_want_to_be_left_alone_the_one_that_waits_less_is_asked_next(
    both: Transfer, first: FakeHub, second: FakeHub
) -> None:
    first.faults.add("status", status=429, retry_after=600, times=None)
    second.faults.add("status", status=429, retry_after=3000, times=None)
    assert run_large(Halt())
    assert run_large(Halt())
    assert source_of(both) == FROM_ONE
    assert both.attempts == 0
    assert both.not_before is not None
    assert both.not_before < timezone.now() + timedelta(seconds=3000)


@pytest.mark.parametrize("why", ["switched off", "missing", "paused", "stopped", "retired", "of another size"])
def test_a_hub_that_cannot_give_it_is_no_way_out(both: Transfer, first: FakeHub, why: str) -> None:
    two = Upstream.objects.get(slug="two")
    repo = Repo.objects.get(upstream=two)
    match why:
        case "switched off":
            Upstream.objects.filter(pk=two.pk).update(enabled=False)
        case "missing":
            Repo.objects.filter(pk=repo.pk).update(missing_upstream_since=timezone.now())
        case "paused":
            Pause.objects.create(upstream=two, by="oscar")
        case "stopped":
            Upstream.objects.filter(pk=two.pk).update(speed_limits="0")
        case "retired":
            repo.revisions.update(retired_at=timezone.now())
        case _:
            repo.revisions.get().files.update(size=1)
    forget_limits()
    first.unplug()
    assert run_large(Halt())
    assert source_of(both) == FROM_ONE
    assert both.error_code == "UpstreamUnreachable"
    assert both.not_before is not None


def test_wrong_bytes_are_no_reason_to_go_elsewhere(both: Transfer, first: FakeHub) -> None:
    first.faults.add("corrupt", origin="cdn")
    assert run_large(Halt())
    assert source_of(both) == FROM_ONE
    assert both.error_code == "CorruptBytes"


def test_a_plan_of_the_other_hub_takes_over_what_is_stuck(
    transactional_db: None, first: FakeHub, second: FakeHub
) -> None:
    Rule.objects.create(name="all", action=Action.ALLOW)
    ask(Upstream.objects.create(slug="one", url=first.url), HERE)
    first.unplug()
    assert run_large(Halt())
    stuck = Transfer.objects.get()
    assert stuck.not_before is not None
    ask(Upstream.objects.create(slug="two", url=second.url), THERE)
    assert source_of(stuck) == FROM_TWO
    assert run_large(Halt())
    assert_published(stuck)
    assert Event.objects.get(verb="transfer.detoured").detail["why"]


def test_a_repo_that_is_only_known_by_its_tree_is_a_source_too(
    transactional_db: None, first: FakeHub, second: FakeHub
) -> None:
    """An operator has mirrored one small file of it, and with that the digests of all."""
    Rule.objects.create(name="all", action=Action.ALLOW)
    second.repo(THERE).commit({"README.md": "hello"})
    ask(Upstream.objects.create(slug="two", url=second.url), THERE, ("README.md",))
    while run_small(Halt()):
        pass
    request = ask(Upstream.objects.create(slug="one", url=first.url), HERE)
    first.unplug()
    while run_large(Halt()):
        pass
    assert source_of(Transfer.objects.get(size=SIZE)) == FROM_TWO
    request.refresh_from_db()
    assert request.state == "published"


@pytest.fixture
def crawling(both: Transfer, first: FakeHub, settings: Any) -> Transfer:
    """The first hub gives 6 MB a second, and a second of that is slow."""
    settings.SLOW_SOURCE_SECONDS = 1
    settings.CONNECTIONS = 1
    first.faults.add("slow", origin="cdn", rate=6 * MIB, times=None)
    return both


def came_lately(transfer: Transfer, bytes_per_second: int) -> None:
    """Another large file has come from the second hub."""
    Transfer.objects.create(
        digest="sha256:" + "a" * 64,
        size=SIZE,
        upstream=Upstream.objects.get(slug="two"),
        kind="model",
        repo_id=THERE,
        commit="c" * 40,
        path="other.safetensors",
        state="done",
        finished_at=timezone.now(),
        bytes_per_second=bytes_per_second,
    )


def test_a_source_that_crawls_is_left_for_one_that_was_much_faster_lately(crawling: Transfer, second: FakeHub) -> None:
    came_lately(crawling, 500_000_000)
    assert run_large(Halt())
    assert source_of(crawling) == FROM_TWO
    assert "has been 4 times as fast lately" in Event.objects.get(verb="transfer.detoured").detail["why"]
    assert run_large(Halt())
    assert_published(crawling)


@pytest.mark.parametrize("speed", [0, 3_000_000])
def test_a_slow_source_is_kept_where_no_other_was_much_faster(crawling: Transfer, speed: int, first: FakeHub) -> None:
    came_lately(crawling, speed)
    assert run_large(Halt())
    assert source_of(crawling) == FROM_ONE
    assert_published(crawling)
    assert bytes_of_large(first) == SIZE


def test_how_fast_a_large_file_came_is_kept_for_the_comparison(both: Transfer) -> None:
    assert run_large(Halt())
    both.refresh_from_db()
    assert both.bytes_per_second > 0


def test_a_hub_that_is_down_and_one_that_is_busy_are_not_asked_in_turns_for_ever(
    both: Transfer, first: FakeHub, second: FakeHub
) -> None:
    first.unplug()
    second.faults.add("status", status=429, retry_after=600, times=None)
    for rounds in (1, 2):
        while run_large(Halt()):
            pass
        both.refresh_from_db()
        assert both.not_before is not None
        assert both.attempts == rounds
        Transfer.objects.update(not_before=None)


SMALL = 20


@pytest.fixture
def small(transactional_db: None, first: FakeHub, second: FakeHub) -> None:
    """Small files that both hubs know by their sha256, the first one their source."""
    files = {f"{number}.bin": repo_file("x.bin", f"file {number}", lfs=True) for number in range(SMALL)}
    Rule.objects.create(name="all", action=Action.ALLOW)
    for position, (slug, hub) in enumerate((("one", first), ("two", second))):
        hub.add(FakeRepo("acme/small", files, card={"license": "mit"}))
        ask(Upstream.objects.create(slug=slug, url=hub.url, position=position), "acme/small")


@pytest.mark.parametrize("fault", [{"status": 404}, {"status": 503}, {"status": 429, "retry_after": 600}])
def test_small_files_take_the_other_hub_together_and_one_event_tells_it(
    small: None, first: FakeHub, fault: dict[str, Any]
) -> None:
    first.faults.add("status", **fault, times=None)
    while run_small(Halt()):
        pass
    assert set(Transfer.objects.values_list("state", "upstream__slug")) == {("done", "two")}
    told = Event.objects.filter(verb="transfer.detoured")
    assert sum(event.detail["files"] for event in told) == SMALL
    assert told.count() < SMALL / 2
