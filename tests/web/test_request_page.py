"""The page of one request: what happened, who may read it, and what they may do there."""

from typing import Any

import pytest
from django.test import Client

from hub.accounts.callers import Caller
from hub.accounts.events import record
from hub.accounts.models import User
from hub.mirroring.comments import comment
from hub.mirroring.models import Asker, Comment, Request, Transfer
from hub.mirroring.wishes import Wish, submit
from hub.names import RepoId, RepoKind
from tests import people

pytestmark = pytest.mark.django_db

EVIL = "<script>alert(1)</script>"


def asked_by(user: User, **columns: Any) -> Request:
    row = people.request(**columns)
    Asker.objects.create(request=row, label=user.username + " herself", user=user)
    return row


def page_of(row: Request, browser: Client) -> str:
    return browser.get(f"/-/requests/{row.pk}").content.decode()


def as_(name: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.filter(username=name).first() or people.person(name))
    return browser


# What happened


def test_the_timeline_tells_what_happened_in_order() -> None:
    nina = people.person("nina")
    row = submit(Wish(people.upstream(), RepoKind.MODEL, RepoId.parse("acme/tiny")), Caller(user=nina))
    record(Caller(), "request.ask", str(row), request=row.pk, reason="no rule fits", commit="c" * 40)
    record(Caller(user=people.person("paula")), "request.approved", str(row), request=row.pk, reason="it is small")
    page = page_of(row, Client())
    lines = ["Somebody asked for it", "The hub looked it up: it needs an approval", "no rule fits", "approved it"]
    places = [page.index(line) for line in [*lines, "it is small"]]
    assert places == sorted(places)


@pytest.mark.parametrize(("viewer", "who"), [("nina", "You"), ("vera", "nina"), ("stan", "Somebody"), ("", "Somebody")])
def test_only_staff_with_a_role_see_by_whom(viewer: str, who: str) -> None:
    nina = people.person("nina")
    row = submit(Wish(people.upstream(), RepoKind.MODEL, RepoId.parse("acme/tiny")), Caller(user=nina))
    page = page_of(row, as_(viewer) if viewer else Client())
    assert f"{who} asked for it" in page
    assert ("nina" in page.split("What happened")[1]) is (viewer == "vera")


def test_addresses_of_anonymous_askers_are_told_to_staff_only() -> None:
    row = submit(Wish(people.upstream(), RepoKind.MODEL, RepoId.parse("acme/tiny")), Caller(address="10.9.8.7"))
    assert "10.9.8.7" not in page_of(row, Client())
    assert "10.9.8.7" not in page_of(row, as_("nina"))
    assert "10.9.8.7" in page_of(row, as_("vera"))


def test_every_verb_of_the_trail_has_words() -> None:
    row = people.request()
    record(Caller(), "request.prioritised", str(row), request=row.pk, priority=3)
    record(Caller(), "request.something_new", str(row), request=row.pk)
    page = page_of(row, Client())
    assert "changed its priority" in page
    assert "request.something_new" in page


def test_what_an_update_would_change_is_shown() -> None:
    change = {
        "from": "a" * 40,
        "to": "b" * 40,
        "added": 1,
        "changed": 2,
        "removed": 0,
        "paths": {"added": [f"new{EVIL}.py"], "changed": ["config.json"], "removed": []},
        "files_to_fetch": 2,
        "bytes_to_fetch": 5_000_000,
        "bytes": [1, 2],
        "code": [f"new{EVIL}.py"],
        "pickles": [],
        "licence": ["mit", "other"],
        "gated": None,
        "rewritten": True,
    }
    page = page_of(people.request(facts={"change": change}), Client())
    for text in ("1 added, 2 changed, 0 removed", "5.0 MB to fetch in 2 files", "mit → other", "rewrote its history"):
        assert text in page
    assert EVIL not in page


def test_whatever_was_written_elsewhere_is_text() -> None:
    nina = people.person("nina")
    facts = {"licence": EVIL, "has_code": [EVIL], "formats": {EVIL: [1, 1]}, "tags": [EVIL], "base_models": [EVIL]}
    words = {"verdict_reason": EVIL, "verdict_rule": EVIL, "decision_reason": EVIL, "error": EVIL, "ref": EVIL}
    row = asked_by(nina, state="failed", facts={"bytes": 1, "files": 1, **facts}, **words)
    comment(row, nina, EVIL)
    record(Caller(name=EVIL), "request.failed", str(row), request=row.pk, error=EVIL, commit=EVIL)
    for name in ("nina", "adam", "vera"):
        page = page_of(row, as_(name))
        assert EVIL not in page
        assert "&lt;script&gt;" in page
    assert EVIL not in Client().get("/-/requests/").content.decode()


# Live


