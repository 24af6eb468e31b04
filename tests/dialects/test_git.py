"""git and git-lfs are told in their own words that there is no history here."""

from typing import Any

import pytest

from hub.catalog.models import Repo
from tests.dialects.conftest import Ask, body_of

pytestmark = pytest.mark.django_db

BATCH = "application/vnd.git-lfs+json"


@pytest.mark.parametrize("target", ["/acme/tiny", "/acme/tiny.git"])
def test_git_is_told_what_to_run_instead(ask: Ask, target: str) -> None:
    answer = ask(f"{target}/info/refs?service=git-upload-pack")
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "HF_ENDPOINT=http://testserver hf download acme/tiny" in answer.content.decode()


def test_a_dataset_is_named_as_one(ask: Ask) -> None:
    told = ask("/datasets/acme/poems/info/refs?service=git-upload-pack").content.decode()
    assert told.endswith("hf download acme/poems --repo-type dataset")


def test_pushing_and_the_second_step_are_refused_alike(ask: Ask) -> None:
    for answer in (
        ask("/acme/tiny.git/info/refs?service=git-receive-pack"),
        ask("/acme/tiny.git/git-upload-pack", "POST"),
        ask("/acme/tiny.git/git-receive-pack", "POST"),
    ):
        assert answer.status_code == 403
        assert "hf download acme/tiny" in answer.content.decode()


def test_git_lfs_is_told_in_its_own_form(ask: Ask) -> None:
    answer = ask("/acme/tiny.git/info/lfs/objects/batch", "POST", b"{}", BATCH)
    assert (answer.status_code, answer["Content-Type"]) == (403, BATCH)
    assert "hf download acme/tiny" in answer.json()["message"]


def test_a_stranger_of_a_closed_hub_learns_nothing_more(ask: Ask, held_tiny: Repo, settings: Any) -> None:
    settings.ANONYMOUS_PULL = False
    held, unknown = (ask(f"/{name}/info/refs?service=git-upload-pack") for name in ("acme/tiny", "acme/none"))
    assert held.content.replace(b"acme/tiny", b"acme/none") == unknown.content


def test_a_name_that_no_hub_would_take_is_not_repeated(ask: Ask) -> None:
    told = ask("/..%2F..%2Fetc/%3Cscript%3E/info/refs?service=git-upload-pack").content.decode()
    assert told.endswith("hf download ORG/NAME")


def test_a_file_of_that_name_is_still_a_file(ask: Ask, held_tiny: Repo) -> None:
    answer = ask("/acme/tiny/resolve/main/info/refs")
    assert (answer.status_code, answer["X-Error-Code"]) == (404, "EntryNotFound")
    assert b"hf download" not in body_of(answer)
