import pytest

from hub.catalog.models import RepoAlias
from hub.mirroring.models import Asker, Follow
from hub.mirroring.provenance import provenance_of
from tests import people
from tests.web import shown_repo

pytestmark = pytest.mark.django_db


def test_requests_are_found_by_the_names_that_the_repo_has_had() -> None:
    repo = shown_repo.published()
    RepoAlias.objects.create(repo=repo, kind="model", key="old/zoo")
    people.request("acme/zoo", "published")
    people.request("old/zoo", "published")
    people.request("acme/other", "published")
    found = provenance_of(repo)
    assert {wished.request.repo_id for wished in found.wishes} == {"acme/zoo", "old/zoo"}
    assert found.aliases == ("old/zoo",)


def test_a_request_that_led_to_a_revision_is_found_whatever_it_is_called() -> None:
    repo = shown_repo.published()
    row = people.request("ACME/Zoo-before", "published", revision=repo.revisions.first())
    Asker.objects.create(request=row, label="otto")
    (wished,) = provenance_of(repo).wishes
    assert (wished.count, wished.askers) == (2, ("nina", "otto"))


def test_terms_have_an_entry_for_every_change() -> None:
    repo = shown_repo.published()
    first, last = repo.revisions.order_by("pk")
    for revision, licence in ((first, "mit"), (last, "llama3")):
        revision.told = {"licence": licence, "gated": ""}
        revision.save(update_fields=["told"])
    assert [terms.licence for terms in provenance_of(repo).terms] == ["mit", "llama3"]
    repo.revisions.update(told={"licence": "mit", "gated": "manual"})
    assert [(terms.commit, terms.gated) for terms in provenance_of(repo).terms] == [(first.commit, "manual")]
    repo.revisions.update(told={})
    assert provenance_of(repo).terms == ()


def test_what_is_followed_is_told() -> None:
    repo = shown_repo.published()
    follow = Follow.objects.create(request=people.request("acme/zoo", "published"), every=3600)
    assert provenance_of(repo).follows == (follow,)


def test_the_questions_do_not_grow_with_the_requests(django_assert_max_num_queries: object) -> None:
    repo = shown_repo.published()
    for number in range(5):
        people.request("acme/zoo", "published", ref=f"v{number}")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        provenance_of(repo)