def test_the_page_asks_for_its_own_standing_until_it_ends() -> None:
    row = people.request(state="fetching")
    assert f'hx-get="/-/requests/{row.pk}/live?state=fetching"' in page_of(row, Client())
    assert "hx-get" not in page_of(people.request("acme/done", state="published"), Client())


def live(row: Request, browser: Client | None = None, state: str = "fetching") -> Any:
    headers = {"HX-Request": "true"}
    return (browser or Client()).get(f"/-/requests/{row.pk}/live?state={state}", headers=headers)


def test_a_change_of_state_has_the_page_read_anew() -> None:
    row = people.request(state="fetching")
    assert "HX-Refresh" not in live(row)
    assert live(row, state="approved")["HX-Refresh"] == "true"


@pytest.fixture
def arriving(db: None) -> Request:
    """A request of three files: one is here, one is half here and fetched by a worker, one has failed."""
    from hub.blobs.models import Blob
    from hub.catalog.models import Repo, RepoFile, Revision

    repo = Repo.objects.create(upstream=people.upstream(), kind="model", namespace="acme", name="big", key="acme/big")
    revision = Revision.objects.create(repo=repo, commit="c" * 40)
    blob = Blob.objects.create(sha256="a" * 64, size=100)
    for number, (letter, held) in enumerate([("a", blob), ("b", None), ("d", None)]):
        columns = {"path": f"{letter}.bin", "size": 100, "sha256": letter * 64, "oid": letter * 40, "blob": held}
        RepoFile.objects.create(revision=revision, position=number, **columns)
    source = {"upstream": people.upstream(), "kind": "model", "repo_id": "acme/big", "commit": "c" * 40, "size": 100}
    Transfer.objects.create(
        digest=f"sha256:{'b' * 64}",
        path="b.bin",
        received=50,
        bytes_per_second=10,
        lease_owner="builder7:41:abcdef",
        **source,
    )
    Transfer.objects.create(
        digest=f"sha256:{'d' * 64}", path="d.bin", state="failed", error=f"wrong bytes {EVIL}", **source
    )
    return people.request("acme/big", state="fetching", revision=revision)


def test_progress_is_told_file_by_file(arriving: Request) -> None:
    page = live(arriving).content.decode()
    for text in ("1 of 3 files", "150 bytes of 300 bytes", "10 bytes/s", "15 s left", "b.bin", "wrong bytes"):
        assert text in page
    assert EVIL not in page
    assert page.index("b.bin") < page.index("d.bin")
    assert '<progress max="100" value="50"' in page


def test_only_staff_are_told_which_worker(arriving: Request) -> None:
    assert "builder7:41" in live(arriving, as_("vera")).content.decode()
    for browser in (Client(), as_("nina")):
        page = live(arriving, browser).content.decode()
        assert "builder7" not in page
        assert "a worker" in page


def test_what_is_published_comes_with_the_lines_to_pull_it() -> None:
    upstream = people.upstream("modelscope")
    upstream.kind = "modelscope"
    upstream.save()
    page = page_of(people.request("house/thing", "published", upstream=upstream, ref="v1.0"), Client())
    assert "MODELSCOPE_ENDPOINT=http://testserver modelscope download house/thing --revision v1.0<" in page
    assert "HF_ENDPOINT=http://testserver hf download house/thing --revision v1.0<" in page


# Comments


def test_people_who_asked_and_those_who_review_talk() -> None:
    nina = people.person("nina")
    row, paula = asked_by(nina), as_("paula")
    assert paula.post(f"/-/requests/{row.pk}/comment", {"text": "What do you need it for?"}).status_code == 302
    browser = as_("nina")
    assert browser.post(f"/-/requests/{row.pk}/comment", {"text": "For the tests."})["Location"].endswith("#comments")
    page = page_of(row, browser)
    assert page.index("What do you need it for?") < page.index("For the tests.")
    assert "paula" in page


def test_nobody_else_reads_or_writes_comments(settings: Any) -> None:
    nina = people.person("nina")
    row = asked_by(nina)
    comment(row, nina, "a word among us")
    for anonymous in (True, False):
        settings.ANONYMOUS_PULL = anonymous
        stranger = Client()
        assert stranger.post(f"/-/requests/{row.pk}/comment", {"text": "hello"})["Location"].startswith("/-/login")
        assert b"a word among us" not in stranger.get(f"/-/requests/{row.pk}").content
    stan = as_("stan")
    answer = stan.post(f"/-/requests/{row.pk}/comment", {"text": "hello"})
    assert answer.status_code == 403
    assert b"only people who asked" in answer.content.lower()
    assert "a word among us" not in page_of(row, stan)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_comment_that_makes_no_sense_is_told_and_stays_typed(text: str) -> None:
    row = asked_by(people.person("nina"))
    answer = as_("nina").post(f"/-/requests/{row.pk}/comment", {"text": text})
    assert answer.status_code == 400
    assert b"1 to 4,000 characters" in answer.content
    assert text.encode() in answer.content
    assert not Comment.objects.exists()


