"""The form's dry run: what a wish would cost, before it is made."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.catalog.models import Synonym
from hub.index.models import Entry
from hub.mirroring.models import Request, Transfer
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from hub.web import asking_pages, pace
from tests import people
from tests.catalog.published import publish
from tests.fakes import FakeHub, FakeRepo, world

pytestmark = pytest.mark.django_db

PAGE = "/-/requests/new"
FRAGMENT = {"HX-Request": "true"}


def check(browser: Client, repo_id: str = world.TINY, status: int = 200, **fields: str) -> str:
    """What htmx puts into the page."""
    sent = {"check": "1", "upstream": "huggingface", "kind": "model", "repo_id": repo_id, **fields}
    answer = browser.post(PAGE, sent, headers=FRAGMENT)
    assert answer.status_code == status
    page = answer.content.decode()
    assert "<html" not in page
    return page


@pytest.fixture
def permissive(db: None) -> Rule:
    return Rule.objects.create(name="small and free", action=Action.ALLOW, licences=["mit"], max_bytes=10**9)


def test_the_address_fills_the_form_in_and_the_page_itself_asks_nobody(client: Client, upstream: Upstream) -> None:
    Upstream.objects.create(slug="other", kind="modelscope", url="http://127.0.0.1:9", position=5)
    query = "repo_id=acme/tiny&upstream=huggingface&kind=dataset&ref=v1.0&include=*.json&exclude=*.bin&preset=gguf"
    page = client.get(f"{PAGE}?{query}").content.decode()
    for text in ('value="acme/tiny"', 'value="v1.0"', 'value="*.json"', 'value="*.bin"', 'hx-trigger="load"'):
        assert text in page
    for text in ('value="huggingface" selected', 'value="dataset" selected', 'value="gguf" id="id_preset_2" checked'):
        assert text in page.replace(' required id="id_preset_2"', ' id="id_preset_2"')
    assert "Wanted" not in page
    assert 'value="other" selected' in client.get(f"{PAGE}?upstream=modelscope").content.decode()


def test_an_address_that_makes_no_sense_gives_an_empty_form(client: Client, upstream: Upstream) -> None:
    page = client.get(f'{PAGE}?upstream=nobody&kind=virus&preset=x&repo_id="><script>x').content.decode()
    assert "<script>x" not in page
    assert client.get(f"{PAGE}?repo_id=" + "x" * 5000).status_code == 200


def test_it_tells_the_cost_and_the_rule_and_writes_nothing(
    client: Client, upstream: Upstream, permissive: Rule, out_there: FakeHub
) -> None:
    page = check(client)
    head = out_there.repo(world.TINY).head
    files = len(head.files)
    for text in ("It would be fetched at once", f"in {files} files", head.oid, "mit", "small and free", "no pickles"):
        assert text in page
    assert not Request.objects.exists()


def test_without_scripts_a_button_does_the_same_with_the_whole_page(client: Client, upstream: Upstream) -> None:
    sent = {"check": "1", "upstream": "huggingface", "kind": "model", "repo_id": world.TINY, "include": "*.json"}
    page = client.post(PAGE, sent).content.decode()
    assert "<html" in page
    assert "Somebody of this hub has to approve it" in page
    assert 'value="*.json"' in page
    assert not Request.objects.exists()


def test_which_files_fit_is_shown_and_what_fits_none_is_told(client: Client, upstream: Upstream) -> None:
    page = check(client, include="*.json")
    assert page.count(">wanted<") == 1
    assert page.index("config.json") < page.index("model.safetensors")
    assert "left out" in page
    assert "No file fits these patterns." in check(client, include="*.nothing")


@pytest.mark.parametrize(
    ("preset", "wanted", "left_out"),
    [
        ("safetensors", {"model.safetensors", "config.json"}, {"pytorch_model.bin", "model.gguf"}),
        ("gguf", {"model.gguf", "config.json", "README.md"}, {"model.safetensors", "pytorch_model.bin"}),
        ("no-pickles", {"model.safetensors", "model.gguf", "config.json"}, {"pytorch_model.bin"}),
        ("all", {"model.safetensors", "pytorch_model.bin", "model.gguf"}, set()),
    ],
)
def test_presets_choose_files_and_the_request_asks_for_the_same(
    preset: str, wanted: set[str], left_out: set[str], client: Client, upstream: Upstream
) -> None:
    from hub.mirroring.patterns import Patterns

    sent = {"upstream": "huggingface", "kind": "model", "repo_id": world.TINY, "preset": preset}
    client.post(PAGE, sent)
    row = Request.objects.get()
    patterns = Patterns.of(row.include, row.exclude)
    assert {path for path in wanted | left_out if patterns.wants(path)} == wanted


def test_what_is_held_costs_nothing(client: Client, upstream: Upstream, permissive: Rule, out_there: FakeHub) -> None:
    publish(out_there.repo(world.TINY))
    page = check(client)
    assert "It is here already" in page
    assert "<strong>0 bytes</strong>" in page


def test_the_same_weights_under_another_name_are_pointed_at(
    client: Client, upstream: Upstream, permissive: Rule, out_there: FakeHub
) -> None:
    publish(FakeRepo("house/twin", {"model.safetensors": world.safetensors(16384)}))
    page = check(client)
    assert "The same weights are held under other names" in page
    assert "/-/repos/models/huggingface:house/twin" in page


def test_the_time_is_told_where_the_speed_is_known(client: Client, upstream: Upstream, permissive: Rule) -> None:
    assert "at the speed of late" not in check(client)
    source = {"upstream": upstream, "kind": "model", "repo_id": "a/b", "commit": "c" * 40, "path": "x"}
    for number in range(3):
        Transfer.objects.create(
            digest=f"sha256:{number:064}",
            size=50_000_000,
            state="done",
            bytes_per_second=1000,
            finished_at=timezone.now(),
            **source,
        )
    assert "at the speed of late" in check(client)


def test_room_that_is_not_there_is_told(client: Client, upstream: Upstream, permissive: Rule, settings: Any) -> None:
    settings.QUOTA = 10
    page = check(client)
    assert "There is no room for it now." in page
    assert "Room left" in page


def test_a_request_that_is_under_way_is_joined(client: Client, upstream: Upstream) -> None:
    row = people.request(world.TINY, upstream=upstream)
    page = check(client)
    assert "Somebody has asked for it already." in page
    assert f'href="/-/requests/{row.pk}"' in page


def test_a_refusal_of_before_is_told_with_its_reason(client: Client, upstream: Upstream) -> None:
    people.request(world.TINY, "refused", upstream=upstream, decision_reason="not <b>here</b>")
    page = check(client)
    assert "It would be refused" in page
    assert "not &lt;b&gt;here&lt;/b&gt;" in page


def test_a_gated_repo_is_told_calmly(client: Client, upstream: Upstream) -> None:
    page = check(client, world.GATED)
    assert "You can ask all the same" in page


def test_a_misspelled_id_leads_to_names_like_it(client: Client, upstream: Upstream) -> None:
    from hub.index.entries import take_in
    from hub.names import RepoId, RepoKind
    from hub.upstreams.protocol import ListedRepo

    take_in(upstream, [ListedRepo(RepoKind.MODEL, RepoId.parse("acme/tiny-model"))])
    assert Entry.objects.exists()
    page = check(client, "acmee/tiny-model")
    assert "Upstream has no such repo." in page
    assert "?repo_id=acme%2Ftiny-model&amp;upstream=huggingface&amp;kind=model" in page


def test_another_name_on_another_hub_is_suggested(client: Client, upstream: Upstream) -> None:
    Upstream.objects.create(slug="modelscope", kind="modelscope", url="http://127.0.0.1:9")
    Synonym.objects.create(pattern="house/thing", other_pattern="acme/nowhere")
    page = check(client, "acme/nowhere")
    assert "?repo_id=house%2Fthing&amp;upstream=modelscope&amp;kind=model" in page


def test_an_upstream_that_is_away_does_not_stop_anybody_from_asking(client: Client) -> None:
    people.upstream()
    page = check(client)
    assert "Upstream does not tell anything just now." in page
    assert "You can ask all the same" in page
    sent = {"upstream": "huggingface", "kind": "model", "repo_id": world.TINY}
    assert client.post(PAGE, sent).status_code == 302


@pytest.fixture
def silent(db: None) -> Iterator[Upstream]:
    """Takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Upstream.objects.create(slug="huggingface", url=address)


