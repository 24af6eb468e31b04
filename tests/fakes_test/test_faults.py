"""The fake misbehaves when told to, as often as told to, and no more."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

import pytest

from tests.fakes import FakeHub, world

from .asking import ask, download

LFS = f"/{world.TINY}/resolve/main/model.safetensors"
SIZE = 65611


def right_body(hub: FakeHub) -> bytes:
    file = hub.repo(world.TINY).head.files["model.safetensors"]
    return file.source.read(0, file.size)


def received(url: str) -> tuple[int, str]:
    """How many bytes of the body came before the connection ended, and with which error."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=5)
    connection.request("GET", f"{parts.path}?{parts.query}")
    response = connection.getresponse()
    count = 0
    try:
        while piece := response.read1(1000):
            count += len(piece)
    except OSError as error:
        return count, type(error).__name__
    finally:
        connection.close()
    return count, ""


def test_a_status_is_answered_as_often_as_told_and_then_no_more(hub: FakeHub) -> None:
    hub.faults.add("status", status=503, path="/api/models", times=2)
    assert [ask(f"{hub.url}/api/models").status for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_a_count_stays_until_it_is_cleared(hub: FakeHub) -> None:
    hub.faults.add("status", status=500, times=None)
    assert [ask(f"{hub.url}/api/models").status for _ in range(3)] == [500, 500, 500]
    hub.faults.clear()
    assert ask(f"{hub.url}/api/models").status == 200


def test_a_fault_picks_its_requests_by_method_path_and_origin(hub: FakeHub) -> None:
    hub.faults.add("status", method="HEAD", path=r"\.safetensors$", origin="hub")
    assert ask(hub.url + LFS).status == 302
    assert ask(f"{hub.url}/api/models", "HEAD").status == 200
    assert ask(hub.url + LFS, "HEAD").status == 503


def test_too_many_requests_comes_with_the_time_to_wait(hub: FakeHub) -> None:
    hub.faults.add("status", status=429, retry_after=7)
    answer = ask(f"{hub.url}/api/models")
    assert (answer.status, answer["Retry-After"], answer["RateLimit"]) == (429, "7", '"api";r=0;t=7')


def test_a_connection_is_reset_before_the_answer(hub: FakeHub) -> None:
    hub.faults.add("reset")
    with pytest.raises(ConnectionResetError):
        ask(f"{hub.url}/api/models")
    assert ask(f"{hub.url}/api/models").status == 200


def test_a_connection_is_reset_within_the_body(hub: FakeHub) -> None:
    hub.faults.add("reset", after=10_000, origin="cdn")
    assert received(ask(hub.url + LFS)["Location"]) == (10_000, "ConnectionResetError")


def test_a_body_is_cut_short_though_its_length_was_promised(hub: FakeHub) -> None:
    hub.faults.add("truncate", after=10_000, path="xet-bridge")
    with pytest.raises(http.client.IncompleteRead) as caught:
        download(hub.url + LFS)
    assert len(caught.value.partial) == 10_000


def test_a_body_of_the_right_length_has_one_wrong_byte(hub: FakeHub) -> None:
    hub.faults.add("corrupt", after=5)
    body, right = download(hub.url + LFS).body, right_body(hub)
    assert len(body) == SIZE
    assert [index for index in range(SIZE) if body[index] != right[index]] == [5]
    assert download(hub.url + LFS).body == right


def test_a_fault_of_the_body_is_not_used_up_by_a_redirect_or_a_head(hub: FakeHub) -> None:
    hub.faults.add("corrupt")
    ask(hub.url + LFS, "HEAD")
    ask(ask(hub.url + LFS)["Location"], "HEAD")
    assert download(hub.url + LFS).body != right_body(hub)


def test_a_range_is_ignored_and_the_whole_body_sent(hub: FakeHub) -> None:
    hub.faults.add("ignore-range")
    answer = download(hub.url + LFS, Range="bytes=100-199")
    assert (answer.status, len(answer.body)) == (200, SIZE)
    assert download(hub.url + LFS, Range="bytes=100-199").status == 206


def test_a_login_page_stands_in_for_the_answer(hub: FakeHub) -> None:
    hub.faults.add("login-page", path="config.json")
    answer = ask(f"{hub.url}/{world.TINY}/resolve/main/config.json")
    assert (answer.status, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "X-Repo-Commit" not in answer


def test_a_signed_address_is_refused_as_expired_by_the_cdn_only(hub: FakeHub) -> None:
    hub.faults.add("expired")
    assert ask(hub.url + LFS).status == 302
    assert [download(hub.url + LFS).status for _ in range(2)] == [403, 200]


def test_an_answer_stalls_before_it_starts_and_within_its_body(hub: FakeHub) -> None:
    for after in (None, 10_000):
        hub.faults.add("stall", after=after, seconds=0.3, origin="cdn")
        started = time.monotonic()
        assert download(hub.url + LFS).body == right_body(hub)
        assert 0.3 <= time.monotonic() - started < 2


def test_a_stall_longer_than_patience_is_a_timeout(hub: FakeHub) -> None:
    hub.faults.add("stall", seconds=30)
    with pytest.raises(TimeoutError):
        ask(f"{hub.url}/api/models", timeout=0.2)


def test_a_slow_connection_takes_its_time_and_delivers_everything(hub: FakeHub) -> None:
    hub.faults.add("slow", rate=200_000, origin="cdn")
    started = time.monotonic()
    assert download(hub.url + LFS).body == right_body(hub)
    assert 0.25 <= time.monotonic() - started < 2


def test_the_rate_of_the_whole_hub_limits_each_connection() -> None:
    with FakeHub([world.tiny()], rate=200_000) as hub:
        started = time.monotonic()
        assert len(download(hub.url + LFS).body) == SIZE
        assert 0.25 <= time.monotonic() - started < 2


def test_an_unplugged_hub_refuses_until_it_is_plugged_in_again_at_the_same_address(hub: FakeHub) -> None:
    location, url = ask(hub.url + LFS)["Location"], hub.url
    hub.unplug()
    for address in (f"{hub.url}/api/models", location):
        with pytest.raises(ConnectionRefusedError):
            ask(address)
    hub.replug()
    assert hub.url == url
    assert ask(f"{hub.url}/api/models").status == 200
    assert ask(location).status == 200


def test_unplugging_cuts_open_connections_too(hub: FakeHub) -> None:
    connection = http.client.HTTPConnection(urlsplit(hub.url).netloc, timeout=5)
    connection.request("GET", "/api/models")
    connection.getresponse().read()
    hub.unplug()
    assert connection.sock.recv(1) == b""
    connection.close()
    hub.replug()


def test_a_hub_unplugged_for_a_while_comes_back_by_itself(hub: FakeHub) -> None:
    hub.unplug(seconds=0.2)
    with pytest.raises(ConnectionRefusedError):
        ask(f"{hub.url}/api/models")
    time.sleep(0.5)
    assert ask(f"{hub.url}/api/models").status == 200


def test_an_unknown_fault_is_an_error_of_the_test(hub: FakeHub) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        hub.faults.add("explode")  # type: ignore[arg-type]


def test_the_log_tells_what_was_asked_where_with_what_and_how_it_ended(hub: FakeHub) -> None:
    hub.faults.add("corrupt")
    user = hub.add_user("lena")
    location = ask(hub.url + LFS, user=user)["Location"]
    ask(location, Range="bytes=0-99")
    first, second = hub.requests
    assert (first.method, first.path, first.origin, first.status) == ("GET", LFS, "hub", 302)
    assert first.authorization == f"Bearer {user.token}"
    assert (second.origin, second.range, second.status, second.sent) == ("cdn", "bytes=0-99", 206, 100)
    assert (second.authorization, second.fault) == ("", "corrupt")
    assert hub.requests.counters()["cdn"] == {"requests": 1, "bytes": 100}
    assert hub.requests.matching(origin="hub", containing="safetensors") == [first]