# Withdraw, retry, decide


def test_who_asked_withdraws_on_the_page() -> None:
    nina = people.person("nina")
    row = asked_by(nina)
    row.askers.exclude(user=nina).delete()
    browser = as_("nina")
    assert "Nobody else has asked for it" in page_of(row, browser)
    answer = browser.post(f"/-/requests/{row.pk}/withdraw", follow=True)
    assert b"Your request is withdrawn." in answer.content
    row.refresh_from_db()
    assert row.state == "cancelled"


@pytest.mark.parametrize("name", ["stan", "vera", "paula", "adam"])
def test_nobody_withdraws_the_request_of_others(name: str) -> None:
    row, browser = asked_by(people.person("nina")), as_(name)
    assert "Withdraw my request" not in page_of(row, browser)
    assert browser.post(f"/-/requests/{row.pk}/withdraw").status_code == 403
    row.refresh_from_db()
    assert row.state == "waiting"


def test_an_operator_retries_and_nobody_else() -> None:
    row = people.request(state="failed", error="It broke.")
    for name in ("nina", "stan", "vera", "paula"):
        browser = as_(name)
        assert "Take it up again" not in page_of(row, browser)
        assert browser.post(f"/-/requests/{row.pk}/retry").status_code == 403
    oscar = as_("oscar")
    assert "Take it up again" in page_of(row, oscar)
    assert b"It is taken up again" in oscar.post(f"/-/requests/{row.pk}/retry", follow=True).content
    row.refresh_from_db()
    assert row.state == "new"
    assert b"reload it" in oscar.post(f"/-/requests/{row.pk}/retry", follow=True).content.lower()


def decision(row: Request, verb: str, **fields: str) -> dict[str, str]:
    return {"verb": verb, "seen": row.commit, "reason": "", **fields}


def test_an_approver_decides_on_the_page() -> None:
    row, paula = people.request(), as_("paula")
    assert b"Approved." in paula.post(f"/-/requests/{row.pk}/decide", decision(row, "approve"), follow=True).content
    row.refresh_from_db()
    assert (row.state, row.decided_by and row.decided_by.username) == ("approved", "paula")


def test_a_refusal_without_a_reason_is_told_and_not_done() -> None:
    row, paula = people.request(), as_("paula")
    answer = paula.post(f"/-/requests/{row.pk}/decide", decision(row, "refuse", reason=" "))
    assert (answer.status_code, b"needs a reason" in answer.content) == (400, True)
    row.refresh_from_db()
    assert row.state == "waiting"


def test_what_moved_meanwhile_is_shown_again_with_the_reason_that_was_typed() -> None:
    row, paula = people.request(), as_("paula")
    sent = decision(row, "approve", reason="as I saw it")
    Request.objects.filter(pk=row.pk).update(commit="d" * 40)
    answer = paula.post(f"/-/requests/{row.pk}/decide", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "as I saw it" in page
    assert f'name="seen" value="{"d" * 40}"' in page
    row.refresh_from_db()
    assert row.state == "waiting"


@pytest.mark.parametrize("name", ["nina", "stan", "vera", "oscar"])
def test_nobody_else_decides(name: str) -> None:
    row, browser = people.request(), as_(name)
    assert "Refuse" not in page_of(row, browser)
    assert browser.post(f"/-/requests/{row.pk}/decide", decision(row, "approve")).status_code == 403
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_role_without_staff_decides_nothing() -> None:
    paula = people.person("paula")
    User.objects.filter(pk=paula.pk).update(is_staff=False)
    row, browser = people.request(), Client()
    browser.force_login(User.objects.get(pk=paula.pk))
    assert browser.post(f"/-/requests/{row.pk}/decide", decision(row, "approve")).status_code == 403
    assert browser.get("/-/review").status_code == 403


ACTIONS = ("comment", "withdraw", "decide", "retry")


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_posts_of_people_who_are_logged_in(action: str, settings: Any) -> None:
    row = people.request()
    address = f"/-/requests/{row.pk}/{action}"
    assert as_("adam").get(address).status_code == 405
    for anonymous in (True, False):
        settings.ANONYMOUS_PULL = anonymous
        assert Client().post(address)["Location"] == f"/-/login?next=/-/requests/{row.pk}"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="adam"))
    assert strict.post(address, {"text": "hello", **decision(row, "approve")}).status_code == 403
    assert as_("adam").post(f"/-/requests/999999/{action}").status_code == 404
    row.refresh_from_db()
    assert row.state == "waiting"
