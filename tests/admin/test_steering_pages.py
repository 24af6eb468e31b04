"""Pausing, resuming, cancelling and prioritising from the admin; pauses of the hub; who is alive."""

from collections.abc import Callable

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Event
from hub.mirroring.models import Pause, Request, Worker
from hub.mirroring.presence import sign_of_life
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
LIST = "admin:mirroring_request_changelist"


def page(verb: str, row: Request) -> str:
    return reverse(f"admin:mirroring_request_{verb}", args=[row.pk])


def test_an_operator_pauses_resumes_prioritises_and_cancels(as_person: AsPerson) -> None:
    row, browser = people.request(state="approved"), as_person("oscar")
    browser.post(page("pause", row), {"reason": "the line is needed"})
    row.refresh_from_db()
    assert row.paused
    shown = browser.get(page("change", row)).content.decode()
    assert "(paused)" in shown
    assert page("resume", row) in shown
    assert page("pause", row) not in shown
    browser.post(page("resume", row))
    browser.post(page("urgent", row))
    row.refresh_from_db()
    assert (row.paused, row.priority) == (False, 10)
    assert b"urgent" in browser.get(reverse(LIST)).content
    browser.post(page("normal", row))
    browser.post(page("cancel", row), {"reason": "a slip"})
    row.refresh_from_db()
    assert (row.state, row.priority) == ("cancelled", 0)
    verbs = set(Event.objects.filter(actor_name="oscar").values_list("verb", flat=True))
    assert verbs == {"request.paused", "request.resumed", "request.prioritised", "request.cancelled"}


@pytest.mark.parametrize("name", ["paula", "vera"])
@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "urgent", "normal"])
def test_nobody_else_does(as_person: AsPerson, name: str, verb: str) -> None:
    row = people.request(state="approved")
    assert as_person(name).post(page(verb, row)).status_code == 403
    row.refresh_from_db()
    assert (row.state, row.paused, row.priority) == ("approved", False, 0)


@pytest.mark.parametrize(
    ("action", "column", "value"),
    [("pause", "paused", True), ("cancel", "state", "cancelled"), ("urgent", "priority", 10), ("low", "priority", -10)],
)
def test_many_at_once(as_person: AsPerson, action: str, column: str, value: object) -> None:
    rows = [people.request(f"acme/{number}", state="approved") for number in range(2)]
    data = {"action": f"{action}_selected", ACTION_CHECKBOX_NAME: [row.pk for row in rows], "decided": "yes"}
    as_person("oscar").post(reverse(LIST), data)
    assert set(Request.objects.values_list(column, flat=True)) == {value}


def test_what_cannot_be_cancelled_has_no_button_and_says_so(as_person: AsPerson) -> None:
    row, browser = people.request(state="published"), as_person("oscar")
    assert page("cancel", row) not in browser.get(page("change", row)).content.decode()
    assert b"is published" in browser.post(page("cancel", row), follow=True).content


def test_the_hub_is_paused_by_adding_a_pause_and_resumed_by_deleting_it(as_person: AsPerson) -> None:
    browser = as_person("oscar")
    add = reverse("admin:mirroring_pause_add")
    assert browser.get(add).status_code == 200
    browser.post(add, {"upstream": "", "reason": "maintenance"})
    pause = Pause.objects.get()
    assert (str(pause), pause.by) == ("the whole hub", "oscar")
    assert b"paused already" in browser.post(add, {"upstream": ""}).content
    assert b"Paused" in browser.get(reverse("admin:index")).content
    browser.post(reverse("admin:mirroring_pause_delete", args=[pause.pk]), {"post": "yes"})
    assert not Pause.objects.exists()
    assert set(Event.objects.filter(actor_name="oscar").values_list("verb", flat=True)) == {"hub.paused", "hub.resumed"}


def test_a_viewer_sees_pauses_and_makes_none(as_person: AsPerson) -> None:
    browser = as_person("vera")
    assert browser.get(reverse("admin:mirroring_pause_changelist")).status_code == 200
    assert browser.post(reverse("admin:mirroring_pause_add"), {"upstream": ""}).status_code == 403


def test_workers_that_are_alive_are_listed_with_what_they_are_at(as_person: AsPerson) -> None:
    sign_of_life("far-host:4711:abc", "small large", "large 2")
    shown = as_person("vera").get(reverse("admin:mirroring_worker_changelist")).content.decode()
    assert all(text in shown for text in ("far-host", "4711", "small large", "large 2"))
    assert Worker.objects.count() == 1
