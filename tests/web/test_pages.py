from typing import Any

import pytest
from django.test import Client

from hub.blobs.models import Blob
from hub.catalog.models import PullCount, Ref, Repo, RepoFile, Revision
from tests import people

pytestmark = pytest.mark.django_db

PAGES = ["/-/", "/-/requests/", "/-/requests/new", "/-/docs/", "/-/docs/clients", "/-/docs/operator", "/-/login"]


@pytest.fixture
def tiny() -> Repo:
    """A held repo of two files, one of which was left out."""
    repo = Repo.objects.create(
        upstream=people.upstream(),
        kind="model",
        namespace="acme",
        name="Tiny",
        key="acme/tiny",
        licence="mit",
        held=True,
        pulls=3,
    )
    from django.utils import timezone

    revision = Revision.objects.create(repo=repo, commit="a" * 40, published_at=timezone.now())
    Ref.objects.create(repo=repo, kind="branch", name="main", ref="refs/heads/main", revision=revision)
    blob = Blob.objects.create(sha256="b" * 64, size=65_600)
    files: list[dict[str, Any]] = [
        {"path": "model & <b>.safetensors", "size": 65_600, "oid": "c" * 40, "sha256": "b" * 64, "blob": blob},
        {"path": "old.bin", "size": 70_000, "oid": "d" * 40, "sha256": "e" * 64, "wanted": False},
    ]
    for position, columns in enumerate(files):
        RepoFile.objects.create(revision=revision, position=position, **columns)
    PullCount.objects.create(repo=repo, day=timezone.now().date(), pulls=3)
    return repo


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_for_everybody_where_pulls_are_anonymous(address: str, client: Client) -> None:
    people.upstream()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/-/", "/-/requests/", "/-/requests/1", "/-/requests/1/live", "/-/requests/new"])
def test_pages_ask_who_is_there_where_pulls_are_not_anonymous(address: str, client: Client, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/-/login?next=/-/")
    client.force_login(people.person("nina"))
    assert client.get("/-/").status_code == 200


def test_people_without_staff_can_log_in_to_the_pages(client: Client) -> None:
    people.person("nina")
    answer = client.post("/-/login", {"username": "nina", "password": people.PASSWORD, "next": "/-/requests/"})
    assert (answer.status_code, answer["Location"]) == (302, "/-/requests/")


def test_the_login_never_leads_to_another_site(client: Client) -> None:
    people.person("nina")
    form = {"username": "nina", "password": people.PASSWORD, "next": "https://evil.example/"}
    assert client.post("/-/login", form)["Location"] == "/-/"


def test_the_root_and_bare_addresses_lead_to_the_pages(client: Client) -> None:
    for address, place in [("/-", "/-/"), ("/-/requests", "/-/requests/"), ("/-/docs", "/-/docs/")]:
        assert client.get(address)["Location"] == place
    assert client.get("/-/admin")["Location"] == "/-/admin/"
    assert client.get("/")["Location"] == "/-/"


def test_home_shows_the_exact_line_for_this_address(client: Client, settings: Any) -> None:
    told = client.get("/-/").content
    assert b"export HF_ENDPOINT=http://testserver<" in told
    assert b"export MODELSCOPE_ENDPOINT=http://testserver<" in told
    settings.EXTERNAL_URL = "https://hub.example.org"
    assert b"export HF_ENDPOINT=https://hub.example.org<" in client.get("/-/").content


def test_what_a_person_searched_for_is_text(client: Client) -> None:
    assert b"<script>x" not in client.get("/-/?q=<script>x").content


@pytest.mark.parametrize("page", ["0", "-1", "many", "999"])
def test_a_page_number_that_makes_no_sense_is_mended(page: str, client: Client, tiny: Repo) -> None:
    assert client.get(f"/-/?page={page}").status_code == 200


def test_the_page_of_a_repo_shows_files_digests_and_what_was_left_out(client: Client, tiny: Repo) -> None:
    page = client.get("/-/repos/models/acme/Tiny/files").content.decode()
    for text in (
        "model &amp; &lt;b&gt;.safetensors",
        "66 kB",
        f'title="sha256:{"b" * 64}"',
        "verified",
        "left out",
        "1 of 2 held",
        "main",
    ):
        assert text in page
    assert "hf download acme/Tiny" in client.get("/-/repos/models/acme/Tiny").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/-/repos/models/acme/other",
        "/-/repos/widgets/acme/Tiny",
        "/-/repos/models/../../etc",
        "/-/repos/models/acme/Tiny?revision=v9",
        "/-/requests/999",
        "/-/requests/999/live",
        "/-/docs/secrets",
        "/-/docs/..%2Foperator",
        "/-/nowhere",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(address: str, client: Client, tiny: Repo) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert b"Not found" in answer.content


@pytest.mark.parametrize("state", ["new", "waiting", "approved", "fetching", "published", "refused", "failed"])
def test_the_page_of_a_request_says_what_to_do_next(state: str, client: Client) -> None:
    row = people.request(state=state, decision_reason="because we can", error="" if state != "failed" else "It broke.")
    page = client.get(f"/-/requests/{row.pk}").content.decode()
    live = client.get(f"/-/requests/{row.pk}/live").json()
    assert live["next_step"] in page
    assert "no rule lets it in by itself" in page
    assert ("It broke." in page) is (state == "failed")
    assert (f'hx-get="/-/requests/{row.pk}/live' in page) is not live["ended"]


def test_the_page_of_a_request_tells_how_many_asked_and_not_who(client: Client) -> None:
    row = people.request()
    page = client.get(f"/-/requests/{row.pk}").content.decode()
    assert "1 client" in page
    assert "nina" not in page


def test_requests_are_listed_by_state(client: Client) -> None:
    people.request("acme/one", "waiting")
    people.request("acme/two", "published")
    page = client.get("/-/requests/?state=published").content.decode()
    assert "acme/two" in page
    assert "acme/one" not in page


@pytest.mark.parametrize("address", PAGES)
def test_pages_run_under_a_policy_without_anything_inline(address: str, client: Client) -> None:
    people.upstream()
    answer = client.get(address)
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
