from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.mirroring.models import Request, Transfer
from tests import people

pytestmark = pytest.mark.django_db

AsPerson = Callable[[str], Client]


def test_the_list_shows_what_a_decision_begins_with(as_person: AsPerson) -> None:
    people.request()
    page = as_person("vera").get(reverse("admin:mirroring_request_changelist")).content.decode()
    for text in ("meteor/llama-like-8b", "Needs approval", "16\N{NO-BREAK SPACE}GB", "llama3", "manual", "nina"):
        assert text in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state__exact=waiting", {"meteor/llama-like-8b"}),
        ("kind__exact=dataset", {"acme/poems"}),
        ("verdict__exact=ask", {"meteor/llama-like-8b", "acme/poems"}),
        ("licence=llama3", {"meteor/llama-like-8b"}),
        ("licence=none", {"acme/poems"}),
        ("gated=yes", {"meteor/llama-like-8b"}),
        ("gated=no", {"acme/poems"}),
        ("risk=has_pickles", {"meteor/llama-like-8b"}),
        ("risk=has_code", {"meteor/llama-like-8b"}),
        ("q=POEMS", {"acme/poems"}),
        ("q=nina", {"meteor/llama-like-8b", "acme/poems"}),
    ],
)
def test_the_list_is_filtered_by_state_facts_and_verdict(query: str, found: set[str], as_person: AsPerson) -> None:
    people.request()
    facts: dict[str, Any] = {"licence": "", "gated": "", "bytes": 30_000, "has_code": [], "has_pickles": []}
    people.request("acme/poems", "published", kind="dataset", facts=facts)
    answer = as_person("vera").get(f"{reverse('admin:mirroring_request_changelist')}?{query}")
    assert {row.repo_id for row in answer.context["cl"].result_list} == found


def test_the_page_of_a_request_shows_facts_risks_verdict_and_who_asked(as_person: AsPerson) -> None:
    row = people.request()
    page = as_person("vera").get(reverse("admin:mirroring_request_change", args=[row.pk])).content.decode()
    for text in (
        "16 GB in 12 files",
        "of 14 in the repo",
        "yes (manual)",
        "optimizer.bin",
        "modeling_llama_like.py",
        ".safetensors",
        "no rule lets it in by itself",
        "Anything else",
        "hf_hub/2.4.0",
    ):
        assert text in page


def test_a_request_that_was_never_looked_up_has_a_page_too(as_person: AsPerson) -> None:
    row = people.request("acme/new", "new", facts={}, verdict="", verdict_reason="", verdict_rule="", commit="")
    answer = as_person("vera").get(reverse("admin:mirroring_request_change", args=[row.pk]))
    assert b"has not been asked yet" in answer.content


def test_what_upstream_says_is_shown_as_text_never_as_markup(as_person: AsPerson) -> None:
    facts = {"licence": "<script>alert(1)</script>", "tags": ["<img src=x onerror=alert(1)>"], "bytes": 1, "files": 1}
    row = people.request(facts=facts)
    browser = as_person("vera")
    for page in (
        browser.get(reverse("admin:mirroring_request_change", args=[row.pk])),
        browser.get(reverse("admin:mirroring_request_changelist")),
    ):
        assert b"<script>alert" not in page.content
        assert b"<img src=x" not in page.content


def test_a_failed_transfer_is_shown_with_its_reason(as_person: AsPerson) -> None:
    row = with_transfer("failed", error="the connection was reset")
    page = as_person("vera").get(reverse("admin:mirroring_request_change", args=[row.pk])).content.decode()
    assert "the connection was reset" in page
    assert "1 failed" in page


def test_progress_and_speed_are_polled_as_json(as_person: AsPerson) -> None:
    row = with_transfer(
        "queued",
        received=250,
        bytes_per_second=50,
        lease_owner="w1",
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    told = as_person("vera").get(reverse("admin:mirroring_request_live", args=[row.pk])).json()
    assert (told["state"], told["percent"], told["bytes_done"], told["bytes_per_second"]) == ("fetching", 25, 250, 50)
    assert told["text"] == "0 of 1 files, 250 bytes of 1.0 kB, 50 bytes/s, 15 s left"


@pytest.mark.parametrize(("who", "status"), [("nina", 302), ("stan", 403), ("vera", 200)])
def test_progress_is_told_to_those_who_may_see_requests(who: str, status: int, as_person: AsPerson) -> None:
    row = people.request()
    assert as_person(who).get(reverse("admin:mirroring_request_live", args=[row.pk])).status_code == status


def test_pages_carry_no_inline_scripts_and_a_policy_that_forbids_them(as_person: AsPerson) -> None:
    row = people.request()
    answer = as_person("adam").get(reverse("admin:mirroring_request_change", args=[row.pk]))
    policy = answer["Content-Security-Policy"]
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe-inline" not in scripts
    assert b"onclick=" not in answer.content


def with_transfer(state: str, **columns: Any) -> Request:
    """A request that is being fetched: one file of 1,000 bytes, whose transfer is in `state`."""
    from hub.catalog.models import Repo, RepoFile, Revision

    repo = Repo.objects.create(
        upstream=people.upstream(), kind="model", namespace="acme", name="tiny", key="acme/tiny", licence="mit"
    )
    revision = Revision.objects.create(repo=repo, commit="c" * 40)
    file = RepoFile.objects.create(
        revision=revision, position=0, path="model.safetensors", size=1000, oid="b" * 40, sha256="a" * 64
    )
    Transfer.objects.create(
        digest=str(file.digest),
        size=1000,
        state=state,
        upstream=people.upstream(),
        kind="model",
        repo_id="acme/tiny",
        commit="c" * 40,
        path=file.path,
        **columns,
    )
    return people.request("acme/tiny", "fetching", revision=revision)
