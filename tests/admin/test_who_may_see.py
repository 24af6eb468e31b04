"""What an outsider, and each role, gets at every page of the admin."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
ROOMS = {"accounts", "blobs", "upstreams", "policy", "catalog", "mirroring"}
LISTS = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in ROOMS
)


def test_every_room_has_pages() -> None:
    assert {name.split("_")[0] for name in LISTS} == ROOMS


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_is_sent_to_the_login(name: str, client: Client) -> None:
    answer = client.get(reverse(f"admin:{name}_changelist"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("name", LISTS)
def test_a_person_without_staff_is_sent_to_the_login(name: str, as_person: AsPerson) -> None:
    answer = as_person("nina").get(reverse(f"admin:{name}_changelist"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("name", [name for name in LISTS if name != "accounts_accesstoken"])
def test_staff_without_a_role_see_nothing(name: str, as_person: AsPerson) -> None:
    assert as_person("stan").get(reverse(f"admin:{name}_changelist")).status_code == 403


@pytest.mark.parametrize("who", ["vera", "paula", "oscar", "adam"])
@pytest.mark.parametrize("name", LISTS)
def test_every_role_sees_every_list(name: str, who: str, as_person: AsPerson) -> None:
    people.request()
    assert as_person(who).get(reverse(f"admin:{name}_changelist")).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "accounts_event",
        "accounts_accesstoken",
        "blobs_blob",
        "catalog_repo",
        "catalog_revision",
        "catalog_repofile",
        "mirroring_request",
        "mirroring_transfer",
    ],
)
def test_nobody_may_add_what_only_the_hub_writes(name: str, as_person: AsPerson) -> None:
    assert as_person("adam").get(reverse(f"admin:{name}_add")).status_code == 403


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_nobody_may_edit_or_delete_a_request(verb: str, as_person: AsPerson) -> None:
    row = people.request()
    answer = as_person("adam").post(reverse(f"admin:mirroring_request_{verb}", args=[row.pk]), {"repo_id": "evil/x"})
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.repo_id == "meteor/llama-like-8b"


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("paula", 403), ("oscar", 200), ("adam", 200)])
@pytest.mark.parametrize("name", ["upstreams_upstream", "policy_rule"])
def test_only_operators_add_upstreams_and_rules(name: str, who: str, status: int, as_person: AsPerson) -> None:
    assert as_person(who).get(reverse(f"admin:{name}_add")).status_code == status


def test_the_dashboard_counts_for_those_who_may_see(as_person: AsPerson) -> None:
    people.request()
    assert b"Waiting for approval" in as_person("vera").get(reverse("admin:index")).content
    assert b"has no role yet" in as_person("stan").get(reverse("admin:index")).content


def test_the_menu_shows_only_what_a_person_may_open(as_person: AsPerson) -> None:
    page = as_person("stan").get(reverse("admin:index")).content.decode()
    assert reverse("admin:mirroring_request_changelist") not in page
