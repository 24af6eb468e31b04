"""Asking for repos through the API: tried first, asked for, joined."""

import pytest
from django.test import Client

from hub.accounts.models import Event
from hub.mirroring.models import Asker, Request
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests import people
from tests.api.conftest import ROOT, Write, refused
from tests.fakes import FakeHub, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def permissive() -> Rule:
    return Rule.objects.create(
        name="permissive", action=Action.ALLOW, licences=["mit"], gated=False, max_bytes=20 * 10**9, reason="it is free"
    )


def test_a_dry_run_tells_what_it_would_cost_and_writes_nothing(
    upstream: Upstream, permissive: Rule, post: Write, out_there: FakeHub
) -> None:
    answer = post("requests/dry-run/", {"repo_id": world.TINY})
    told = answer.json()
    assert (answer.status_code, told["outcome"], told["verdict"], told["reason"]) == (
        200,
        "fetched",
        "allow",
        "it is free",
    )
    assert (told["licence"], told["commit"]) == ("mit", out_there.repo(world.TINY).head.oid)
    assert told["shares"]["held"] == 0
    assert told["shares"]["to_fetch"] > 0
    assert not Request.objects.exists()
    assert not Event.objects.exists()


def test_a_dry_run_shows_the_rules_to_those_who_may_see_them(
    upstream: Upstream, permissive: Rule, post: Write, client: Client
) -> None:
    assert post("requests/dry-run/", {"repo_id": world.TINY}).json()["rules"] == []
    client.force_login(people.person("vera"))
    (rule,) = post("requests/dry-run/", {"repo_id": world.TINY}).json()["rules"]
    assert (rule["rule"], rule["decides"]) == ("permissive", True)


def test_a_dry_run_of_what_does_not_exist_says_so(upstream: Upstream, post: Write) -> None:
    told = post("requests/dry-run/", {"repo_id": "acme/nothing-here"}).json()
    assert (told["outcome"], told["error"]["code"], told["verdict"]) == ("unknown", "RepoMissing", None)
    assert told["error"]["next_step"]


def test_asking_makes_a_request_and_asking_again_joins_it(upstream: Upstream, post: Write, client: Client) -> None:
    client.force_login(people.person("nina"))
    first = post("requests/", {"repo_id": "acme/tiny", "exclude": ["*.bin"]})
    told = first.json()
    assert (first.status_code, first["Location"]) == (201, f"{ROOT}/requests/{told['id']}/")
    assert (told["state"], told["exclude"], told["upstream"]) == ("new", ["*.bin"], "huggingface")
    client.force_login(people.person("vera"))
    again = post("requests/", {"repo_id": "huggingface:acme/tiny", "exclude": ["*.bin"]})
    assert (again.status_code, again.json()["id"]) == (200, told["id"])
    assert set(Asker.objects.values_list("label", flat=True)) == {"nina", "vera"}


def test_a_person_finds_what_they_asked_for(upstream: Upstream, post: Write, client: Client) -> None:
    people.request("acme/other")
    client.force_login(people.person("nina"))
    post("requests/", {"repo_id": "acme/mine"})
    for query, found in (("?mine=true", ["acme/mine"]), ("?mine=false", ["acme/other"])):
        rows = client.get(f"{ROOT}/requests/{query}").json()["results"]
        assert [row["repo_id"] for row in rows] == found


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, "BadInput", ["repo_id"]),
        ({"repo_id": "../etc"}, "BadName", []),
        ({"repo_id": "acme/x", "kind": "vegetable"}, "BadInput", ["kind"]),
        ({"repo_id": "acme/x", "ref": "a..b"}, "BadName", []),
        ({"repo_id": "acme/x", "upstream": "nowhere"}, "BadInput", []),
        ({"repo_id": "acme/x", "include": "*.bin"}, "BadInput", ["include"]),
        ({"repo_id": ["acme"], "include": [{}]}, "BadInput", ["repo_id", "include.0"]),
        ({"repo_id": "a\0b"}, "BadInput", ["repo_id"]),
    ],
)
@pytest.mark.parametrize("path", ["requests/", "requests/dry-run/"])
def test_a_wish_that_makes_no_sense_is_refused_in_words(
    upstream: Upstream, post: Write, path: str, body: object, code: str, fields: list[str]
) -> None:
    told = refused(post(path, body), 400, code)
    assert [one["field"] for one in told.get("errors", [])] == fields
    assert not Request.objects.exists()


@pytest.mark.parametrize("body", ["[1]", '"text"', "{", "null"])
def test_a_body_that_is_no_object_is_refused(upstream: Upstream, client: Client, body: str) -> None:
    refused(client.post(f"{ROOT}/requests/", body, content_type="application/json"), 400, "BadInput")


def test_a_body_that_is_no_json_is_refused(upstream: Upstream, client: Client) -> None:
    refused(client.post(f"{ROOT}/requests/", {"repo_id": "acme/x"}), 415, "UnsupportedMediaType")
    refused(client.get(f"{ROOT}/requests/", headers={"Accept": "text/html"}), 406, "NotAcceptable")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("path", ["requests/", "requests/dry-run/"])
def test_a_stranger_asks_for_nothing_where_pulls_need_an_account(upstream: Upstream, post: Write, path: str) -> None:
    refused(post(path, {"repo_id": "acme/x"}), 401, "TokenNeeded")
    assert not Request.objects.exists()


def test_a_login_of_the_pages_needs_the_csrf_token_to_write(upstream: Upstream) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.person("nina"))
    answer = browser.post(f"{ROOT}/requests/", {"repo_id": "acme/x"}, content_type="application/json")
    assert "X-CSRFToken" in refused(answer, 403, "NotPermitted")["next_step"]
    assert not Request.objects.exists()
    browser.get("/-/login")
    token = browser.cookies["entrepot_csrf"].value
    answer = browser.post(
        f"{ROOT}/requests/", {"repo_id": "acme/x"}, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201


def test_a_token_needs_none(upstream: Upstream, bearer: object) -> None:
    program = Client(enforce_csrf_checks=True)
    headers = bearer("nina")  # type: ignore[operator]
    answer = program.post(f"{ROOT}/requests/", {"repo_id": "acme/x"}, content_type="application/json", headers=headers)
    assert answer.status_code == 201
    assert Asker.objects.get().label == "nina"


def test_who_writes_too_much_is_told_to_wait(upstream: Upstream, post: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.throttle.Writes.most", 2)
    codes = [post("requests/", {"repo_id": f"acme/{number}"}).status_code for number in range(3)]
    assert codes == [201, 201, 429]
    answer = post("requests/", {"repo_id": "acme/4"})
    refused(answer, 429, "TooManyWrites")
    assert 0 < int(answer["Retry-After"]) <= 60
