"""Approving, refusing and retrying from the admin, one by one and many at once."""

from collections.abc import Callable

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Event
from hub.mirroring.models import Request
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]


def page(verb: str, row: Request) -> str:
    return reverse(f"admin:mirroring_request_{verb}", args=[row.pk])


def shown(row: Request, **more: str) -> dict[str, str]:
    """What the form of a decision sends: the commit that it showed."""
    return {f"seen-{row.pk}": row.commit, **more}


def state(row: Request) -> str:
    return Request.objects.get(pk=row.pk).state


def test_an_approver_approves_with_a_reason(as_person: AsPerson) -> None:
    row = people.request()
    answer = as_person("paula").post(page("approve", row), shown(row, reason="we have the licence"), follow=True)
    assert b"was approved" in answer.content
    row = Request.objects.get()
    assert (row.state, row.decision_reason) == ("approved", "we have the licence")
    assert row.decided_by is not None
    assert row.decided_by.username == "paula"
    event = Event.objects.get(verb="request.approved")
    assert (event.actor_name, event.address) == ("paula", "127.0.0.1")


def test_looking_at_the_question_decides_nothing(as_person: AsPerson) -> None:
    row = people.request()
    browser = as_person("paula")
    for verb in ("approve", "refuse"):
        assert browser.get(page(verb, row)).status_code == 200
    assert state(row) == "waiting"


def test_a_refusal_needs_a_reason(as_person: AsPerson) -> None:
    row = people.request()
    browser = as_person("paula")
    assert b"This field is required" in browser.post(page("refuse", row), shown(row, reason=" ")).content
    assert state(row) == "waiting"
    browser.post(page("refuse", row), shown(row, reason="too large"))
    assert state(row) == "refused"


def test_an_operator_retries_what_failed(as_person: AsPerson) -> None:
    row = people.request(state="failed")
    as_person("oscar").post(page("retry", row))
    assert state(row) in ("new", "approved")


@pytest.mark.parametrize("who", [None, "nina", "stan", "vera", "oscar"])
@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_others_decide_nothing(verb: str, who: str | None, client: Client, as_person: AsPerson) -> None:
    row = people.request()
    browser = as_person(who) if who else client
    assert browser.post(page(verb, row), shown(row, reason="because")).status_code in (302, 403)
    assert state(row) == "waiting"


@pytest.mark.parametrize("who", [None, "nina", "stan", "vera", "paula"])
def test_others_retry_nothing(who: str | None, client: Client, as_person: AsPerson) -> None:
    row = people.request(state="failed")
    browser = as_person(who) if who else client
    assert browser.post(page("retry", row)).status_code in (302, 403)
    assert state(row) == "failed"


def test_a_decision_that_comes_too_late_says_so(as_person: AsPerson) -> None:
    row = people.request(state="published")
    answer = as_person("paula").post(page("approve", row), shown(row, reason=""), follow=True)
    assert b"somebody may have been quicker" in answer.content
    assert state(row) == "published"


def listed(action: str, *rows: Request, **more: str) -> dict[str, object]:
    seen = {name: value for row in rows for name, value in shown(row).items()} if "decided" in more else {}
    return {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows], **seen, **more}


def test_many_are_approved_at_once_after_a_page_that_asks_why(as_person: AsPerson) -> None:
    first, second = people.request("acme/one"), people.request("acme/two")
    browser, address = as_person("paula"), reverse("admin:mirroring_request_changelist")
    question = browser.post(address, listed("approve_selected", first, second))
    assert b"acme/one" in question.content
    assert b"acme/two" in question.content
    assert state(first) == "waiting"
    browser.post(address, listed("approve_selected", first, second, decided="yes", reason="fine"))
    assert [state(first), state(second)] == ["approved", "approved"]


def test_one_that_cannot_be_decided_does_not_stop_the_others(as_person: AsPerson) -> None:
    done, waiting = people.request("acme/one", "published"), people.request("acme/two")
    address = reverse("admin:mirroring_request_changelist")
    answer = as_person("paula").post(
        address, listed("refuse_selected", done, waiting, decided="yes", reason="no"), follow=True
    )
    assert [state(done), state(waiting)] == ["published", "refused"]
    assert b"acme/one" in answer.content


@pytest.mark.parametrize("who", ["vera", "oscar"])
def test_list_actions_are_closed_to_those_who_may_not(who: str, as_person: AsPerson) -> None:
    row = people.request()
    data = listed("approve_selected", row, decided="yes", reason="fine")
    as_person(who).post(reverse("admin:mirroring_request_changelist"), data)
    assert state(row) == "waiting"


@pytest.mark.parametrize(("who", "shown"), [("paula", True), ("vera", False), ("oscar", False)])
def test_buttons_are_shown_to_those_who_may(who: str, shown: bool, as_person: AsPerson) -> None:
    row = people.request()
    content = as_person(who).get(page("change", row)).content.decode()
    assert (page("approve", row) in content) is shown


@pytest.mark.parametrize(
    ("now", "buttons"),
    [
        ("waiting", {"approve", "refuse"}),
        ("refused", {"approve"}),
        ("failed", {"refuse", "retry"}),
        ("published", set()),
    ],
)
def test_buttons_fit_the_state(now: str, buttons: set[str], as_person: AsPerson) -> None:
    row = people.request(state=now)
    content = as_person("adam").get(page("change", row)).content.decode()
    assert {verb for verb in ("approve", "refuse", "retry") if page(verb, row) in content} == buttons


@pytest.mark.parametrize("verb", ["approve", "refuse", "retry"])
def test_a_post_without_the_check_value_of_the_form_is_refused(verb: str) -> None:
    row = people.request(state="failed")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.person("adam"))
    assert browser.post(page(verb, row), shown(row, reason="forged")).status_code == 403
    assert state(row) == "failed"
