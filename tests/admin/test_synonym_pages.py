"""The table of other names, which operators edit."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Event
from hub.catalog.models import Repo, Synonym
from hub.catalog.synonyms import names_of
from hub.mirroring.models import Transfer
from hub.names import RepoId
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]
ADD = "admin:catalog_synonym_add"
GLM = {"hub": "modelscope", "pattern": "Acme/*", "other_hub": "huggingface", "other_pattern": "acme-ai/*", "note": "x"}


def test_an_operator_adds_a_name_and_it_counts_at_once(as_person: AsPerson) -> None:
    assert "acme-ai/one" not in [str(name) for name in names_of(RepoId("Acme", "one"))]
    assert as_person("oscar").post(reverse(ADD), GLM).status_code == 302
    assert "acme-ai/one" in [str(name) for name in names_of(RepoId("Acme", "one"))]
    event = Event.objects.get(verb="synonym.added")
    assert event.actor_name == "oscar"
    assert event.detail["changes"]["pattern"] == [None, "Acme/*"]


def test_a_change_and_a_deletion_are_kept_with_who_did_it(as_person: AsPerson) -> None:
    row = Synonym.objects.create(pattern="Acme/*", other_pattern="acme-ai/*")
    browser = as_person("oscar")
    browser.post(reverse("admin:catalog_synonym_change", args=[row.pk]), {**GLM, "other_pattern": "acme/*"})
    changed = Event.objects.get(verb="synonym.changed")
    assert changed.detail["changes"]["other_pattern"] == ["acme-ai/*", "acme/*"]
    browser.post(reverse("admin:catalog_synonym_delete", args=[row.pk]), {"post": "yes"})
    assert Event.objects.filter(verb="synonym.deleted").exists()
    assert not Synonym.objects.filter(pk=row.pk).exists()


def test_what_makes_no_sense_is_told_in_the_form(as_person: AsPerson) -> None:
    page = as_person("oscar").post(reverse(ADD), {**GLM, "pattern": "Acme"})
    assert page.status_code == 200
    assert "namespace/name" in page.content.decode()
    assert not Synonym.objects.filter(pattern="Acme").exists()


@pytest.mark.parametrize(("who", "status"), [("vera", 403), ("paula", 403), ("oscar", 200), ("adam", 200)])
def test_only_operators_edit_it(who: str, status: int, as_person: AsPerson) -> None:
    assert as_person(who).get(reverse(ADD)).status_code == status


def test_the_list_of_repos_and_of_transfers_names_the_upstream(as_person: AsPerson) -> None:
    columns = {"namespace": "acme", "name": "tiny", "key": "acme/tiny", "held": True}
    for slug in ("huggingface", "modelscope"):
        Repo.objects.create(upstream=people.upstream(slug), kind="model", **columns)
    Transfer.objects.create(
        digest="sha256:" + "a" * 64,
        size=10,
        upstream=people.upstream("modelscope"),
        kind="model",
        repo_id="acme/tiny",
        commit="c" * 40,
        path="x.bin",
        tried=[[people.upstream("huggingface").pk, 0.0]],
    )
    browser = as_person("vera")
    repos = browser.get(reverse("admin:catalog_repo_changelist")).content.decode()
    assert "huggingface:acme/tiny" in repos
    assert "modelscope:acme/tiny" in repos
    assert "modelscope:acme/tiny" in browser.get(reverse("admin:mirroring_transfer_changelist")).content.decode()
    row = Transfer.objects.get()
    page = browser.get(reverse("admin:mirroring_transfer_change", args=[row.pk])).content.decode()
    assert "Left for another source" in page
