"""The page of transfers: what it tells, to whom, and what its buttons do."""

from typing import Any

import pytest
from django.test import Client

from hub.accounts.models import Event
from hub.mirroring.models import Pause, Request, Transfer
from hub.mirroring.pauses import URGENT
from tests import people
from tests.web.arriving import MIB, a_transfer, a_wish, a_worker, failed, running

pytestmark = pytest.mark.django_db

PAGE, STEER = "/-/transfers", "/-/transfers/steer"
FRAGMENT = {"HX-Request": "true"}


def page_of(client: Client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(people.person("oscar"))
    return client


def test_everybody_who_may_pull_sees_how_much_is_on_its_way(client: Client) -> None:
    worker = a_worker()
    running(1, worker)
    a_transfer(2)
    a_transfer(3, size=MIB, priority=URGENT)
    page = page_of(client)
    for text in ("10 MB/s", "model-00001.safetensors", "15 s", "urgent", "small files", "1 worker is alive"):
        assert text in page


def test_an_outsider_sees_no_host_and_no_error(client: Client) -> None:
    running(1, a_worker(host="secret-host"))
    failed(2, error="it said: internal address 10.9.8.7")
    client.force_login(people.person("nina"))
    for address in (PAGE, f"{PAGE}?state=failed", f"{PAGE}?state=running", f"{PAGE}?worker=1"):
        page = page_of(client, address)
        assert "secret-host" not in page
        assert "10.9.8.7" not in page
    assert "RepoMissing" in page_of(client)


def test_staff_without_a_role_sees_what_everybody_sees(client: Client) -> None:
    running(1, a_worker(host="secret-host"))
    client.force_login(people.person("stan"))
    assert "secret-host" not in page_of(client)


def test_a_viewer_sees_each_worker_and_what_went_wrong_and_has_no_buttons(client: Client) -> None:
    running(1, a_worker(host="mule-7"))
    failed(2)
    client.force_login(people.person("vera"))
    page = page_of(client)
    assert "mule-7" in page
    assert "huggingface has no such file. Look whether it was moved." in page
    assert STEER not in page


def test_the_files_of_one_worker_are_chosen_by_its_number(operator: Client) -> None:
    one, other = a_worker(1), a_worker(11)
    running(1, one)
    running(2, other)
    page = page_of(operator, f"{PAGE}?worker={one.pk}")
    assert "model-00001" in page
    assert "model-00002" not in page


@pytest.mark.parametrize("state", ["running", "queued", "failed", "done"])
def test_one_list_alone_shows_no_other(client: Client, state: str) -> None:
    running(1, a_worker(), path="it-is-running")
    a_transfer(2, path="it-is-queued")
    failed(3, path="it-is-failed")
    Transfer.objects.create(
        digest="sha256:done",
        size=1,
        upstream=people.upstream(),
        path="it-is-done",
        state="done",
        finished_at="2026-01-01T00:00Z",
    )
    page = page_of(client, f"{PAGE}?state={state}")
    assert [word for word in ("running", "queued", "failed", "done") if f"it-is-{word}" in page] == [state]


@pytest.mark.parametrize(
    "query", ["state=<b>", "worker=-1", "worker=x", "state=&worker=9999999999999999999999", "hold=1"]
)
def test_a_filter_that_makes_no_sense_shows_everything(client: Client, query: str) -> None:
    assert "<b>" not in page_of(client, f"{PAGE}?{query}")


def test_names_from_elsewhere_are_text(operator: Client) -> None:
    evil = "<script>alert(1)</script>"
    running(1, a_worker(host=evil), path=evil, repo_id=evil)
    failed(2, path=evil, error=evil, error_code=evil[:50])
    a_transfer(3, path=evil, error=evil)
    Pause.objects.create(upstream=people.upstream(), by=evil, reason=evil)
    page = page_of(operator)
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_what_htmx_asks_for_is_the_region_alone(client: Client) -> None:
    a_transfer(1)
    answer = client.get(PAGE, headers=FRAGMENT)
    assert b"model-00001" in answer.content
    assert b"<html" not in answer.content
    assert "HX-Request" in answer["Vary"]


def test_a_page_that_holds_still_asks_for_nothing(client: Client) -> None:
    assert 'hx-trigger="every' in page_of(client)
    assert 'hx-trigger="every' not in page_of(client, f"{PAGE}?hold=1")


def test_it_asks_who_is_there_where_pulls_are_not_anonymous(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    assert client.get(PAGE)["Location"].startswith("/-/login?next=")
    assert client.post(STEER, {"act": "pause-all"})["Location"].startswith("/-/login?next=")


class TestSteering:
    @pytest.mark.parametrize("name", ["", "nina", "stan", "vera", "paula"])
    @pytest.mark.parametrize("act", ["pause-all", "cancel", "retry"])
    def test_only_operators_steer(self, client: Client, name: str, act: str) -> None:
        wish = a_wish([1])
        if name:
            client.force_login(people.person(name))
        assert client.post(STEER, {"act": act, "request": wish.pk}).status_code == 403
        assert not Pause.objects.exists()
        assert not Event.objects.exists()

    def test_a_form_of_another_site_changes_nothing(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(people.person("oscar"))
        assert strict.post(STEER, {"act": "pause-all"}).status_code == 403
        assert not Pause.objects.exists()

    def test_a_link_changes_nothing(self, operator: Client) -> None:
        assert operator.get(STEER, {"act": "pause-all"}).status_code == 405

    def test_everything_is_paused_with_a_reason_and_goes_on(self, operator: Client) -> None:
        page = operator.post(STEER, {"act": "pause-all", "reason": "the line is needed"}, follow=True).content.decode()
        assert "The whole hub is paused" in page
        assert "the line is needed" in page
        assert (Pause.objects.get().upstream, Pause.objects.get().by) == (None, "oscar")
        assert "The whole hub goes on." in operator.post(STEER, {"act": "resume-all"}, follow=True).content.decode()
        assert not Pause.objects.exists()

    def test_one_upstream_is_paused(self, operator: Client) -> None:
        operator.post(STEER, {"act": "pause-all", "upstream": people.upstream().slug})
        assert Pause.objects.get().upstream == people.upstream()

    @pytest.mark.parametrize(
        ("act", "column", "value"),
        [
            ("pause", "paused", True),
            ("urgent", "priority", 10),
            ("low", "priority", -10),
            ("cancel", "state", "cancelled"),
        ],
    )
    def test_one_request_is_steered(self, operator: Client, act: str, column: str, value: object) -> None:
        wish = a_wish([1])
        a_transfer(1)
        answer = operator.post(STEER, {"act": act, "request": wish.pk, "reason": "why"}, follow=True)
        assert answer.status_code == 200
        wish.refresh_from_db()
        assert getattr(wish, column) == value
        assert Event.objects.get().actor_name == "oscar"

    def test_a_failed_file_offers_to_retry_what_waits_for_it(self, operator: Client) -> None:
        wish = a_wish([1], state="failed")
        failed(1)
        page = page_of(operator, f"{PAGE}?state=failed")
        assert f"/-/requests/{wish.pk}" in page
        assert f'value="{wish.pk}"' in page
        operator.post(STEER, {"act": "retry", "request": wish.pk, "state": "failed"})
        wish.refresh_from_db()
        assert wish.state in (Request.State.NEW, Request.State.APPROVED)

    @pytest.mark.parametrize(
        "form",
        [
            {"act": "pause", "request": "1"},
            {"act": "pause", "request": "x"},
            {"act": "pause", "request": "9" * 30},
            {"act": "resume-all"},
            {"act": "pause-all", "upstream": "nowhere"},
            {"act": "explode"},
            {},
        ],
    )
    def test_what_makes_no_sense_is_said(self, operator: Client, form: dict[str, str]) -> None:
        answer = operator.post(STEER, form, follow=True)
        assert answer.status_code == 200
        assert b"note bad" in answer.content
        assert not Pause.objects.exists()

    def test_it_leads_back_to_the_list_that_was_looked_at_and_nowhere_else(self, operator: Client) -> None:
        for state, place in [("failed", f"{PAGE}?state=failed"), ("//evil.example", PAGE), ("", PAGE)]:
            assert operator.post(STEER, {"act": "pause-all", "state": state})["Location"] == place
