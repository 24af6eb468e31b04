import pytest
from django.test import Client

from hub.accounts.callers import SYSTEM
from hub.accounts.models import AccessToken
from hub.accounts.tokens import issue, revoke
from hub.mirroring.models import Transfer
from tests import people
from tests.api.conftest import PROBLEM, ROOT, refused

pytestmark = pytest.mark.django_db


def test_requests_are_listed_the_newest_first_and_by_state(client: Client) -> None:
    people.request("acme/one", "waiting")
    people.request("acme/two", "published")
    rows = client.get(f"{ROOT}/requests/").json()["results"]
    assert [row["repo_id"] for row in rows] == ["acme/two", "acme/one"]
    rows = client.get(f"{ROOT}/requests/?state=waiting").json()["results"]
    assert [(row["repo_id"], row["upstream"]) for row in rows] == [("acme/one", "huggingface")]


def test_one_request_comes_with_its_standing(client: Client) -> None:
    row = people.request()
    told = client.get(f"{ROOT}/requests/{row.pk}/").json()
    assert told["standing"]["state"] == "waiting"
    assert told["standing"]["bytes_total"] == 16_100_000_000
    assert told["facts"]["licence"] == "llama3"


def test_transfers_are_listed(client: Client) -> None:
    Transfer.objects.create(
        digest="sha256:" + "a" * 64,
        size=10,
        upstream=people.upstream(),
        kind="model",
        repo_id="acme/tiny",
        commit="c" * 40,
        path="x.bin",
    )
    (row,) = client.get(f"{ROOT}/transfers/").json()["results"]
    assert (row["path"], row["state"], row["running"]) == ("x.bin", "queued", False)


def test_lists_are_cut_and_lead_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.paging.NewestFirst.page_size", 2)
    for number in range(5):
        people.request(f"acme/{number}")
    answer, seen = client.get(f"{ROOT}/requests/").json(), []
    while True:
        seen += [row["repo_id"] for row in answer["results"]]
        if answer["next"] is None:
            break
        answer = client.get(answer["next"]).json()
    assert seen == [f"acme/{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.usefixtures("closed")
def test_a_stranger_is_told_to_send_a_token(client: Client) -> None:
    answer = client.get(f"{ROOT}/requests/")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert "Bearer" in refused(answer, 401, "TokenNeeded")["next_step"]


@pytest.mark.usefixtures("closed")
def test_a_token_of_this_hub_opens_it(client: Client) -> None:
    text = issue(people.person("nina"), "laptop")
    assert client.get(f"{ROOT}/requests/", headers={"Authorization": f"Bearer {text}"}).status_code == 200


@pytest.mark.usefixtures("closed")
def test_a_login_of_the_pages_opens_it_too(client: Client) -> None:
    client.force_login(people.person("nina"))
    assert client.get(f"{ROOT}/requests/").status_code == 200


@pytest.mark.parametrize("ended", [True, False])
def test_a_token_that_ended_or_is_foreign_is_refused_in_words(ended: bool, client: Client) -> None:
    text = issue(people.person("nina"), "laptop")
    if ended:
        revoke(AccessToken.objects.get(), SYSTEM)
    header = f"Bearer {text if ended else 'hf_' + 'x' * 40}"
    answer = client.get(f"{ROOT}/requests/", headers={"Authorization": header})
    refused(answer, 401, "TokenWrong")
    assert text not in answer.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["repos/", "transfers/", "events/", "rules/", "index/", "stats/"])
def test_what_is_only_read_is_not_written(path: str, method: str, client: Client) -> None:
    client.force_login(people.person("adam"))
    refused(getattr(client, method)(f"{ROOT}/{path}"), 405, "MethodNotAllowed")


@pytest.mark.parametrize("path", ["", "nothing", "requests/999/", "requests/x/", "requests", f"requests/{10**30}/"])
def test_what_is_not_there_has_the_same_error_shape(path: str, client: Client) -> None:
    told = refused(client.get(f"{ROOT}/{path}"), 404, "Missing")
    assert set(told) == PROBLEM
    assert told["type"] == "/-/docs/operator?code=Missing#errors"
