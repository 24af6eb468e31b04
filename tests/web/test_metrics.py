"""`/-/metrics`: who may read it, and that it tells what happened."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.blobs.models import Blob
from hub.counters import Observation, counters
from hub.metrics import sharing
from hub.metrics.access import may_read
from hub.mirroring import figures
from hub.mirroring.models import Pause, Transfer
from hub.upstreams.budget import account_key, budget_name
from hub.upstreams.models import Upstream
from hub.web.observing import route_of
from tests import people

METRICS = "/-/metrics"
TOKEN = "a token for the one who scrapes"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.EXTERNAL_URL = ""
    figures.forget()
    yield
    figures.forget()


def told(text: str, series: str) -> float:
    """The value of one series, 0 where there is none."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def scrape(client: Client) -> str:
    answer = client.get(METRICS, headers={"host": "localhost"})
    assert answer.status_code == 200
    return answer.content.decode()


def transfers(text: str, state: str, priority: str = "normal") -> float:
    return told(text, f'entrepot_transfers{{priority="{priority}",state="{state}"}}')


def a_transfer(number: int, **columns: Any) -> Transfer:
    row = {"digest": f"sha256:{number:064x}", "size": 100, "upstream": people.upstream(), "path": f"{number}.bin"}
    return Transfer.objects.create(**{**row, **columns})


