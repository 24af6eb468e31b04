"""Pages of a hub that mirrors from two upstreams: which is which, and what is the same."""

import re
from typing import Any

import pytest
from django.test import Client

from hub.catalog.models import Repo, Synonym
from hub.catalog.synonyms import forget_synonyms
from hub.mirroring.models import Request
from hub.upstreams.models import Upstream
from tests import people
from tests.catalog.published import publish
from tests.fakes import FakeRepo, Synthetic, repo_file

pytestmark = pytest.mark.django_db

WEIGHTS = {"model.safetensors": repo_file("model.safetensors", Synthetic(70_000, 3), lfs=True), "config.json": "{}"}
OTHERS = {"model.safetensors": repo_file("model.safetensors", Synthetic(80_000, 4), lfs=True)}


def hold(name: str, files: dict[str, Any], family: str) -> Repo:
    return publish(FakeRepo(name, files, card={"license": "mit"}), family=family)


def text_of(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.content.decode()))


@pytest.fixture
def glm() -> tuple[Repo, Repo]:
    here = hold("THUDM/glm", {**WEIGHTS, "README.md": "one"}, "huggingface")
    return here, hold("ZhipuAI/glm", {**WEIGHTS, "README.md": "other", "configuration.json": "{}"}, "modelscope")


def test_the_page_tells_where_the_same_weights_are_and_what_differs(client: Client, glm: tuple[Repo, Repo]) -> None:
    page = text_of(client, "/-/repos/models/THUDM/glm/about")
    assert "Same weights as ZhipuAI/glm on modelscope: 1 weight file, 70 kB, equal by sha256." in page
    assert "What differs is text and settings." in page
    assert "1 file differs, 1 is only there" in page
    assert "README.md (3 bytes here, 5 bytes there)" in page
    assert "Only there configuration.json (2 bytes)" in page
    back = text_of(client, "/-/repos/models/ZhipuAI/glm/about")
    assert "Same weights as THUDM/glm on huggingface" in back
    assert "Only here configuration.json" in back


def test_some_of_the_weights_are_not_told_as_the_same_weights(client: Client) -> None:
    hold("acme/one", WEIGHTS, "huggingface")
    hold("acme/two", {**WEIGHTS, "more.gguf": repo_file("more.gguf", Synthetic(90_000, 9))}, "huggingface")
    page = text_of(client, "/-/repos/models/acme/one/about")
    assert "Some of the same weights as acme/two" in page
    assert "1 weight file, 70 kB, equal by sha256, of 1 here and 2 there." in page
    assert "more.gguf (90 kB)" in page


def test_a_whole_copy_is_told_in_one_line(client: Client) -> None:
    hold("acme/one", WEIGHTS, "huggingface")
    hold("acme/one", WEIGHTS, "modelscope")
    page = text_of(client, "/-/repos/models/acme/one/about")
    assert "Same weights as acme/one on modelscope: all 2 files are equal, by sha256." in page
    assert "differ" not in page


def test_a_repo_without_the_like_says_nothing_of_it(client: Client) -> None:
    hold("acme/one", WEIGHTS, "huggingface")
    assert "The same elsewhere" not in text_of(client, "/-/repos/models/acme/one/about")


def test_two_hubs_with_one_id_are_told_apart(client: Client) -> None:
    hold("acme/one", WEIGHTS, "huggingface")
    hold("acme/one", OTHERS, "modelscope")
    home = client.get("/-/").content.decode()
    for slug in ("huggingface", "modelscope"):
        address = f"/-/repos/models/{slug}:acme/one"
        assert f'href="{address}"' in home
        assert f"<li>{slug}</li>" in home
        assert f"from {slug}" in text_of(client, address)
    page = text_of(client, "/-/repos/models/modelscope:acme/one")
    assert "80 kB" in page
    about = text_of(client, "/-/repos/models/modelscope:acme/one/about")
    assert "acme/one of huggingface has the same name, and none of these weights." in about
    assert "MODELSCOPE_ENDPOINT=http://testserver modelscope download acme/one" in page
    assert "70 kB" in text_of(client, "/-/repos/models/acme/one"), "without a hub's name the first one is meant"


@pytest.mark.parametrize("name", ["nowhere:acme/one", "modelscope:acme/other", "modelscope:../x", ":"])
def test_an_unknown_hub_or_name_is_a_page_that_says_so(client: Client, name: str) -> None:
    hold("acme/one", WEIGHTS, "modelscope")
    answer = client.get(f"/-/repos/models/{name}")
    assert answer.status_code == 404
    assert b"Not found" in answer.content


def test_requests_are_told_with_their_upstream(client: Client) -> None:
    row = people.request("acme/one", upstream=people.upstream("modelscope"))
    assert "modelscope:acme/one" in text_of(client, "/-/requests/")
    assert "modelscope:acme/one" in text_of(client, f"/-/requests/{row.pk}")


@pytest.fixture
def synonym(glm: tuple[Repo, Repo]) -> Synonym:
    Synonym.objects.all().delete()
    forget_synonyms()
    return Synonym.objects.create(pattern="ZhipuAI/*", other_pattern="THUDM/*")


def asked(state: str, error_code: str = "", repo_id: str = "ZhipuAI/glm") -> Request:
    return people.request(repo_id, state, upstream=Upstream.objects.get(slug="modelscope"), error_code=error_code)


@pytest.mark.parametrize("state", ["waiting", "failed", "refused"])
def test_the_page_of_a_request_suggests_what_is_held_under_another_name(
    client: Client, synonym: Synonym, state: str
) -> None:
    row = asked(state)
    page = client.get(f"/-/requests/{row.pk}").content.decode()
    assert "This hub holds THUDM/glm, which goes by ZhipuAI/glm on ModelScope." in page
    assert 'href="/-/repos/models/huggingface:THUDM/glm"' in page


def test_it_tells_what_to_ask_for_only_where_upstream_has_no_such_repo(client: Client, synonym: Synonym) -> None:
    for state, code, told in (("waiting", "", False), ("failed", "RepoMissing", True)):
        Request.objects.all().delete()
        row = asked(state, code, "ZhipuAI/unknown")
        page = client.get(f"/-/requests/{row.pk}").content.decode()
        assert ("ask this hub for huggingface:THUDM/unknown" in page) is told


def test_a_published_request_needs_no_suggestion(client: Client, synonym: Synonym) -> None:
    row = asked("published")
    assert "goes by" not in client.get(f"/-/requests/{row.pk}").content.decode()


def test_a_repo_page_that_is_not_there_suggests_the_other_name(client: Client, synonym: Synonym) -> None:
    Repo.objects.filter(key="zhipuai/glm").update(held=False)
    answer = client.get("/-/repos/models/ZhipuAI/glm")
    assert answer.status_code == 404
    assert b"holds THUDM/glm, which goes by ZhipuAI/glm on ModelScope" in answer.content
