"""What a client sees of a repo that is not held, with a hub out there and nobody fetching unless the test does."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hub.errors import CorruptBytes
from hub.mirroring.models import Request, Transfer
from hub.mirroring.steps import look, plan
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.catalog.published import publish
from tests.dialects.conftest import NEWEST, OLDEST, Ask, body_of
from tests.fakes import FakeHub, world

pytestmark = pytest.mark.django_db

INFO, FILE = "/api/models/acme/tiny/revision/main", "/acme/tiny/resolve/main/config.json"
CURL = "curl/8.5"


@pytest.fixture(autouse=True)
def short_waits(settings: Any, upstream: Upstream) -> None:
    settings.PULL_WAIT = 0.05


def looked_up() -> Request:
    request = Request.objects.get()
    look(request.pk)
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("client", [NEWEST, OLDEST])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", [INFO, FILE])
def test_a_client_that_follows_is_sent_round_with_the_progress(ask: Ask, client: str, method: str, target: str) -> None:
    answer = ask(f"{target}?x=1", method, User_Agent=client)
    assert (answer.status_code, answer["Location"]) == (307, f"{target}?x=1&entrepot_wait=1")
    topic, _, text = answer["X-HF-Warning"].partition("; ")
    assert topic == "entrepot-1"
    assert text.endswith(f"http://testserver/-/requests/{Request.objects.get().pk}")
    assert ask(answer["Location"], method, User_Agent=client)["Location"] == f"{target}?x=1&entrepot_wait=2"


@pytest.mark.parametrize(
    ("client", "target", "method", "status", "code"),
    [
        (CURL, INFO, "GET", 503, None),
        (CURL, FILE, "HEAD", 503, None),
        (CURL, FILE, "GET", 429, None),
        (NEWEST, f"{INFO}?entrepot_wait=17", "GET", 503, None),
        (NEWEST, f"{FILE}?entrepot_wait=17", "HEAD", 503, None),
        (NEWEST, f"{FILE}?entrepot_wait=17", "GET", 429, None),
        (OLDEST, f"{FILE}?entrepot_wait=17", "GET", 403, "GatedRepo"),
    ],
)
def test_who_cannot_be_sent_round_again_is_told_when_to_come_back(
    ask: Ask, client: str, target: str, method: str, status: int, code: str | None
) -> None:
    answer = ask(target, method, User_Agent=client)
    assert (answer.status_code, answer.headers.get("X-Error-Code")) == (status, code)
    assert answer["X-HF-Warning"].startswith("entrepot-waiting; ")
    assert "X-Repo-Commit" not in answer
    assert (status == 403) or int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("client", [NEWEST, OLDEST, CURL])
@pytest.mark.parametrize(
    ("target", "method"),
    [(INFO, "GET"), (FILE, "HEAD"), (FILE, "GET"), ("/api/models/acme/tiny/tree/main", "GET"), (INFO, "HEAD")],
)
def test_a_repo_that_needs_approval_says_so_and_where_to_follow_it(
    ask: Ask, client: str, target: str, method: str
) -> None:
    ask(FILE, "HEAD", User_Agent=CURL)
    for request in Request.objects.all():
        look(request.pk)
    ask(INFO, "HEAD", User_Agent=CURL)
    for request in Request.objects.all():
        look(request.pk)
    answer = ask(target, method, User_Agent=client)
    assert (answer.status_code, answer["X-Error-Code"]) == (403, "GatedRepo")
    assert answer["X-HF-Warning"] == f"entrepot-approval; {answer['X-Error-Message']}"
    assert "/-/requests/" in answer["X-Error-Message"].rsplit(" ", 1)[-1]
    if method != "HEAD":
        assert answer.json() == {"error": answer["X-Error-Message"], "request_id": answer["X-Request-Id"]}


def test_what_nobody_has_is_missing(ask: Ask, out_there: FakeHub) -> None:
    ask("/acme/nothing/resolve/main/x", "HEAD", User_Agent=CURL)
    looked_up()
    answer = ask("/acme/nothing/resolve/main/x", "HEAD", User_Agent=NEWEST)
    assert (answer.status_code, answer["X-Error-Code"]) == (404, "RepoNotFound")


def test_nothing_of_a_half_fetched_revision_is_shown(ask: Ask, out_there: FakeHub) -> None:
    Rule.objects.create(name="all", action=Action.ALLOW)
    ask(INFO, User_Agent=CURL)
    request = looked_up()
    plan(request.pk)
    assert Transfer.objects.exists()
    for target in (INFO, FILE, "/api/models/acme/tiny/tree/main", "/acme/tiny/resolve/main/nothing.json"):
        answer = ask(target, User_Agent=CURL)
        assert answer.status_code in (429, 503), target
        assert "X-Repo-Commit" not in answer


def test_an_absence_in_a_held_tree_costs_upstream_nothing(ask: Ask, out_there: FakeHub) -> None:
    publish(world.tiny())
    for method in ("GET", "HEAD"):
        assert ask("/acme/tiny/resolve/main/nothing.json", method, User_Agent=NEWEST).status_code == 404
    assert not Request.objects.exists()
    assert not list(out_there.requests)


def test_a_file_that_was_left_out_is_asked_for_and_not_told_missing(ask: Ask) -> None:
    publish(world.tiny(), left_out=["model.safetensors"])
    told = ask("/api/models/acme/tiny").json()
    assert {"rfilename": "model.safetensors"} in told["siblings"]
    answer = ask("/acme/tiny/resolve/main/model.safetensors", "HEAD", User_Agent=NEWEST)
    assert answer.status_code == 307
    assert Request.objects.get().repo_id == "acme/tiny"


def test_once_published_the_same_address_gives_the_file(ask: Ask) -> None:
    assert ask(FILE, User_Agent=NEWEST).status_code == 307
    publish(world.tiny())
    assert body_of(ask(f"{FILE}?entrepot_wait=1", User_Agent=NEWEST)).startswith(b"{")


def test_when_every_seat_is_taken_nobody_waits(ask: Ask, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hub.dialects.waiting import seat

    settings.WEB_THREADS = 3
    settings.PULL_WAIT = 600
    with seat(1.0):
        answer = ask(INFO, User_Agent=NEWEST)
    assert answer.status_code == 503
    assert Request.objects.count() == 1


def test_a_refs_call_brings_a_repo_in_too(ask: Ask) -> None:
    assert ask("/api/models/acme/tiny/refs", User_Agent="llama-cpp/1").status_code == 503
    assert Request.objects.get().ref == ""


@pytest.mark.parametrize("client", [NEWEST, OLDEST])
def test_bytes_that_stay_wrong_are_told_once_and_not_retried(ask: Ask, client: str) -> None:
    ask(INFO, User_Agent=client)
    Request.objects.update(
        state=Request.State.FAILED,
        error_code=CorruptBytes.code,
        error="model.safetensors: its sha256 is another.",
        not_before=timezone.now() + timedelta(minutes=1),
    )
    answer = ask(INFO, User_Agent=client)
    assert (answer.status_code, answer["X-Error-Code"]) == (403, "GatedRepo")
    assert "keeps arriving with wrong bytes" in answer["X-Error-Message"]
