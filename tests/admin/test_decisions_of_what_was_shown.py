"""The form of a decision carries the commit whose facts it shows: nobody lets in what they have not seen."""

import re
from collections.abc import Callable

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from hub.mirroring.models import Request
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
NEW = "d" * 40


def page(verb: str, row: Request) -> str:
    return reverse(f"admin:mirroring_request_{verb}", args=[row.pk])


def hidden_in(content: bytes) -> dict[str, str]:
    return dict(re.findall(r'name="(seen-\d+)" value="(\w*)"', content.decode()))


def move(row: Request) -> None:
    """Upstream has moved on, and another look has put this before the admins."""
    Request.objects.filter(pk=row.pk).update(commit=NEW, facts={**row.facts, "has_code": ["freshly_added.py"]})


def test_the_page_of_the_decision_shows_the_facts_and_carries_their_commit(as_person: AsPerson) -> None:
    row = people.request()
    content = as_person("paula").get(page("approve", row)).content
    assert hidden_in(content) == {f"seen-{row.pk}": row.commit}
    assert b"modeling_llama_like.py" in content
    assert row.commit[:12].encode() in content


@pytest.mark.parametrize("verb", ["approve", "refuse"])
def test_what_moved_meanwhile_is_shown_again_and_not_decided(verb: str, as_person: AsPerson) -> None:
    row, browser = people.request(), as_person("paula")
    seen = hidden_in(browser.get(page(verb, row)).content)
    move(row)
    answer = browser.post(page(verb, row), {**seen, "reason": "as I saw it"})
    assert answer.status_code == 409
    content = answer.content.decode()
    assert f"is at commit {NEW[:12]} by now, not at {row.commit[:12]} as it was shown" in content
    assert "nothing was decided" in content.lower()
    assert "freshly_added.py" in content
    assert "as I saw it" in content, "the reason is not lost"
    assert Request.objects.get().state == "waiting"
    browser.post(page(verb, row), {**hidden_in(answer.content), "reason": "as I see it now"})
    assert Request.objects.get().state == {"approve": "approved", "refuse": "refused"}[verb]


def test_a_form_without_the_commit_decides_nothing(as_person: AsPerson) -> None:
    row, browser = people.request(), as_person("paula")
    for verb in ("approve", "refuse"):
        assert browser.post(page(verb, row), {"reason": "an old form"}).status_code == 409
    assert Request.objects.get().state == "waiting"


def test_of_many_only_those_that_moved_are_asked_about_again(as_person: AsPerson) -> None:
    still, moving = people.request("acme/one"), people.request("acme/two")
    browser, address = as_person("paula"), reverse("admin:mirroring_request_changelist")
    sent = {"action": "approve_selected", ACTION_CHECKBOX_NAME: [still.pk, moving.pk]}
    seen = hidden_in(browser.post(address, sent).content)
    assert len(seen) == 2
    move(moving)
    again = browser.post(address, {**sent, **seen, "decided": "yes", "reason": "fine"})
    assert again.status_code == 409
    assert hidden_in(again.content) == {f"seen-{moving.pk}": NEW}
    assert [Request.objects.get(pk=row.pk).state for row in (still, moving)] == ["approved", "waiting"]


def test_what_nobody_has_looked_up_is_looked_up_before_it_can_be_approved(as_person: AsPerson) -> None:
    row, browser = people.request(state="refused", commit="", facts={}), as_person("paula")
    question = browser.get(page("approve", row)).content
    assert b"looked up first" in question
    answer = browser.post(page("approve", row), {**hidden_in(question), "reason": ""}, follow=True)
    assert b"is looked up first" in answer.content
    assert Request.objects.get().state == "new"
