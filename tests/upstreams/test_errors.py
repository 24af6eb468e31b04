"""Everything that a hub may answer in place of the facts, and what becomes of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hub.errors import (
    FileMissing,
    HubError,
    RepoMissing,
    RevisionMissing,
    UpstreamBroken,
    UpstreamDisabled,
    UpstreamError,
    UpstreamGated,
    UpstreamRateLimited,
    UpstreamTokenWrong,
    UpstreamUnreachable,
)
from hub.names import RepoId, RepoKind
from hub.upstreams.huggingface.client import HuggingFaceClient
from hub.upstreams.waiting import seconds_to_wait
from tests.fakes import FakeHub, token_of, world
from tests.fakes.wire import Origin, Request, Response
from tests.upstreams.conftest import TINY, client_of

MODEL = RepoKind.MODEL
GATED = RepoId.parse(world.GATED)
Serve = Callable[..., Origin]
TOKEN = token_of("anybody")
COMMIT = "c" * 40


def answering(
    status: int, message: str = "", code: str = "", kind: str = "text/plain"
) -> Callable[[Request], Response]:
    """A hub that always gives the same answer, as they were recorded."""
    headers = [("Content-Type", kind)]
    headers += [("X-Error-Message", message)] if message else []
    headers += [("X-Error-Code", code)] if code else []
    return lambda request: Response(status, headers, message.encode())


def error_of(serve: Serve, answer: Callable[[Request], Response], token: str = "", **asked: str) -> HubError:
    client = client_of(serve(answer).url, token)

    def ask() -> object:
        if "path" in asked:
            return client.open(MODEL, TINY, COMMIT, asked["path"], 10)
        return client.info(MODEL, TINY, asked.get("revision", ""))

    with pytest.raises(HubError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize(
    ("status", "message", "code", "token", "expected"),
    [
        (401, "Invalid username or password.", "", "", RepoMissing),
        (401, "Invalid username or password.", "RepoNotFound", "", RepoMissing),
        (401, "Invalid username or password.", "", TOKEN, RepoMissing),
        (401, "", "", "", RepoMissing),
        (404, "Repository not found", "RepoNotFound", TOKEN, RepoMissing),
        (404, "Not here", "", "", RepoMissing),
        (401, "Invalid credentials in Authorization header", "", TOKEN, UpstreamTokenWrong),
        (401, 'User Access Token "main" is expired', "", TOKEN, UpstreamTokenWrong),
        (401, "Access to model acme/tiny is restricted. Please log in.", "GatedRepo", "", UpstreamGated),
        (403, "You are not in the authorized list.", "GatedRepo", TOKEN, UpstreamGated),
        (403, "Access to this resource is disabled.", "", "", UpstreamDisabled),
        (403, "Forbidden for this token", "", TOKEN, UpstreamGated),
        (451, "Unavailable for legal reasons", "", "", UpstreamDisabled),
        (404, "Invalid rev id: v9", "RevisionNotFound", "", RevisionMissing),
        (400, "Repo id must be sensible", "", "", UpstreamError),
        (418, "", "", "", UpstreamError),
        (304, "", "", "", UpstreamBroken),
    ],
)
def test_refusals_are_told_apart(
    serve: Serve, status: int, message: str, code: str, token: str, expected: type[HubError]
) -> None:
    error = error_of(serve, answering(status, message, code), token)
    assert type(error) is expected
    assert "elsewhere" in error.sentence
    assert error.permanent == (expected is not UpstreamBroken)


def test_without_a_code_a_404_is_about_the_revision_that_was_asked_for(serve: Serve) -> None:
    assert type(error_of(serve, answering(404, "no"), revision="v9")) is RevisionMissing


def test_a_missing_file_carries_the_commit_only_where_the_hub_says_so(serve: Serve) -> None:
    def coded(request: Request) -> Response:
        return Response(404, [("X-Error-Code", "EntryNotFound"), ("X-Repo-Commit", COMMIT)], b"Entry not found")

    for answer, commit in ((coded, COMMIT), (answering(404, "no"), "")):
        error = error_of(serve, answer, path="a.txt")
        assert isinstance(error, FileMissing)
        assert error.commit == commit


def test_web_pages_are_no_answers(serve: Serve) -> None:
    for status in (200, 403, 404):
        error = error_of(serve, answering(status, "<html>please log in</html>", kind="text/html; charset=utf-8"))
        assert type(error) is UpstreamBroken
        assert "web page" in error.sentence
        assert "address" in error.next_step


@pytest.mark.parametrize("body", [b"", b"not json", b'{"id": "acme/tiny"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_no_answer(serve: Serve, body: bytes) -> None:
    error = error_of(serve, lambda request: Response(200, [("Content-Type", "application/json")], body))
    assert type(error) is UpstreamBroken


def test_numbers_that_are_no_json_become_nothing(serve: Serve) -> None:
    body = json.dumps({"id": "acme/tiny", "sha": COMMIT, "score": float("nan")}).encode()
    client = client_of(serve(lambda request: Response(200, [], body)).url)
    assert client.info(MODEL, TINY, "").raw["score"] is None


def test_a_hostile_message_is_cut_and_made_one_line(serve: Serve) -> None:
    body = json.dumps({"error": "a\n\x1b[31m" + "b" * 10_000}).encode()
    error = error_of(serve, lambda request: Response(403, [("Content-Type", "application/json")], body))
    assert len(error.sentence) < 800
    assert error.sentence.isprintable()


def test_no_error_shows_the_token(serve: Serve) -> None:
    for status in (400, 401, 403, 404, 429, 500):
        error = error_of(serve, answering(status, "no"), TOKEN)
        assert TOKEN not in f"{error.words} {error!r} {error.__cause__}"


def test_a_gated_repo_says_what_an_operator_has_to_do(client: HuggingFaceClient, out_there: FakeHub) -> None:
    head = out_there.repo(world.GATED).head
    with pytest.raises(UpstreamGated) as nobody:
        client.open(MODEL, GATED, head.oid, "config.json", head.files["config.json"].size)
    assert "Please log in" in nobody.value.sentence
    assert "accept its terms on huggingface" in nobody.value.next_step
    with pytest.raises(UpstreamGated) as outsider:
        client_of(out_there, world.OUTSIDER).commits(MODEL, GATED, head.oid)
    assert "not in the authorized list" in outsider.value.sentence
    assert "the account whose token is set" in outsider.value.next_step


def test_a_token_that_is_not_known_is_told_where_it_shows(out_there: FakeHub) -> None:
    head = out_there.repo(world.GATED).head
    stranger = HuggingFaceClient("huggingface", out_there.url, token_of("nobody knows"), (), 4)
    with pytest.raises(UpstreamGated) as caught:
        stranger.commits(MODEL, GATED, head.oid)
    assert caught.value.next_step.startswith("the token set for this upstream was not recognised")
    with pytest.raises(UpstreamTokenWrong):
        stranger.check()


def test_a_wrong_token_is_told_at_every_question_where_the_hub_says_so() -> None:
    with FakeHub([world.tiny()], reject_bad_tokens=True) as hub:
        client = HuggingFaceClient("huggingface", hub.url, token_of("nobody"), (), 4)
        with pytest.raises(UpstreamTokenWrong):
            client.info(MODEL, TINY, "")


def test_a_known_token_passes_the_check(member: HuggingFaceClient, client: HuggingFaceClient) -> None:
    member.check()
    client.check()


@pytest.mark.parametrize("token", ["hf_a b", "hf_\r\nX-Evil: 1", "hf_\u00e9"])
def test_a_token_that_cannot_be_sent_is_refused_before(token: str) -> None:
    with pytest.raises(UpstreamTokenWrong) as caught:
        HuggingFaceClient("huggingface", "http://127.0.0.1:9", token, (), 4)
    assert token not in caught.value.words


def test_too_many_questions_are_told_with_the_time_to_wait(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("status", status=429, retry_after=55)
    with pytest.raises(UpstreamRateLimited) as caught:
        client.info(MODEL, TINY, "")
    assert caught.value.retry_after == 55
    assert "token" in caught.value.next_step
    assert len(out_there.requests) == 1


def test_the_budget_of_the_hub_is_read() -> None:
    with FakeHub([world.tiny()], enforce_limits=True, quotas={"api": (1, 1)}) as hub:
        client = client_of(hub)
        client.info(MODEL, TINY, "")
        with pytest.raises(UpstreamRateLimited) as caught:
            client.info(MODEL, TINY, "")
        assert 1 < (caught.value.retry_after or 0) <= 301, "the hub waits a second longer, as upstream tells whole ones"


def test_a_hiccup_is_bridged_and_lasting_trouble_is_told(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("status")
    assert client.info(MODEL, TINY, "").repo_id == TINY
    out_there.faults.add("reset")
    assert client.info(MODEL, TINY, "").repo_id == TINY
    out_there.faults.add("status", status=503, retry_after=20)
    with pytest.raises(UpstreamUnreachable, match="503") as caught:
        client.info(MODEL, TINY, "")
    assert caught.value.retry_after == 20


@pytest.mark.parametrize("status", [500, 502, 504])
def test_trouble_at_the_upstream_is_not_for_ever(client: HuggingFaceClient, out_there: FakeHub, status: int) -> None:
    out_there.faults.add("status", status=status, times=None)
    with pytest.raises(UpstreamUnreachable, match=str(status)) as caught:
        client.info(MODEL, TINY, "")
    assert not caught.value.permanent


def test_an_answer_that_breaks_off_is_asked_again_and_then_told(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("truncate", after=20)
    assert client.info(MODEL, TINY, "").repo_id == TINY
    out_there.faults.add("truncate", after=20, times=None)
    with pytest.raises(UpstreamUnreachable, match="middle"):
        client.info(MODEL, TINY, "")


def test_a_captive_portal_is_not_taken_for_the_hub(client: HuggingFaceClient, out_there: FakeHub) -> None:
    out_there.faults.add("login-page")
    with pytest.raises(UpstreamBroken, match="web page"):
        client.info(MODEL, TINY, "")


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    with pytest.raises(UpstreamUnreachable, match="resolved"):
        client_of("http://nowhere.invalid").info(MODEL, TINY, "")


def test_silence_is_unreachable(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.upstreams.connections.READ_SECONDS", 0.05)
    error = error_of(serve, lambda request: Response(200, wait=5))
    assert type(error) is UpstreamUnreachable


def test_the_hub_comes_back(client: HuggingFaceClient, out_there: FakeHub) -> None:
    client.info(MODEL, TINY, "")
    out_there.unplug()
    with pytest.raises(UpstreamUnreachable):
        client.info(MODEL, TINY, "")
    out_there.replug()
    assert client.info(MODEL, TINY, "").repo_id == TINY


NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "55"}, 55),
        ({"retry-after": "Thu, 01 Jan 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, 0),
        ({"ratelimit": '"api";r=0;t=55'}, 55),
        ({"ratelimit": '"api";r=12;t=55'}, None),
        ({"retry-after": "7", "ratelimit": '"api";r=0;t=55'}, 7),
        ({"retry-after": "999999999"}, 3600),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_waiting_times_are_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert seconds_to_wait(headers, NOW) == seconds
