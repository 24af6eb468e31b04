"""Limits of an upstream on its page, and the trail of edits."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Event
from hub.policy.models import Rule
from hub.upstreams.models import Upstream
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
FORM = {"slug": "huggingface", "kind": "huggingface", "url": "http://127.0.0.1:9", "enabled": "on", "position": "100"}
RULE = {"name": "Ours", "action": "allow", "position": "5", "enabled": "on"}


def page(row: Upstream) -> str:
    return reverse("admin:upstreams_upstream_change", args=[row.pk])


def test_limits_are_saved_and_the_page_says_what_holds_now(as_person: AsPerson) -> None:
    row, browser = people.upstream(), as_person("oscar")
    browser.post(page(row), {**FORM, "max_connections": "32", "speed_limits": "20MB/s\n"})
    row.refresh_from_db()
    assert (row.max_connections, row.speed_limits) == (32, "20MB/s")
    text = browser.get(page(row)).content.decode()
    assert "20 MB/s; 0 of 32 connections" in text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("speed_limits", "Mon-Fri fast", "ends with no speed"),
        ("speed_limits", "25:00-26:00 1MB/s", "no clock shows"),
        ("max_connections", "0", "greater than or equal to 1"),
    ],
)
def test_limits_that_make_no_sense_are_told_in_words(field: str, value: str, told: str, as_person: AsPerson) -> None:
    row = people.upstream()
    answer = as_person("oscar").post(page(row), {**FORM, field: value})
    assert told in answer.content.decode()
    row.refresh_from_db()
    assert (row.max_connections, row.speed_limits) == (None, "")


def test_the_trail_tells_who_changed_an_upstream_and_from_what_to_what(as_person: AsPerson) -> None:
    row = people.upstream()
    as_person("oscar").post(page(row), {**FORM, "position": "7", "new_token": "hf_secretsecret"})
    event = Event.objects.get(verb="upstream.changed")
    assert (event.actor_name, event.subject) == ("oscar", "upstream huggingface")
    assert event.detail["changes"] == {"position": [100, 7], "token": ["none", "kept"]}
    assert "secretsecret" not in str(event.detail)


def test_saving_without_a_change_leaves_no_trail(as_person: AsPerson) -> None:
    as_person("oscar").post(page(people.upstream()), FORM)
    assert not Event.objects.filter(verb__startswith="upstream.").exists()


def test_upstreams_that_come_and_go_are_in_the_trail(as_person: AsPerson) -> None:
    browser = as_person("adam")
    browser.post(reverse("admin:upstreams_upstream_add"), {**FORM, "slug": "other"})
    row = Upstream.objects.get()
    browser.post(reverse("admin:upstreams_upstream_delete", args=[row.pk]), {"post": "yes"})
    assert set(Event.objects.filter(subject="upstream other").values_list("verb", flat=True)) == {
        "upstream.added",
        "upstream.deleted",
    }


def test_rules_that_come_change_and_go_are_in_the_trail(as_person: AsPerson) -> None:
    browser = as_person("adam")
    browser.post(reverse("admin:policy_rule_add"), RULE)
    rule = Rule.objects.get()
    browser.post(reverse("admin:policy_rule_change", args=[rule.pk]), {**RULE, "action": "deny"})
    selected = {"action": "delete_selected", "_selected_action": str(rule.pk), "post": "yes"}
    browser.post(reverse("admin:policy_rule_changelist"), selected)
    events = Event.objects.filter(subject="rule Ours").order_by("pk")
    assert [event.verb for event in events] == ["rule.added", "rule.changed", "rule.deleted"]
    assert events[1].detail["changes"] == {"action": ["allow", "deny"]}
    assert events[1].address == "127.0.0.1"
