"""manage.py import_catalog: the table of a dry run, and the requests of a real one."""

from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from hub.accounts.models import Event
from hub.mirroring.models import Request, Transfer
from hub.policy.models import Action, Rule
from hub.upstreams.models import Upstream
from tests.fakes import FakeHub, world
from tests.mirroring.conftest import Ask, advance, land

pytestmark = pytest.mark.django_db

Catalog = Callable[..., str]


@pytest.fixture
def catalog(tmp_path: Path, upstream: Upstream) -> Catalog:
    """Writes a catalog of the named repos; an id may bring more keys along."""

    def write(*entries: str) -> str:
        file = tmp_path / "catalog.yaml"
        file.write_text("".join(f"- {{upstream: huggingface, id: {entry}}}\n" for entry in entries))
        return str(file)

    return write


def run(*words: str) -> str:
    out = StringIO()
    call_command("import_catalog", *words, stdout=out, stderr=out)
    return out.getvalue()


def run_badly(*words: str) -> str:
    """What is printed before the error, and the error."""
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_catalog", *words, stdout=out, stderr=out)
    return f"{out.getvalue()}{caught.value}"


def row_of(told: str, name: str) -> str:
    return next(line for line in told.splitlines() if name in line)


def test_a_dry_run_tells_what_each_entry_would_be_and_changes_nothing(catalog: Catalog, permissive: Rule) -> None:
    Rule.objects.create(name="never", position=1, action=Action.DENY, id_pattern="acme/awkward*", reason="odd names")
    told = run(catalog(world.TINY, world.UNLICENSED, world.AWKWARD), "--dry-run")
    tiny = row_of(told, world.TINY)
    assert "mit" in tiny.split()
    assert "allow: rule 'permissive'" in tiny
    unlicensed = row_of(told, world.UNLICENSED)
    assert "not stated" in unlicensed
    assert "ask: no rule allows it" in unlicensed
    assert "no     yes" in unlicensed, "it is not gated, and its weights.bin may run code when it is loaded"
    assert "deny: odd names" in row_of(told, world.AWKWARD)
    assert "3 entries: 1 allow, 1 ask, 1 deny; 0 without an answer." in told
    assert not Request.objects.exists()
    assert not Event.objects.exists()


def test_a_dry_run_counts_files_and_bytes_of_what_the_patterns_want(catalog: Catalog, out_there: FakeHub) -> None:
    told = run(catalog(f"{world.TINY}, include: [config.json]"), "--dry-run")
    commit = out_there.repo(world.TINY).head
    size = commit.files["config.json"].size
    assert f"{commit.oid[:12]}      1  {size} bytes" in row_of(told, world.TINY)
    assert f"1 file, {size} bytes." in told
    assert f"To fetch: {size} bytes" in told


def test_bytes_that_are_held_cost_nothing(catalog: Catalog, permissive: Rule, ask: Ask) -> None:
    request = advance(ask(world.TINY))
    land()
    request.refresh_from_db()
    assert request.state == Request.State.PUBLISHED
    told = run(catalog(world.TINY), "--dry-run")
    assert "0 bytes  mit" in row_of(told, world.TINY)
    assert "published" in row_of(told, world.TINY)
    assert "To fetch: 0 bytes" in told


def test_bytes_that_entries_share_are_counted_once(catalog: Catalog, out_there: FakeHub) -> None:
    told = run(catalog(world.TINY, f"{world.TINY}, ref: v1.0"), "--dry-run")
    size = sum(file.size for file in out_there.repo(world.TINY).head.files.values())
    once = next(line for line in told.splitlines() if line.startswith("With what they share"))
    assert once == f"With what they share counted once: {size / 1000:.0f} kB."


def test_what_goes_wrong_with_one_entry_is_told_and_the_others_are_looked_at(
    catalog: Catalog, permissive: Rule
) -> None:
    told = run_badly(catalog("acme/nothing", f"{world.TINY}, ref: no-such", world.TINY), "--dry-run")
    assert "RepoMissing: " in row_of(told, "acme/nothing")
    assert "RevisionMissing: " in row_of(told, f"{world.TINY}@no-such")
    assert "1 allow" in told
    assert "2 of 3 entries went wrong: 1, 2." in told


def test_a_gated_repo_tells_its_licence_although_its_files_are_hidden(catalog: Catalog) -> None:
    told = run_badly(catalog(world.GATED), "--dry-run")
    assert "llama3" in row_of(told, world.GATED)
    assert "manual" in row_of(told, world.GATED)
    assert "UpstreamGated: " in row_of(told, world.GATED)


