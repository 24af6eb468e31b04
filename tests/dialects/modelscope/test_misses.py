"""What a client sees of a repo that is not held, with a ModelScope out there and nobody fetching but the test."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from hub.errors import CorruptBytes
from hub.mirroring.models import Request
from hub.mirroring.steps import look, plan
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.catalog.published import publish
from tests.dialects.conftest import Ask, body_of
from tests.dialects.modelscope.conftest import CURL, FILE, FILES, MODEL, NEW, OLD
from tests.fakes import world
from tests.fakes.modelscope import FakeModelScope

pytestmark = pytest.mark.django_db

TARGETS = [FILES, FILE, f"{MODEL}/revisions"]


@pytest.fixture(autouse=True)
def scope(db: None, settings: Any) -> Iterator[FakeModelScope]:
    settings.PULL_WAIT = 0.05
    with FakeModelScope([world.tiny()]) as hub:
        Upstream.objects.create(slug="modelscope", kind="modelscope", url=hub.url)
        yield hub


def looked_up() -> Request:
    request = Request.objects.get()
    look(request.pk)
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("client", [NEW, CURL])
def test_a_new_client_is_told_to_come_back_with_the_progress(ask: Ask, client: str, target: str) -> None:
    answer = ask(target, User_Agent=client)
    told = answer.json()
    assert (answer.status_code, told["Code"], told["Success"]) == (503, 503, False)
    assert int(answer["Retry-After"]) >= 8
    assert told["Message"].endswith(f"http://testserver/-/requests/{Request.objects.get().pk}")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("client", [OLD, "python-requests/2.34.2"])
def test_an_old_client_is_sent_to_the_same_address_again(ask: Ask, client: str, target: str) -> None:
    answer = ask(target, User_Agent=client)
    first = f"{target}{'&' if '?' in target else '?'}entrepot_wait=1"
    assert (answer.status_code, answer["Location"]) == (307, first)
    assert ask(first, User_Agent=client)["Location"].endswith("entrepot_wait=2")


@pytest.mark.parametrize("target", TARGETS)
def test_an_old_client_that_was_sent_round_often_reads_why_in_the_status_line(ask: Ask, target: str) -> None:
    answer = ask(f"{target}{'&' if '?' in target else '?'}entrepot_wait=14", User_Agent=OLD)
    assert answer.status_code == 429
    assert answer.reason_phrase == answer.json()["Message"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("client", "status"), [(NEW, 403), (CURL, 403), (OLD, 423)])
def test_a_repo_that_needs_approval_says_so_and_where_to_follow_it(
    ask: Ask, client: str, status: int, target: str
) -> None:
    ask(target, User_Agent=CURL)
    looked_up()
    answer = ask(target, User_Agent=client)
    assert answer.status_code == status
    assert "approv" in answer.json()["Message"]
    assert "/-/requests/" in answer.json()["Message"].rsplit(" ", 1)[-1]
    assert (answer.reason_phrase == answer.json()["Message"]) is (client == OLD)


def test_a_client_of_134_is_not_stopped_by_its_first_question(ask: Ask) -> None:
    ask(MODEL, User_Agent=CURL)
    looked_up()
    assert ask(MODEL, User_Agent=OLD).json()["Data"]["IsAccessible"] == 0
    assert ask(MODEL, User_Agent=NEW).status_code == 403


def test_what_nobody_has_is_missing_for_every_client(ask: Ask) -> None:
    target = "/api/v1/models/acme/nothing/repo/files"
    ask(target, User_Agent=CURL)
    looked_up()
    for client in (NEW, OLD, CURL):
        answer = ask(target, User_Agent=client)
        assert (answer.status_code, answer.json()["Code"]) == (404, 10010205001)
        assert ask("/api/v1/models/acme/nothing", User_Agent=client).status_code == 404


def test_a_miss_asks_modelscope_and_nobody_else(ask: Ask, upstream: Upstream) -> None:
    ask(FILES, User_Agent=NEW)
    assert [request.upstream.slug for request in Request.objects.all()] == ["modelscope"]


def test_master_main_and_no_revision_are_one_wish(ask: Ask) -> None:
    for revision in ("?Revision=master", "?Revision=main", ""):
        ask(f"{MODEL}/repo/files{revision}", User_Agent=NEW)
    assert Request.objects.get().ref == ""


def test_nothing_of_a_half_fetched_revision_is_shown(ask: Ask) -> None:
    Rule.objects.create(name="all", action=Action.ALLOW)
    ask(FILES, User_Agent=CURL)
    plan(looked_up().pk)
    for target in (*TARGETS, f"{MODEL}/repo?FilePath=nothing"):
        answer = ask(target, User_Agent=NEW)
        assert answer.status_code == 503
        assert "X-Repo-Commit" not in answer


def test_once_published_the_same_address_gives_the_file(ask: Ask) -> None:
    assert ask(FILE, User_Agent=OLD).status_code == 307
    publish(world.tiny(), family="modelscope")
    assert body_of(ask(f"{FILE}&entrepot_wait=1", User_Agent=OLD)).startswith(b"{")


def test_an_absence_in_a_held_tree_costs_upstream_nothing(ask: Ask, scope: FakeModelScope) -> None:
    publish(world.tiny(), family="modelscope")
    assert ask(f"{MODEL}/repo?Revision=master&FilePath=nothing", User_Agent=NEW).status_code == 404
    assert not Request.objects.exists()
    assert not list(scope.requests)


@pytest.mark.parametrize("family", ["modelscope", "huggingface"])
def test_a_file_that_was_left_out_is_asked_for_where_the_tree_came_from(
    ask: Ask, upstream: Upstream, family: str
) -> None:
    publish(world.tiny(), left_out=["model.safetensors"], family=family)
    answer = ask(f"{MODEL}/repo?Revision=master&FilePath=model.safetensors", User_Agent=NEW)
    assert answer.status_code == 503
    request = Request.objects.get()
    assert (request.upstream.kind, request.ref) == (family, "")


def test_a_revision_of_a_repo_that_only_the_other_hub_has_is_asked_for_there(ask: Ask, upstream: Upstream) -> None:
    publish(world.classic())
    target = "/api/v1/models/classic-community/gpt-old/repo/files?Revision=v9"
    ask(target, User_Agent=NEW)
    look(Request.objects.get().pk)
    ask(target, User_Agent=NEW)
    assert [request.upstream.kind for request in Request.objects.order_by("pk")] == ["modelscope", "huggingface"]
    look(Request.objects.get(upstream=upstream).pk)
    answer = ask(target, User_Agent=NEW)
    assert (answer.status_code, answer.json()["Code"]) == (404, 10990101004)


def test_bytes_that_stay_wrong_are_told_once_and_not_retried(ask: Ask) -> None:
    ask(FILES, User_Agent=NEW)
    Request.objects.update(
        state=Request.State.FAILED,
        error_code=CorruptBytes.code,
        error="model.safetensors: its sha256 is another.",
        not_before=timezone.now() + timedelta(minutes=1),
    )
    answer = ask(FILES, User_Agent=NEW)
    assert answer.status_code == 403
    assert "keeps arriving with wrong bytes" in answer.json()["Message"]


def test_lost_bytes_are_no_missing_file(ask: Ask) -> None:
    from hub.blobs.stores import store

    tiny = world.tiny()
    publish(tiny, family="modelscope")
    store().delete(tiny.head.files["model.safetensors"].source.sha256)
    answer = ask(f"{MODEL}/repo?Revision=master&FilePath=model.safetensors", User_Agent=NEW)
    assert answer.status_code == 503


def test_a_listing_is_answered_before_the_client_gives_up(settings: Any, rf: Any) -> None:
    from hub.dialects.modelscope.asked import Asked
    from hub.dialects.modelscope.misses import _hold

    settings.PULL_WAIT = 600

    def hold(target: str, client: str) -> float:
        return _hold(Asked(rf.get(target, headers={"User-Agent": client})))

    assert hold(FILES, NEW) < 15
    assert hold(FILE, NEW) < 60
    assert hold(FILES, OLD) < 60
    assert hold(FILES, CURL) == 600
