"""Held repos in the API, with the others that have the same weights."""

import pytest
from django.test import Client

from hub.catalog.models import Repo, Synonym
from hub.catalog.synonyms import forget_synonyms
from tests import people
from tests.catalog.published import publish
from tests.fakes import FakeRepo, Synthetic, repo_file

pytestmark = pytest.mark.django_db

ROOT = "/-/api/v1/repos/"
WEIGHTS = {"model.safetensors": repo_file("model.safetensors", Synthetic(70_000, 3), lfs=True)}


@pytest.fixture
def both() -> tuple[Repo, Repo]:
    here = publish(FakeRepo("THUDM/glm", {**WEIGHTS, "README.md": "one"}, card={"license": "mit"}))
    there = FakeRepo("ZhipuAI/glm", {**WEIGHTS, "README.md": "other", "configuration.json": "{}"})
    return here, publish(there, family="modelscope")


def test_held_repos_are_listed_with_a_name_that_no_other_has(client: Client, both: tuple[Repo, Repo]) -> None:
    Repo.objects.create(upstream=both[0].upstream, kind="model", namespace="acme", name="coming", key="acme/coming")
    rows = client.get(ROOT).json()["results"]
    assert {row["name"] for row in rows} == {"huggingface:THUDM/glm", "modelscope:ZhipuAI/glm"}
    assert {row["repo_id"] for row in rows} == {"THUDM/glm", "ZhipuAI/glm"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("upstream=modelscope", ["ZhipuAI/glm"]),
        ("repo_id=thudm/GLM", ["THUDM/glm"]),
        ("kind=dataset", []),
        ("repo_id=THUDM/glm&upstream=modelscope", []),
    ],
)
def test_they_are_chosen_by_id_kind_and_upstream(
    client: Client, both: tuple[Repo, Repo], query: str, found: list[str]
) -> None:
    assert [row["repo_id"] for row in client.get(f"{ROOT}?{query}").json()["results"]] == found


def test_one_repo_tells_who_has_its_weights_and_what_differs(client: Client, both: tuple[Repo, Repo]) -> None:
    (same,) = client.get(f"{ROOT}{both[0].pk}/").json()["same_weights"]
    assert (same["id"], same["name"], same["full"]) == (both[1].pk, "modelscope:ZhipuAI/glm", True)
    assert same["weights"] == {"equal": 1, "bytes": 70_000, "here": 1, "there": 1}
    (pair,) = same["differ"]
    assert (pair["here"]["path"], pair["here"]["size"], pair["there"]["size"]) == ("README.md", 3, 5)
    assert [file["path"] for file in same["only_there"]] == ["configuration.json"]
    assert same["equal"][0]["here"]["sha256"] == WEIGHTS["model.safetensors"].source.sha256


def test_a_repo_without_its_default_branch_has_nothing_to_compare(client: Client, both: tuple[Repo, Repo]) -> None:
    both[0].refs.all().delete()
    assert client.get(f"{ROOT}{both[0].pk}/").json()["same_weights"] == []


def test_what_is_not_held_is_not_there(client: Client, both: tuple[Repo, Repo]) -> None:
    Repo.objects.filter(pk=both[0].pk).update(held=False)
    assert client.get(f"{ROOT}{both[0].pk}/").status_code == 404


def test_a_request_tells_the_other_names_of_its_repo(client: Client, both: tuple[Repo, Repo]) -> None:
    Synonym.objects.all().delete()
    Synonym.objects.create(pattern="ZhipuAI/*", other_pattern="THUDM/*")
    forget_synonyms()
    upstream = both[1].upstream
    for name, told in (
        ("ZhipuAI/glm", {"held": ["huggingface:THUDM/glm"], "to_ask_for": []}),
        ("ZhipuAI/more", {"held": [], "to_ask_for": ["huggingface:THUDM/more"]}),
        ("acme/none", {"held": [], "to_ask_for": []}),
    ):
        row = people.request(name, upstream=upstream)
        assert client.get(f"/-/api/v1/requests/{row.pk}/").json()["other_names"] == told
