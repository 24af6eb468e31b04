"""The form with which a person asks for a repo."""

from typing import Any

import pytest
from django.test import Client

from hub.mirroring.models import Request
from tests import people

pytestmark = pytest.mark.django_db


def form(**changes: Any) -> dict[str, Any]:
    return {"upstream": people.upstream().pk, "kind": "model", "repo_id": "acme/tiny", **changes}


def test_asking_opens_a_request_in_the_name_of_who_asks(client: Client) -> None:
    client.force_login(people.person("nina"))
    answer = client.post("/-/requests/new", form(ref="v1.0", include="*.safetensors, *.json", exclude="onnx/*"))
    row = Request.objects.get()
    assert answer["Location"] == f"/-/requests/{row.pk}"
    assert (row.repo_id, row.ref, sorted(row.include), row.exclude) == (
        "acme/tiny",
        "v1.0",
        ["*.json", "*.safetensors"],
        ["onnx/*"],
    )
    assert row.askers.get().label == "nina"


def test_strangers_may_ask_where_they_may_pull(client: Client, settings: Any) -> None:
    client.post("/-/requests/new", form())
    assert Request.objects.get().askers.get().label == "anonymous at 127.0.0.1"
    settings.ANONYMOUS_PULL = False
    assert client.post("/-/requests/new", form(repo_id="acme/other"))["Location"].startswith("/-/login")
    assert Request.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"repo_id": "../../etc/passwd"}, "is not a repo id"),
        ({"repo_id": "a/b/c"}, "is not a repo id"),
        ({"repo_id": ""}, "required"),
        ({"ref": "a..b"}, "is not a revision"),
        ({"kind": "virus"}, "valid choice"),
        ({"upstream": 9999}, "valid choice"),
    ],
)
def test_what_makes_no_sense_is_told_at_the_field(changes: dict[str, Any], word: str, client: Client) -> None:
    answer = client.post("/-/requests/new", form(**changes))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Request.objects.exists()


@pytest.mark.parametrize("address", ["/-/requests/new", "/-/logout", "/-/login"])
def test_a_post_from_another_site_is_refused(address: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.person("adam"))
    answer = browser.post(address, form())
    assert answer.status_code == 403
    assert b"HUB_EXTERNAL_URL" in answer.content
    assert not Request.objects.exists()
