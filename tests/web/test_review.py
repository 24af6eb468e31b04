"""The review queue: who sees it, what it shows, and how decisions go."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.accounts.models import Event
from hub.mirroring.models import Asker, Request
from tests import people

pytestmark = pytest.mark.django_db

PAGE = "/-/review"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def paula(client: Client) -> Client:
    client.force_login(people.person("paula"))
    return client


def form(browser: Client, verb: str, rows: list[Request], reason: str = "") -> dict[str, Any]:
    """What a person sends who has chosen these rows on the page."""
    page = browser.get(PAGE).content.decode()
    seen = dict(re.findall(r'name="(seen-\d+)" value="(\w*)"', page))
    return {**seen, "verb": verb, "reason": reason, "pick": [row.pk for row in rows]}


def states() -> list[str]:
    return list(Request.objects.order_by("pk").values_list("state", flat=True))


# Who


@pytest.mark.parametrize("name", ["nina", "stan", "vera", "oscar"])
def test_people_who_may_not_decide_are_told_who_may(name: str, client: Client) -> None:
    people.request("acme/hidden-name")
    client.force_login(people.person(name))
    for answer in (client.get(PAGE), client.post(PAGE, {"verb": "approve", "pick": "1"})):
        assert answer.status_code == 403
        assert b"An admin of this hub can give you the role" in answer.content
        assert b"hidden-name" not in answer.content
    assert states() == ["waiting"]
    assert b'href="/-/review"' not in client.get("/-/requests/").content


@pytest.mark.parametrize("anonymous", [True, False])
def test_strangers_are_asked_who_they_are(anonymous: bool, client: Client, settings: Any) -> None:
    settings.ANONYMOUS_PULL = anonymous
    row = people.request()
    assert client.get(PAGE)["Location"] == "/-/login?next=/-/review"
    sent = {"verb": "approve", "pick": row.pk, f"seen-{row.pk}": row.commit}
    assert client.post(PAGE, sent)["Location"].startswith("/-/login")
    assert states() == ["waiting"]


def test_a_post_from_another_site_is_refused() -> None:
    row, browser = people.request(), Client(enforce_csrf_checks=True)
    browser.force_login(people.person("paula"))
    assert browser.post(PAGE, {"verb": "approve", "pick": row.pk, f"seen-{row.pk}": row.commit}).status_code == 403
    assert states() == ["waiting"]


def test_the_list_of_requests_leads_there(paula: Client) -> None:
    assert b'href="/-/review"' in paula.get("/-/requests/").content


# What


def test_it_shows_what_waits_and_the_facts_to_decide_by(paula: Client) -> None:
    row = people.request()
    people.request("acme/approved", state="approved")
    Asker.objects.create(request=row, label="ci", times=41)
    page = paula.get(PAGE).content.decode()
    assert "acme/approved" not in page
    facts = ["meteor/llama-like-8b", "llama3", "16 GB", "12 files", ".safetensors", "gated", "pickles 1", "code 1"]
    for fact in [*facts, "nina", "ci", "41×", "no rule lets it in by itself", "Anything else", "c" * 12]:
        assert fact in page


def test_the_oldest_comes_first_and_the_search_narrows(paula: Client) -> None:
    people.request("acme/first")
    people.request("acme/second")
    page = paula.get(PAGE).content.decode()
    assert page.index("acme/first") < page.index("acme/second")
    page = paula.get(f"{PAGE}?q=SECOND").content.decode()
    assert "acme/first" not in page
    assert b"Nothing that waits has this in its id" in paula.get(f"{PAGE}?q=third").content


def test_an_empty_queue_says_so(paula: Client) -> None:
    assert b"Nothing waits for a decision." in paula.get(PAGE).content


def test_whatever_was_written_elsewhere_is_text(paula: Client) -> None:
    facts = {"licence": EVIL, "has_code": [f'"{EVIL}'], "has_pickles": [EVIL], "formats": {EVIL: [1, 1]}, "gated": EVIL}
    row = people.request(facts=facts, verdict_reason=EVIL, verdict_rule=EVIL, ref=EVIL)
    Asker.objects.create(request=row, label=EVIL)
    page = paula.get(f"{PAGE}?q=").content.decode()
    assert "&lt;script&gt;" in page
    assert EVIL not in page
    assert EVIL not in paula.get(f"{PAGE}?q={EVIL}").content.decode()


def test_a_full_queue_costs_no_query_for_each_row(paula: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as told:
            assert paula.get(PAGE).status_code == 200
        return len(told)

    people.request("acme/one")
    few = queries()
    for number in range(10):
        people.request(f"acme/more-{number}")
    assert queries() == few


# How


def test_several_are_approved_with_one_reason_and_each_outcome_is_told(paula: Client) -> None:
    one, two, other = (people.request(f"acme/{name}") for name in ("one", "two", "other"))
    answer = paula.post(PAGE, form(paula, "approve", [one, two], "all three are small"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert states() == ["approved", "approved", "waiting"]
    outcomes = page.split("What was decided")[1].split("</section>")[0]
    assert outcomes.count("Approved.") == 2
    assert "acme/one" in outcomes
    assert "acme/two" in outcomes
    assert "acme/other" not in outcomes
    assert {event.detail["reason"] for event in Event.objects.filter(verb="request.approved")} == {
        "all three are small"
    }
    assert Request.objects.get(pk=one.pk).decided_by_id == Event.objects.filter(verb="request.approved")[0].actor_id
    assert other.pk


def test_of_many_only_those_that_moved_are_shown_again(paula: Client) -> None:
    still, moving = people.request("acme/still"), people.request("acme/moving")
    sent = form(paula, "approve", [still, moving], "fine")
    Request.objects.filter(pk=moving.pk).update(commit="d" * 40)
    answer = paula.post(PAGE, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert states() == ["approved", "waiting"]
    assert f"is at commit {'d' * 12} by now" in page
    assert "has moved: look again" in page
    assert f'name="seen-{moving.pk}" value="{"d" * 40}"' in page
    assert 'value="fine"' in page
    assert paula.post(PAGE, form(paula, "approve", [moving], "fine")).status_code == 200
    assert states() == ["approved", "approved"]


def test_what_somebody_else_decided_meanwhile_is_told(paula: Client) -> None:
    row = people.request()
    sent = form(paula, "approve", [row])
    Request.objects.filter(pk=row.pk).update(state="refused", decision_reason="too large")
    Request.objects.filter(pk=row.pk).update(state="published")
    answer = paula.post(PAGE, sent)
    assert answer.status_code == 200
    assert b"not decided" in answer.content
    assert b"somebody may have been quicker" in answer.content.lower()
    assert states() == ["published"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"reason": "  ", "verb": "refuse"}, "needs a reason"),
        ({"pick": []}, "Choose at least one"),
        ({"pick": ["x", "²", "-1", "9" * 30]}, "Choose at least one"),
        ({"verb": "delete"}, "approve or to refuse"),
        ({"verb": ""}, "approve or to refuse"),
    ],
)
def test_a_form_that_makes_no_sense_decides_nothing(change: dict[str, Any], word: str, paula: Client) -> None:
    row = people.request()
    answer = paula.post(PAGE, {**form(paula, "approve", [row], "because"), **change})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert states() == ["waiting"]


def test_without_the_commit_that_was_seen_nothing_is_decided(paula: Client) -> None:
    row = people.request()
    assert paula.post(PAGE, {"verb": "refuse", "reason": "no", "pick": row.pk}).status_code == 409
    assert states() == ["waiting"]


def test_a_refusal_tells_people_why(paula: Client) -> None:
    row = people.request()
    paula.post(PAGE, form(paula, "refuse", [row], "too large for us"))
    assert states() == ["refused"]
    assert b"too large for us" in Client().get(f"/-/requests/{row.pk}").content