class TestAccess:
    def test_whoever_is_on_this_machine_reads_it(self, client: Client) -> None:
        assert "entrepot_transfers" in scrape(client)

    def test_an_outsider_is_refused_and_told_what_to_send(self, client: Client) -> None:
        answer = client.get(METRICS, REMOTE_ADDR="10.1.2.3")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert b"entrepot_" not in answer.content
        assert b"HUB_METRICS_TOKEN" in answer.content

    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
    def test_a_proxy_on_this_machine_is_an_outsider(self, client: Client, header: str) -> None:
        assert client.get(METRICS, headers={"host": "localhost", header: "10.1.2.3"}).status_code == 401

    def test_a_proxy_that_tells_nothing_is_known_by_the_address_it_is_asked_for(self, client: Client) -> None:
        assert client.get(METRICS, headers={"host": "hub.example.org"}).status_code == 401

    def test_behind_a_proxy_that_the_settings_name_nobody_is_here(self, client: Client, settings: Any) -> None:
        settings.EXTERNAL_URL = "https://hub.example.org"
        assert client.get(METRICS, headers={"host": "localhost"}).status_code == 401

    def test_the_token_opens_it_from_anywhere(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = TOKEN
        right, wrong = ({"authorization": f"Bearer {text}"} for text in (TOKEN, TOKEN[:-1]))
        assert client.get(METRICS, headers=right, REMOTE_ADDR="10.1.2.3").status_code == 200
        assert client.get(METRICS, headers=wrong, REMOTE_ADDR="10.1.2.3").status_code == 401

    def test_no_token_in_the_settings_is_no_empty_token(self, settings: Any) -> None:
        settings.METRICS_TOKEN = ""
        assert not may_read("10.1.2.3", {"authorization": "Bearer "})

    def test_staff_reads_it_in_their_session_and_others_do_not(self, client: Client) -> None:
        client.force_login(people.person("nina"))
        assert client.get(METRICS, REMOTE_ADDR="10.1.2.3").status_code == 401
        client.force_login(people.person("vera"))
        assert client.get(METRICS, REMOTE_ADDR="10.1.2.3").status_code == 200

    def test_it_is_only_read(self, client: Client) -> None:
        assert client.post(METRICS).status_code == 405


class TestCounting:
    def test_every_answer_is_counted_under_its_route_and_status(self, client: Client) -> None:
        series = 'entrepot_answers_total{route="health",status="200"}'
        before = told(scrape(client), series)
        client.get("/-/health/live")
        client.get("/-/health/live")
        text = scrape(client)
        assert told(text, series) == before + 2
        assert told(text, 'entrepot_answer_seconds_count{route="health"}') >= 2

    @pytest.mark.parametrize(
        ("path", "route"),
        [
            ("/acme/tiny/resolve/main/config.json", "resolve"),
            ("/datasets/acme/tiny/resolve/main/a/b.parquet", "resolve"),
            ("/acme/tiny/raw/main/README.md", "resolve"),
            ("/api/models/acme/tiny/tree/main", "tree"),
            ("/api/models/acme/tiny/paths-info/main", "tree"),
            ("/api/models/acme/tiny", "info"),
            ("/api/models/acme/tiny/revision/main", "info"),
            ("/api/v1/models/acme/tiny/repo", "resolve"),
            ("/api/v1/models/acme/tiny/repo/files", "tree"),
            ("/api/v1/datasets/7/repo/tree", "tree"),
            ("/api/v1/models/acme/tiny/revisions", "info"),
            ("/-/api/v1/requests/", "api"),
            ("/-/static/hub/hub.css", "static"),
            ("/-/health/ready", "health"),
            ("/-/admin/", "admin"),
            ("/-/", "pages"),
            ("/-/repos/models/acme/tiny", "pages"),
            ("/", "other"),
            ("/favicon.ico", "other"),
        ],
    )
    def test_an_address_has_one_of_few_routes(self, path: str, route: str) -> None:
        assert route_of(path) == route

    def test_a_folder_that_cannot_be_written_leaves_this_process_its_own_totals(
        self, client: Client, settings: Any, tmp_path: Any
    ) -> None:
        (tmp_path / "file").touch()
        settings.DATA_DIR = tmp_path / "file"
        client.get("/-/health/live")
        assert told(scrape(client), 'entrepot_answers_total{route="health",status="200"}') >= 1


class TestFigures:
    def test_transfers_are_told_by_where_they_stand(self, client: Client) -> None:
        now = timezone.now()
        a_transfer(1)
        a_transfer(2, lease_owner="x", lease_until=now + timedelta(seconds=60), received=40)
        a_transfer(3, not_before=now + timedelta(seconds=60))
        a_transfer(4, state=Transfer.State.FAILED)
        a_transfer(5, state=Transfer.State.DONE)
        a_transfer(6, lease_owner="x", lease_until=now - timedelta(seconds=60))
        a_transfer(7, paused=True)
        a_transfer(8, state=Transfer.State.CANCELLED)
        text = scrape(client)
        states = {state: transfers(text, state) for state in ("due", "running", "waiting", "paused")}
        assert states == {"due": 2, "running": 1, "waiting": 1, "paused": 1}
        assert transfers(text, "failed") == 1
        assert told(text, "entrepot_leases_overdue") == 1
        assert told(text, "entrepot_queued_bytes") == 460

    def test_transfers_are_told_by_priority(self, client: Client) -> None:
        for number, priority in enumerate((-10, 0, 5, 10, 10)):
            a_transfer(number, priority=priority)
        text = scrape(client)
        assert [transfers(text, "due", word) for word in ("low", "normal", "urgent")] == [1, 2, 2]

    def test_work_of_a_paused_upstream_is_paused_and_makes_no_queue_old(self, client: Client) -> None:
        a_transfer(1, created_at=timezone.now() - timedelta(hours=2))
        Pause.objects.create(upstream=people.upstream(), by="oscar")
        text = scrape(client)
        assert transfers(text, "paused") == 1
        assert told(text, 'entrepot_queue_age_seconds{work="transfer"}') == 0

    def test_the_budget_is_what_the_upstream_told(self, client: Client) -> None:
        row = people.upstream()
        name = budget_name(account_key(row.url, ""), "api")
        counters().observe(name, Observation(left=212, seconds=55, quota=500, window=300))
        assert told(scrape(client), 'entrepot_upstream_budget_left{bucket="api",upstream="huggingface"}') == 212

    def test_every_kind_of_upstream_has_its_own_buckets(self, client: Client) -> None:
        row = Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:8")
        counters().observe(budget_name(account_key(row.url, ""), "files"), Observation(left=7, quota=100, window=60))
        assert told(scrape(client), 'entrepot_upstream_budget_left{bucket="files",upstream="modelscope"}') == 7

    def test_a_token_that_cannot_be_read_costs_no_figure(self, client: Client) -> None:
        row = people.upstream()
        counters().observe(budget_name(account_key(row.url, ""), "api"), Observation(left=9, quota=500, window=300))
        Upstream.objects.filter(pk=row.pk).update(sealed_token="sealed with another key")
        text = scrape(client)
        assert told(text, 'entrepot_figures_up{group="budgets"}') == 1
        assert told(text, 'entrepot_upstream_budget_left{bucket="api",upstream="huggingface"}') == 9

    def test_the_age_of_the_queue_is_that_of_its_oldest_due_work(self, client: Client) -> None:
        now = timezone.now()
        a_transfer(1, created_at=now - timedelta(hours=2), lease_owner="x", lease_until=now + timedelta(seconds=60))
        a_transfer(2, created_at=now - timedelta(hours=1))
        people.request(state="new", changed_at=now - timedelta(minutes=10))
        text = scrape(client)
        assert 3600 <= told(text, 'entrepot_queue_age_seconds{work="transfer"}') < 4000
        assert 600 <= told(text, 'entrepot_queue_age_seconds{work="step"}') < 1000

    def test_work_that_was_put_off_is_as_old_as_the_end_of_its_pause(self, client: Client) -> None:
        now = timezone.now()
        a_transfer(1, created_at=now - timedelta(hours=2), not_before=now - timedelta(seconds=30))
        assert 30 <= told(scrape(client), 'entrepot_queue_age_seconds{work="transfer"}') < 100

    def test_what_is_held_is_told_in_bytes(self, client: Client) -> None:
        Blob.objects.create(sha256="a" * 64, size=1000)
        Blob.objects.create(sha256="b" * 64, size=10, checked_at=timezone.now())
        text = scrape(client)
        assert told(text, "entrepot_blobs") == 2
        assert told(text, "entrepot_stored_bytes") == 1010
        assert told(text, 'entrepot_figures_up{group="held"}') == 1

    def test_a_store_in_trouble_costs_its_own_figures_alone(self, client: Client, settings: Any) -> None:
        settings.STORE_URL = "ftp://elsewhere"
        text = scrape(client)
        assert told(text, 'entrepot_figures_up{group="room"}') == 0
        assert told(text, 'entrepot_figures_up{group="transfers"}') == 1
        assert "entrepot_store_free_bytes " not in text

    def test_a_scrape_right_after_another_asks_nothing_of_the_rows(
        self, client: Client, django_assert_num_queries: Any
    ) -> None:
        scrape(client)
        with django_assert_num_queries(0):
            scrape(client)

    def test_every_figure_that_is_told_is_in_the_list_that_dashboards_are_checked_against(self) -> None:
        listed = {figure.name for figure in figures.ALL}
        assert {figure.name for figure in figures.figures()} <= listed


def test_the_totals_of_a_scrape_never_fall(client: Client) -> None:
    series = 'entrepot_answers_total{route="health",status="200"}'
    seen = []
    for _ in range(3):
        client.get("/-/health/live")
        seen.append(told(scrape(client), series))
        sharing.fold()
    assert seen == sorted(set(seen))
