"""Removing and pinning what is held, in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Event
from hub.catalog.models import Repo, Revision
from tests import people
from tests.catalog.published import publish
from tests.fakes import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def repo() -> Repo:
    return publish(world.tiny())


def page(repo: Repo, what: str) -> str:
    return reverse(f"admin:catalog_repo_{what}", args=[repo.pk])


@pytest.fixture
def oscar(client: Client) -> Client:
    client.force_login(people.person("oscar"))
    return client


def test_a_repo_is_removed_with_a_reason_and_says_what_that_frees(oscar: Client, repo: Repo) -> None:
    asked = oscar.get(page(repo, "remove"))
    assert asked.status_code == 200
    assert "revision(s) go" in asked.content.decode()
    refused = oscar.post(page(repo, "remove"), {"reason": ""})
    assert "This field is required" in refused.content.decode()
    assert Revision.objects.filter(published_at__isnull=False).exists()
    done = oscar.post(page(repo, "remove"), {"reason": "nobody uses it"}, follow=True)
    assert "was removed" in done.content.decode()
    assert not Revision.objects.filter(published_at__isnull=False).exists()
    repo.refresh_from_db()
    assert not repo.held
    event = Event.objects.filter(verb="revision.evicted").first()
    assert event is not None
    assert (event.actor_name, event.detail["reason"]) == ("oscar", "nobody uses it")


def test_one_revision_is_removed_and_the_others_stay(oscar: Client, repo: Repo) -> None:
    revision, before = Revision.objects.first(), Revision.objects.filter(published_at__isnull=False).count()
    assert revision is not None
    oscar.post(reverse("admin:catalog_revision_remove", args=[revision.pk]), {"reason": "wrong"})
    assert Revision.objects.filter(published_at__isnull=False).count() == before - 1


def test_pinning_takes_a_page_with_a_button_and_is_told(oscar: Client, repo: Repo) -> None:
    assert oscar.get(page(repo, "pin")).status_code == 200
    repo.refresh_from_db()
    assert not repo.pinned, "a link changes nothing"
    oscar.post(page(repo, "pin"))
    repo.refresh_from_db()
    assert repo.pinned
    shown = oscar.get(f"/-/admin/catalog/repo/{repo.pk}/change/").content.decode()
    assert "unpin" in shown
    oscar.post(page(repo, "unpin"))
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == ["pinned", "unpinned"]


@pytest.mark.parametrize("what", ["remove", "pin", "unpin"])
@pytest.mark.parametrize("name", ["vera", "paula", "stan"])
def test_only_operators_may(client: Client, repo: Repo, name: str, what: str) -> None:
    client.force_login(people.person(name))
    client.post(page(repo, what), {"reason": "mine"})
    assert Revision.objects.filter(published_at__isnull=False).exists()
    repo.refresh_from_db()
    assert not repo.pinned
    assert not Event.objects.filter(verb__in=["revision.evicted", "pinned"]).exists()


def test_the_first_page_shows_room_and_damage(oscar: Client, repo: Repo) -> None:
    from hub.blobs.models import Damage

    assert 'hub-soft">Damaged blobs</span>' not in oscar.get("/-/admin/").content.decode()
    Damage.objects.create(sha256="a" * 64, size=1, condition="wrong")
    shown = oscar.get("/-/admin/").content.decode()
    assert "Room left" in shown
    assert 'hub-soft">Damaged blobs</span>' in shown
    assert "Wrong bytes" in oscar.get("/-/admin/blobs/damage/").content.decode()
