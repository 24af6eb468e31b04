"""Server-sent events: what goes over the wire, how long, and for how many."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from hub.api import streams
from hub.api.streams import Stream, mark_of, places
from hub.errors import TooManyStreams
from hub.mirroring.models import Request, Transfer
from tests import people
from tests.api.conftest import ROOT, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stream looks all the time, and ends at once."""
    monkeypatch.setattr(streams, "LOOK_EVERY", 0.001)
    monkeypatch.setattr(streams, "SECONDS", 0.02)
    yield
    assert places._taken == 0


def events(answer: Any) -> list[dict[str, Any]]:
    """The events of a stream that has ended; comments and `retry` are left out."""
    assert answer["Content-Type"].startswith("text/event-stream")
    text = b"".join(answer.streaming_content).decode()
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            found.append({**lines, "data": json.loads(lines["data"])})
    assert text.startswith("retry: 2000\n\n")
    return found


def test_a_stream_tells_how_a_request_stands_once_while_nothing_changes(client: Client) -> None:
    row = people.request()
    (told,) = events(client.get(f"{ROOT}/requests/{row.pk}/events", headers={"Accept": "text/event-stream"}))
    assert (told["event"], told["data"]["state"]) == ("standing", "waiting")


def test_who_comes_back_is_not_told_again_what_they_have_seen(client: Client) -> None:
    row = people.request()
    address = f"{ROOT}/requests/{row.pk}/events"
    (told,) = events(client.get(address))
    assert events(client.get(address, headers={"Last-Event-ID": told["id"]})) == []
    Request.objects.update(state="published")
    (now,) = events(client.get(address, headers={"Last-Event-ID": told["id"]}))
    assert (now["event"], now["data"]["state"]) == ("ended", "published")


def test_after_the_end_there_is_nothing_more_to_come(client: Client) -> None:
    row = people.request(state="published")
    address = f"{ROOT}/requests/{row.pk}/events"
    (told,) = events(client.get(address))
    assert client.get(address, headers={"Last-Event-ID": told["id"]}).status_code == 204


def test_a_change_is_told_while_the_stream_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SECONDS", 60.0)
    states = iter([{"a": 1}, {"a": 1}, {"a": 2}, {"a": 3}])
    stream = Stream(lambda: ("standing", now := next(states), now["a"] == 3), "")
    text = b"".join(stream).decode()
    stream.close()
    assert [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")] == [
        {"a": 1},
        {"a": 2},
        {"a": 3},
    ]


def test_silence_is_broken_by_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", 0.0)
    stream = Stream(lambda: ("standing", {}, False), mark_of({}))
    assert b": still here\n\n" in list(stream)
    stream.close()


def test_the_transfers_of_now_are_told_with_their_progress(client: Client) -> None:
    transfer = Transfer.objects.create(
        digest="sha256:" + "a" * 64,
        size=10,
        received=4,
        upstream=people.upstream(),
        kind="model",
        repo_id="acme/tiny",
        commit="c" * 40,
        path="x.bin",
    )
    assert Transfer.objects.filter(pk=transfer.pk).claim("host:1:x") == 1
    (told,) = events(client.get(f"{ROOT}/transfers/events"))
    assert told["data"]["running_files"] == 1
    assert [(one["path"], one["received"]) for one in told["data"]["running"]] == [("x.bin", 4)]


def test_a_process_follows_so_many_and_no_more(client: Client, settings: Any) -> None:
    settings.WEB_THREADS = 8
    row = people.request()
    held = [Stream(lambda: ("standing", {}, False), "") for _ in range(2)]
    answer = client.get(f"{ROOT}/requests/{row.pk}/events")
    refused(answer, 503, "TooManyStreams")
    assert answer["Retry-After"] == "5"
    with pytest.raises(TooManyStreams):
        Stream(lambda: ("standing", {}, False), "")
    for stream in held:
        stream.close()
        stream.close()
    assert len(events(client.get(f"{ROOT}/requests/{row.pk}/events"))) == 1


def test_a_request_that_is_not_there_has_no_events(client: Client) -> None:
    refused(client.get(f"{ROOT}/requests/999/events"), 404, "Missing")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("path", ["requests/1/events", "transfers/events"])
def test_a_stranger_follows_nothing_where_pulls_need_an_account(client: Client, path: str) -> None:
    refused(client.get(f"{ROOT}/{path}", headers={"Accept": "text/event-stream"}), 401, "TokenNeeded")
