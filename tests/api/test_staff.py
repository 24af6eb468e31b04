"""What only some may see: rules, events, upstreams, and one's own tokens."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.callers import SYSTEM
from hub.accounts.events import record
from hub.accounts.models import AccessToken
from hub.accounts.tokens import issue
from hub.index.models import Entry
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests import people
from tests.api.conftest import ROOT, Write, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules() -> None:
    Rule.objects.create(name="small", position=1, action=Action.ALLOW, licences=["mit"], max_bytes=10, reason="small")
    Rule.objects.create(name="rest", position=2, action=Action.ASK, reason="a person decides")


@pytest.mark.usefixtures("rules")
def test_staff_who_may_see_rules_see_them_in_their_order(client: Client) -> None:
    client.force_login(people.person("vera"))
    rows = client.get(f"{ROOT}/rules/?limit=1").json()
    assert [row["name"] for row in rows["results"]] == ["small"]
    assert [row["name"] for row in client.get(rows["next"]).json()["results"]] == ["rest"]


@pytest.mark.parametrize("path", ["rules/", "rules/1/", "events/", "events/1/"])
def test_others_see_neither_rules_nor_events(client: Client, path: str) -> None:
    refused(client.get(f"{ROOT}/{path}"), 401, "TokenNeeded")
    for outsider in ("nina", "stan"):
        client.force_login(people.person(outsider))
        refused(client.get(f"{ROOT}/{path}"), 403, "NotPermitted")


@pytest.mark.usefixtures("rules")
def test_why_is_explained_to_everybody_and_rule_by_rule_to_staff(client: Client) -> None:
    people.upstream()
    query = "repo_id=acme/tiny&licence=llama3&bytes=11"
    told = client.get(f"{ROOT}/rules/explain/?{query}").json()
    assert (told["verdict"], told["reason"], told["rule"], told["rules"]) == ("ask", "a person decides", "rest", [])
    client.force_login(people.person("vera"))
    small, rest = client.get(f"{ROOT}/rules/explain/?{query}").json()["rules"]
    assert {one["name"]: one["holds"] for one in small["conditions"]} == {"licences": False, "max_bytes": False}
    assert (small["decides"], rest["decides"]) == (False, True)


@pytest.mark.usefixtures("rules")
def test_what_is_not_said_is_taken_from_the_index(client: Client) -> None:
    Entry.objects.create(
        upstream=people.upstream(), kind="model", namespace="acme", name="tiny", key="acme/tiny", licence="mit", bytes=5
    )
    told = client.get(f"{ROOT}/rules/explain/?repo_id=huggingface:Acme/Tiny").json()
    assert (told["verdict"], told["facts"]["licence"]) == ("allow", "mit")
    assert told["sources"] == {"licence": "index", "bytes": "index", "gated": "index", "suffixes": "assumed"}
    told = client.get(f"{ROOT}/rules/explain/?repo_id=acme/tiny&bytes=11").json()
    assert (told["verdict"], told["sources"]["bytes"]) == ("ask", "asked")


def test_events_are_chosen_by_verb_actor_and_time(client: Client) -> None:
    record(SYSTEM, "request.opened", "model a")
    record(SYSTEM, "request.approved", "model b", commit="c")
    client.force_login(people.person("vera"))
    for query, found in (
        ("verb=request.approved", ["model b"]),
        ("subject=MODEL", ["model b", "model a"]),
        ("actor=nobody", []),
        (f"since={(timezone.now() + timedelta(days=1)).strftime('%Y-%m-%dT%H:%M:%SZ')}", []),
    ):
        rows = client.get(f"{ROOT}/events/?{query}").json()["results"]
        assert [row["subject"] for row in rows] == found
    refused(client.get(f"{ROOT}/events/?since=yesterday"), 400, "BadInput")


def test_upstreams_are_shown_without_their_tokens_and_limits_to_staff_only(client: Client) -> None:
    row = people.upstream()
    row.token = "hf_secret_of_the_upstream"
    row.save()
    Upstream.objects.create(slug="off", url="http://127.0.0.1:9", enabled=False)
    (told,) = client.get(f"{ROOT}/upstreams/").json()["results"]
    assert (told["slug"], told["standing"], told["paused"]) == ("huggingface", None, False)
    refused(client.get(f"{ROOT}/upstreams/off/"), 404, "Missing")
    client.force_login(people.person("vera"))
    answer = client.get(f"{ROOT}/upstreams/")
    assert [one["slug"] for one in answer.json()["results"]] == ["huggingface", "off"]
    assert answer.json()["results"][0]["standing"]["has_token"] is True
    assert "hf_secret" not in answer.content.decode()
    assert row.sealed_token not in answer.content.decode()


def test_staff_ask_whether_an_upstream_answers(client: Client, post: Write, upstream: Upstream) -> None:
    refused(post("upstreams/huggingface/check/"), 401, "TokenNeeded")
    client.force_login(people.person("vera"))
    assert post("upstreams/huggingface/check/").json()["healthy"] is True
    Upstream.objects.update(url="http://127.0.0.1:9")
    told = post("upstreams/huggingface/check/").json()
    assert (told["healthy"], told["code"]) == (False, "UpstreamUnreachable")
    refused(post("upstreams/none/check/"), 404, "Missing")


def test_a_person_makes_lists_and_revokes_their_own_tokens(client: Client, post: Write) -> None:
    client.force_login(people.person("nina"))
    made = post("tokens/", {"name": "laptop", "days": 30})
    told = made.json()
    assert (made.status_code, told["token"][:7]) == (201, told["prefix"])
    assert client.get(f"{ROOT}/me/", headers={"Authorization": f"Bearer {told['token']}"}).json()["username"] == "nina"
    (row,) = client.get(f"{ROOT}/tokens/").json()["results"]
    assert (row["name"], "token" in row) == ("laptop", False)
    assert post(f"tokens/{row['id']}/", method="delete").status_code == 204
    assert AccessToken.objects.get().revoked_at


def test_nobody_sees_or_revokes_the_tokens_of_others(client: Client, post: Write) -> None:
    issue(people.person("paula"), "hers")
    pk = AccessToken.objects.get().pk
    refused(client.get(f"{ROOT}/tokens/"), 401, "TokenNeeded")
    refused(post("tokens/", {"name": "x"}), 401, "TokenNeeded")
    client.force_login(people.person("adam"))
    assert client.get(f"{ROOT}/tokens/").json()["results"] == []
    refused(client.get(f"{ROOT}/tokens/{pk}/"), 404, "Missing")
    refused(post(f"tokens/{pk}/", method="delete"), 404, "Missing")
    assert AccessToken.objects.get().revoked_at is None


def test_a_token_makes_none_that_outlives_it(client: Client, post: Write) -> None:
    ends = timezone.now() + timedelta(days=1)
    text = issue(people.person("nina"), "short", ends)
    told = post("tokens/", {"name": "long", "days": 365}, Authorization=f"Bearer {text}").json()
    assert AccessToken.objects.get(pk=told["id"]).expires_at == ends


def test_a_person_has_so_many_tokens_and_no_more(client: Client, post: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.tokens.MOST", 1)
    client.force_login(people.person("nina"))
    post("tokens/", {"name": "one"})
    refused(post("tokens/", {"name": "two"}), 400, "BadInput")


def test_everybody_learns_who_they_are(client: Client, bearer: Any) -> None:
    assert client.get(f"{ROOT}/me/").json()["username"] is None
    told = client.get(f"{ROOT}/me/", headers=bearer("paula")).json()
    assert (told["username"], told["roles"], told["token"]["name"]) == ("paula", ["approver"], "laptop")
    assert told["may"] == {
        "decide": True,
        "operate": False,
        "see_rules": True,
        "see_events": True,
        "see_upstreams": True,
    }


def test_the_hub_in_numbers(client: Client) -> None:
    people.request()
    told = client.get(f"{ROOT}/stats/").json()
    assert told["requests"]["waiting"] == 1
    assert (told["stored_bytes"], told["saved_bytes"], len(told["days"])) == (0, 0, 30)
