from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.accounts.models import Event
from hub.catalog.models import Repo
from hub.mirroring.follow import Follow
from hub.mirroring.following import follow
from tests import people

pytestmark = pytest.mark.django_db
AsPerson = Callable[[str], Client]
LIST = "admin:mirroring_follow_changelist"
CHANGE: dict[str, Any] = {
    "from": "a" * 40,
    "to": "b" * 40,
    "added": 2,
    "changed": 1,
    "removed": 0,
    "paths": {"added": ["new.py", "new.txt"], "changed": ["config.json"], "removed": []},
    "files_to_fetch": 3,
    "bytes_to_fetch": 5_000_000,
    "bytes": [10, 20],
    "licence": ["mit", "llama3"],
    "gated": None,
    "code": ["new.py"],
    "pickles": [],
    "rewritten": True,
}


@pytest.fixture
def followed() -> Follow:
    row = people.request()
    row.facts["change"] = CHANGE
    row.save()
    return follow(row, Caller(name="ada"), every=3600)


def test_the_list_shows_the_update_and_what_is_missing_upstream(followed: Follow, as_person: AsPerson) -> None:
    upstream = followed.request.upstream
    Repo.objects.create(
        upstream=upstream,
        kind="model",
        namespace="meteor",
        name="llama-like-8b",
        key="meteor/llama-like-8b",
        missing_upstream_since=timezone.now(),
    )
    page = as_person("vera").get(reverse(LIST)).content.decode()
    for text in ("meteor/llama-like-8b", "60 min", "2 added, 1 changed", "licence: mit", f"{timezone.now():%Y-%m-%d}"):
        assert text in page


@pytest.mark.parametrize("page", ["admin:mirroring_request_change", "web:request"])
def test_the_page_of_a_request_shows_the_diff(followed: Follow, as_person: AsPerson, page: str) -> None:
    told = as_person("vera").get(reverse(page, args=[followed.request_id])).content.decode()
    for text in (
        "2 added, 1 changed, 0 removed",
        "5.0",
        "mit → llama3",
        "new.py",
        "config.json",
        "rewrote its history",
    ):
        assert text in told


def test_an_operator_changes_how_it_is_followed_and_that_is_noted(followed: Follow, as_person: AsPerson) -> None:
    address = reverse("admin:mirroring_follow_change", args=[followed.pk])
    sent = {"active": "on", "every": "7200", "auto": "approved", "keep": "2"}
    assert as_person("oscar").post(address, sent).status_code == 302
    followed.refresh_from_db()
    assert (followed.every, followed.auto, followed.keep) == (7200, "approved", 2)
    assert Event.objects.filter(verb="follow.changed", actor_name="oscar").exists()


def test_an_interval_under_a_minute_is_not_taken(followed: Follow, as_person: AsPerson) -> None:
    address = reverse("admin:mirroring_follow_change", args=[followed.pk])
    page = as_person("oscar").post(address, {"active": "on", "every": "5", "auto": "rules", "keep": ""})
    assert "At least 60 seconds" in page.content.decode()


def test_viewers_and_approvers_change_nothing(followed: Follow, as_person: AsPerson) -> None:
    address = reverse("admin:mirroring_follow_change", args=[followed.pk])
    for name in ("vera", "paula"):
        assert as_person(name).post(address, {"every": "7200"}).status_code == 403


@pytest.mark.parametrize(("action", "verb"), [("look_now_selected", "hurried"), ("unfollow_selected", "ended")])
def test_the_list_looks_now_and_stops_following(followed: Follow, as_person: AsPerson, action: str, verb: str) -> None:
    browser = as_person("oscar")
    browser.post(reverse(LIST), {"action": action, "_selected_action": [followed.pk]})
    assert Event.objects.filter(verb=f"follow.{verb}", actor_name="oscar").exists()


def test_following_begins_on_the_page_of_a_request(as_person: AsPerson) -> None:
    row = people.request("acme/poems", "published", kind="dataset")
    address = reverse("admin:mirroring_request_follow", args=[row.pk])
    browser = as_person("oscar")
    assert "Follow acme/poems" in browser.get(address).content.decode()
    assert not Follow.objects.exists()
    browser.post(address)
    assert Follow.objects.get().request == row


def test_what_is_missing_upstream_is_shown_in_the_list_of_repos_and_on_its_page(as_person: AsPerson) -> None:
    from tests.catalog.published import publish
    from tests.fakes import world

    publish(world.tiny())
    Repo.objects.update(missing_upstream_since=timezone.now())
    browser = as_person("vera")
    assert f"{timezone.now():%Y}" in browser.get(reverse("admin:catalog_repo_changelist")).content.decode()
    assert "this hub keeps what it holds" in browser.get(f"/-/repos/models/{world.TINY}").content.decode()
