"""Where a repo comes from, and who may learn whose wish it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.callers import Caller
from hub.catalog.models import PullCount, Repo, RepoAlias
from hub.index.models import Entry
from hub.mirroring.decisions import approve
from hub.mirroring.models import Follow
from tests import people
from tests.web import shown_repo

pytestmark = pytest.mark.django_db

ABOUT = "/-/repos/models/acme/zoo/about"


@pytest.fixture
def zoo() -> Repo:
    repo = shown_repo.published()
    repo.base_models = ["acme/base", "else/where", "<b>odd"]
    repo.save(update_fields=["base_models"])
    return repo


@pytest.fixture
def wished(zoo: Repo) -> Any:
    row = people.request("acme/zoo")
    approve(row, Caller(user=people.person("paula")), "we have the licence")
    return row


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"{ABOUT}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_learns_why_it_is_here_and_not_who_wanted_it(client: Client, wished: Any) -> None:
    shown = page(client)
    assert "we have the licence" in shown
    assert "1 client" in shown
    for name in ("nina", "paula"):
        assert name not in shown


def test_staff_who_may_see_requests_see_the_names(client: Client, wished: Any) -> None:
    client.force_login(people.person("vera"))
    shown = page(client)
    assert "nina" in shown
    assert "by paula" in shown


def test_staff_without_a_role_see_what_everybody_sees(client: Client, wished: Any) -> None:
    client.force_login(people.person("stan"))
    assert "paula" not in page(client)


def test_what_it_was_made_from_leads_to_where_that_is(client: Client, zoo: Repo) -> None:
    Entry.objects.create(upstream=zoo.upstream, kind="model", namespace="acme", name="base", key="acme/base")
    shown = page(client)
    assert 'href="/-/index/huggingface/models/acme/base"' in shown
    assert "else/where" in shown
    assert "&lt;b&gt;odd" in shown


def test_pulls_are_a_chart_of_thirty_or_ninety_days(client: Client, zoo: Repo) -> None:
    today = timezone.now().date()
    PullCount.objects.create(repo=zoo, day=today, pulls=3, files=9, bytes=5_000_000)
    PullCount.objects.create(repo=zoo, day=today - timedelta(days=60), pulls=8, files=1, bytes=0)
    assert "3 pulls" in page(client)
    assert "8 pulls" not in page(client)
    assert "8 pulls" in page(client, "?days=90")
    assert "10 files and 5.0 MB" in page(client)
    assert client.get(f"{ABOUT}?days=nonsense").status_code == 200


def test_terms_that_changed_are_told(client: Client, zoo: Repo) -> None:
    assert "Its terms over time" not in page(client)
    zoo.revisions.filter(refs__name="v1.0").update(told={"licence": "mit", "gated": ""})
    shown = page(client)
    assert "Its terms over time" in shown
    assert "<td>mit</td>" in shown


def test_what_is_followed_and_what_is_gone_is_told(client: Client, zoo: Repo, wished: Any) -> None:
    assert "not followed" in page(client)
    Follow.objects.create(request=wished, every=21_600, ref_missing_since=timezone.now())
    Repo.objects.update(missing_upstream_since=timezone.now())
    shown = page(client)
    assert "every 6 h" in shown
    assert "Upstream has not had this ref" in shown
    assert "this hub keeps what it holds" in shown


def test_other_names_are_told(client: Client, zoo: Repo) -> None:
    RepoAlias.objects.create(repo=zoo, kind="model", key="oldhouse/zoo")
    assert "oldhouse/zoo" in page(client)


def test_the_upstreams_own_page_is_linked_only_over_https(client: Client, zoo: Repo) -> None:
    assert 'rel="noopener noreferrer nofollow"' not in page(client)
    zoo.upstream.url = "https://hub.example"
    zoo.upstream.save(update_fields=["url"])
    assert 'href="https://hub.example/acme/zoo"' in page(client)