def test_a_slow_upstream_holds_the_page_for_moments_only(client: Client, silent: Upstream, monkeypatch: Any) -> None:
    monkeypatch.setattr(asking_pages, "PATIENCE", 0.3)
    began = time.monotonic()
    assert "You can ask all the same" in check(client)
    # Nobody hurries a worker: it would be a minute.
    assert time.monotonic() - began < 25


def test_who_checks_without_end_is_asked_to_wait_and_can_still_ask(client: Client) -> None:
    people.upstream()
    for _ in range(pace.MOST):
        assert "You have checked often" not in check(client, "acme/no-such")
    assert "You have checked often" in check(client, "acme/no-such")
    sent = {"check": "1", "upstream": "huggingface", "kind": "model", "repo_id": "acme/tiny"}
    assert client.post(PAGE, sent).status_code == 429
    assert client.post(PAGE, {key: sent[key] for key in sent if key != "check"}).status_code == 302
    other = Client(REMOTE_ADDR="10.7.7.7")
    assert "You have checked often" not in check(other, "acme/no-such")


def test_when_too_many_pages_wait_the_next_does_not(client: Client, upstream: Upstream) -> None:
    with pace.place(0), pace.place(0), pace.place(0), pace.place(0):
        assert "Too many people check" in check(client)
    assert "Too many people check" not in check(client)


@pytest.mark.parametrize("fields", [{"repo_id": ""}, {"repo_id": "../../etc"}, {"ref": "a..b"}, {"upstream": "nobody"}])
def test_what_makes_no_sense_asks_nobody(fields: dict[str, str], client: Client, upstream: Upstream) -> None:
    page = check(client, status=422, **fields)  # type: ignore[arg-type]
    assert "as soon as the form is in order" in page


def test_strangers_check_where_they_may_pull_only(client: Client, upstream: Upstream, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    sent = {"check": "1", "upstream": "huggingface", "kind": "model", "repo_id": world.TINY}
    assert client.post(PAGE, sent)["Location"].startswith("/-/login")
    assert Client(enforce_csrf_checks=True).post(PAGE, sent).status_code == 403


def test_names_from_upstream_are_text(client: Client, upstream: Upstream, out_there: FakeHub) -> None:
    repo = out_there.repo(world.AWKWARD)
    repo.commit({"weights/<script>alert(1)<b>.py": "print()"}, "Evil")
    page = check(client, world.AWKWARD)
    assert "&lt;script&gt;alert(1)&lt;b&gt;.py" in page
    assert "<script>" not in page
