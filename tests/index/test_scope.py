"""What the settings name is what is crawled, and nothing else."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from hub import checks
from hub.errors import BadInput
from hub.index.crawl import Going
from hub.index.crawls import Crawl
from hub.index.models import Entry
from hub.index.round import crawl_due, plan_crawls, run, states
from hub.index.scope import name_of, parts
from hub.mirroring.figures import indexed
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub
from tests.fakes.shelf import shelf


@pytest.fixture(autouse=True)
def settings_of_the_index(settings: Any) -> None:
    settings.INDEX_PAUSE = 0
    settings.INDEX_KINDS = ["model"]


@pytest.fixture
def hub(db: None) -> Iterator[FakeHub]:
    with FakeHub(list_page=10) as hub:
        hub.extend(shelf("acme", 15))
        hub.extend(shelf("others", 5))
        hub.extend(shelf("acme", 3, kind="dataset"))
        Upstream.objects.create(slug="huggingface", kind="huggingface", url=hub.url, position=1)
        Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9", position=2)
        yield hub


def slices() -> list[str]:
    return [f"{part.upstream.slug} {name_of(part.slice)}" for part in parts()]


def test_without_a_scope_nothing_is_asked(hub: FakeHub) -> None:
    assert slices() == []
    assert crawl_due(Going()) == 0
    assert len(hub.requests) == 0
    with pytest.raises(BadInput):
        run(Going())


def test_each_author_tag_and_task_is_a_slice_of_each_upstream(hub: FakeHub, settings: Any) -> None:
    settings.INDEX_AUTHORS = ["Qwen", "huggingface:BAAI", "qwen"]
    settings.INDEX_TAGS = ["license:mit", "modelscope:gguf"]
    settings.INDEX_TASKS = ["fill-mask"]
    assert slices() == [
        "huggingface models of Qwen",
        "huggingface models of BAAI",
        "huggingface models tagged license:mit",
        "huggingface models for fill-mask",
        "modelscope models of Qwen",
        "modelscope models tagged license:mit",
        "modelscope models tagged gguf",
        "modelscope models for fill-mask",
    ]


def test_everything_is_one_slice_of_each_kind(hub: FakeHub, settings: Any) -> None:
    settings.INDEX_ALL, settings.INDEX_AUTHORS, settings.INDEX_KINDS = True, ["Qwen"], ["dataset", "model"]
    assert slices() == [
        f"{slug} all {kind}" for slug in ("huggingface", "modelscope") for kind in ("models", "datasets")
    ]


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        (["on"], {"huggingface", "modelscope"}),
        (["off"], set()),
        (["HuggingFace"], {"huggingface"}),
        (["off", "huggingface"], set()),
        (["elsewhere"], set()),
    ],
)
def test_upstreams_are_chosen_by_name(hub: FakeHub, settings: Any, words: list[str], slugs: set[str]) -> None:
    settings.INDEX, settings.INDEX_AUTHORS = words, ["acme"]
    assert {part.upstream.slug for part in parts()} == slugs


def test_an_upstream_that_is_switched_off_is_left_alone(hub: FakeHub, settings: Any) -> None:
    settings.INDEX_AUTHORS = ["acme"]
    Upstream.objects.filter(slug="huggingface").update(enabled=False)
    assert {part.upstream.slug for part in parts()} == {"modelscope"}


def test_what_the_settings_name_no_more_rests_and_can_come_back(hub: FakeHub, settings: Any) -> None:
    settings.INDEX, settings.INDEX_AUTHORS = ["huggingface"], ["acme", "others"]
    assert plan_crawls().count() == 2
    assert crawl_due(Going()) == 2
    settings.INDEX_AUTHORS = ["acme"]
    Crawl.objects.update(not_before=None)
    assert crawl_due(Going()) == 1
    assert Entry.objects.filter(namespace="others").count() == 5
    settings.INDEX_AUTHORS = ["Others", "acme"]
    assert plan_crawls().count() == 2
    assert Crawl.objects.count() == 2


def test_hundreds_of_authors_are_planned_in_a_few_queries(
    hub: FakeHub, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.INDEX_AUTHORS = [f"org-{number}" for number in range(400)]
    with django_assert_max_num_queries(30):
        assert plan_crawls().count() == 800
    with django_assert_max_num_queries(8):
        plan_crawls().count()


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("index", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_runs_what_is_named(hub: FakeHub, settings: Any) -> None:
    settings.INDEX, settings.INDEX_AUTHORS, settings.INDEX_KINDS = (
        ["huggingface"],
        ["acme", "others"],
        ["model", "dataset"],
    )
    told = command("run", "--kind", "model", "--author", "ACME")
    assert "huggingface models of acme: full, page 2, 15 listed, 15 new" in told
    assert "1 slices" in told
    assert Entry.objects.count() == 15
    told = command("run")
    assert "4 slices" in told
    assert Entry.objects.count() == 23
    hub.remove("acme/thing-00003")
    assert "1 vanished" in command("run", "--full", "--upstream", "huggingface")
    for wrong in (["--upstream", "nowhere"], ["--author", "nobody"], ["--upstream", "modelscope"]):
        with pytest.raises(CommandError):
            command("run", *wrong)


def test_the_command_tells_of_slices_that_met_an_error(hub: FakeHub, settings: Any) -> None:
    settings.INDEX, settings.INDEX_AUTHORS = ["huggingface"], ["acme", "others"]
    hub.faults.add("status", path="author=acme", status=400, times=None)
    with pytest.raises(CommandError, match="1 of 2 slices"):
        command("run")
    assert Entry.objects.count() == 5
    assert "huggingface models of acme" in command("status")


def test_a_run_waits_for_an_upstream_that_asks_for_a_pause(hub: FakeHub, settings: Any) -> None:
    settings.INDEX, settings.INDEX_AUTHORS = ["huggingface"], ["acme"]
    hub.faults.add("status", path="cursor=", status=429, retry_after=3)
    waits = list[float]()
    summary = run(Going(), waiting=lambda row, seconds: waits.append(seconds))
    assert Entry.objects.count() == 15
    assert waits
    assert (summary.errors, summary.unfinished) == ([], 0)


def test_status_is_a_table_of_every_slice(hub: FakeHub, settings: Any) -> None:
    assert "Nothing is indexed" in command("status")
    settings.INDEX, settings.INDEX_AUTHORS = ["huggingface"], ["acme", "others"]
    command("run", "--author", "acme")
    lines = command("status").splitlines()
    assert lines[0].split("  ")[0] == "slice"
    assert " idle " in lines[1]
    assert "15" in lines[1]
    assert "never" in lines[2]
    assert "now" in lines[2]
    (first, second) = states()
    assert first.next_at is not None
    assert (second.next_at, second.is_running) == (None, False)


def test_metrics_tell_entries_age_and_errors(hub: FakeHub, settings: Any) -> None:
    settings.INDEX, settings.INDEX_AUTHORS = ["huggingface"], ["acme", "others"]
    hub.faults.add("status", path="author=others", status=400, times=None)
    crawl_due(Going())
    told = {figure.name: figure.values for figure in indexed()}
    assert told["entrepot_index_entries"] == [(("huggingface", "model"), 15.0)]
    assert told["entrepot_index_errors"] == [((), 1.0)]
    assert told["entrepot_index_age_seconds"][0][1] >= 0


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        ({}, []),
        ({"INDEX_AUTHORS": ["Qwen", "huggingface:BAAI"]}, []),
        ({"INDEX": ["on", "huggingface"]}, ["hub.E050"]),
        ({"INDEX_KINDS": ["space"]}, ["hub.E051"]),
        ({"INDEX_AUTHORS": ["Qwen/Qwen3"]}, ["hub.E052"]),
        ({"INDEX_AUTHORS": ["huggingface:"]}, ["hub.E052"]),
        ({"INDEX_TAGS": ["x" * 101]}, ["hub.E053"]),
        ({"INDEX_ALL": True, "INDEX_TASKS": ["fill-mask"]}, ["hub.W050"]),
    ],
)
def test_nonsense_in_the_settings_is_told(settings: Any, values: dict[str, Any], ids: list[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert [message.id for message in checks.index()] == ids
