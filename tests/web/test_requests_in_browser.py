"""Requests, their review and tokens in a real browser: by hand, by keyboard, on a phone, in the dark."""

from typing import Any

import pytest
from playwright.sync_api import expect

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.mirroring.comments import comment
from hub.mirroring.models import Asker, Request
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests import people
from tests.fakes import world
from tests.web.browser import meanwhile, visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

LONG = "an-organisation-with-a-long-name/" + "a-model-with-a-very-long-name" * 2


def test_a_person_checks_what_a_repo_costs_and_asks_for_it(live_server: Any, upstream: Upstream) -> None:
    Rule.objects.create(name="small and free", action=Action.ALLOW, licences=["mit"], max_bytes=10**9)
    nina = people.person("nina")
    with visiting(live_server.url, user=nina) as visit:
        page = visit.page
        visit.open("/-/requests/new?repo_id=acme/tiny")
        expect(page.get_by_text("It would be fetched at once")).to_be_visible()
        visit.looks_right("request-new-checked")
        page.get_by_label("GGUF only").check()
        expect(page.get_by_text("in 3 files")).to_be_visible()
        page.get_by_label("Repo", exact=True).fill("acme/tniy")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Upstream has no such repo.")).to_be_visible()
        visit.looks_right("request-new-missing", dark=False)
        page.get_by_label("Repo", exact=True).fill(world.GATED)
        page.keyboard.press("Tab")
        expect(page.get_by_text("You can ask all the same")).to_be_visible()
        page.get_by_label("All files").check()
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("I no longer need it").click()
        visit.looks_right("request-own")
        page.get_by_role("button", name="Withdraw my request").click()
        expect(page.get_by_text("Your request is withdrawn.")).to_be_visible()
    assert Request.objects.get().state == "cancelled"


def test_without_scripts_the_form_works_too(live_server: Any, upstream: Upstream) -> None:
    with visiting(live_server.url, scripts=False) as visit:
        visit.open("/-/requests/new?repo_id=acme/tiny")
        visit.page.get_by_role("button", name="Check first").click()
        expect(visit.page.get_by_text("Somebody of this hub has to approve it")).to_be_visible()
        visit.page.get_by_role("button", name="Ask", exact=True).click()
        expect(visit.page.get_by_role("heading", name="acme/tiny")).to_be_visible()
    assert Request.objects.get().askers.count() == 1


def test_an_approver_works_through_the_queue_by_keyboard(live_server: Any) -> None:
    paula = people.person("paula")
    row, other = people.request("acme/first"), people.request(LONG)
    people.request("acme/third", facts={**row.facts, "has_code": [], "has_pickles": [], "gated": "", "licence": "mit"})
    Asker.objects.create(request=row, label="ci", times=41)
    with visiting(live_server.url, user=paula) as visit:
        page = visit.page
        visit.open("/-/review")
        visit.looks_right("review")
        page.get_by_label("Choose acme/first").focus()
        for key in ("Space", "ArrowDown", "Space", "ArrowRight"):
            page.keyboard.press(key)
        expect(page.get_by_text("modeling_llama_like.py").locator("visible=true").first).to_be_visible()
        expect(page.get_by_text("(2)", exact=True)).to_be_visible()
        page.keyboard.press("r")
        page.keyboard.type("we know them")
        meanwhile(lambda: Request.objects.filter(pk=other.pk).update(commit="d" * 40))
        page.get_by_role("button", name="Approve the chosen").click()
        expect(page.get_by_text("What was decided")).to_be_visible()
        expect(page.get_by_text("has moved: look again")).to_be_visible()
        visit.complaints.clear()  # The answer is 409, which the console notes.
        visit.looks_right("review-decided")
    assert list(Request.objects.order_by("pk").values_list("state", flat=True)) == ["approved", "waiting", "waiting"]


def test_the_pages_of_requests_and_tokens_look_right(live_server: Any) -> None:
    nina, paula = people.person("nina"), people.person("paula")
    row = people.request(LONG, state="failed", error="model.bin: the digest of what arrived is another one.")
    Asker.objects.create(request=row, label="nina at work", user=nina)
    for verb, words in (("opened", ""), ("ask", "no rule lets it in"), ("approved", "small"), ("failed", "it broke")):
        record(
            Caller(user=nina if verb == "opened" else None), f"request.{verb}", str(row), request=row.pk, reason=words
        )
    comment(row, paula, "What do you need it for?\n\nWe have another one of the kind: " + "x" * 120)
    people.request("acme/other", state="published")
    people.request("acme/running", state="fetching")
    with visiting(live_server.url, user=nina) as visit:
        visit.open("/-/requests/")
        visit.looks_right("requests-mine", dark=False, phone=False)
        visit.open("/-/requests/?whose=all")
        visit.looks_right("requests-all")
        visit.open(f"/-/requests/{row.pk}")
        visit.looks_right("request-failed")
        visit.open("/-/tokens")
        visit.page.get_by_label("What it is for").fill("my laptop")
        visit.page.get_by_role("button", name="Make it").click()
        visit.looks_right("tokens")
        visit.page.get_by_role("link", name="Revoke my laptop").click()
        visit.looks_right("token-revoke", phone=False)
        visit.open("/-/password")
        visit.looks_right("password", dark=False)
        visit.page.goto(f"{live_server.url}/-/review")
        expect(visit.page.get_by_text("Not permitted").first).to_be_visible()
        visit.complaints.clear()
        visit.looks_right("not-permitted", dark=False)
        visit.page.goto(f"{live_server.url}/-/nowhere")
        visit.complaints.clear()
        visit.looks_right("not-found", dark=False)
    with visiting(live_server.url, user=paula) as visit:
        visit.open(f"/-/requests/{row.pk}")
        visit.looks_right("request-decide")
    with visiting(live_server.url) as visit:
        visit.open("/-/login")
        visit.looks_right("login")


def test_a_page_changes_by_itself(live_server: Any) -> None:
    row = people.request(state="new")
    with visiting(live_server.url) as visit:
        visit.open(f"/-/requests/{row.pk}")
        expect(visit.page.get_by_text("Looking it up").first).to_be_visible()
        meanwhile(lambda: Request.objects.filter(pk=row.pk).update(state="refused", decision_reason="too large for us"))
        expect(visit.page.get_by_text("too large for us").first).to_be_visible(timeout=20_000)