def test_with_a_token_that_may_read_it_a_gated_repo_is_counted(
    catalog: Catalog, upstream: Upstream, out_there: FakeHub
) -> None:
    upstream.token = out_there.add_user("mirror", [world.GATED]).token
    upstream.save()
    told = run(catalog(world.GATED), "--dry-run")
    assert "manual" in row_of(told, world.GATED)
    assert "1 ask; 0 without an answer" in told


def test_too_little_room_is_told_beforehand(catalog: Catalog, settings: pytest.FixtureRequest) -> None:
    settings.QUOTA = 1000  # type: ignore[attr-defined]
    assert "Room is left for 1.0 kB: TOO LITTLE." in run(catalog(world.TINY), "--dry-run")


def test_every_entry_becomes_a_request_with_its_note(catalog: Catalog) -> None:
    told = run(catalog(f"{world.TINY}, note: for the lab", world.UNLICENSED))
    assert Request.objects.count() == 2
    request = Request.objects.get(key=world.TINY)
    noted = Event.objects.get(verb="request.noted")
    assert (noted.detail["request"], noted.detail["reason"]) == (request.pk, "for the lab")
    assert f"{request.pk}  new        model huggingface:{world.TINY}@default" in told
    assert "A worker looks them up now" in told
    assert request.askers.get().label.startswith("operator")


def test_whoever_decides_sees_the_note_on_the_request_s_page(catalog: Catalog, admin_client: Client) -> None:
    run(catalog(f"{world.TINY}, note: 'for <b>the lab</b>'"))
    page = admin_client.get(f"/-/admin/mirroring/request/{Request.objects.get().pk}/change/")
    assert "for &lt;b&gt;the lab&lt;/b&gt;" in page.content.decode()


def test_importing_again_asks_for_nothing_twice(catalog: Catalog, permissive: Rule) -> None:
    file = catalog(f"{world.TINY}, note: for the lab")
    run(file)
    advance(Request.objects.get())
    land()
    told = run(file)
    assert "  published  " in told
    assert Request.objects.get().state == Request.State.PUBLISHED
    assert Event.objects.filter(verb__in=["request.noted", "request.opened", "request.reopened"]).count() == 2
    assert not Transfer.objects.filter(state=Transfer.State.QUEUED).exists()


def test_a_note_that_was_changed_is_kept_too(catalog: Catalog) -> None:
    run(catalog(f"{world.TINY}, note: for the lab"))
    run(catalog(f"{world.TINY}, note: for everybody"))
    notes = Event.objects.filter(verb="request.noted").order_by("pk")
    assert [event.detail["reason"] for event in notes] == ["for the lab", "for everybody"]


def test_with_wait_each_is_watched_until_it_is_settled(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.mirroring.management.commands.import_catalog.watch", advance)
    assert "  waiting  " in row_of(run(catalog(world.UNLICENSED), "--wait"), world.UNLICENSED)


def test_what_needs_approval_is_told_with_the_command_that_gives_it(catalog: Catalog) -> None:
    file = catalog(world.UNLICENSED)
    run(file)
    request = advance(Request.objects.get())
    told = run(file, "--wait")
    assert f"Let them in with: manage.py approve {request.pk}@{request.commit[:12]}" in told
    assert "no rule allows it by itself" in told


def test_a_repo_that_is_not_there_ends_with_an_error_once_that_is_known(catalog: Catalog) -> None:
    file = catalog("acme/nothing", world.TINY)
    run(file)
    advance(Request.objects.get(key="acme/nothing"))
    told = run_badly(file)
    assert "no model acme/nothing on huggingface" in told
    assert "1 of 2 entries went wrong: 1." in told


def test_a_file_with_a_slip_asks_for_nothing(catalog: Catalog) -> None:
    told = run_badly(catalog(world.TINY, "not an id"))
    assert "entry 2 (line 2): 'not an id' is not a repo id; write it as namespace/name" in told
    assert not Request.objects.exists()


def test_a_file_that_is_not_there_is_told_in_one_sentence(upstream: Upstream) -> None:
    assert "cannot be read: No such file" in run_badly("/nowhere/catalog.yaml")


def test_the_catalog_may_come_by_standard_input(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(catalog(world.TINY)).read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(data)))
    run("-")
    assert Request.objects.get().key == world.TINY


def test_a_flood_of_wishes_stops_the_entry_and_not_the_rest(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.mirroring.wishes.MAX_OPEN_LOOKUPS", 1)
    told = run_badly(catalog(world.TINY, world.UNLICENSED))
    assert "Entry 2: Too many repos are waiting" in told
    assert "1 of 2 entries went wrong: 2." in told
    assert Request.objects.get().key == world.TINY
