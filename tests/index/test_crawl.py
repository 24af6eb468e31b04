"""Crawls against fake hubs: complete, incremental, resumed, refused, put off, and by two at once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from hub.errors import HubError, LeaseLost, UpstreamRateLimited
from hub.index import crawl as crawling
from hub.index.crawl import Going, crawl
from hub.index.crawls import Crawl
from hub.index.models import Entry
from hub.index.round import crawl_due, plan_crawls
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, FakeModelScope
from tests.fakes.shelf import shelf

SOON = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def scope(settings: Any) -> None:
    settings.INDEX_AUTHORS = ["acme"]
    settings.INDEX_KINDS = ["model"]
    settings.INDEX_PAUSE = 0


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(list_page=10) as hub:
        hub.extend(shelf("acme", 35))
        hub.extend(shelf("others", 5))
        yield hub


@pytest.fixture
def there(db: None, hub: FakeHub) -> Upstream:
    return Upstream.objects.create(slug="huggingface", kind="huggingface", url=hub.url)


def the_crawl() -> Crawl:
    return plan_crawls().get()


def read(**going: Any) -> HubError | None:
    return crawl(the_crawl().pk, Going(**going))


def asked(hub: FakeHub | FakeModelScope) -> int:
    return len([entry for entry in hub.requests if "sort=" in entry.target])


def names() -> set[str]:
    return {f"{entry.namespace}/{entry.name}" for entry in Entry.objects.filter(vanished_at=None)}


def test_a_first_crawl_reads_all_of_its_slice(there: Upstream, hub: FakeHub) -> None:
    assert read() is None
    row = the_crawl()
    assert names() == {f"acme/thing-{number:05}" for number in range(35)}
    assert (row.stage, row.total, row.new, row.vanished, row.error) == ("", 35, 35, 0, "")
    assert row.watermark == hub.repo("acme/thing-00034").head.date
    assert row.full_at is not None
    entry = Entry.objects.get(key="acme/thing-00001")
    assert (entry.task, entry.licence, entry.languages, entry.downloads) == ("feature-extraction", "mit", ["zh"], 10)
    assert entry.words
    assert entry.popularity > 0


def test_the_next_crawl_asks_for_what_changed_and_no_more(there: Upstream, hub: FakeHub) -> None:
    read()
    hub.requests.clear()
    now = timezone.now().replace(microsecond=0)
    hub.repo("acme/thing-00002").commit({"b": "new"}, date=now)
    hub.extend(shelf("acme", 1, begin=now - SOON))
    assert read() is None
    row = the_crawl()
    assert asked(hub) == 1
    assert (row.new, row.changed, row.watermark) == (0, 2, now)
    assert Entry.objects.get(key="acme/thing-00002").updated_at == now


def test_a_full_pass_comes_again_after_some_days(there: Upstream, hub: FakeHub, settings: Any) -> None:
    read()
    Crawl.objects.update(full_at=timezone.now() - timedelta(days=8))
    hub.repo("acme/thing-00000").downloads = 999
    read()
    assert Entry.objects.get(key="acme/thing-00000").downloads == 999


def test_a_crawl_that_is_stopped_goes_on_where_it_was(there: Upstream, hub: FakeHub) -> None:
    seen = list[int]()
    read(told=lambda row: seen.append(row.pages), stopped=lambda: len(seen) == 2)
    row = the_crawl()
    assert (row.pages, row.listed, row.lease_owner, row.stage) == (2, 20, "", "full")
    hub.requests.clear()
    read()
    assert "cursor=" in hub.requests[0].target
    assert len(names()) == 35
    assert the_crawl().total == 35


def test_a_page_that_could_not_be_written_is_read_again(there: Upstream, hub: FakeHub) -> None:
    class Unplugged(Exception):
        pass

    def pull_the_plug(row: Crawl) -> None:
        if row.pages == 2:
            raise Unplugged

    with pytest.raises(Unplugged):
        read(told=pull_the_plug)
    assert len(names()) == 20
    read()
    assert len(names()) == 35


def test_too_many_requests_put_a_crawl_off_for_as_long_as_asked(there: Upstream, hub: FakeHub) -> None:
    hub.faults.add("status", path="cursor=", status=429, retry_after=120)
    assert isinstance(read(), UpstreamRateLimited)
    row = the_crawl()
    assert row.error_code == "UpstreamRateLimited"
    assert row.attempts == 0
    assert row.not_before is not None
    assert timedelta(seconds=100) < row.not_before - timezone.now() <= timedelta(seconds=121)
    assert len(names()) == 10
    assert not Crawl.objects.due().exists()


def test_an_upstream_in_trouble_is_asked_again_later_and_later(there: Upstream, hub: FakeHub) -> None:
    hub.faults.add("status", status=404, times=None)
    pauses = list[timedelta]()
    for _ in range(3):
        assert read() is not None
        row = the_crawl()
        assert row.not_before is not None
        pauses.append(row.not_before - timezone.now())
    assert pauses[0] < pauses[1] < pauses[2]
    hub.faults.clear()
    assert read() is None
    assert (the_crawl().error, the_crawl().attempts) == ("", 0)


def test_a_cursor_that_upstream_takes_no_more_begins_the_pass_again(there: Upstream, hub: FakeHub) -> None:
    hub.faults.add("status", path="cursor=", status=400)
    assert read() is not None
    assert the_crawl().cursor == ""
    assert read() is None
    assert len(names()) == 35


def test_a_token_that_was_revoked_loses_no_place(there: Upstream, hub: FakeHub) -> None:
    there.token = hub.add_user("crawler").token
    there.save()
    hub.gate.reject_bad_tokens = True
    read(told=lambda row: hub.gate.users.clear())
    row = the_crawl()
    assert (row.error_code, row.pages, row.stage) == ("UpstreamTokenWrong", 1, "full")
    hub.gate.reject_bad_tokens = False
    assert read() is None
    assert len(names()) == 35


def test_a_crawl_leaves_room_for_people(there: Upstream, hub: FakeHub) -> None:
    hub.limits.quotas = {"api": (100, 100), "resolvers": (100, 100), "pages": (100, 100)}
    hub.list_page = 1
    hub.extend(shelf("acme", 90))
    error = read()
    assert isinstance(error, UpstreamRateLimited)
    assert 55 <= asked(hub) <= 62
    row = the_crawl()
    assert row.not_before is not None
    assert row.not_before > timezone.now()


def test_what_is_gone_upstream_vanishes_and_returns(there: Upstream, hub: FakeHub) -> None:
    read()
    gone = hub.repo("acme/thing-00007")
    hub.remove(gone.id)
    hub.rename("acme/thing-00008", "acme/renamed")
    Crawl.objects.update(full_wanted=True)
    read()
    assert the_crawl().vanished == 2
    assert {entry.key for entry in Entry.objects.exclude(vanished_at=None)} == {"acme/thing-00007", "acme/thing-00008"}
    assert "acme/renamed" in names()
    gone.commit({"b": "back"}, date=timezone.now())
    hub.add(gone)
    read()
    assert "acme/thing-00007" in names()


def test_what_changed_only_does_not_make_the_rest_vanish(there: Upstream, hub: FakeHub) -> None:
    read()
    hub.remove("acme/thing-00007")
    read()
    assert the_crawl().vanished == 0
    assert len(names()) == 35


def test_a_listing_that_lacks_a_repo_which_is_there_makes_nothing_vanish(there: Upstream, hub: FakeHub) -> None:
    read()
    hub.unlisted.add("acme/thing-00007")
    Crawl.objects.update(full_wanted=True)
    read()
    assert (the_crawl().total, the_crawl().vanished) == (34, 0)
    assert "acme/thing-00007" in names()


def test_a_repo_that_lost_its_tag_has_not_vanished(there: Upstream, hub: FakeHub, settings: Any) -> None:
    settings.INDEX_AUTHORS, settings.INDEX_TAGS = [], ["batch-3"]
    read()
    assert len(names()) == 5
    hub.repo("acme/thing-00003").card["tags"] = []
    hub.remove("acme/thing-00013")
    Crawl.objects.update(full_wanted=True)
    read()
    assert {entry.key for entry in Entry.objects.exclude(vanished_at=None)} == {"acme/thing-00013"}


def test_a_suspiciously_small_pass_marks_nothing_and_says_so(there: Upstream, hub: FakeHub) -> None:
    read()
    for number in range(20):
        hub.remove(f"acme/thing-{number:05}")
    Crawl.objects.update(full_wanted=True)
    read()
    row = the_crawl()
    assert (row.vanished, len(names())) == (0, 35)
    assert "suspiciously few" in row.warning
    Crawl.objects.update(full_wanted=True)
    read(believe=True)
    assert (the_crawl().vanished, len(names()), the_crawl().warning) == (20, 15, "")


def test_an_empty_listing_is_no_deletion(there: Upstream, hub: FakeHub) -> None:
    read()
    for name in names():
        hub.unlisted.add(name)
    Crawl.objects.update(full_wanted=True)
    read()
    assert len(names()) == 35


def test_a_repo_that_changes_during_a_full_pass_is_not_missed(there: Upstream, hub: FakeHub) -> None:
    read()
    Crawl.objects.update(full_wanted=True)

    def change(row: Crawl) -> None:
        if row.pages == 1 and row.stage == "full":
            hub.repo("acme/thing-00000").commit({"c": "moved"}, date=timezone.now())

    read(told=change)
    assert the_crawl().vanished == 0
    assert "acme/thing-00000" in names()


def test_who_may_not_be_crawled_twice_at_once_is_not(there: Upstream, hub: FakeHub) -> None:
    row = the_crawl()
    assert Crawl.objects.filter(pk=row.pk).claim("somebody else") == 1
    assert isinstance(read(), LeaseLost)
    assert asked(hub) == 0


def test_whoever_lost_the_lease_writes_nothing(there: Upstream, hub: FakeHub) -> None:
    def take_over(row: Crawl) -> None:
        if row.pages == 1:
            Crawl.objects.update(lease_owner="somebody else")

    assert isinstance(read(told=take_over), LeaseLost)
    assert len(names()) == 10
    assert the_crawl().lease_owner == "somebody else"


@pytest.mark.django_db(transaction=True)
def test_of_two_crawlers_one_reads(hub: FakeHub) -> None:
    Upstream.objects.create(slug="huggingface", kind="huggingface", url=hub.url)
    pk, errors = the_crawl().pk, list[HubError | None]()
    begin = threading.Barrier(2)

    def one() -> None:
        begin.wait()
        try:
            errors.append(crawl(pk, Going()))
        finally:
            connection.close()

    # The first page takes long enough for both to have begun.
    hub.faults.add("stall", path="sort=", seconds=1.0)
    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(error).__name__ for error in errors) == ["LeaseLost", "NoneType"]
    assert len(names()) == 35
    assert the_crawl().pages == asked(hub)


def test_a_round_reads_what_is_due(there: Upstream, hub: FakeHub, settings: Any) -> None:
    settings.INDEX_AUTHORS = ["acme", "others"]
    assert crawl_due(Going()) == 2
    assert len(names()) == 40
    hub.requests.clear()
    assert crawl_due(Going()) == 0
    assert asked(hub) == 0


def test_an_upstream_that_asks_for_a_pause_is_left_alone_for_the_round(
    there: Upstream, hub: FakeHub, settings: Any
) -> None:
    settings.INDEX_AUTHORS = ["acme", "others"]
    hub.faults.add("status", status=429, retry_after=60, times=None)
    assert crawl_due(Going()) == 1


def test_a_listing_without_end_is_given_up(there: Upstream, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "MOST_PAGES", 2)
    error = read()
    assert error is not None
    assert "more than 2 pages" in error.words
    assert the_crawl().stage == ""


def test_a_modified_time_that_has_not_come_yet_hides_nothing(there: Upstream, hub: FakeHub) -> None:
    hub.repo("acme/thing-00003").commit({"x": "y"}, date=timezone.now() + timedelta(days=400))
    read()
    row = the_crawl()
    assert row.watermark is not None
    assert row.watermark <= timezone.now()


@pytest.fixture
def modelscope(db: None) -> Iterator[FakeModelScope]:
    with FakeModelScope() as hub:
        hub.extend(shelf("acme", 120))
        Upstream.objects.create(slug="modelscope", kind="modelscope", url=hub.url)
        yield hub


def test_modelscope_is_crawled_the_same(modelscope: FakeModelScope) -> None:
    assert read() is None
    assert len(names()) == 120
    modelscope.requests.clear()
    modelscope.repo("acme/thing-00002").commit({"b": "new"}, date=timezone.now().replace(microsecond=0))
    assert read() is None
    assert asked(modelscope) == 1
    assert the_crawl().changed == 1
    modelscope.remove("acme/thing-00009")
    Crawl.objects.update(full_wanted=True)
    assert read() is None
    assert "acme/thing-00009" not in names()


def test_a_slice_that_modelscope_cannot_list_whole_makes_nothing_vanish(
    modelscope: FakeModelScope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.upstreams.modelscope.roll.WINDOW", 50)
    read()
    found = names()
    assert 50 < len(found) < 120
    modelscope.remove("acme/thing-00119")
    Crawl.objects.update(full_wanted=True)
    read()
    assert names() >= found
    assert "index fewer at a time" in the_crawl().warning
