"""The operators' pages in a real browser: readable in both schemes and on a phone, and they follow what happens."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from hub.blobs.models import Damage
from hub.catalog.models import PullCount
from hub.counters import Observation, counters
from hub.mirroring.kept import forget_kept
from hub.mirroring.models import Pause, Transfer
from hub.upstreams.budget import account_key, budget_name
from tests import people
from tests.mirroring.test_holdings import a_blob, a_repo
from tests.web.arriving import MIB, a_transfer, a_wish, a_worker, failed, running
from tests.web.browser import meanwhile, visiting

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy_hub(transactional_db: None) -> Iterator[None]:
    """Much is on its way, much is held, and something is wrong everywhere."""
    now = timezone.now()
    one, other = a_worker(17, "mule-1"), a_worker(4211, "mule-2.rack-4")
    for number in range(1, 7):
        running(number, one if number % 2 else other, size=number * 900 * MIB, received=number * 300 * MIB)
    for number in range(10, 22):
        a_transfer(number, size=3 * MIB if number % 3 else 900 * MIB, priority=(number % 3 - 1) * 10)
    a_transfer(
        30, not_before=now + timedelta(minutes=5), attempts=3, error_code="UpstreamUnreachable", error="It hung up."
    )
    failed(40)
    a_transfer(50, state="done", finished_at=now, bytes_per_second=80 * MIB)
    a_wish([1, 2, 3, 10], "acme/large", priority=10)
    a_wish([4, 5], "an-organisation-with-a-long-name/a-model-with-a-very-long-name-for-a-phone")
    a_wish([40], "acme/broken", state="failed")
    _hold(now)
    Pause.objects.create(
        upstream=people.upstream("modelscope", "http://127.0.0.1:8"), by="oscar", reason="maintenance at night"
    )
    row = people.upstream()
    for bucket, left in (("api", 212), ("resolvers", 4980)):
        seen = Observation(left=left, seconds=55, quota=5000 if left > 500 else 500, window=300)
        counters().observe(budget_name(account_key(row.url, ""), bucket), seen)
    forget_kept()
    yield
    forget_kept()


def _hold(now: Any) -> None:
    number = 100
    for space in range(1, 9):
        for repo in range(1, 10 - space):
            number += 2
            size = 40_000_000_000 // (space * repo * repo)
            files = {"model.safetensors": a_blob(number, size, days=number % 80), "t.json": a_blob(number + 1, 9000)}
            kind = "dataset" if (space + repo) % 4 == 0 else "model"
            made = a_repo(f"model-{space}-{repo}-instruct", files, kind=kind)
            made.namespace, made.key = f"organisation-{space}", f"organisation-{space}/{made.name}"
            made.save()
            for back in range(0, 28, repo):
                day = (now - timedelta(days=back)).date()
                PullCount.objects.create(repo=made, day=day, pulls=repo * 3, files=40, bytes=size // 3)
    made.revisions.update(published_at=now - timedelta(days=60))
    Damage.objects.create(sha256="d" * 64, size=5_000_000, condition="wrong", files=3, trouble="No upstream has it.")


@pytest.mark.parametrize("name", ["transfers?hold=1", "storage", "upstreams", "stats"])
def test_the_page_looks_right_to_an_operator(live_server: Any, busy_hub: None, name: str) -> None:
    oscar = people.person("oscar")
    with visiting(live_server.url, user=oscar) as visit:
        visit.open(f"/-/{name}")
        visit.page.wait_for_load_state("networkidle")
        visit.looks_right(name.partition("?")[0])


def test_progress_moves_without_a_reload_and_a_pause_takes_two_clicks(live_server: Any, busy_hub: None) -> None:
    oscar = people.person("oscar")
    with visiting(live_server.url, user=oscar) as visit:
        visit.open("/-/transfers")
        expect(visit.page.get_by_text("model-00050.safetensors")).to_be_visible()
        done = {"state": "done", "finished_at": timezone.now(), "path": "it-has-arrived.bin"}
        meanwhile(lambda: (Transfer.objects.filter(path="model-00010.safetensors").update(**done), forget_kept()))
        expect(visit.page.get_by_text("it-has-arrived.bin")).to_be_visible(timeout=20_000)
        visit.page.get_by_role("button", name="Pause acme/large").click()
        expect(visit.page.get_by_text("acme/large is paused.")).to_be_visible()
        visit.page.locator("#pause-menu").click()
        visit.page.get_by_label("Reason").first.fill("the line is needed")
        visit.page.get_by_role("button", name="Pause", exact=True).last.click()
        expect(visit.page.get_by_text("the line is needed")).to_be_visible()


def test_the_pages_work_without_scripts(live_server: Any, busy_hub: None) -> None:
    oscar = people.person("oscar")
    with visiting(live_server.url, user=oscar, scripts=False) as visit:
        visit.open("/-/transfers?state=failed")
        visit.page.get_by_role("button", name="Retry acme/broken").click()
        expect(visit.page.get_by_text("acme/broken is taken up again.")).to_be_visible()
        visit.open("/-/storage")
        visit.page.get_by_role("link", name="organisation-1/model-1-1-instruct").first.click()
        expect(visit.page).to_have_url(
            f"{live_server.url}/-/repos/models/huggingface:organisation-1/model-1-1-instruct"
        )
